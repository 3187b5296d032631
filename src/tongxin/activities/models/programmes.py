"""A programme runs in terms (期); its courses (门) are offered in them as cohorts (班次)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tongxin.activities.states import ActivityKind, TermState
from tongxin.calls.models import Call
from tongxin.people.scoping import ScopedQuerySet
from tongxin.store.models import PublicIdField, Sharded
from tongxin.unions.models import Union


class Programme(Sharded):
    public_id = PublicIdField()
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    began_on = models.DateField()
    about = models.TextField(blank=True)
    late_after = models.SmallIntegerField(default=10)  # minutes after the start from which a check-in counts as 迟
    synthetic = models.CharField(max_length=300, blank=True)  # what is synthetic in it; shown on every page of it

    objects: ClassVar[ScopedQuerySet] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(
                fields=["union", "name"],
                name="programme_name_once",
                violation_error_message="这个工会已有同名的项目，请换个名称。",
            ),
            models.CheckConstraint(
                condition=Q(late_after__gte=0, late_after__lte=120),
                name="programme_late_after",
                violation_error_message="迟到从开课后0至120分钟起算，请改成这个范围内的数。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Term(Sharded):
    """一期. One call for all its cohorts' places, once its sign-up window is set."""

    public_id = PublicIdField()
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="terms")
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")
    ordinal = models.SmallIntegerField()  # 第27期
    starts = models.DateField()
    ends = models.DateField()  # the last day, included: as people say it
    call = models.OneToOneField(Call, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=TermState, default=TermState.DRAFT)

    objects: ClassVar[ScopedQuerySet] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(
                fields=["programme", "ordinal"],
                name="term_ordinal_once",
                violation_error_message="这个项目已有同样期数，请换一个期数。",
            ),
            models.CheckConstraint(
                condition=Q(ends__gte=F("starts")),
                name="term_days",
                violation_error_message="结束日期不能早于开始日期。",
            ),
        ]


class Course(Sharded):
    """一门课程: offered in many terms, it is still one course."""

    public_id = PublicIdField()
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="courses")
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    topic = models.CharField(max_length=20)  # 文化艺术, 健身, 技能 …: what the class list filters by
    kind = models.CharField(max_length=10, choices=ActivityKind, default=ActivityKind.LESSONS)
    asked = models.ForeignKey("PollChoice", models.PROTECT, null=True, related_name="courses")  # who wished for it
    about = models.TextField(blank=True)

    objects: ClassVar[ScopedQuerySet] = ScopedQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(
                fields=["programme", "name"],
                name="course_name_once",
                violation_error_message="这个项目已有同名课程，直接用它开班就行。",
            ),
        ]

    def __str__(self) -> str:
        return self.name
