"""How many people work where a union is: the number under a coverage, which is nothing without its source and day."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from tongxin.store.keeping import THREE_YEARS, Kept
from tongxin.store.models import PublicIdField, Sharded
from tongxin.unions.models.tree import Confidence, Union


class WorkGroup(models.TextChoices):
    """Everyone, or one of the four groups of 新就业形态劳动者 (the values of people's GigGroup; a test holds them equal)."""

    ALL = "all", "全部职工"
    TRUCK_DRIVER = "truck_driver", "货车司机"
    RIDE_HAILING_DRIVER = "ride_hailing_driver", "网约车司机"
    COURIER = "courier", "快递员"
    FOOD_DELIVERY_RIDER = "food_delivery_rider", "外卖配送员"


class WorkforceCount(Sharded):
    """`workers` of that group in the union's area, trade or firm, on `as_of`. A trade's is entered at the trade's union.

    Never changed: a later day, or the same day said again, is a new row, and the newest said counts.
    """

    keeps: ClassVar = Kept(3, "职工人数：谁登记的", THREE_YEARS)
    public_id = PublicIdField()
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")
    group = models.CharField(max_length=20, choices=WorkGroup, default=WorkGroup.ALL)
    workers = models.IntegerField()
    source = models.CharField(max_length=200)
    as_of = models.DateField()
    confidence = models.CharField(max_length=10, choices=Confidence)
    account = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.CheckConstraint(
                condition=Q(workers__gte=0), name="workforce_count", violation_error_message="职工数不能小于0。"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["union", "group", "-as_of"], name="workforce_union")]
