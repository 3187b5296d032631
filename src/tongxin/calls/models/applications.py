"""Who asks, for what, and what was given: applications, people in them, wishes, steps, awards."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from tongxin.calls.models.windows import Call, Pool
from tongxin.calls.states import ApplicationState, AwardState
from tongxin.people.models import Person
from tongxin.people.scoping import ScopedQuerySet
from tongxin.store.keeping import WHILE_KNOWN, Kept
from tongxin.store.models import PublicIdField, Sharded
from tongxin.unions.models import Union


class Application(Sharded):
    """One request, by one or more people together. `key` is the asker's own: sent twice, it is one application."""

    keeps: ClassVar = Kept(3, "报名：谁代为提交", WHILE_KNOWN)
    public_id = PublicIdField()
    call = models.ForeignKey(Call, models.PROTECT, related_name="applications")
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")  # that opened the call
    state = models.CharField(max_length=12, choices=ApplicationState)
    at = models.DateTimeField()
    account = models.BigIntegerField(null=True)  # who typed it in: the worker, or staff for the worker
    key = models.CharField(max_length=64, null=True)
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
    """Which pool, in which order of wishes; and the place in the pool's line while it waits."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="preferences")
    pool = models.ForeignKey(Pool, models.PROTECT, related_name="preferences")
    rank = models.SmallIntegerField(default=1)
    no = models.IntegerField()  # order of arrival at this pool
    waits = models.BooleanField(default=False)

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(fields=["application", "pool"], name="preference_once"),
            models.UniqueConstraint(fields=["pool", "no"], name="preference_no_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["pool", "no"], name="preference_line", condition=Q(waits=True))]


class Step(Sharded):
    """The application's history: each move, by whom and when."""

    keeps: ClassVar = Kept(3, "报名的经过", WHILE_KNOWN)
    application = models.ForeignKey(Application, models.PROTECT, related_name="steps")
    verb = models.CharField(max_length=20)
    account = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    why = models.CharField(max_length=200, blank=True)


class Award(Sharded):
    """What was given from a pool."""

    keeps: ClassVar = Kept(3, "本人得到的名额", WHILE_KNOWN)
    public_id = PublicIdField()
    application = models.ForeignKey(Application, models.PROTECT, related_name="awards")
    pool = models.ForeignKey(Pool, models.PROTECT, related_name="awards")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    units = models.IntegerField(default=1)
    state = models.CharField(max_length=10, choices=AwardState, default=AwardState.HELD)
    at = models.DateTimeField()

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(
                fields=["application", "pool"], condition=Q(state__in=["held", "used"]), name="award_once"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["person", "-at"], name="award_person")]
