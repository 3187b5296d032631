"""A cohort's roster as a grid: who, which lesson, which mark."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.db.models.functions import Coalesce

from tongxin.activities.days import day_of
from tongxin.activities.models import Attendance, Cohort, Enrolment, Family, Session
from tongxin.activities.states import ATTENDED, ActivityKind, EnrolmentState, SessionState


@dataclass(frozen=True, slots=True)
class Cell:
    session: Session
    mark: str  # empty: none made
    how: str
    free: bool  # can be set now without a reason
    locked: bool  # its day has not come, or the lesson is cancelled


@dataclass(frozen=True, slots=True)
class RosterRow:
    """`attended` of `marked`: lessons with 到 or 迟, of those with any mark."""

    number: int
    enrolment: Enrolment  # with its person
    cells: Sequence[Cell]
    attended: int
    marked: int

    @property
    def present(self) -> bool:
        """On the roster now; others are shown for what they attended."""
        return self.enrolment.state == EnrolmentState.ENROLLED


@dataclass(frozen=True, slots=True)
class Column:
    session: Session
    attended: int
    marked: int


@dataclass(frozen=True, slots=True)
class Roster:
    cohort: Cohort
    columns: Sequence[Column]
    rows: Sequence[RosterRow]
    attended: int
    marked: int

    @property
    def enrolled(self) -> int:
        return sum(row.present for row in self.rows)


def roster(cohort: Cohort, *, at: datetime) -> Roster:
    """Three queries however many workers and lessons. In order of enrolment; those who left without a mark are not in it."""
    sessions = list(cohort.sessions.select_related("room").order_by("starts_at", "no"))
    marked = Attendance.objects.filter(enrolment=OuterRef("pk"))
    enrolments = Enrolment.objects.filter(cohort=cohort).filter(Q(state=EnrolmentState.ENROLLED) | Exists(marked))
    people = list(enrolments.select_related("person", "moved_to__cohort__course").order_by("at", "pk"))
    marks = {
        (session, enrolment): (mark, how)
        for session, enrolment, mark, how in Attendance.objects.filter(enrolment__cohort=cohort).values_list(
            "session_id", "enrolment_id", "mark", "how"
        )
    }
    rows = [_row(number, enrolment, sessions, marks, at) for number, enrolment in enumerate(people, 1)]
    return Roster(
        cohort, _columns(sessions, marks), rows, sum(row.attended for row in rows), sum(row.marked for row in rows)
    )


def cell(session: Session, mark: str, how: str, at: datetime) -> Cell:
    """Also for the one cell that a page swaps after a mark."""
    today, day = day_of(at), day_of(session.starts_at)
    cancelled = session.state == SessionState.CANCELLED
    return Cell(session, mark, how, free=today == day and not cancelled, locked=today < day or cancelled)


_Marks = dict[tuple[int, int], tuple[str, str]]


def _row(number: int, enrolment: Enrolment, sessions: Sequence[Session], marks: _Marks, at: datetime) -> RosterRow:
    cells = [cell(session, *marks.get((session.pk, enrolment.pk), ("", "")), at) for session in sessions]
    made = [one.mark for one in cells if one.mark]
    return RosterRow(number, enrolment, cells, sum(mark in ATTENDED for mark in made), len(made))


def _columns(sessions: Sequence[Session], marks: _Marks) -> list[Column]:
    made = Counter(session for session, _ in marks)
    came = Counter(session for (session, _), (mark, _) in marks.items() if mark in ATTENDED)
    return [Column(session, came[session.pk], made[session.pk]) for session in sessions]


def children_of(cohort: Cohort) -> dict[str, int] | None:
    """How many children come along, in all; None where the kind of activity asks for none. No query then."""
    if not ActivityKind(cohort.course.kind).traits.families:
        return None
    sums = {band: Coalesce(Sum(band), 0) for band in ("under_6", "from_6_to_11", "from_12_to_17")}
    found: dict[str, int] = Family.objects.filter(cohort=cohort).aggregate(families=Count("pk"), **sums)
    return found
