"""One text to many people: written by one, approved by another, stopped by anyone who may."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tongxin.notices.states import SENDING_MOVES, Audience, SendingState
from tongxin.people.models.persons import GigGroup
from tongxin.people.scoping import ScopedQuerySet
from tongxin.store.keeping import THREE_YEARS, Kept
from tongxin.store.models import PublicIdField, Sharded
from tongxin.unions.models import Union


class Sending(Sharded):
    """`reached_to`: everyone up to this row id has been queued; so a run goes on where it stopped, also after a kill."""

    keeps: ClassVar = Kept(3, "群发：谁写的，谁批准的", THREE_YEARS)
    public_id = PublicIdField()
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")
    title = models.CharField(max_length=40)
    body = models.CharField(max_length=300)
    urgent = models.BooleanField(default=False)
    audience = models.CharField(max_length=10, choices=Audience, default=Audience.BELOW)
    gig_group = models.CharField(max_length=20, choices=GigGroup, blank=True)
    roster_kind = models.CharField(max_length=20, blank=True)  # settings.NOTICE_ROSTERS
    roster = models.CharField(max_length=24, blank=True)  # its public id
    state = models.CharField(max_length=10, choices=SendingState, default=SendingState.DRAFT)

    account = models.BigIntegerField(null=True)  # who wrote it
    person = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    people = models.IntegerField(null=True)  # counted when approval was asked
    cost = models.DecimalField(max_digits=12, decimal_places=2, null=True)  # at most
    decided_account = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=200, blank=True)
    reached_to = models.BigIntegerField(default=0)
    queued = models.IntegerField(default=0)
    whole = models.BooleanField(default=False)  # everyone has been queued
    ended_at = models.DateTimeField(null=True)

    objects: ClassVar[ScopedQuerySet] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.CheckConstraint(
                condition=Q(decided_account=None) | Q(account=None) | ~Q(decided_account=F("account")),
                name="sending_second_person",
                violation_error_message="要由另一个人批准，不能批准自己写的群发。",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["union", "-at"], name="sending_union")]

    def move(self, verb: str) -> None:
        self.state = SENDING_MOVES.target(verb, self.state)

    def can(self, verb: str) -> bool:
        return verb in SENDING_MOVES.verbs(self.state)
