"""A term that already was, written at once: rosters and marks from paper, a demo's history, the benches' rows.

The same rows as the live path would have left, without its checks of time and power for each of them: enrolments without
applications, sessions without bookings, marks as 补录. The ledger gets what the live path would have written for the
marks as they stand. COPY carries what is many.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal

from django.db import connection, models

from tongxin.activities.actions.attendance import service
from tongxin.activities.days import day_of
from tongxin.activities.models import Attendance, Cohort, Course, Enrolment, Programme, Session, Term
from tongxin.activities.states import ATTENDED, CohortState, EnrolmentState, How, Mark, SessionState, TermState
from tongxin.kernel.public_ids import new_public_id
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, require
from tongxin.people.models import Person
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.served.actions import ledger
from tongxin.served.actions.ledger import Service
from tongxin.served.models import Measure
from tongxin.store.atomic import atomic
from tongxin.store.copying import copy_rows
from tongxin.venues.models import Room, Site


@dataclass(frozen=True, slots=True)
class PastSession:
    starts_at: datetime
    ends_at: datetime
    note: str = ""
    state: SessionState = SessionState.HELD


@dataclass(frozen=True, slots=True)
class PastSeat:
    """`marks` has one entry a session, None where none was made. `moved_to` is the place in the term's list of cohorts."""

    person: int
    at: datetime
    marks: Sequence[Mark | None]
    state: EnrolmentState = EnrolmentState.ENROLLED
    ended_at: datetime | None = None
    moved_to: int | None = None


@dataclass(frozen=True, slots=True)
class PastCohort:
    course: Course
    site: Site
    weekday: int
    starts_at: time
    ends_at: time
    units: int
    sessions: Sequence[PastSession]
    seats: Sequence[PastSeat]
    name: str = ""
    room: Room | None = None
    teacher: Person | None = None
    teacher_name: str = ""
    fee: Decimal = Decimal(0)
    state: CohortState = CohortState.FINISHED


@dataclass(frozen=True, slots=True)
class PastTerm:
    ordinal: int
    starts: date
    ends: date
    cohorts: Sequence[PastCohort] = field(default_factory=tuple)
    state: TermState = TermState.FINISHED


@atomic
def load_term(*, programme: Programme, plan: PastTerm, by: Actor, at: datetime) -> Term:
    """Refused: "no-power", "sessions-none", "marks-count" (not one entry a session), and what constraints refuse."""
    require(by, Power.RUN_COURSES, programme.union_id)
    for past in plan.cohorts:
        _check(past)
    term = Term.make(
        federation=programme.federation,
        programme=programme,
        union_id=programme.union_id,
        ordinal=plan.ordinal,
        starts=plan.starts,
        ends=plan.ends,
        state=plan.state,
    )
    cohorts = Cohort.objects.bulk_create([_cohort(term, past) for past in plan.cohorts])
    sessions = _sessions(cohorts, plan)
    enrolments = _enrolments(cohorts, plan)
    _link_moves(enrolments, plan)
    ids = _ids(Attendance, sum(mark is not None for past in plan.cohorts for seat in past.seats for mark in seat.marks))
    marked = list(_marked(cohorts, sessions, enrolments, plan, ids))
    _copy_marks(marked)
    ledger.record_new(_services(marked), at=at)
    journal.write(
        "term.loaded",
        of=term,
        by=by,
        at=at,
        cohorts=len(cohorts),
        enrolments=sum(map(len, enrolments)),
        marks=len(marked),
    )
    return term


@dataclass(frozen=True, slots=True)
class _Marked:
    pk: int
    cohort: Cohort
    session: Session
    enrolment: int
    person: int
    mark: Mark


def _check(past: PastCohort) -> None:
    if not past.sessions:
        raise Refused("sessions-none", "“%(course)s”没有课次，请补上再导入。", course=past.course.name)
    if any(len(seat.marks) != len(past.sessions) for seat in past.seats):
        raise Refused(
            "marks-count", "“%(course)s”有人的出勤格数和课次不一样多，请核对后再导入。", course=past.course.name
        )


def _cohort(term: Term, past: PastCohort) -> Cohort:
    held = [session.starts_at for session in past.sessions if session.state != SessionState.CANCELLED]
    days = sorted(day_of(starts) for starts in held or [session.starts_at for session in past.sessions])
    return Cohort(
        federation=term.federation,
        term=term,
        course=past.course,
        union_id=term.union_id,
        name=past.name,
        site=past.site,
        room=past.room,
        teacher=past.teacher,
        teacher_name=past.teacher_name,
        weekday=past.weekday,
        starts_at=past.starts_at,
        ends_at=past.ends_at,
        first_day=days[0],
        last_day=days[-1],
        session_count=len(held),
        units=past.units,
        fee=past.fee,
        state=past.state,
    )


def _sessions(cohorts: Sequence[Cohort], plan: PastTerm) -> list[list[Session]]:
    made = [
        [
            Session(
                federation=cohort.federation,
                cohort=cohort,
                no=no,
                starts_at=one.starts_at,
                ends_at=one.ends_at,
                room=past.room,
                note=one.note,
                state=one.state,
            )
            for no, one in enumerate(past.sessions, 1)
        ]
        for cohort, past in zip(cohorts, plan.cohorts, strict=True)
    ]
    Session.objects.bulk_create([session for group in made for session in group])
    return made


def _enrolments(cohorts: Sequence[Cohort], plan: PastTerm) -> list[list[int]]:
    """Ids by cohort, in the order of the seats."""
    ids = iter(_ids(Enrolment, sum(len(past.seats) for past in plan.cohorts)))
    made = [[next(ids) for _ in past.seats] for past in plan.cohorts]
    copy_rows(
        Enrolment,
        ("id", "federation", "public_id", "cohort_id", "person_id", "state", "at", "ended_at"),
        (
            (pk, cohort.federation, new_public_id(), cohort.pk, seat.person, seat.state.value, seat.at, seat.ended_at)
            for cohort, past, pks in zip(cohorts, plan.cohorts, made, strict=True)
            for seat, pk in zip(past.seats, pks, strict=True)
        ),
    )
    return made


def _link_moves(enrolments: Sequence[Sequence[int]], plan: PastTerm) -> None:
    where = {
        (cohort, seat.person): pk
        for cohort, (past, pks) in enumerate(zip(plan.cohorts, enrolments, strict=True))
        for seat, pk in zip(past.seats, pks, strict=True)
    }
    moves = [
        Enrolment(pk=where[cohort, seat.person], moved_to_id=where[seat.moved_to, seat.person])
        for cohort, past in enumerate(plan.cohorts)
        for seat in past.seats
        if seat.moved_to is not None
    ]
    if moves:
        Enrolment.objects.bulk_update(moves, ["moved_to"], batch_size=1000)


def _marked(
    cohorts: Sequence[Cohort],
    sessions: Sequence[Sequence[Session]],
    enrolments: Sequence[Sequence[int]],
    plan: PastTerm,
    ids: Iterable[int],
) -> Iterator[_Marked]:
    fresh = iter(ids)
    for cohort, lessons, pks, past in zip(cohorts, sessions, enrolments, plan.cohorts, strict=True):
        for pk, seat in zip(pks, past.seats, strict=True):
            for session, mark in zip(lessons, seat.marks, strict=True):
                if mark is not None:
                    yield _Marked(next(fresh), cohort, session, pk, seat.person, Mark(mark))


def _copy_marks(marked: Iterable[_Marked]) -> None:
    copy_rows(
        Attendance,
        ("id", "federation", "session_id", "enrolment_id", "mark", "how", "at"),
        (
            (
                one.pk,
                one.cohort.federation,
                one.session.pk,
                one.enrolment,
                one.mark.value,
                How.LOADED.value,
                one.session.starts_at,
            )
            for one in marked
        ),
    )


def _services(marked: Iterable[_Marked]) -> Iterator[Service]:
    """An attendance each; a person-time for each enrolment, on the day of its earliest."""
    first: dict[int, tuple[date, _Marked]] = {}
    for one in marked:
        if one.mark not in ATTENDED:
            continue
        day = day_of(one.session.starts_at)
        yield service(one.cohort, one.person, Measure.ATTENDANCE, one.pk, day, counts=True)
        if one.enrolment not in first or day < first[one.enrolment][0]:
            first[one.enrolment] = day, one
    for day, one in first.values():
        yield service(one.cohort, one.person, Measure.PERSON_TIME, one.enrolment, day, counts=True)


def _ids(model: type[models.Model], count: int) -> list[int]:
    """Numbers from the table's sequence."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [pk for (pk,) in cursor.fetchall()]
