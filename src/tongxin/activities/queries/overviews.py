"""Cohorts as their staff see them in lists: one line each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, NamedTuple

from django.db.models import Count, IntegerField, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from tongxin.activities.days import day_of
from tongxin.activities.models import Cohort, Enrolment, Session
from tongxin.activities.models.cohorts import title_of
from tongxin.activities.states import LISTED, EnrolmentState, SessionState


class Lessons(NamedTuple):
    """How many a cohort has; cancelled ones are none."""

    planned: int = 0
    held: int = 0
    uncalled: int = 0  # over, and no mark made
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CohortLine:
    """What a list shows of a cohort. Values, not rows: fifty cohorts would be three hundred objects of six tables."""

    public_id: str
    course: str
    name: str
    programme: str
    ordinal: int  # of the term
    synthetic: str
    state: str  # of CohortState
    weekday: int
    starts_at: time
    ends_at: time
    first_day: date
    last_day: date
    site: str
    room: str | None
    teacher: str
    units: int
    enrolled: int
    waiting: int
    lessons: Lessons

    @property
    def title(self) -> str:
        return title_of(self.course, self.name)


_SHOWN = (  # in the order of CohortLine
    "public_id", "course__name", "name", "term__programme__name", "term__ordinal", "term__programme__synthetic",
    "state", "weekday", "starts_at", "ends_at", "first_day", "last_day",
    "site__name", "room__name", "teacher_name", "units", "enrolled", "waiting",
)  # fmt: skip


def lines(chosen: Iterable[Cohort], *, at: datetime) -> list[CohortLine]:
    """In the order given. Two queries however many they are; of the cohorts given only the keys are read."""
    keys = [cohort.pk for cohort in chosen]
    rows = with_people(Cohort.objects.filter(pk__in=keys)).values_list("pk", *_SHOWN)
    found, lessons = {key: values for key, *values in rows}, _lessons(keys, at)
    values: list[list[Any]] = [[*found[key], lessons.get(key, Lessons())] for key in keys]
    return [CohortLine(*one) for one in values]


def with_people(rows: QuerySet[Cohort]) -> QuerySet[Cohort]:
    """Adds `enrolled` and `waiting`; read them with `units`."""
    on_it = Enrolment.objects.filter(cohort=OuterRef("pk"), state=EnrolmentState.ENROLLED).order_by()
    counted = on_it.values("cohort").annotate(n=Count("*")).values("n")
    return rows.annotate(
        enrolled=Coalesce(Subquery(counted, output_field=IntegerField()), 0), waiting=Coalesce("pool__waiting", 0)
    )


def due_to_finish(at: datetime) -> QuerySet[Cohort]:
    """Cohorts whose last lesson was on an earlier day. Such as never opened are left to their staff."""
    rows: QuerySet[Cohort] = Cohort.objects.filter(state__in=LISTED, last_day__lt=day_of(at))
    return rows.order_by("pk")


def _lessons(cohorts: Sequence[int], at: datetime) -> dict[int, Lessons]:
    rows = Session.objects.filter(cohort__in=cohorts).exclude(state=SessionState.CANCELLED).order_by()
    counted = rows.values("cohort").annotate(
        planned=Count("pk"),
        held=Count("pk", filter=Q(state=SessionState.HELD)),
        uncalled=Count("pk", filter=Q(state=SessionState.PLANNED, ends_at__lte=at)),
        next_at=Min("starts_at", filter=Q(ends_at__gt=at)),
    )
    return {key: Lessons(*numbers) for key, *numbers in counted.values_list("cohort", *Lessons._fields)}
