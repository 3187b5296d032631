"""Days and times as sentences write them: when they are read, in the reader's language. For the params of a Refused."""

from datetime import date, datetime, time

from django.utils.formats import date_format
from django.utils.timezone import get_default_timezone, localtime


def start_of(day: date) -> datetime:
    """Midnight where the house stands."""
    return datetime.combine(day, time(), get_default_timezone())


class Day:
    """2024年4月2日."""

    def __init__(self, day: date) -> None:
        self.day = day

    def __str__(self) -> str:
        return date_format(self.day, "DATE_FORMAT")


class Moment:
    """2024年4月2日 19:00."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __str__(self) -> str:
        return date_format(localtime(self.at), "DATETIME_FORMAT")


class Span:
    """2024年4月2日 19:00—20:30."""

    def __init__(self, starts: datetime, ends: datetime) -> None:
        self.starts, self.ends = localtime(starts), localtime(ends)

    def __str__(self) -> str:
        same_day = self.starts.date() == self.ends.date()
        ends = date_format(self.ends, "TIME_FORMAT" if same_day else "DATETIME_FORMAT")
        return f"{Moment(self.starts)}—{ends}"
