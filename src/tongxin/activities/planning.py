"""On which days a cohort meets. True without a database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from tongxin.activities.days import day_words
from tongxin.kernel.refused import Refused
from tongxin.kernel.workdays import SkippedDay, WorkdayCalendar, session_days, skipped_days

EVENING = time(18)  # who is at work on a make-up day is free by then
MOST_SESSIONS = 120


@dataclass(frozen=True, slots=True)
class PlannedDay:
    day: date
    note: str  # why it is not a week after the one before, or what is still to be checked; mostly empty


def plan_days(
    *, first_day: date, weekday: int, count: int, starts_at: time, calendar: WorkdayCalendar
) -> list[PlannedDay]:
    """The first `count` such weekdays from `first_day` on, without days off by the State Council's notice.

    A weekend day that is worked instead of a holiday is left out too, unless the class is in the evening. Beyond the
    calendar's last year (next year's notice comes in November) days are planned as they fall, and say so.
    """
    if not 1 <= count <= MOST_SESSIONS:
        raise Refused("sessions-count", "上课次数要在1至%(most)s次之间，请改正。", most=MOST_SESSIONS)
    by_day = starts_at < EVENING
    days = session_days(first_day, [weekday], count, calendar, honour_make_up=by_day, beyond=True)
    skipped = skipped_days(first_day, days[-1], [weekday], calendar, honour_make_up=by_day, beyond=True)
    return [PlannedDay(day, _note(day, skipped, calendar)) for day in days]


def first_on(weekday: int, start: date) -> date:
    """The first such weekday on or after a day."""
    return start + timedelta(days=(weekday - start.isoweekday()) % 7)


def _note(day: date, skipped: Sequence[SkippedDay], calendar: WorkdayCalendar) -> str:
    """What was left out in the weeks just before, so that a reader sees why the class comes later."""
    if not calendar.covers(day):
        return f"{day.year}年的放假安排公布后，请再核对这一天"
    missed: list[SkippedDay] = []
    before = day - timedelta(days=7)
    by_day = {one.day: one for one in skipped}
    while before in by_day:
        missed.insert(0, by_day[before])
        before -= timedelta(days=7)
    return "；".join(_missed_words(one) for one in missed)


def _missed_words(one: SkippedDay) -> str:
    if one.why == "holiday":
        return f"{day_words(one.day)}{one.name}放假，停课一次"
    return f"{day_words(one.day)}调休上班，停课一次"
