"""点名: marks, their corrections, and what they add to the ledger of what was served.

When a mark counts. An attendance counts on its session's day. A person-time (one worker who attended at least one session
of one cohort) counts on the day of the earliest session that the worker attended *as the marks stand now*: if a correction
moves that day, the old day is taken back and the new one counted; if nothing attended remains, it is taken back for good.
So the ledger is at every moment a function of the marks alone, whatever the order in which they came.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from tongxin.activities.actions.openings import lock
from tongxin.activities.days import day_of, day_words
from tongxin.activities.models import Attendance, AttendanceChange, Cohort, Enrolment, Session
from tongxin.activities.states import ATTENDED, SESSION_MOVES, EnrolmentState, How, Mark, SessionState
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, may, require
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.served.actions import ledger
from tongxin.served.actions.ledger import Service
from tongxin.served.models import Measure
from tongxin.store.atomic import atomic


@dataclass(frozen=True, slots=True)
class Entry:
    """How marks come in: by what way, by whom, when, and why if late."""

    how: How
    by: Actor
    at: datetime
    reason: str = ""


@atomic
def mark(
    *,
    session: Session,
    enrolment: Enrolment,
    mark: Mark,
    reason: str = "",
    how: How = How.GRID,
    by: Actor,
    at: datetime,
) -> Attendance:
    """One mark. Free on the session's day; afterwards with a reason, which is kept with what stood before.

    The same mark again changes nothing. Refused: "no-power", "session-cancelled", "roll-early", "reason-missing",
    "not-on-roster".
    """
    cohort, session = lock_roll(session)
    require_roll(by, cohort)
    entry = Entry(how, by, at, check_day(session, at, reason))
    enrolment = Enrolment.objects.get(pk=enrolment.pk)
    _check_on_roster(enrolment, session)
    if write_marks(cohort, session, {enrolment: mark}, entry):
        journal.write(
            "attendance.marked",
            of=session,
            by=by,
            at=at,
            union=cohort.union_id,
            enrolment=enrolment.public_id,
            mark=str(mark),
            how=str(how),
            late=bool(entry.reason),
        )
    written: Attendance = Attendance.objects.get(session=session, enrolment=enrolment)
    return written


@atomic
def mark_many(*, session: Session, marks: Mapping[Enrolment, Mark], reason: str = "", by: Actor, at: datetime) -> int:
    """One lesson's column at once, as a form without JavaScript sends it; returns how many marks changed.

    All or none. Refused: as `mark`.
    """
    cohort, session = lock_roll(session)
    require_roll(by, cohort)
    fresh = {row: marks[row] for row in Enrolment.objects.filter(pk__in=[row.pk for row in marks]).order_by("pk")}
    before = dict(Attendance.objects.filter(session=session).values_list("enrolment", "mark"))
    changed = {row: mark for row, mark in fresh.items() if before.get(row.pk) != mark}
    if not changed:
        return 0
    entry = Entry(How.GRID, by, at, check_day(session, at, reason))
    for row in changed:
        _check_on_roster(row, session)
    write_marks(cohort, session, changed, entry)
    journal.write(
        "attendance.column-marked",
        of=session,
        by=by,
        at=at,
        union=cohort.union_id,
        count=len(changed),
        late=bool(entry.reason),
    )
    return len(changed)


@atomic
def mark_rest_present(*, session: Session, reason: str = "", by: Actor, at: datetime) -> int:
    """其余都到: everyone on the roster at that lesson without a mark yet. One entry in the journal; returns how many."""
    cohort, session = lock_roll(session)
    require_roll(by, cohort)
    entry = Entry(How.REST_PRESENT, by, at, check_day(session, at, reason))
    rest = list(unmarked(session))
    write_marks(cohort, session, dict.fromkeys(rest, Mark.PRESENT), entry)
    journal.write(
        "attendance.rest-present",
        of=session,
        by=by,
        at=at,
        union=cohort.union_id,
        count=len(rest),
        late=bool(entry.reason),
    )
    return len(rest)


def unmarked(session: Session) -> Iterable[Enrolment]:
    """Enrolled in time for this lesson, and without a mark for it."""
    rows = Enrolment.objects.filter(cohort=session.cohort_id, state=EnrolmentState.ENROLLED, at__lt=session.ends_at)
    marked = Attendance.objects.filter(session=session).values("enrolment")
    ordered: Iterable[Enrolment] = rows.exclude(pk__in=marked).order_by("pk")
    return ordered


def may_call_roll(by: Actor, cohort: Cohort) -> bool:
    """The cohort's own teacher, or who calls the roll at its union."""
    own = by.roots(Power.CALL_ROLL).own and by.person_id is not None and by.person_id == cohort.teacher_id
    return own or may(by, Power.CALL_ROLL, cohort.union_id)


def require_roll(by: Actor, cohort: Cohort) -> None:
    if not may_call_roll(by, cohort):
        require(by, Power.CALL_ROLL, cohort.union_id)


def lock_roll(session: Session) -> tuple[Cohort, Session]:
    """Marks of one cohort are written one after the other: the lock is on the cohort, since a person-time spans sessions."""
    cohort = lock(Cohort(pk=session.cohort_id))
    fresh: Session = Session.objects.get(pk=session.pk)
    fresh.cohort = cohort
    if fresh.state == SessionState.CANCELLED:
        raise Refused("session-cancelled", "这节课已经取消，不用点名。")
    return cohort, fresh


def check_day(session: Session, at: datetime, reason: str) -> str:
    """The reason to keep with the mark: none on the day itself."""
    today, day = day_of(at), day_of(session.starts_at)
    if today < day:
        raise Refused("roll-early", "这节课在%(day)s，到那天才能点名。", day=day_words(day))
    if today == day:
        return ""
    reason = reason.strip()
    if not reason:
        raise Refused("reason-missing", "上课那天已经过了，改记录请写明原因。")
    return reason[:200]


def write_marks(cohort: Cohort, session: Session, marks: Mapping[Enrolment, Mark], entry: Entry) -> int:
    """The marks, their history and the ledger; returns how many changed. The cohort is locked.

    A fixed number of statements however many marks.
    """
    before = _marks_of(marks)
    changed = {row: new for row, new in marks.items() if before[row.pk].get(session.pk, _NONE).mark != new}
    if not changed:
        return 0
    rows = _save(session, before, changed, entry)
    _keep_history(session, before, rows, entry)
    if session.state != SessionState.HELD:
        session.state = SESSION_MOVES.target("hold", session.state)
        session.save(update_fields=["state"])
    services = _services(cohort, session, before, rows)
    if services:
        ledger.record(services, at=entry.at)
    return len(rows)


@dataclass(frozen=True, slots=True)
class _Had:
    """A mark that stands already, and its session's day."""

    pk: int | None
    mark: str
    day: date | None

    @property
    def counts(self) -> bool:
        return self.mark in ATTENDED


_NONE = _Had(None, "", None)
_Before = dict[int, dict[int, _Had]]  # enrolment → session → mark


def _marks_of(enrolments: Iterable[Enrolment]) -> _Before:
    before: _Before = {row.pk: {} for row in enrolments}
    rows = Attendance.objects.filter(enrolment__in=list(before))
    for pk, enrolment, session, mark, starts in rows.values_list(
        "pk", "enrolment_id", "session_id", "mark", "session__starts_at"
    ):
        before[enrolment][session] = _Had(pk, mark, day_of(starts))
    return before


def _save(session: Session, before: _Before, changed: Mapping[Enrolment, Mark], entry: Entry) -> list[Attendance]:
    rows = [
        Attendance(
            pk=before[enrolment.pk].get(session.pk, _NONE).pk,
            federation=session.federation,
            session=session,
            enrolment=enrolment,
            mark=mark,
            how=entry.how,
            account=entry.by.account_id,
            at=entry.at,
        )
        for enrolment, mark in changed.items()
    ]
    known = [row for row in rows if row.pk is not None]
    if known:
        Attendance.objects.bulk_update(known, ["mark", "how", "account", "at"])
    if len(known) < len(rows):
        Attendance.objects.bulk_create([row for row in rows if row.pk is None])
    return rows


def _keep_history(session: Session, before: _Before, rows: list[Attendance], entry: Entry) -> None:
    if not entry.reason:
        return
    AttendanceChange.objects.bulk_create(
        [
            AttendanceChange(
                federation=row.federation,
                attendance=row,
                after=row.mark,
                reason=entry.reason,
                before=before[row.enrolment_id].get(session.pk, _NONE).mark,
                account=entry.by.account_id,
                at=entry.at,
            )
            for row in rows
        ]
    )


def _services(cohort: Cohort, session: Session, before: _Before, rows: list[Attendance]) -> list[Service]:
    """What the ledger learns from these marks."""
    day = day_of(session.starts_at)
    services: list[Service] = []
    for row in rows:
        had = before[row.enrolment_id]
        counts = row.mark in ATTENDED
        if counts != had.get(session.pk, _NONE).counts:
            services.append(service(cohort, row.enrolment.person_id, Measure.ATTENDANCE, row.pk, day, counts=counts))
        first = earliest(had)
        now = earliest({**had, session.pk: _Had(row.pk, row.mark, day)})
        if first == now:
            continue
        for when, stands in ((first, False), (now, True)):
            if when is not None:
                services.append(
                    service(cohort, row.enrolment.person_id, Measure.PERSON_TIME, row.enrolment_id, when, counts=stands)
                )
    return services


def earliest(marks: Mapping[int, _Had]) -> date | None:
    """The day on which a person-time counts: of the first session attended."""
    return min((had.day for had in marks.values() if had.counts and had.day is not None), default=None)


def service(cohort: Cohort, person: int, measure: Measure, source: int, day: date, *, counts: bool) -> Service:
    return Service(
        day=day,
        union=cohort.union_id,
        federation=cohort.federation,
        person=person,
        measure=measure,
        source=source,
        programme=cohort.term.programme_id,
        counts=counts,
    )


def _check_on_roster(enrolment: Enrolment, session: Session) -> None:
    """On it now, or still on it when the lesson began."""
    here = enrolment.cohort_id == session.cohort_id
    left_before = enrolment.ended_at is not None and enrolment.ended_at <= session.starts_at
    if not here or left_before:
        raise Refused("not-on-roster", "这位职工那天不在这个班的名单里。")
