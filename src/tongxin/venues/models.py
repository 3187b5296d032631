"""阵地: where things take place, and who has which room when."""

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from tongxin.people.scoping import ScopedQuerySet
from tongxin.store.models import Guarded, PublicIdField, Sharded
from tongxin.unions.models import Union


class SiteKind(models.TextChoices):
    WORKER_SERVICE_CENTER = "worker_service_center", "职工服务中心"
    REST_STATION = "rest_station", "工会驿站"
    WORKERS_HOME = "workers_home", "职工之家"
    PARTNER = "partner", "合作场地"


class Site(Guarded):
    public_id = PublicIdField()
    federation = models.BigIntegerField(editable=False)
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30, choices=SiteKind)
    name = models.CharField(max_length=80)
    address = models.CharField(max_length=160, blank=True)
    area_code = models.CharField(max_length=12, blank=True)  # GB/T 2260
    phone = models.CharField(max_length=40, blank=True)
    synthetic = models.BooleanField(default=False)
    closed_on = models.DateField(null=True)

    objects: ClassVar[ScopedQuerySet] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["union", "name"],
                name="site_name_once",
                violation_error_message="这个工会已有同名的阵地，请换个名称。",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Room(Guarded):
    public_id = PublicIdField()
    site = models.ForeignKey(Site, models.PROTECT, related_name="rooms")
    name = models.CharField(max_length=60)
    seats = models.IntegerField(null=True)
    closed_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["site", "name"],
                name="room_name_once",
                violation_error_message="这个阵地已有同名的教室，请换个名称。",
            ),
            models.CheckConstraint(
                condition=Q(seats=None) | Q(seats__gte=1),
                name="room_seats",
                violation_error_message="座位数至少是1；不清楚可以不填。",
            ),
        ]

    @property
    def federation(self) -> int:
        """For the journal and the bookings; read with the site."""
        return self.site.federation

    def __str__(self) -> str:
        return self.name


class Booking(Sharded):
    """A room, taken from a moment until another. The database refuses an overlap."""

    room = models.ForeignKey(Room, models.PROTECT, related_name="bookings")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    purpose = models.CharField(max_length=80)  # who reads the door's plan
    released_at = models.DateTimeField(null=True)

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="booking_times",
                violation_error_message="结束时间要晚于开始时间。",
            ),
            ExclusionConstraint(
                name="booking_no_overlap",
                expressions=[
                    (Func(F("room"), F("room"), Value("[]"), function="INT8RANGE"), RangeOperators.OVERLAPS),
                    (Func(F("starts_at"), F("ends_at"), Value("[)"), function="TSTZRANGE"), RangeOperators.OVERLAPS),
                ],
                condition=Q(released_at=None),
                violation_error_message="这个教室那段时间已经有安排，请换时间或换教室。",
            ),
        ]
