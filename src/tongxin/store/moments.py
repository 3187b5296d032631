"""Days and times as sentences write them: when they are read, in the reader's language. For the params of a Refused."""

from datetime import date, datetime, time

from django.utils.formats import date_format
from django.utils.timezone import get_default_timezone, localtime
from django.utils.translation import get_language

ENGLISH = {
    "DATE_FORMAT": "j F Y",
    "DATETIME_FORMAT": "j F Y, H:i",
    "TIME_FORMAT": "H:i",
}  # British; Django's is American


def start_of(day: date) -> datetime:
    """Midnight where the house stands."""
    return datetime.combine(day, time(), get_default_timezone())


def _written(value: date, form: str) -> str:
    return date_format(value, ENGLISH[form] if get_language() == "en" else form)


class Day:
    """2024年4月2日, 2 April 2024."""

    def __init__(self, day: date) -> None:
        self.day = day

    def __str__(self) -> str:
        return _written(self.day, "DATE_FORMAT")


class Moment:
    """2024年4月2日 19:00, 2 April 2024, 19:00."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __str__(self) -> str:
        return _written(localtime(self.at), "DATETIME_FORMAT")


class Span:
    """2024年4月2日 19:00—20:30."""

    def __init__(self, starts: datetime, ends: datetime) -> None:
        self.starts, self.ends = localtime(starts), localtime(ends)

    def __str__(self) -> str:
        same_day = self.starts.date() == self.ends.date()
        ends = _written(self.ends, "TIME_FORMAT" if same_day else "DATETIME_FORMAT")
        return f"{Moment(self.starts)}—{ends}"
