"""班次 and their sessions (课次)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from tongxin.activities.models.programmes import Course, Term
from tongxin.activities.states import CohortState, SessionState
from tongxin.calls.models import Pool
from tongxin.people.models import Person
from tongxin.people.scoping import ScopedQuerySet
from tongxin.store.keeping import WHILE_KNOWN, Kept
from tongxin.store.models import PublicIdField, Sharded
from tongxin.unions.models import Union
from tongxin.venues.models import Booking, Room, Site


def title_of(course: str, name: str) -> str:
    return f"{course}（{name}）" if name else course


class CohortQuerySet(ScopedQuerySet):
    """A teacher reaches the cohorts that name them, and nothing else."""

    def own(self, person_id: int) -> Q:
        return Q(teacher_id=person_id)


class Cohort(Sharded):
    keeps: ClassVar = Kept(3, "老师的姓名，职工看得到", WHILE_KNOWN)
    public_id = PublicIdField()
    term = models.ForeignKey(Term, models.PROTECT, related_name="cohorts")
    course = models.ForeignKey(Course, models.PROTECT, related_name="cohorts")
    union = models.ForeignKey(Union, models.PROTECT, related_name="+")
    name = models.CharField(max_length=60, blank=True)  # "晚班"; blank where the course has one cohort in the term
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    room = models.ForeignKey(Room, models.PROTECT, null=True, related_name="+")
    teacher = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    teacher_name = models.CharField(max_length=40, blank=True)  # as workers read it: 吴老师
    weekday = models.SmallIntegerField()  # 1 Monday … 7 Sunday, of the regular sessions
    starts_at = models.TimeField()
    ends_at = models.TimeField()
    first_day = models.DateField()
    last_day = models.DateField()
    session_count = models.SmallIntegerField(default=0)
    units = models.IntegerField()  # places
    fee = models.DecimalField(max_digits=8, decimal_places=2, default=0)  # yuan, for materials
    pool = models.OneToOneField(Pool, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=CohortState, default=CohortState.PLANNED)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged_from")
    ended_why = models.CharField(max_length=120, blank=True)  # why cancelled, merged or ended early; workers read it

    objects: ClassVar[CohortQuerySet] = CohortQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="cohort_times",
                violation_error_message="下课时间要晚于上课时间。",
            ),
            models.CheckConstraint(
                condition=Q(units__gte=1), name="cohort_places", violation_error_message="名额至少1个。"
            ),
            models.CheckConstraint(condition=Q(weekday__gte=1, weekday__lte=7), name="cohort_weekday"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["union", "state", "first_day"], name="cohort_union_state"),
            models.Index(fields=["teacher"], name="cohort_teacher"),
            models.Index(
                fields=["first_day", "starts_at", "id"], name="cohort_listed", condition=Q(state__in=["open", "closed"])
            ),
        ]

    @property
    def title(self) -> str:
        """瑜伽入门（晚班）. Reads the course."""
        return title_of(self.course.name, self.name)


class Session(Sharded):
    """One lesson of a cohort. Its union stands in the cohort."""

    public_id = PublicIdField()
    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="sessions")
    no = models.SmallIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    room = models.ForeignKey(Room, models.PROTECT, null=True, related_name="+")
    booking = models.OneToOneField(Booking, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=SessionState, default=SessionState.PLANNED)
    note = models.CharField(max_length=120, blank=True)  # "4月4日清明节，顺延到4月11日"

    class Meta(Sharded.Meta):
        constraints: ClassVar = [
            *Sharded.Meta.constraints,
            models.UniqueConstraint(fields=["cohort", "no"], name="session_no_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="session_times"),
        ]
        indexes: ClassVar = [models.Index(fields=["starts_at"], name="session_starts")]
