"""Taking and releasing rooms. Power is checked by the action that needs the room; the database refuses an overlap."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import NamedTuple

from django.utils.timezone import localdate

from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.store.moments import Day, Span
from tongxin.venues.models import Booking, Room
from tongxin.venues.queries import in_the_way


class Period(NamedTuple):
    """`starts` is in, `ends` is out."""

    starts: datetime
    ends: datetime


@atomic
def book_many(*, room: Room, periods: Sequence[Period], purpose: str, by: Actor, at: datetime) -> list[Booking]:
    """All or none, in the order given; `purpose` is what the door's plan says.

    Refused: "booking_times", "periods-overlap", "room-closed", "room-taken" (names the other booking).
    """
    if not periods:
        return []
    room = Room.objects.select_related("site").lock(room.pk)  # two bookers of one room wait here for each other
    _check_periods(periods)
    _check_room_open(room, max(localdate(period.ends) for period in periods))
    if clash := in_the_way(room, periods).first():
        raise Refused(
            "room-taken",
            "“%(room)s”在%(when)s已有安排：%(purpose)s。请换时间或换教室。",
            room=room.name,
            when=Span(clash.starts_at, clash.ends_at),
            purpose=clash.purpose,
        )
    bookings = [
        Booking(federation=room.federation, room=room, starts_at=starts, ends_at=ends, purpose=purpose)
        for starts, ends in periods
    ]
    Booking.objects.bulk_create(bookings)
    journal.write("room.booked", of=room, by=by, at=at, union=room.site.union_id, bookings=len(bookings))
    return bookings


@atomic
def release(*, bookings: Iterable[Booking], by: Actor, at: datetime) -> int:
    """What is released already stays so. Returns how many rooms became free."""
    rows = Booking.objects.lock_rows([booking.pk for booking in bookings])
    live = [row for row in rows if row.released_at is None]
    Booking.objects.filter(pk__in=[row.pk for row in live]).update(released_at=at)
    journal.write_many("room.released", of=live, by=by, at=at)
    return len(live)


def _check_periods(periods: Sequence[Period]) -> None:
    for period in periods:
        if period.ends <= period.starts:
            raise Refused("booking_times", "结束时间要晚于开始时间，请改%(when)s这一段。", when=Span(*period))
    ordered = sorted(periods)
    for first, second in pairwise(ordered):
        if second.starts < first.ends:
            raise Refused("periods-overlap", "要订的时间自己有重叠：%(when)s，请改其中一段。", when=Span(*second))


def _check_room_open(room: Room, last: date) -> None:
    for closed_on, name in ((room.closed_on, room.name), (room.site.closed_on, room.site.name)):
        if closed_on is not None and last >= closed_on:
            raise Refused("room-closed", "“%(name)s”从%(on)s起停用，请换地方。", name=name, on=Day(closed_on))
