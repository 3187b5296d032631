"""Calls and their pools. Scarcity is the pool."""

from datetime import datetime, timedelta
from typing import ClassVar, Final

from django.db import models
from django.db.models import F, Q

from tongxin.calls.states import BY_ENTRY, BY_PARTY, BY_SPEED, CallState, Policy, Spill, Ties, When
from tongxin.people.models.persons import Assurance
from tongxin.people.scoping import ScopedQuerySet
from tongxin.rulebook.models import RuleVersion
from tongxin.store.models import PublicIdField, Sharded
from tongxin.unions.models import Union

GRACE: Final = timedelta(seconds=30)  # a claim that came in time may be written so much later: web.lane's patience
FREEZING: Final = timedelta(minutes=10)  # a million arrivals are written into a list within it (docs/performance.md)


class Call(Sharded):
    """A union opens a call, in a window, with conditions. Open means: published, and `opens <= now < closes`."""

    public_id = PublicIdField()
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30)  # a key of settings.CALL_KINDS
    rule_version = models.ForeignKey(RuleVersion, models.PROTECT, null=True, related_name="+")  # none: open to all
    policy = models.CharField(max_length=20, choices=Policy, default=Policy.DRAW)
    policy_reason = models.CharField(max_length=300, blank=True)  # why quick hands decide; everyone reads it
    level_minutes = models.SmallIntegerField(
        null=True
    )  # of a level start: who comes within them counts as simultaneous
    opens = models.DateTimeField()
    closes = models.DateTimeField()
    per_person = models.SmallIntegerField(default=1)  # how many live applications one person may have
    assurance = models.SmallIntegerField(
        choices=Assurance, default=Assurance.DECLARED
    )  # how surely applicants must be known
    choices = models.SmallIntegerField(default=1, db_default=1)  # how many pools one application may rank
    party_most = models.SmallIntegerField(
        default=1, db_default=1
    )  # how many may come by one application; each is a unit
    chances = models.SmallIntegerField(default=1, db_default=1)  # of a draw: the most that earlier losses give a ticket
    result_at = models.DateTimeField(null=True)  # when the result is published; stated with the call
    accept_hours = models.SmallIntegerField(default=0, db_default=0)  # to take up an offer; 0: it is given at once
    review_hours = models.SmallIntegerField(null=True)  # of a review: how long one union may keep it
    notice_days = models.SmallIntegerField(
        default=0, db_default=0
    )  # for how long the outcome is published for objections
    ties = models.CharField(max_length=6, choices=Ties, default=Ties.TICKET, db_default=Ties.TICKET)  # of a ranking
    spares_meals = models.BooleanField(
        default=False, db_default=False
    )  # its union says that people take part who are at work at the rush; mostly it is found out (actions/busy.py)
    by_lane = models.BooleanField(default=False, db_default=False)  # entered by the release lane alone (models/lane.py)
    frozen_at = models.DateTimeField(null=True)  # nobody enters or changes a wish from here on, whatever the clocks say
    settled_at = models.DateTimeField(null=True)  # the entries were given their places
    state = models.CharField(max_length=12, choices=CallState, default=CallState.DRAFT)

    objects: ClassVar[ScopedQuerySet] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    @property
    def list_ends(self) -> datetime:
        """Who came before is in the list that is drawn: at closing, or of a level start when its minutes are over."""
        if self.policy == Policy.LEVEL_START and self.level_minutes is not None:
            return self.opens + timedelta(minutes=self.level_minutes)
        return self.closes

    @property
    def draws_after(self) -> datetime:
        """A draw is later than this: its list is published before, and that of a level start takes some time to write."""
        return self.list_ends + FREEZING if self.policy == Policy.LEVEL_START else self.closes

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.CheckConstraint(
                condition=Q(closes__gt=F("opens")),
                name="call_window",
                violation_error_message="报名截止时间要晚于开始时间，请改其中一个。",
            ),
            models.CheckConstraint(condition=Q(per_person__gte=1), name="call_per_person"),
            models.CheckConstraint(
                condition=~Q(policy__in=BY_SPEED) | ~Q(policy_reason=""),
                name="call_policy_reason",
                violation_error_message="先到先得和同时起步要写明理由，职工会看到。不写理由，请改用抽签。",
            ),
            models.CheckConstraint(
                condition=Q(policy=Policy.LEVEL_START, level_minutes__isnull=False, level_minutes__range=(1, 120))
                | (~Q(policy=Policy.LEVEL_START) & Q(level_minutes__isnull=True)),
                name="call_level_minutes",
                violation_error_message="同时起步要写明头几分钟算同时到，1至120分钟；其他办法不用填。",
            ),
            models.CheckConstraint(
                condition=Q(choices=1) | Q(choices__range=(2, 3), policy__in=BY_ENTRY),
                name="call_choices",
                violation_error_message="最多可选3个志愿；先到先得和同时起步只能选1个。",
            ),
            models.CheckConstraint(
                condition=Q(party_most=1) | Q(party_most__range=(2, 20), policy__in=BY_PARTY),
                name="call_party_most",
                violation_error_message="一起报名的人数最多20人；同时起步只能各报各的。",
            ),
            models.CheckConstraint(
                condition=Q(chances=1) | Q(chances__range=(2, 9), policy=Policy.DRAW),
                name="call_chances",
                violation_error_message="一张票最多9次机会；只有抽签才按以前没抽中的次数加机会。",
            ),
            models.CheckConstraint(
                condition=Q(result_at__isnull=True) | Q(result_at__gte=F("closes")),
                name="call_result_at",
                violation_error_message="公布结果的时间不能早于报名截止，请改其中一个。",
            ),
            models.CheckConstraint(
                condition=Q(accept_hours__range=(0, 720)),
                name="call_accept_hours",
                violation_error_message="确认的时限最多720小时；填0表示轮到就直接录取。",
            ),
            models.CheckConstraint(
                condition=Q(notice_days__range=(0, 60)),
                name="call_notice_days",
                violation_error_message="公示最多60天；填0表示不公示。",
            ),
            models.CheckConstraint(
                condition=Q(review_hours__isnull=True) | Q(review_hours__range=(1, 720)),
                name="call_review_hours",
                violation_error_message="每一级审核的时限1至720小时，请改正。",
            ),
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
    cut = models.IntegerField(null=True)  # the last number of the order to which an open place went, at settling
    reserved = models.BooleanField(
        default=False, db_default=False
    )  # has reserves: who arrives is asked for their groups
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


class Reserve(Sharded):
    """Units of a pool that are kept for a group. The pool's row is its lock, too.

    `name` is written into the list of tickets (letters, no blanks); `words` is what people read. Who is in the group is
    said by the rule; without one by whoever enters the application. `let_go`: units that went over to others, as `spill` says.
    """

    public_id = PublicIdField()
    pool = models.ForeignKey(Pool, models.PROTECT, related_name="reserves")
    name = models.CharField(max_length=60)
    words = models.CharField(max_length=120)
    rule_version = models.ForeignKey(RuleVersion, models.PROTECT, null=True, related_name="+")
    units = models.IntegerField()
    order = models.SmallIntegerField()
    when = models.CharField(max_length=5, choices=When, default=When.FIRST)
    spill = models.CharField(max_length=4, choices=Spill, default=Spill.OPEN)
    taken = models.IntegerField(default=0, db_default=0)
    handed = models.IntegerField(default=0, db_default=0)  # units that an earlier reserve handed on to this one
    let_go = models.IntegerField(default=0, db_default=0)

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(
                fields=["pool", "name"],
                name="reserve_name_once",
                violation_error_message="这一组已经有预留名额，请直接改它的数量。",
            ),
            models.UniqueConstraint(
                fields=["pool", "order"],
                name="reserve_order_once",
                violation_error_message="各组的先后不能相同，请改其中一个。",
            ),
            models.CheckConstraint(
                condition=Q(units__gte=1),
                name="reserve_units",
                violation_error_message="预留的名额至少1个；不预留就删去这一组。",
            ),
            models.CheckConstraint(
                condition=Q(taken__gte=0, let_go__gte=0, handed__gte=0)
                & Q(taken__lte=F("units") + F("handed") - F("let_go")),
                name="reserve_never_oversold",
                violation_error_message="预留的名额不能少于这一组已经录取的人数。",
            ),
            models.CheckConstraint(
                condition=Q(name__regex=r"^[^\s,+=]{1,60}$"),
                name="reserve_name",
                violation_error_message="组名不能有空格、逗号、加号和等号，请改正。",
            ),
        ]

    @property
    def left(self) -> int:
        return self.units + self.handed - self.let_go - self.taken
