"""The release lane's tables: what a call takes in that thousands enter in one second. docs/adr/0017-release-lane.md."""

import secrets
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tongxin.calls.models.windows import Pool
from tongxin.calls.states import Bound, RehearsalState
from tongxin.people.models import Person
from tongxin.people.models.persons import Assurance
from tongxin.people.scoping import ScopedQuerySet
from tongxin.rulebook.models import RuleVersion
from tongxin.store.keeping import WHILE_KNOWN, Kept
from tongxin.store.models import PublicIdField, Sharded
from tongxin.unions.models import Union

SALT = 32  # bytes


def new_salt() -> bytes:
    return secrets.token_bytes(SALT)


class Lane(Sharded):
    """This pool is entered by the lane: first a number in line for everyone, then places in that order, by batches.

    Of a level start the order of its first minutes is drawn: a round like any other (models/draws.py).

    `settled`: how far the line has been gone through. `salt` turns a person into the opaque name that stands on a receipt.
    """

    pool = models.OneToOneField(Pool, models.PROTECT, related_name="lane")
    salt = models.BinaryField(max_length=SALT, default=new_salt)
    settled = models.IntegerField(default=0)
    level_last = models.IntegerField(null=True)  # of a level start: the last number of its minutes; none: not known yet

    objects: ClassVar[ScopedQuerySet] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.CheckConstraint(condition=Q(settled__gte=0), name="lane_numbers"),
        ]


class Intake(Sharded):
    """How many have come. A row of its own, for each batch locks it: whoever settles meanwhile never stands in the way."""

    pool = models.OneToOneField(Pool, models.PROTECT, related_name="intake")
    arrived = models.IntegerField(default=0)
    batches = models.IntegerField(default=0)

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.CheckConstraint(condition=Q(arrived__gte=F("batches"), batches__gte=0), name="intake_numbers"),
        ]


class Arrival(Sharded):
    """One person's number in a pool's line. Append-only; the lane alone writes it, a batch in one statement.

    Neither key is checked row by row by the database: the signed entry says that both exist, and nobody deletes either.
    (Checked, each row would lock its pool's row and look up its person: half of the time that a batch takes.)
    """

    keeps: ClassVar = Kept(3, "发放时本人排在第几位", WHILE_KNOWN)
    pool = models.ForeignKey(Pool, models.PROTECT, related_name="arrivals", db_constraint=False, db_index=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    no = models.IntegerField()  # 1 came first
    batch = models.IntegerField()
    at = models.DateTimeField()

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(fields=["person", "pool"], name="arrival_once"),
            models.UniqueConstraint(fields=["pool", "no"], name="arrival_no_once"),
        ]


class Entry(Sharded):
    """Who may enter, found out days before: the verdict that the signed entry carries, and until when it counts."""

    keeps: ClassVar = Kept(3, "发放前判断本人能不能进", WHILE_KNOWN)
    pool = models.ForeignKey(Pool, models.PROTECT, related_name="entries")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    rule_version = models.ForeignKey(RuleVersion, models.PROTECT, null=True, related_name="+")
    assurance = models.SmallIntegerField(choices=Assurance)  # how surely the person was known then
    issued_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(fields=["pool", "person"], name="entry_once"),
        ]


class Rehearsal(Sharded):
    """A made-up crowd sent through this installation before a release: its rows stand in a schema of their own and are dropped.

    Rates are answers a second; `answered` are claims that had a receipt, `stored` the rows that were found afterwards.
    """

    keeps: ClassVar = Kept(3, "发放演练：谁发起", WHILE_KNOWN)
    public_id = PublicIdField()
    pool = models.ForeignKey(Pool, models.PROTECT, related_name="rehearsals")
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")
    account = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, choices=RehearsalState, default=RehearsalState.RUNNING)
    crowd = models.IntegerField()  # how many come, as far as can be foreseen
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    answered = models.IntegerField(default=0)
    stored = models.IntegerField(default=0)
    errors = models.IntegerField(default=0)
    rate = models.FloatField(default=0)
    empty_rate = models.FloatField(default=0)
    p99_ms = models.FloatField(default=0)
    commit_ms = models.FloatField(default=0)  # of one small batch, alone
    bound = models.CharField(max_length=12, choices=Bound, blank=True)
    why = models.CharField(max_length=200, blank=True)

    objects: ClassVar[ScopedQuerySet] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(
                fields=["state"],
                condition=Q(state=RehearsalState.RUNNING),
                name="rehearsal_one_runs",
                violation_error_message="另一次演练正在进行，请等它结束（不到一分钟）再来。",
            ),
        ]
