"""Hours of a day as people write them in a parameter: 11:00-13:00、17:00-19:00. Over midnight too: 22:00-02:00."""

import re
from datetime import datetime, timedelta
from typing import Final

from tongxin.kernel.refused import Refused

UNIT: Final = "时段"  # of a parameter that says such hours
_DAY: Final = 24 * 60
_ONE: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)-([01]?\d|2[0-4]):([0-5]\d)")


def read(text: str) -> frozenset[int]:
    """The minutes of the day that are within. Refused: "hours-form"."""
    parts = [_ONE.fullmatch(part) for part in re.split(r"[、，,;；]\s*", text.strip())]
    minutes: set[int] = set()
    for part in parts:
        if part is None:
            raise _wrong()
        starts, ends = (int(part[n]) * 60 + int(part[n + 1]) for n in (1, 3))
        if ends > _DAY or starts == ends:
            raise _wrong()
        minutes |= {minute % _DAY for minute in range(starts, ends if ends > starts else ends + _DAY)}
    if len(minutes) == _DAY:
        raise _wrong()
    return frozenset(minutes)


def free_from(minutes: frozenset[int], at: datetime) -> datetime:
    """`at` itself, or the first full minute after it that is not within. `at` is in the clock that the hours mean."""
    if at.hour * 60 + at.minute not in minutes:
        return at
    at = at.replace(second=0, microsecond=0)
    while at.hour * 60 + at.minute in minutes:
        at += timedelta(minutes=1)
    return at


def _wrong() -> Refused:
    return Refused("hours-form", "时段写成“11:00-13:00、17:00-19:00”这样，并且不能占满一整天，请改正。")
