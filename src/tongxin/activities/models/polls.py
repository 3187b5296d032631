"""所思所想所盼: a union asks its people what the next term should offer. One answer a person, changeable until the end."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tongxin.activities.models.programmes import Programme
from tongxin.activities.states import ActivityKind
from tongxin.people.models import Person
from tongxin.people.scoping import ScopedQuerySet
from tongxin.store.keeping import THREE_YEARS, Kept
from tongxin.store.models import Guarded, PublicIdField, Sharded
from tongxin.unions.models import Union


class Poll(Sharded):
    """Asks the members of the union and of all below it; what they wish for becomes the list of the programme's next term."""

    keeps: ClassVar = Kept(3, "所思所盼：谁发起的", THREE_YEARS)
    public_id = PublicIdField()
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="polls")
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")
    title = models.CharField(max_length=60)
    about = models.CharField(max_length=200, blank=True)
    most = models.SmallIntegerField(default=3)  # how many choices one may tick
    opens = models.DateTimeField()
    closes = models.DateTimeField()  # half-open: the first moment that is too late
    account = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    objects: ClassVar[ScopedQuerySet] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.CheckConstraint(
                condition=Q(closes__gt=F("opens")),
                name="poll_times",
                violation_error_message="截止时间要晚于开始时间，请改其中一个。",
            ),
            models.CheckConstraint(
                condition=Q(most__gte=1, most__lte=5),
                name="poll_most",
                violation_error_message="每人最多可选1到5项，请改成这个范围内的数。",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["union", "-closes"], name="poll_union")]

    def __str__(self) -> str:
        return self.title


class PollChoice(Guarded):
    """What may be wished for. Once it is taken up, the courses that came of it name it (`Course.asked`)."""

    poll = models.ForeignKey(Poll, models.PROTECT, related_name="choices")
    no = models.SmallIntegerField()
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, choices=ActivityKind, default=ActivityKind.LESSONS)
    taken_up_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["poll", "name"],
                name="poll_choice_once",
                violation_error_message="有两个选项写得一样，请改掉一个。",
            ),
            models.UniqueConstraint(fields=["poll", "no"], name="poll_choice_no_once"),
        ]


class PollAnswer(Sharded):
    """One person's answer; `words` are their own, read by the poll's staff without a name."""

    keeps: ClassVar = Kept(3, "所思所盼：本人想要什么，可以改；办起来时告诉本人", THREE_YEARS)
    poll = models.ForeignKey(Poll, models.PROTECT, related_name="answers")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    words = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(
                fields=["poll", "person"],
                name="poll_answer_once",
                violation_error_message="您已经答过，刷新后可以改。",
            ),
        ]


class PollTick(Guarded):
    answer = models.ForeignKey(PollAnswer, models.PROTECT, related_name="ticks")
    choice = models.ForeignKey(PollChoice, models.PROTECT, related_name="ticks")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["answer", "choice"], name="poll_tick_once")]
