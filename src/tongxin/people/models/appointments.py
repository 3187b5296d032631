"""任命: who holds which role at which union, on which days, by whose hand. It ends by itself."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tongxin.people.models.persons import Person
from tongxin.people.roles import RoleName
from tongxin.people.scoping import ScopedQuerySet
from tongxin.store.models import PublicIdField, Sharded
from tongxin.unions.models import Union


class Appointment(Sharded):
    public_id = PublicIdField()
    person = models.ForeignKey(Person, models.PROTECT, related_name="appointments")
    role = models.CharField(max_length=30, choices=RoleName)
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")
    starts = models.DateField()
    ends = models.DateField()  # half-open; nobody is appointed for ever
    appointed_by = models.BigIntegerField(null=True)  # account; null: the operator, at installation
    appointed_at = models.DateTimeField()

    objects: ClassVar[ScopedQuerySet] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.CheckConstraint(
                condition=Q(ends__gte=F("starts")),
                name="appointment_days",
                violation_error_message="任期的结束日期不能早于开始日期。",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["person", "ends"], name="appointment_person")]
