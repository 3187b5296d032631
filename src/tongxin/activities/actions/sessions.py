"""Single lessons: another day, no day, one more."""

from datetime import date, datetime, time

from django.db.models import Max

from tongxin.activities.actions import leave, schedule
from tongxin.activities.actions.openings import check_running, lock
from tongxin.activities.actions.tellings import enrolled_in, place_of, teachers_of, tell
from tongxin.activities.days import moment
from tongxin.activities.models import Attendance, Cohort, Session
from tongxin.activities.states import ATTENDED, SESSION_MOVES, How, SessionState
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, require
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.venues.models import Room


@atomic
def reschedule(
    *,
    session: Session,
    day: date,
    starts_at: time | None = None,
    ends_at: time | None = None,
    room: Room | None = None,
    why: str = "",
    by: Actor,
    at: datetime,
) -> Session:
    """Another day, the cohort's hours unless others are given, and the room it has unless another is given.

    The lesson keeps its number. Enrolled workers and the teacher are told.

    Refused: "no-power", "wrong-state", "session-marked", "session-past", "session-times", "teacher-busy", "room-taken".
    """
    cohort, session = _lock_both(session, by)
    SESSION_MOVES.target("reschedule", session.state)
    if session.attendances.exclude(how=How.ASKED).exists():
        raise Refused("session-marked", "这节课已经点过名，不能再改时间。")
    slot = _slot(cohort, day, starts_at or cohort.starts_at, ends_at or cohort.ends_at, at, apart_from=session.pk)
    before = session.starts_at
    leave.lapse(session=session, at=at)  # it was asked for that day
    session.room = room or session.room
    session.note = why.strip()[:120] or session.note
    _rebook(cohort, session, slot, by, at)
    journal.write(
        "session.rescheduled",
        of=session,
        by=by,
        at=at,
        union=cohort.union_id,
        before=before.isoformat(),
        starts=session.starts_at.isoformat(),
    )
    _tell_all(cohort, "session.changed", session, at, before=before.isoformat())
    return session


@atomic
def cancel(*, session: Session, why: str, by: Actor, at: datetime) -> Session:
    """The lesson falls out; its room is free again; enrolled workers and the teacher are told.

    Refused: "no-power", "why-missing", "wrong-state", "session-attended".
    """
    cohort, session = _lock_both(session, by)
    why = said(why)
    target = SESSION_MOVES.target("cancel", session.state)
    if Attendance.objects.filter(session=session, mark__in=ATTENDED).exists():
        raise Refused("session-attended", "这节课已经有人到了，不能取消。点错了的话，请先在点名表上改正。")
    leave.lapse(session=session, at=at)
    schedule.release([session], by=by, at=at)
    session.state, session.note = target, why
    session.save(update_fields=["state", "note", "booking"])
    schedule.refresh_days(cohort)
    journal.write("session.cancelled", of=session, by=by, at=at, union=cohort.union_id)
    _tell_all(cohort, "session.cancelled", session, at, before=session.starts_at.isoformat(), why=why)
    return session


@atomic
def add(
    *,
    cohort: Cohort,
    day: date,
    starts_at: time | None = None,
    ends_at: time | None = None,
    room: Room | None = None,
    note: str = "",
    by: Actor,
    at: datetime,
) -> Session:
    """One lesson more, at the cohort's hour and in its room unless said otherwise; it takes the next number.

    Refused: "no-power", "cohort-over", "session-past", "session-times", "teacher-busy", "room-taken".
    """
    require(by, Power.RUN_COURSES, cohort.union_id)
    cohort = lock(cohort)
    check_running(cohort)
    starts, ends = _slot(cohort, day, starts_at or cohort.starts_at, ends_at or cohort.ends_at, at)
    schedule.check_teacher_free(cohort.teacher, [(starts, ends)], apart_from=cohort)
    session = Session(
        federation=cohort.federation,
        cohort=cohort,
        no=_next_no(cohort),
        starts_at=starts,
        ends_at=ends,
        room=room or cohort.room,
        note=note.strip()[:120],
    )
    schedule.book(cohort, [session], by=by, at=at)
    session.save(force_insert=True)
    schedule.refresh_days(cohort)
    journal.write("session.added", of=session, by=by, at=at, union=cohort.union_id, starts=starts.isoformat())
    _tell_all(cohort, "session.added", session, at)
    return session


def said(why: str) -> str:
    """A reason that other people will read."""
    why = why.strip()
    if not why:
        raise Refused("why-missing", "请写明原因，学员会看到。")
    return why[:120]


def _lock_both(session: Session, by: Actor) -> tuple[Cohort, Session]:
    cohort = Cohort.objects.get(pk=session.cohort_id)
    require(by, Power.RUN_COURSES, cohort.union_id)
    cohort = lock(cohort)
    check_running(cohort)
    fresh: Session = Session.objects.select_related("booking", "room").lock(session.pk)
    fresh.cohort = cohort
    return cohort, fresh


def _slot(
    cohort: Cohort, day: date, starts: time, ends: time, at: datetime, *, apart_from: int = 0
) -> tuple[datetime, datetime]:
    if ends <= starts:
        raise Refused("session-times", "下课时间要晚于上课时间，请改其中一个。")
    slot = moment(day, starts), moment(day, ends)
    if slot[0] <= at:
        raise Refused("session-past", "这个时间已经过了，请选以后的日期。")
    others = cohort.sessions.exclude(state=SessionState.CANCELLED).exclude(pk=apart_from)
    if others.filter(starts_at__lt=slot[1], ends_at__gt=slot[0]).exists():
        raise Refused("session-twice", "这个班那个时间已经有一节课，请换一个时间。")
    return slot


def _next_no(cohort: Cohort) -> int:
    last: int | None = cohort.sessions.aggregate(last=Max("no"))["last"]
    return (last or 0) + 1


def _tell_all(cohort: Cohort, kind: str, session: Session, at: datetime, **data: str) -> None:
    people = {*enrolled_in(cohort), *teachers_of(cohort)}
    tell(
        people,
        kind,
        of=session.public_id,
        at=at,
        what=cohort.title,
        after=session.starts_at.isoformat(),
        place=place_of(cohort, session.room),
        **data,
    )


def _rebook(cohort: Cohort, session: Session, slot: tuple[datetime, datetime], by: Actor, at: datetime) -> None:
    """Gives its room back, takes one for the new slot, and saves."""
    schedule.release([session], by=by, at=at)
    session.starts_at, session.ends_at = slot
    schedule.check_teacher_free(cohort.teacher, [slot], apart_from=cohort)
    schedule.book(cohort, [session], by=by, at=at)
    session.save(update_fields=["starts_at", "ends_at", "room", "booking", "note"])
    schedule.refresh_days(cohort)
