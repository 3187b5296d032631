"""Taking rooms: an overlap is refused by name, touching ends are none, all or nothing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection, connections
from tests.cast import BEIJING, HOUSE, NOW, Cast
from tests.factories.venues import a_room, a_site

from tongxin.kernel.refused import Refused
from tongxin.store.atomic import writing
from tongxin.venues.actions import bookings, rooms
from tongxin.venues.actions.bookings import Period
from tongxin.venues.models import Booking, Room
from tongxin.venues.queries import plan_of


def on(day: int, starts: int, ends: int) -> Period:
    """In April 2024, in whole hours."""
    return Period(datetime(2024, 4, day, starts, tzinfo=BEIJING), datetime(2024, 4, day, ends, tzinfo=BEIJING))


def book(room: Room, *periods: Period, purpose: str = "瑜伽") -> list[Booking]:
    return bookings.book_many(room=room, periods=periods, purpose=purpose, by=HOUSE, at=NOW)


@pytest.fixture
def room(cast: Cast) -> Room:
    return a_room(a_site(cast.yongchuan))


def test_touching_ends_do_not_overlap(room: Room) -> None:
    book(room, on(2, 19, 21))
    assert len(book(room, on(2, 17, 19), on(2, 21, 22), on(3, 19, 21))) == 3


@pytest.mark.parametrize(("starts", "ends"), [(20, 22), (18, 20), (18, 22), (19, 21), (19, 20)])
def test_overlap_is_refused_with_the_other_booking_and_nothing_is_taken(room: Room, starts: int, ends: int) -> None:
    book(room, on(2, 19, 21), purpose="瑜伽入门")
    with pytest.raises(Refused) as refusal:
        book(room, on(9, 19, 21), on(2, starts, ends))
    assert refusal.value.code == "room-taken"
    assert str(refusal.value) == "“301教室”在2024年4月2日 19:00—21:00已有安排：瑜伽入门。请换时间或换教室。"
    assert Booking.objects.count() == 1


def test_released_rooms_are_free_again_once(room: Room) -> None:
    made = book(room, on(2, 19, 21), on(9, 19, 21))
    assert bookings.release(bookings=made, by=HOUSE, at=NOW) == 2
    assert bookings.release(bookings=made, by=HOUSE, at=NOW + timedelta(1)) == 0
    assert {b.released_at for b in Booking.objects.all()} == {NOW}
    assert len(book(room, on(2, 20, 22))) == 1


def test_wrong_periods_are_refused(room: Room) -> None:
    for periods, code in (
        ([on(2, 21, 19)], "booking_times"),
        ([on(2, 19, 19)], "booking_times"),
        ([on(2, 19, 21), on(2, 20, 22)], "periods-overlap"),
    ):
        with pytest.raises(Refused) as refusal:
            book(room, *periods)
        assert refusal.value.code == code
    assert book(room) == []


def test_closed_room_is_refused(room: Room) -> None:
    rooms.close(room=room, on=datetime(2024, 4, 5, tzinfo=BEIJING).date(), by=HOUSE, at=NOW)
    assert len(book(room, on(4, 19, 21))) == 1
    with pytest.raises(Refused, match="从2024年4月5日起停用"):
        book(room, on(5, 19, 21))


def test_the_database_refuses_an_overlap_too_with_words(room: Room) -> None:
    starts, ends = on(2, 19, 21)
    with writing():
        Booking.make(federation=1, room=room, starts_at=starts, ends_at=ends, purpose="x")
    with pytest.raises(Refused, match="那段时间已经有安排"), writing():
        Booking.make(federation=1, room=room, starts_at=starts, ends_at=ends, purpose="y")


def test_plan_of_a_door(room: Room) -> None:
    book(room, on(8, 19, 21), on(2, 19, 21), on(1, 0, 1), on(9, 0, 1))
    plan = plan_of(room, datetime(2024, 4, 2, tzinfo=BEIJING).date())
    assert [b.starts_at.astimezone(BEIJING).day for b in plan] == [2, 8]


@pytest.mark.django_db(transaction=True)
def test_one_of_many_at_once_gets_the_room(room: Room) -> None:
    def run(_: int) -> bool:
        try:
            book(room, on(2, 19, 21))
        except Refused:
            return False
        else:
            return True
        finally:
            connections.close_all()

    connection.close()
    with ThreadPoolExecutor(8) as executor:
        assert sum(executor.map(run, range(8))) == 1
