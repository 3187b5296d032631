"""Sichuan's and Chongqing's divisions and their dated codes, as shipped in `data/` (see its README for sources and doubts)."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal, cast

from tongxin.kernel.refused import Refused

Level = Literal["province", "prefecture", "county", "township"]
Precision = Literal["day", "month", "year", ""]
Confidence = Literal["sure", "fairly", "unsure"]

CODES_OF = 2023
RECORD_BEGINS = date(1997, 3, 14)  # Chongqing leaves Sichuan; what was before is known for a few places only


@dataclass(frozen=True, slots=True)
class Division:
    code: str
    parent_code: str  # empty for a province
    name: str
    level: Level


@dataclass(frozen=True, slots=True)
class CodePeriod:
    """A code and name that a division had for a time: `valid_from` is in, `valid_to` is out, None is open."""

    code: str
    name: str
    parent_code: str
    level: Level
    valid_from: date | None
    from_precision: Precision
    valid_to: date | None
    to_precision: Precision
    change: str
    predecessors: tuple[str, ...]
    successors: tuple[str, ...]
    source: str
    confidence: Confidence
    note: str

    def __contains__(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)

    def leads_to(self, later: "CodePeriod") -> bool:
        """Whether `later` began out of this one; both rows must say so, since a code may have had two bearers."""
        return (
            self.valid_to is not None
            and self.valid_to == later.valid_from
            and later.code in self.successors
            and self.code in later.predecessors
        )


@cache
def read_divisions() -> list[Division]:
    """All divisions by the codes of `CODES_OF`, parents before children."""
    return [
        Division(row["code"], row["parent_code"], row["name"], cast("Level", row["level"]))
        for row in _rows("divisions.csv")
    ]


@cache
def read_code_history() -> list[CodePeriod]:
    return [_period(row) for row in _rows("code_history.csv")]


def periods_of(code: str) -> list[CodePeriod]:
    """Every division that ever bore this code; two rows may contradict each other, so read their `confidence`."""
    return [period for period in read_code_history() if period.code == code]


def lineage(code: str) -> list[CodePeriod]:
    """What today's bearer of a code was before, newest first, back through renames, mergers and transfers."""
    found = [period for period in periods_of(code) if period.valid_to is None]
    for later in found:  # grows while it is walked
        found += [earlier for earlier in read_code_history() if earlier.leads_to(later) and earlier not in found]
    return sorted(found, key=lambda period: period.valid_from or date.min, reverse=True)


def divisions_on(day: date) -> list[Division]:
    """The divisions of a day, county level and above; for a day before the record begins: Refused."""
    if day < RECORD_BEGINS:
        raise Refused(
            "division-history-range",
            "区划沿革从%(begins)s起才完整，请选这一天或以后的日期。",
            begins=f"{RECORD_BEGINS:%Y年%-m月%-d日}",
        )
    recorded = [period for period in read_code_history() if period.confidence != "unsure"]
    known = {(period.code, period.name) for period in recorded}
    unchanged = [
        division
        for division in read_divisions()
        if division.level != "township" and (division.code, division.name) not in known
    ]
    dated = [
        Division(period.code, period.parent_code, period.name, period.level) for period in recorded if day in period
    ]
    return sorted(unchanged + dated, key=lambda division: division.code)


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (files("tongxin.unions") / "data" / name).open(encoding="utf-8") as file:
        yield from csv.DictReader(file)


def _period(row: dict[str, str]) -> CodePeriod:
    return CodePeriod(
        code=row["code"],
        name=row["name"],
        parent_code=row["parent_code"],
        level=cast("Level", row["level"]),
        valid_from=_day(row["valid_from"]),
        from_precision=cast("Precision", row["from_precision"]),
        valid_to=_day(row["valid_to"]),
        to_precision=cast("Precision", row["to_precision"]),
        change=row["change"],
        predecessors=tuple(row["predecessors"].split()),
        successors=tuple(row["successors"].split()),
        source=row["source"],
        confidence=cast("Confidence", row["confidence"]),
        note=row["note"],
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
