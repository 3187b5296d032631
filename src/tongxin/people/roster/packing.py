"""Many rows as one text, by columns, and back: a part of a large file costs one seal instead of thousands.

A column of values that says just what was typed is not written twice; remarks that many rows share are written once.
"""

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tongxin.people.roster.kept import Entry, problems_as_data, problems_of
from tongxin.people.roster.shapes import Problem

SAME = "="  # the column says what was typed
Column = list[str | None]


@dataclass(slots=True)
class Packed:
    """`typed` and `values` by field, one cell a row, None where a row has none. `told` by the row's place."""

    numbers: list[int]
    typed: dict[str, Column]
    values: dict[str, Column]
    told: dict[int, list[Problem]] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Sequence[Entry]) -> "Packed":
        return cls(
            [entry.row_no for entry in entries],
            _columns([entry.typed for entry in entries]),
            _columns([entry.values for entry in entries]),
            {place: entry.told for place, entry in enumerate(entries) if entry.told},
        )

    def entry(self, place: int) -> Entry:
        return Entry(
            self.numbers[place],
            {name: text for name, column in self.typed.items() if (text := column[place]) is not None},
            {name: text for name, column in self.values.items() if (text := column[place]) is not None},
            self.told.get(place, []),
        )

    def entries(self) -> Iterator[Entry]:
        return map(self.entry, range(len(self.numbers)))

    def to_bytes(self) -> bytes:
        remarks: dict[str, int] = {}
        told = {
            str(place): remarks.setdefault(json.dumps(problems_as_data(problems), ensure_ascii=False), len(remarks))
            for place, problems in self.told.items()
        }
        values = {name: SAME if column == self.typed.get(name) else column for name, column in self.values.items()}
        kept = {"n": self.numbers, "t": self.typed, "v": values, "told": told, "remarks": list(remarks)}
        return zlib.compress(json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode(), 1)

    @classmethod
    def from_bytes(cls, content: bytes) -> "Packed":
        kept: dict[str, Any] = json.loads(zlib.decompress(content))
        typed: dict[str, Column] = kept["t"]
        values = {name: typed[name] if column == SAME else column for name, column in kept["v"].items()}
        remarks = [problems_of(json.loads(text)) for text in kept["remarks"]]
        told = {int(place): remarks[number] for place, number in kept["told"].items()}
        return cls(kept["n"], typed, values, told)


def _columns(rows: Sequence[Mapping[str, str]]) -> dict[str, Column]:
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}
