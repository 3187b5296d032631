"""Days and hours as people here say them: Beijing time, and dates typed by hand."""

import re
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from tongxin.kernel.refused import Refused

BEIJING = ZoneInfo("Asia/Shanghai")
_DAY = re.compile(r"\s*(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?\s*")
_WEEKDAYS = "一二三四五六日"


def moment(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, BEIJING)


def day_of(at: datetime) -> date:
    return at.astimezone(BEIJING).date()


def parse_day(text: str) -> date:
    """2024-04-02, 2024/4/2, 2024年4月2日. A day that no calendar has is refused by name."""
    found = _DAY.fullmatch(text)
    if found is None:
        raise Refused("day-unread", "没看懂这个日期，请写成2024年4月2日或2024-04-02。")
    year, month, day = (int(part) for part in found.groups())
    if not 1 <= month <= 12:
        raise Refused("day-unknown", "一年没有%(month)s月，请改成1至12月。", month=month)
    try:
        return date(year, month, day)
    except ValueError:
        raise Refused(
            "day-unknown", "%(year)s年%(month)s月没有%(day)s日，请改成实际有的日期。", year=year, month=month, day=day
        ) from None


def weekday_word(day: date) -> str:
    return f"周{_WEEKDAYS[day.isoweekday() - 1]}"


def day_words(day: date) -> str:
    """4月2日（周二）."""
    return f"{day.month}月{day.day}日（{weekday_word(day)}）"


def moment_words(at: datetime) -> str:
    """4月2日（周二）19:00."""
    here = at.astimezone(BEIJING)
    return f"{day_words(here.date())}{here:%H:%M}"
