"""Dates and times as people read them, in the language of the page. Times are Beijing's."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import get_language

WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS_EN = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
Day = date | datetime
Moment = datetime | time


def english() -> bool:
    return get_language() == "en"


def local(value: Day) -> date:
    """The day in Beijing."""
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value


def day(value: Day) -> str:
    """2024年4月2日, 2 April 2024."""
    d = local(value)
    return f"{d.day} {MONTHS_EN[d.month - 1]} {d.year}" if english() else f"{d.year}年{d.month}月{d.day}日"


def short_day(value: Day) -> str:
    """4月2日, 2 April."""
    d = local(value)
    return f"{d.day} {MONTHS_EN[d.month - 1]}" if english() else f"{d.month}月{d.day}日"


def weekday(value: Day | int) -> str:
    """周二, Tuesday. A number counts as ISO does: 1 is Monday."""
    n = value if isinstance(value, int) else local(value).isoweekday()
    return (WEEKDAYS_EN if english() else WEEKDAYS)[n - 1]


def weekdays() -> list[tuple[int, str]]:
    """The days of a week to choose from."""
    return [(n, weekday(n)) for n in range(1, 8)]


def full_day(value: Day) -> str:
    """4月2日（周二）, Tuesday 2 April."""
    return f"{weekday(value)} {short_day(value)}" if english() else f"{short_day(value)}（{weekday(value)}）"


def clock(value: Moment) -> str:
    """19:00, and 9:00 without a leading zero."""
    at = timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value
    return f"{at.hour}:{at.minute:02d}"


def hours(starts: Moment, ends: Moment) -> str:
    """19:00—20:30, 19:00–20:30."""
    return f"{clock(starts)}{'–' if english() else '—'}{clock(ends)}"


def moment(value: datetime) -> str:
    """2024年4月2日 17:30, 2 April 2024, 17:30."""
    return f"{day(value)}{', ' if english() else ' '}{clock(value)}"


def near(value: datetime, now: datetime) -> str:
    """今天 17:30, 昨天 9:05, 明天 19:00, else 4月2日 17:30; with the year when it is another year. Only in lists, beside <time>."""
    apart = (local(now) - local(value)).days
    said = {0: ("Today", "今天"), 1: ("Yesterday", "昨天"), -1: ("Tomorrow", "明天")}.get(apart)
    words = None if said is None else said[0 if english() else 1]
    if words is None:
        words = short_day(value) if local(now).year == local(value).year else day(value)
    return f"{words}{', ' if english() else ' '}{clock(value)}"


def span(starts: date, ends: date) -> str:
    """2024年3月1日—5月31日: both days are shown, the last one counted in. Half-open periods: pass ends - one day."""
    if starts == ends:
        return day(starts)
    dash = " – " if english() else "—"
    return f"{day(starts)}{dash}{short_day(ends) if starts.year == ends.year else day(ends)}"


def lasting(starts: date, ends: date | None) -> str:
    """2024年4月2日起, 2024年4月2日起，到5月1日: a half-open period that may have no end."""
    if ends is None:
        return f"from {day(starts)}" if english() else f"{day(starts)}起"
    return f"from {day(starts)} to {day(last_day(ends))}" if english() else f"{day(starts)}起，到{day(last_day(ends))}"


def between(first: str, last: str) -> str:
    """Two ends that are words already, such as days with their hours."""
    return f"{first}{' – ' if english() else '—'}{last}"


def last_day(ends: date) -> date:
    """The last day inside a half-open period."""
    return ends - timedelta(days=1)
