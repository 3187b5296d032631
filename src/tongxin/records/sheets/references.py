"""References to cells in formulas and ranges, and where they lead once rows have been put in."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_REFERENCE: Final = re.compile(
    r"(?<![\w.$:])(?:(?P<sheet>'(?:[^']|'')+'|[\w.\u3400-\u9fff]+)!)?"
    r"(?P<one>\$?[A-Z]{1,3}\$?[0-9]{1,7})(?::(?P<two>\$?[A-Z]{1,3}\$?[0-9]{1,7}))?(?![\w(.!])"
)
_CELL: Final = re.compile(r"(\$?)([A-Z]{1,3})(\$?)([0-9]{1,7})")
_QUOTED: Final = re.compile(r'("(?:[^"]|"")*")')


@dataclass(frozen=True, slots=True)
class Growth:
    """A row that stood at `row` (with `spare` empty ones below it) has become `rows` rows; what was below moved down."""

    row: int
    spare: int
    rows: int

    @property
    def moved(self) -> int:
        return max(0, self.rows - 1 - self.spare)

    @property
    def last(self) -> int:
        """The last row that was used up; what stood below it has moved."""
        return self.row + min(self.spare, max(0, self.rows - 1))

    def of(self, row: int) -> int:
        return row + self.moved if row > self.last else row

    def span(self, top: int, bottom: int) -> tuple[int, int]:
        """A range over the row that grew grows with it."""
        new = self.of(bottom)
        return self.of(top), max(new, self.row + self.rows - 1) if top <= self.row <= bottom else new


def shifted(text: str, growth: Growth, *, own: bool, sheet: str) -> str:
    """A formula after growth on `sheet`; `own`: it stands on that sheet, so that bare references are meant too."""

    def one(found: re.Match[str]) -> str:
        named = found["sheet"]
        if (named is None and not own) or (named is not None and named.strip("'").replace("''", "'") != sheet):
            return found[0]
        before = f"{named}!" if named else ""
        first = _CELL.fullmatch(found["one"])
        second = _CELL.fullmatch(found["two"]) if found["two"] else None
        assert first is not None
        if second is None:
            return before + _at(first, growth.of(int(first[4])))
        top, bottom = growth.span(int(first[4]), int(second[4]))
        return f"{before}{_at(first, top)}:{_at(second, bottom)}"

    return _outside_quotes(text, lambda part: _REFERENCE.sub(one, part))


def copied(text: str, down: int) -> str:
    """A formula as Excel copies it so many rows down: rows without $ go along."""

    def one(found: re.Match[str]) -> str:
        parts = [found["one"], found["two"]] if found["two"] else [found["one"]]
        before = f"{found['sheet']}!" if found["sheet"] else ""
        return before + ":".join(_down(part, down) for part in parts)

    return _outside_quotes(text, lambda part: _REFERENCE.sub(one, part))


def grown_range(text: str, growth: Growth, *, covers: bool) -> str:
    """A1 or A1:B2 (several between blanks) of an attribute. `covers`: what lay on the row that grew lies on all of it."""
    return " ".join(_grown(part, growth, covers=covers) for part in text.split())


def _grown(part: str, growth: Growth, *, covers: bool) -> str:
    first, _, second = part.partition(":")
    one, two = _CELL.fullmatch(first), _CELL.fullmatch(second or first)
    if one is None or two is None:
        return part
    top, bottom = int(one[4]), int(two[4])
    if covers or second:
        top, bottom = growth.span(top, bottom)
    else:
        top = bottom = growth.of(top)
    start, end = _at(one, top), _at(two, bottom)
    return f"{start}:{end}" if second or start != end else start


def _outside_quotes(text: str, change: Callable[[str], str]) -> str:
    parts = _QUOTED.split(text)
    return "".join(part if place % 2 else change(part) for place, part in enumerate(parts))


def _at(cell: re.Match[str], row: int) -> str:
    return f"{cell[1]}{cell[2]}{cell[3]}{row}"


def _down(text: str, down: int) -> str:
    cell = _CELL.fullmatch(text)
    assert cell is not None
    return text if cell[3] else _at(cell, int(cell[4]) + down)
