"""Public sources of chance that a draw may name beforehand: which numbered event, and how its value is written. Data, a row each.

The spelling matters: the value goes into the seed as text (kernel/draw.py). Sure is the shape of what is drawn (public rules of
the games). How an issuer numbers its events and on which day each is drawn, the house does not know and does not guess: staff
copy the number from the issuer's notice, of an event that is drawn after the list is frozen and before the result.
"""

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings

from tongxin.kernel.refused import Refused

SHIPPED: Final = Path(__file__).with_name("data") / "draw_sources.csv"


@dataclass(frozen=True, slots=True)
class Source:
    """`event` and `value` are patterns for the whole text; the hints say in words what they ask for."""

    key: str
    name: str
    event: re.Pattern[str]
    event_hint: str
    value: re.Pattern[str]
    value_hint: str

    def value_of(self, typed: str) -> str:
        """In the one spelling that counts. Refused: "value-wrong"."""
        said = " ".join(re.sub(r"[,，、+＋|]", " ", typed).split())
        if not self.value.fullmatch(said):
            raise Refused("value-wrong", "数写得不对：%(hint)s。", hint=self.value_hint)
        return said


@cache
def sources() -> dict[str, Source]:
    with (Path(settings.DRAW_SOURCES) if settings.DRAW_SOURCES else SHIPPED).open(encoding="utf-8", newline="") as file:
        rows = [
            Source(row["key"], row["name"], re.compile(row["event"]), row["event_hint"],
                   re.compile(row["value"]), row["value_hint"])
            for row in csv.DictReader(file)
        ]  # fmt: skip
    return {row.key: row for row in rows}


def words_of(key: str, event: str) -> str:
    """As files and pages name it: 中国福利彩票双色球 第2026138期. Empty without a source."""
    return f"{sources()[key].name} 第{event}期" if key else ""
