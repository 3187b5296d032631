"""The working-day calendar."""

from datetime import date, timedelta

import pytest

from tongxin.kernel.refused import Refused
from tongxin.kernel.workdays import SkippedDay, WorkdayCalendar, session_days, skipped_days

CALENDAR = WorkdayCalendar.shipped()
TUESDAY, THURSDAY, SATURDAY, SUNDAY = 2, 4, 6, 7


def test_shipped_is_read_once() -> None:
    assert WorkdayCalendar.shipped() is CALENDAR


@pytest.mark.parametrize(
    ("day", "working", "holiday", "name"),
    [
        (date(2024, 4, 7), True, False, None),  # a Sunday worked for 清明节
        (date(2024, 4, 14), False, False, None),  # an ordinary Sunday
        (date(2024, 4, 4), False, True, "清明节"),  # a Thursday
        (date(2024, 4, 6), False, True, "清明节"),  # a Saturday within the days off
        (date(2024, 4, 8), True, False, None),  # an ordinary Monday
        (date(2020, 1, 31), False, True, "春节"),  # added when the holiday was made longer
        (date(2015, 9, 3), False, True, "抗战胜利七十周年纪念日"),
    ],
)
def test_day_is_working_or_off(day: date, working: bool, holiday: bool, name: str | None) -> None:
    assert CALENDAR.is_working(day) is working
    assert CALENDAR.is_holiday(day) is holiday
    assert CALENDAR.holiday_name(day) == name


def test_make_up_day_bears_the_name_of_its_holiday() -> None:
    assert CALENDAR.is_make_up(date(2024, 4, 28)) is True
    assert CALENDAR.make_up_name(date(2024, 4, 28)) == "劳动节"
    assert CALENDAR.make_up_name(date(2024, 4, 29)) is None


def test_every_holiday_is_off_and_every_make_up_day_is_a_worked_weekend_day() -> None:
    day = date(2004, 1, 1)
    while day <= date(2026, 12, 31):
        if CALENDAR.is_holiday(day):
            assert not CALENDAR.is_working(day), day
            assert not CALENDAR.is_make_up(day), day
        if CALENDAR.is_make_up(day):
            assert day.isoweekday() >= SATURDAY, day
        day += timedelta(days=1)


def test_working_days_of_2024_are_counted() -> None:
    days = [date(2024, 1, 1) + timedelta(days=n) for n in range(366)]
    assert sum(CALENDAR.is_working(day) for day in days) == 251


def test_covers_whole_years_of_the_file() -> None:
    assert CALENDAR.covers(date(2004, 1, 1)) is True
    assert CALENDAR.covers(date(2003, 12, 31)) is False
    assert CALENDAR.covers(date(CALENDAR.last_year, 12, 31)) is True
    assert CALENDAR.covers(date(CALENDAR.last_year + 1, 1, 1)) is False


@pytest.mark.parametrize("ask", ["is_working", "is_holiday", "is_make_up", "holiday_name", "make_up_name"])
def test_day_outside_the_file_is_refused(ask: str) -> None:
    with pytest.raises(Refused) as refusal:
        getattr(CALENDAR, ask)(date(2003, 12, 31))
    assert refusal.value.code == "calendar-range"
    assert str(refusal.value) == (
        f"工作日历只有2004年至{CALENDAR.last_year}年，请选这个范围内的日期，或请管理员更新日历。"
    )


@pytest.mark.parametrize(
    ("start", "n", "expected"),
    [
        (date(2024, 4, 26), 5, date(2024, 5, 7)),  # the arbitration clock of field.md T19
        (date(2024, 4, 26), 1, date(2024, 4, 28)),  # Sunday, worked
        (date(2024, 4, 30), 1, date(2024, 5, 6)),
        (date(2024, 4, 27), 0, date(2024, 4, 27)),
        (date(2024, 12, 31), 1, date(2025, 1, 2)),
    ],
)
def test_add_working_days(start: date, n: int, expected: date) -> None:
    assert CALENDAR.add_working_days(start, n) == expected


def test_add_working_days_is_refused_beyond_the_file() -> None:
    with pytest.raises(Refused) as refusal:
        CALENDAR.add_working_days(date(CALENDAR.last_year, 12, 30), 5)
    assert refusal.value.code == "calendar-range"


def test_add_working_days_is_refused_for_a_negative_number() -> None:
    with pytest.raises(Refused) as refusal:
        CALENDAR.add_working_days(date(2024, 4, 26), -1)
    assert refusal.value.code == "working-days-negative"


def test_session_days_move_on_over_a_holiday() -> None:
    assert session_days(date(2024, 4, 23), [TUESDAY, THURSDAY], 4, CALENDAR) == [
        date(2024, 4, 23),
        date(2024, 4, 25),
        date(2024, 4, 30),
        date(2024, 5, 7),  # Thursday 2 May is off
    ]


def test_session_days_at_weekends_leave_out_a_worked_sunday() -> None:
    assert session_days(date(2024, 4, 21), [SUNDAY], 3, CALENDAR) == [
        date(2024, 4, 21),
        date(2024, 5, 12),  # 28 April is worked, 5 May is off
        date(2024, 5, 19),
    ]


def test_session_days_keep_a_worked_sunday_when_asked() -> None:
    days = session_days(date(2024, 4, 21), [SUNDAY], 3, CALENDAR, honour_make_up=False)
    assert days == [date(2024, 4, 21), date(2024, 4, 28), date(2024, 5, 12)]


def test_session_days_begin_on_the_first_matching_weekday() -> None:
    assert session_days(date(2024, 3, 1), {SATURDAY}, 1, CALENDAR) == [date(2024, 3, 2)]


def test_skipped_days_say_why() -> None:
    assert skipped_days(date(2024, 4, 21), date(2024, 5, 12), [SUNDAY], CALENDAR) == [
        SkippedDay(date(2024, 4, 28), "make-up", "劳动节"),
        SkippedDay(date(2024, 5, 5), "holiday", "劳动节"),
    ]


@pytest.mark.parametrize("weekdays", [[], [0], [8], [1, 9]])
def test_session_days_are_refused_without_a_weekday(weekdays: list[int]) -> None:
    with pytest.raises(Refused) as refusal:
        session_days(date(2024, 3, 1), weekdays, 3, CALENDAR)
    assert refusal.value.code == "sessions-weekday"


def test_session_days_are_refused_without_a_number() -> None:
    with pytest.raises(Refused) as refusal:
        session_days(date(2024, 3, 1), [1], 0, CALENDAR)
    assert refusal.value.code == "sessions-none"


def test_session_days_are_refused_when_they_run_out_of_the_calendar() -> None:
    with pytest.raises(Refused) as refusal:
        session_days(date(CALENDAR.last_year, 12, 1), [1], 20, CALENDAR)
    assert refusal.value.code == "calendar-range"
