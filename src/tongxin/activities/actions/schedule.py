"""Rooms and hours of sessions, kept together. Called by this room's other actions, under the cohort's lock."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count, Max, Min, Q

from tongxin.activities.days import day_of, moment, moment_words
from tongxin.activities.models import Cohort, Session
from tongxin.activities.planning import PlannedDay
from tongxin.activities.states import SessionState
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.people.models import Person
from tongxin.venues.actions import bookings
from tongxin.venues.actions.bookings import Period

Slot = tuple[datetime, datetime]


def write(cohort: Cohort, days: Sequence[PlannedDay], *, by: Actor, at: datetime) -> list[Session]:
    """The cohort's sessions on these days, numbered from 1, with the room booked for each."""
    sessions = [
        Session(
            federation=cohort.federation,
            cohort=cohort,
            no=no,
            starts_at=moment(planned.day, cohort.starts_at),
            ends_at=moment(planned.day, cohort.ends_at),
            room=cohort.room,
            note=planned.note,
        )
        for no, planned in enumerate(days, 1)
    ]
    check_teacher_free(cohort.teacher, [(s.starts_at, s.ends_at) for s in sessions], apart_from=cohort)
    book(cohort, sessions, by=by, at=at)
    return Session.objects.bulk_create(sessions)


def book(cohort: Cohort, sessions: Sequence[Session], *, by: Actor, at: datetime) -> None:
    """Sets each session's booking; the caller saves. Refused by the venues when a room is taken, with day and hour."""
    rooms = {session.room for session in sessions if session.room is not None}
    for room in sorted(rooms, key=lambda room: room.pk):
        mine = [session for session in sessions if session.room == room]
        periods = [Period(s.starts_at, s.ends_at) for s in mine]
        made = bookings.book_many(room=room, periods=periods, purpose=cohort.title, by=by, at=at)
        for session, booking in zip(mine, made, strict=True):
            session.booking = booking


def release(sessions: Sequence[Session], *, by: Actor, at: datetime) -> None:
    """Frees their rooms and forgets their bookings; the caller saves."""
    held = [session.booking for session in sessions if session.booking is not None]
    if held:
        bookings.release(bookings=held, by=by, at=at)
    for session in sessions:
        session.booking = None


def check_teacher_free(teacher: Person | None, slots: Sequence[Slot], *, apart_from: Cohort) -> None:
    """Nobody teaches two classes at one time. Refused("teacher-busy") names the first clash."""
    if teacher is None or not slots:
        return
    overlap = Q()
    for starts, ends in slots:
        overlap |= Q(starts_at__lt=ends, ends_at__gt=starts)
    others = Session.objects.filter(overlap, cohort__teacher=teacher).exclude(state=SessionState.CANCELLED)
    clash = others.exclude(cohort=apart_from).select_related("cohort__course").order_by("starts_at").first()
    if clash is not None:
        raise Refused(
            "teacher-busy",
            "这位老师%(when)s要上“%(cohort)s”，请换时间或换老师。",
            when=moment_words(clash.starts_at),
            cohort=clash.cohort.title,
        )


def refresh_days(cohort: Cohort) -> None:
    """First and last day and the number of lessons, as they stand in the sessions that take place."""
    found = cohort.sessions.exclude(state=SessionState.CANCELLED).aggregate(
        first=Min("starts_at"), last=Max("starts_at"), count=Count("pk")
    )
    if found["count"]:
        cohort.first_day, cohort.last_day = day_of(found["first"]), day_of(found["last"])
    cohort.session_count = found["count"]
    cohort.save(update_fields=["first_day", "last_day", "session_count"])


def still_ahead(cohort: Cohort, at: datetime) -> list[Session]:
    """Lessons that nobody has begun."""
    rows = cohort.sessions.filter(state=SessionState.PLANNED, starts_at__gt=at)
    return list(rows.select_related("booking", "room").order_by("starts_at"))
