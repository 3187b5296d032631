"""Calls and their pools. Scarcity is the pool."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tongxin.calls.states import CallState, Policy
from tongxin.people.models.persons import Assurance
from tongxin.people.scoping import ScopedQuerySet
from tongxin.rulebook.models import RuleVersion
from tongxin.store.models import PublicIdField, Sharded
from tongxin.unions.models import Union


class Call(Sharded):
    """A union opens a call, in a window, with conditions. Open means: published, and `opens <= now < closes`."""

    public_id = PublicIdField()
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30)  # a key of settings.CALL_KINDS
    rule_version = models.ForeignKey(RuleVersion, models.PROTECT, null=True, related_name="+")  # none: open to all
    policy = models.CharField(max_length=20, choices=Policy, default=Policy.ORDER_OF_ARRIVAL)
    opens = models.DateTimeField()
    closes = models.DateTimeField()
    per_person = models.SmallIntegerField(default=1)  # how many live applications one person may have
    assurance = models.SmallIntegerField(
        choices=Assurance, default=Assurance.DECLARED
    )  # how surely applicants must be known
    state = models.CharField(max_length=12, choices=CallState, default=CallState.DRAFT)

    objects: ClassVar[ScopedQuerySet] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.CheckConstraint(
                condition=Q(closes__gt=F("opens")),
                name="call_window",
                violation_error_message="报名截止时间要晚于开始时间，请改其中一个。",
            ),
            models.CheckConstraint(condition=Q(per_person__gte=1), name="call_per_person"),
        ]


class Pool(Sharded):
    """Places of one kind. `taken` is counted under a lock on this row; the database refuses one too many."""

    public_id = PublicIdField()
    call = models.ForeignKey(Call, models.PROTECT, related_name="pools")
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)  # as people read it in lists and messages, whatever the kind
    units = models.IntegerField()
    taken = models.IntegerField(default=0)
    waiting = models.IntegerField(default=0)
    next_no = models.IntegerField(default=1)  # the line's next number; numbers are never given twice
    closed_at = models.DateTimeField(null=True)

    objects: ClassVar[ScopedQuerySet] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.CheckConstraint(
                condition=Q(taken__gte=0, taken__lte=F("units")),
                name="pool_never_oversold",
                violation_error_message="名额不能少于已经录取的人数。",
            ),
            models.CheckConstraint(condition=Q(units__gte=1, waiting__gte=0), name="pool_numbers"),
        ]

    @property
    def left(self) -> int:
        return self.units - self.taken
