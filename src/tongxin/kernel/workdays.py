"""Working days by the State Council's yearly notice: which weekdays are off, which weekend days are worked.

The days are shipped as data, seeded by tools/seed_workdays.py. Outside the years in the file nothing is guessed: the next
year's days off are known only when the notice comes out in late autumn, and a guessed deadline is worse than none.
"""

import csv
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Literal, Self

from tongxin.kernel.refused import Refused

SATURDAY = 6  # weekdays are counted as in 周一 (1) to 周日 (7): date.isoweekday()
ONE_DAY = timedelta(days=1)

Why = Literal["holiday", "make-up"]


@dataclass(frozen=True, slots=True)
class SkippedDay:
    day: date
    why: Why
    name: str


class WorkdayCalendar:
    """Answers for whole years, from the first to the last in `holidays` and `make_up_days`; otherwise Refused."""

    def __init__(self, *, holidays: dict[date, str], make_up_days: dict[date, str]) -> None:
        years = {day.year for day in (*holidays, *make_up_days)}
        self.first_year, self.last_year = min(years), max(years)
        self._holidays = holidays
        self._make_up_days = make_up_days

    @classmethod
    def shipped(cls) -> "WorkdayCalendar":
        return _shipped()

    @classmethod
    def read(cls, rows: Iterable[dict[str, str]]) -> Self:
        """From rows of date (ISO), kind (holiday, workday) and name."""
        days: dict[str, dict[date, str]] = {"holiday": {}, "workday": {}}
        for row in rows:
            days[row["kind"]][date.fromisoformat(row["date"])] = row["name"]
        return cls(holidays=days["holiday"], make_up_days=days["workday"])

    def covers(self, day: date) -> bool:
        return self.first_year <= day.year <= self.last_year

    def is_holiday(self, day: date) -> bool:
        """Off by the notice: the festival itself, the days moved next to it, and weekend days within."""
        self._require(day)
        return day in self._holidays

    def is_make_up(self, day: date) -> bool:
        """A Saturday or Sunday that the notice makes a working day."""
        self._require(day)
        return day in self._make_up_days

    def is_working(self, day: date) -> bool:
        self._require(day)
        if day.isoweekday() >= SATURDAY:
            return day in self._make_up_days
        return day not in self._holidays

    def holiday_name(self, day: date) -> str | None:
        """春节, or None when the day is not off by the notice."""
        self._require(day)
        return self._holidays.get(day)

    def add_working_days(self, day: date, n: int) -> date:
        """The n-th working day after a day; the day itself does not count, and 0 gives it back as it is."""
        if n < 0:
            raise Refused("working-days-negative", "工作日天数不能小于0，请改正。")
        for _ in range(n):
            day += ONE_DAY
            while not self.is_working(day):
                day += ONE_DAY
        return day

    def make_up_name(self, day: date) -> str | None:
        """The holiday for which a weekend day is worked, or None."""
        self._require(day)
        return self._make_up_days.get(day)

    def _require(self, day: date) -> None:
        if not self.covers(day):
            raise Refused(
                "calendar-range",
                "工作日历只有%(first)s年至%(last)s年，请选这个范围内的日期，或请管理员更新日历。",
                first=self.first_year,
                last=self.last_year,
            )


def session_days(
    start: date,
    weekdays: Collection[int],
    count: int,
    calendar: WorkdayCalendar,
    *,
    honour_make_up: bool = True,
    beyond: bool = False,
) -> list[date]:
    """The days of a weekly course: the first `count` days from `start` on the given weekdays (1 is Monday, 7 Sunday).

    A day off by the notice is skipped and the course runs one week longer. A weekend day that is worked to make up for a
    holiday is skipped as well, since those who come at weekends are at work then; pass `honour_make_up=False` for a
    course whose people are free anyway (an evening class). A working weekend day is never used as a replacement for the
    weekday class that fell out: the notice does not say which weekday it stands for.

    Days outside the calendar's years are refused, or with `beyond` kept as they fall: next spring's classes are planned
    before next year's notice is out, and the page says which days still wait for it.
    """
    if count < 1:
        raise Refused("sessions-none", "课次至少1次，请填写上课次数。")
    days: list[date] = []
    for day in _on_weekdays(start, weekdays):
        if _why_skipped(day, calendar, honour_make_up=honour_make_up, beyond=beyond) is None:
            days.append(day)
            if len(days) == count:
                break
    return days


def skipped_days(
    start: date,
    until: date,
    weekdays: Collection[int],
    calendar: WorkdayCalendar,
    *,
    honour_make_up: bool = True,
    beyond: bool = False,
) -> list[SkippedDay]:
    """What `session_days` left out between two days, `until` included, so that a page can say why."""
    skipped: list[SkippedDay] = []
    for day in _on_weekdays(start, weekdays):
        if day > until:
            break
        why = _why_skipped(day, calendar, honour_make_up=honour_make_up, beyond=beyond)
        if why is not None:
            name = calendar.holiday_name(day) or calendar.make_up_name(day) or ""
            skipped.append(SkippedDay(day, why, name))
    return skipped


def _on_weekdays(start: date, weekdays: Collection[int]) -> Iterator[date]:
    if not weekdays or not set(weekdays) <= set(range(1, 8)):
        raise Refused("sessions-weekday", "请选上课的星期，从周一到周日至少选一天。")
    day = start
    while True:
        if day.isoweekday() in weekdays:
            yield day
        day += ONE_DAY


def _why_skipped(day: date, calendar: WorkdayCalendar, *, honour_make_up: bool, beyond: bool) -> Why | None:
    if beyond and not calendar.covers(day):
        return None
    if calendar.is_holiday(day):
        return "holiday"
    if honour_make_up and calendar.is_make_up(day):
        return "make-up"
    return None


@cache
def _shipped() -> WorkdayCalendar:
    with (files("tongxin.kernel") / "data" / "workdays.csv").open(encoding="utf-8") as file:
        return WorkdayCalendar.read(csv.DictReader(file))
