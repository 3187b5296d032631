"""What one worker has, and what one teacher teaches."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from tongxin.activities.models import Attendance, Cohort, Enrolment, Session
from tongxin.activities.queries.check_in import window_of
from tongxin.activities.queries.standing import Mine, Stands, stands
from tongxin.activities.states import ATTENDED, RUNNING, CohortState, EnrolmentState, SessionState
from tongxin.people.authority import Actor
from tongxin.people.powers import Power

PAST = 50


@dataclass(frozen=True, slots=True)
class MyClass:
    """`attended` of `marked`; `next` is the lesson that is on or comes next."""

    enrolment: Enrolment
    cohort: Cohort
    stands: Stands
    next: Session | None
    attended: int
    marked: int
    can_check_in: bool


@dataclass(frozen=True, slots=True)
class MyThings:
    current: Sequence[MyClass]  # the next lesson first
    past: Sequence[MyClass]  # done, left, moved, cancelled; newest first, at most 50


def my_things(person: int, *, at: datetime) -> MyThings:
    """Classes; what they wait for, of whatever kind, is their applications' to say. Three queries at most."""
    enrolments = list(
        Enrolment.objects.filter(person=person)
        .select_related(*[f"cohort__{path}" for path in _SHOWN])
        .order_by("-at", "-pk")[: 2 * PAST]
    )
    upcoming = next_sessions([row.cohort_id for row in enrolments if _is_current(row)], at)
    made, came = _marks(enrolments)
    mine = [_my_class(row, upcoming.get(row.cohort_id), came[row.pk], made[row.pk], at) for row in enrolments]
    current = [one for one in mine if _is_current(one.enrolment)]
    current.sort(key=lambda one: (one.next is None, one.next.starts_at if one.next else at))
    return MyThings(current, [one for one in mine if not _is_current(one.enrolment)][:PAST])


def next_sessions(cohorts: Iterable[int], at: datetime) -> dict[int, Session]:
    """By cohort, the lesson that is on at this moment or comes next. One query, none for no cohorts."""
    ids = list(cohorts)
    if not ids:
        return {}
    rows = Session.objects.filter(cohort__in=ids, ends_at__gt=at).exclude(state=SessionState.CANCELLED)
    first = rows.select_related("room").order_by("cohort_id", "starts_at").distinct("cohort_id")
    return {session.cohort_id: session for session in first}


@dataclass(frozen=True, slots=True)
class TeachersClass:
    cohort: Cohort
    next: Session | None


def teachers_cohorts(actor: Actor, *, at: datetime) -> list[TeachersClass]:
    """Cohorts whose roll the actor calls and that run; the next lesson first. Two queries."""
    rows: QuerySet[Cohort] = Cohort.objects.within(actor, Power.CALL_ROLL).filter(state__in=RUNNING)
    cohorts = list(rows.select_related(*_SHOWN))
    upcoming = next_sessions([cohort.pk for cohort in cohorts], at)
    found = [TeachersClass(cohort, upcoming.get(cohort.pk)) for cohort in cohorts]
    return sorted(found, key=lambda one: (one.next is None, one.next.starts_at if one.next else at, one.cohort.pk))


_SHOWN = ("course", "site", "room", "term__call", "term__programme", "pool")


def _is_current(enrolment: Enrolment) -> bool:
    over = enrolment.cohort.state in {CohortState.FINISHED, CohortState.CANCELLED}
    return enrolment.state == EnrolmentState.ENROLLED and not over


def _my_class(enrolment: Enrolment, upcoming: Session | None, attended: int, marked: int, at: datetime) -> MyClass:
    cohort = enrolment.cohort
    enrolled = enrolment.state == EnrolmentState.ENROLLED
    return MyClass(
        enrolment,
        cohort,
        stands(cohort, at, Mine(enrolled=enrolled)),
        upcoming,
        attended,
        marked,
        can_check_in=upcoming is not None and at in window_of(upcoming),
    )


def _marks(enrolments: Sequence[Enrolment]) -> tuple[dict[int, int], dict[int, int]]:
    """Marks made, and of them attended, by enrolment."""
    made: dict[int, int] = defaultdict(int)
    came: dict[int, int] = defaultdict(int)
    rows = Attendance.objects.filter(enrolment__in=[row.pk for row in enrolments])
    for enrolment, mark in rows.values_list("enrolment_id", "mark"):
        made[enrolment] += 1
        came[enrolment] += mark in ATTENDED
    return made, came
