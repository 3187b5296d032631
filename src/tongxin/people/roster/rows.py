"""From a sheet's rows to what each member's row says, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from tongxin.kernel.refused import Refused
from tongxin.people.roster.checks import check_row
from tongxin.people.roster.cleaning import NOTHING, text_of
from tongxin.people.roster.columns import Header
from tongxin.people.roster.dates import read_day
from tongxin.people.roster.shapes import ColumnMap, Problem, RosterRow
from tongxin.people.roster.skipping import Landmarks, Skipped, is_member, landmarks
from tongxin.people.roster.values import READERS, Reader, sound
from tongxin.records.sheets.cells import Area, Cell, Fault, Sheet

DAYS: Final = frozenset({"born", "joined_on"})
BY_CHECKS: Final = frozenset({"id_number"})  # read when the whole row is known: its form depends on the kind of paper
NEVER_ALIKE: Final = frozenset({"name", "id_number", "phone"})  # not worth remembering: every cell is another
SOFT: Final = frozenset(
    {  # what is wrong here is told and left empty; the member comes in
        "ethnicity",
        "political_status",
        "education",
        "skill_level",
        "household",
        "is_migrant",
        "is_gig",
        "gig_group",
        "employer_uscc",
        "occupation",
        "post",
        "model_worker",
        "note",
        "born",
    }
)
FILLED_AT_MOST: Final = 1_000_000
REMEMBERED: Final = 20_000  # values of one column
_LEFT_EMPTY: Final = "暂不填这一项。"

Read = tuple[object, tuple[Problem, ...]]
_NOT_THERE: Final[Read] = (None, ())


@dataclass(slots=True)
class Plan:
    """One column to read. `seen` remembers what a cell of it came to: most columns repeat few values."""

    name: str
    index: int
    reader: Reader
    seen: dict[Cell, Read] = field(default_factory=dict)


_Step = tuple[str, int, dict[Cell, Read] | None, Plan]  # a column at hand: asked a million times


@dataclass(slots=True)
class Layout:
    """How the rows of one sheet are read: worked out once, for one part of them or for all."""

    header_row: int  # from 0
    steps: list[_Step]
    marks: Landmarks
    has: frozenset[str]  # fields that the sheet has columns for
    merges: list[Area]  # downwards, in columns that are read
    today: date | None


def layout(
    header_row: int,
    columns: Sequence[ColumnMap],
    merges: Sequence[Area],
    *,
    date1904: bool = False,
    today: date | None = None,
) -> Layout:
    plans = [_plan(column, date1904=date1904) for column in columns if column.is_read]
    places = frozenset(plan.index for plan in plans)
    return Layout(
        header_row,
        [(plan.name, plan.index, None if plan.name in BY_CHECKS else plan.seen, plan) for plan in plans],
        landmarks(columns, merges),
        frozenset(plan.name for plan in plans),
        _downwards(merges, header_row, places),
        today,
    )


def read_part(
    rows: Sequence[list[Cell]], first: int, how: Layout, skipped: Skipped, carried: Mapping[tuple[int, int], Cell]
) -> list[RosterRow]:
    """`first` is the place of `rows[0]` in the sheet, from 0. `carried`: cells that earlier parts begin and these go on with."""
    members = [place for place, row in enumerate(rows, first) if is_member(row, place, how.marks, skipped)]
    if how.merges:
        _fill_merged(rows, first, frozenset(members), how.merges, carried)
    return [_read_row(rows[place - first], place + 1, how.steps, how.has, how.today) for place in members]


def carried_from(rows: Sequence[list[Cell]], first: int, how: Layout) -> dict[tuple[int, int], Cell]:
    """What the tops of merged cells say in this part, for the parts below."""
    return {
        (top, left): rows[top - first][left]
        for top, left, _, _ in how.merges
        if first <= top < first + len(rows) and left < len(rows[top - first])
    }


def read_rows(
    sheet: Sheet,
    header: Header,
    columns: Sequence[ColumnMap],
    *,
    date1904: bool = False,
    today: date | None = None,
) -> tuple[list[RosterRow], list[str]]:
    """The members' rows, and sentences on what was skipped."""
    how = layout(header.row, columns, sheet.merges, date1904=date1904, today=today)
    skipped = Skipped()
    rows = read_part(sheet.rows[header.row + 1 :], header.row + 1, how, skipped, {})
    return rows, skipped.notes()


def _plan(column: ColumnMap, *, date1904: bool) -> Plan:
    name = column.field or ""
    if name in DAYS:
        return Plan(name, column.index, lambda cell: _day(cell, date1904=date1904))
    return Plan(name, column.index, READERS.get(name, text_of))


def _day(cell: Cell, *, date1904: bool) -> object | None:
    return None if cell.__class__ is str and text_of(cell) in NOTHING else read_day(cell, date1904=date1904)


def _fill_merged(
    rows: Sequence[list[Cell]],
    first: int,
    members: frozenset[int],
    merges: Sequence[Area],
    carried: Mapping[tuple[int, int], Cell],
) -> None:
    """A cell merged downwards speaks for each of its rows; one merged sideways stays where it is."""
    left_to_fill = FILLED_AT_MOST
    end = first + len(rows)
    for top, left, bottom, _ in merges:
        if bottom < first or top >= end:
            continue
        here = rows[top - first] if top >= first else []
        value = carried.get((top, left), "") if top < first else here[left] if left < len(here) else ""
        last = min(bottom, end - 1)
        left_to_fill -= max(0, last - max(top, first - 1))
        if value == "" or left_to_fill < 0:
            continue
        for place in range(max(top + 1, first), last + 1):
            if place in members:
                row = rows[place - first]
                row.extend([""] * (left + 1 - len(row)))
                row[left] = row[left] or value


def _downwards(merges: Sequence[Area], header_row: int, places: frozenset[int]) -> list[Area]:
    return [area for area in merges if area[0] > header_row and area[2] > area[0] and area[1] in places]


def _read_row(
    cells: Sequence[Cell],
    row_no: int,
    plans: Sequence[_Step],
    has: frozenset[str],
    today: date | None,
) -> RosterRow:
    values: dict[str, object] = {}
    row = RosterRow(row_no, values, {})
    raw, problems, width = row.raw, row.problems, len(cells)
    number: Cell = ""
    for name, index, seen, plan in plans:
        cell = cells[index] if index < width else ""
        if cell == "":
            continue
        raw[name] = cell if cell.__class__ is str else as_typed(cell)
        if seen is None:
            number = cell
            continue
        value, found = seen.get(cell) or _read_cell(plan, cell)
        if value is not None:
            values[name] = value
        if found:
            problems.extend(found)
    check_row(row, number, has, today)
    return row


def as_typed(cell: Cell) -> str:
    return str(cell) if isinstance(cell, Fault) else text_of(cell)


def _read_cell(plan: Plan, cell: Cell) -> Read:
    read = _freshly_read(plan, cell)
    if plan.name not in NEVER_ALIKE and cell.__class__ is str:  # True and 1.0 are one key of a dict, and two cells
        if len(plan.seen) >= REMEMBERED:
            plan.seen.clear()
        plan.seen[cell] = read
    return read


def _freshly_read(plan: Plan, cell: Cell) -> Read:
    try:
        value = plan.reader(sound(cell))
    except Refused as refusal:
        problem = Problem.of(plan.name, refusal, blocks=plan.name not in SOFT)
        if problem.blocks:
            return None, (problem,)
        return None, (Problem(plan.name, problem.code, problem.message + _LEFT_EMPTY, problem.fix, blocks=False),)
    return (value, ()) if value is not None else _NOT_THERE
