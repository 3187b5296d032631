"""会籍: where someone is a member, from when until when."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tongxin.people.models.persons import Person
from tongxin.people.scoping import ScopedQuerySet
from tongxin.store.models import PublicIdField, Sharded
from tongxin.unions.models import Union


class EndReason(models.TextChoices):
    TRANSFERRED = "transferred", "会籍转接"
    LEFT = "left", "退会"
    LAPSED = "lapsed", "视为自动退会"
    DIED = "died", "去世"
    CORRECTED = "corrected", "更正登记"


class Membership(Sharded):
    """One stay in one union, half-open in days. A move ends one row and begins the next on the same day."""

    public_id = PublicIdField()
    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships")
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")
    starts = models.DateField()
    ends = models.DateField(null=True)
    end_reason = models.CharField(max_length=12, choices=EndReason, blank=True)
    previous = models.OneToOneField("self", models.PROTECT, null=True, related_name="next")
    post = models.CharField(max_length=40, blank=True)  # 职务 in the union
    retained = models.BooleanField(default=False)  # 会籍保留
    retired_on = models.DateField(null=True)  # 退休: stays a member, pays no dues
    reminded_on = models.DateField(null=True)  # of taking no part; without it nothing lapses

    objects: ClassVar[ScopedQuerySet] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(ends=None),
                name="membership_one_open",
                violation_error_message="一个人同一时间只能有一个会籍，请先办转接。",
            ),
            models.CheckConstraint(
                condition=Q(ends=None) | Q(ends__gte=F("starts")),
                name="membership_days",
                violation_error_message="会籍的结束日期不能早于开始日期。",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["union", "person"], name="membership_union_open", condition=Q(ends=None)),
            models.Index(fields=["union", "starts"], name="membership_union"),
        ]
