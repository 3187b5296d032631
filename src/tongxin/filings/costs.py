"""What a request costs those who fill it, in minutes: dated estimates from a file. Arithmetic, no database."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from tongxin.filings.states import Handling, Kind


@dataclass(frozen=True, slots=True)
class Figure:
    name: str
    minutes: float
    valid_from: date
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Cost:
    """`each` minutes for one filler; `lines` say from what."""

    fillers: int
    each: float
    lines: list[Figure]
    threshold: float  # minutes above which a second person approves

    @property
    def minutes(self) -> int:
        return round(self.fillers * self.each)

    @property
    def hours(self) -> float:
        return round(self.minutes / 60, 1)

    @property
    def needs_second(self) -> bool:
        return self.minutes > self.threshold


def cost(fillers: int, questions: Iterable[tuple[Kind, Handling]], on: date) -> Cost:
    """What is given by the house costs nothing."""
    asked = [
        figure("check" if handling is Handling.CHECK else kind.value, on)
        for kind, handling in questions
        if handling is not Handling.TAKE
    ]
    lines = [figure("open", on), *asked]
    return Cost(fillers, sum(one.minutes for one in lines), lines, figure("second_person", on).minutes)


def figure(name: str, on: date) -> Figure:
    """The newest that holds on the day; before the first day the first."""
    rows = [one for one in _shipped() if one.name == name]
    holding = [one for one in rows if one.valid_from <= on]
    return max(holding, key=lambda one: one.valid_from) if holding else min(rows, key=lambda one: one.valid_from)


@cache
def _shipped() -> tuple[Figure, ...]:
    with (files("tongxin.filings") / "data" / "costs.csv").open(encoding="utf-8") as lines:
        return tuple(
            Figure(
                row["name"],
                float(row["minutes"]),
                date.fromisoformat(row["valid_from"]),
                row["source"],
                row["confidence"],
            )
            for row in csv.DictReader(lines)
        )
