"""Who asks, for what, and what was given: applications, people in them, wishes, steps, awards."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from tongxin.calls.models.windows import Call, Pool, Reserve
from tongxin.calls.states import HOLDING, ApplicationState, AwardState, Verdict
from tongxin.people.models import Person
from tongxin.people.scoping import ScopedQuerySet
from tongxin.store.keeping import WHILE_KNOWN, Kept
from tongxin.store.models import PublicIdField, Sharded
from tongxin.unions.models import Union


class Application(Sharded):
    """One request, by one or more people together. `key` is the asker's own: sent twice, it is one application.

    `ticket` is its number in the published list: 16 random bytes in hex that name nobody. `weight`, `groups` (names joined
    by +, sorted) and `size` stand beside it there (kernel/draw.py); `points` are what a substance pushed for a ranking.
    While a union has it to review, that is `reviewer`, until `due`.
    """

    keeps: ClassVar = Kept(3, "报名：谁代为提交", WHILE_KNOWN)
    public_id = PublicIdField()
    call = models.ForeignKey(Call, models.PROTECT, related_name="applications", db_index=False)  # by call and state
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")  # that opened the call
    state = models.CharField(max_length=12, choices=ApplicationState)
    at = models.DateTimeField()
    account = models.BigIntegerField(null=True)  # who typed it in: the worker, or staff for the worker
    key = models.CharField(max_length=64, null=True)
    ticket = models.CharField(max_length=32, null=True, unique=True)
    weight = models.SmallIntegerField(default=1, db_default=1)
    groups = models.CharField(max_length=400, blank=True, default="", db_default="")
    size = models.SmallIntegerField(default=1, db_default=1)
    points = models.DecimalField(max_digits=9, decimal_places=3, null=True)
    reviewer = models.ForeignKey(Union, models.PROTECT, null=True, related_name="+", db_index=False)  # with the day
    due = models.DateTimeField(null=True)
    supersedes = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")

    objects: ClassVar[ScopedQuerySet] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(
                fields=["account", "key"],
                name="application_key_once",
                violation_error_message="这张报名页已经用过，请刷新页面再报。",
            ),
            models.CheckConstraint(
                condition=Q(weight__range=(1, 9)),
                name="application_weight",
                violation_error_message="一张票最多9次机会。",
            ),
            models.CheckConstraint(condition=Q(size__range=(1, 99)), name="application_size"),
            models.CheckConstraint(
                condition=Q(ticket__isnull=True) | Q(ticket__regex=r"^[0-9a-f]{32}$"), name="application_ticket"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["call", "state"], name="application_call_state"),
            models.Index(fields=["reviewer", "due"], name="application_review", condition=Q(reviewer__isnull=False)),
        ]


class Applicant(Sharded):
    """A person in an application. `slot` counts a person's live applications to a call: 1 … call.per_person."""

    keeps: ClassVar = Kept(3, "报名：本人报了什么", WHILE_KNOWN)
    application = models.ForeignKey(Application, models.PROTECT, related_name="applicants")
    call = models.ForeignKey(Call, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    slot = models.SmallIntegerField()
    live = models.BooleanField(default=True)

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(
                fields=["person", "call", "slot"],
                condition=Q(live=True),
                name="applicant_once_a_call",
                violation_error_message="这一次您报名的数量已经到上限，先退出一个才能再报。",
            ),
        ]


class Preference(Sharded):
    """Which pool, in which order of wishes. `no`: of arrival, or of the order at settling; none before. `waits`: in its line."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="preferences", db_index=False)  # below
    pool = models.ForeignKey(Pool, models.PROTECT, related_name="preferences", db_index=False)  # below, with the number
    rank = models.SmallIntegerField(default=1)
    no = models.IntegerField(null=True)
    waits = models.BooleanField(default=False)

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(fields=["application", "pool"], name="preference_once"),
            models.UniqueConstraint(fields=["pool", "no"], name="preference_no_once"),
            models.UniqueConstraint(
                fields=["application", "rank"],
                name="preference_rank_once",
                violation_error_message="两个志愿不能排在同一位，请改其中一个。",
            ),
            models.CheckConstraint(condition=Q(rank__range=(1, 3)), name="preference_rank"),
            models.CheckConstraint(condition=Q(waits=False) | Q(no__isnull=False), name="preference_waits_with_number"),
        ]
        indexes: ClassVar = [models.Index(fields=["pool", "no"], name="preference_line", condition=Q(waits=True))]


class Step(Sharded):
    """The application's history: each move, by whom and when. Of a review also which union said what."""

    keeps: ClassVar = Kept(3, "报名的经过", WHILE_KNOWN)
    application = models.ForeignKey(Application, models.PROTECT, related_name="steps")
    verb = models.CharField(max_length=20)
    account = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    why = models.CharField(max_length=200, blank=True)
    union = models.ForeignKey(Union, models.PROTECT, null=True, related_name="+")
    verdict = models.CharField(max_length=10, choices=Verdict, blank=True, default="", db_default="")


class Award(Sharded):
    """What was given from a pool: one a person. `reserve`: of whose places; none: an open one."""

    keeps: ClassVar = Kept(3, "本人得到的名额", WHILE_KNOWN)
    public_id = PublicIdField()
    application = models.ForeignKey(Application, models.PROTECT, related_name="awards")
    pool = models.ForeignKey(Pool, models.PROTECT, related_name="awards")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)  # by person and moment
    units = models.IntegerField(default=1)
    state = models.CharField(max_length=10, choices=AwardState, default=AwardState.HELD)
    at = models.DateTimeField()
    reserve = models.ForeignKey(Reserve, models.PROTECT, null=True, related_name="awards")
    accept_by = models.DateTimeField(null=True)  # of an offer: afterwards it goes to the next in line

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(
                fields=["application", "person", "pool"], condition=Q(state__in=HOLDING), name="award_once"
            ),
            models.CheckConstraint(
                condition=~Q(state=AwardState.OFFERED) | Q(accept_by__isnull=False), name="award_offer_ends"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["person", "-at"], name="award_person"),
            models.Index(fields=["accept_by"], name="award_offered", condition=Q(state=AwardState.OFFERED)),
        ]
