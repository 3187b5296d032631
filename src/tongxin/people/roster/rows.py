"""From a sheet's rows to what each member's row says, and what is wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from tongxin.kernel.refused import Refused
from tongxin.people.roster.checks import check_row
from tongxin.people.roster.cleaning import NOTHING, text_of
from tongxin.people.roster.columns import Header
from tongxin.people.roster.dates import read_day
from tongxin.people.roster.shapes import ColumnMap, Problem, RosterRow
from tongxin.people.roster.skipping import Skipped, is_member, landmarks
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
_LEFT_EMPTY: Final = "暂不填这一项。"

Read = tuple[object, tuple[Problem, ...]]
_NOT_THERE: Final[Read] = (None, ())


@dataclass(slots=True)
class _Plan:
    """One column to read. `seen` remembers what a cell of it came to: most columns repeat few values."""

    name: str
    index: int
    reader: Reader
    seen: dict[Cell, Read] = field(default_factory=dict)


def read_rows(
    sheet: Sheet,
    header: Header,
    columns: Sequence[ColumnMap],
    *,
    date1904: bool = False,
    today: date | None = None,
) -> tuple[list[RosterRow], list[str]]:
    """The members' rows, and sentences on what was skipped."""
    plans = [_plan(column, date1904=date1904) for column in columns if column.is_read]
    marks = landmarks(columns, sheet.merges)
    skipped = Skipped()
    members = [
        index for index in range(header.row + 1, len(sheet.rows)) if is_member(sheet.rows[index], index, marks, skipped)
    ]
    _fill_merged(sheet, header.row, frozenset(members), frozenset(plan.index for plan in plans))
    has = frozenset(plan.name for plan in plans)
    return [_read_row(sheet.rows[index], index + 1, plans, has, today) for index in members], skipped.notes()


def _plan(column: ColumnMap, *, date1904: bool) -> _Plan:
    name = column.field or ""
    if name in DAYS:
        return _Plan(name, column.index, lambda cell: _day(cell, date1904=date1904))
    return _Plan(name, column.index, READERS.get(name, text_of))


def _day(cell: Cell, *, date1904: bool) -> object | None:
    return None if cell.__class__ is str and text_of(cell) in NOTHING else read_day(cell, date1904=date1904)


def _fill_merged(sheet: Sheet, header_row: int, members: frozenset[int], places: frozenset[int]) -> None:
    """A cell merged downwards speaks for each of its rows; one merged sideways stays where it is."""
    left_to_fill = FILLED_AT_MOST
    for top, left, bottom, _ in _downwards(sheet.merges, header_row, places):
        value = sheet.rows[top][left] if top < len(sheet.rows) and left < len(sheet.rows[top]) else ""
        last = min(bottom, len(sheet.rows) - 1)
        left_to_fill -= max(0, last - top)
        if value == "" or left_to_fill < 0:
            continue
        for index in range(top + 1, last + 1):
            if index in members:
                row = sheet.rows[index]
                row.extend([""] * (left + 1 - len(row)))
                row[left] = row[left] or value


def _downwards(merges: Sequence[Area], header_row: int, places: frozenset[int]) -> list[Area]:
    return [area for area in merges if area[0] > header_row and area[2] > area[0] and area[1] in places]


def _read_row(
    cells: Sequence[Cell],
    row_no: int,
    plans: Sequence[_Plan],
    has: frozenset[str],
    today: date | None,
) -> RosterRow:
    values: dict[str, object] = {}
    row = RosterRow(row_no, values, {})
    raw, problems, width = row.raw, row.problems, len(cells)
    number: Cell = ""
    for plan in plans:
        cell = cells[plan.index] if plan.index < width else ""
        if cell == "":
            continue
        raw[plan.name] = cell if cell.__class__ is str else _shown(cell)
        if plan.name in BY_CHECKS:
            number = cell
            continue
        value, found = plan.seen.get(cell) or _read_cell(plan, cell)
        if value is not None:
            values[plan.name] = value
        if found:
            problems.extend(found)
    check_row(row, number, has, today)
    return row


def _shown(cell: Cell) -> str:
    return str(cell) if isinstance(cell, Fault) else text_of(cell)


def _read_cell(plan: _Plan, cell: Cell) -> Read:
    read = _freshly_read(plan, cell)
    if plan.name not in NEVER_ALIKE and cell.__class__ is str:  # True and 1.0 are one key of a dict, and two cells
        plan.seen[cell] = read
    return read


def _freshly_read(plan: _Plan, cell: Cell) -> Read:
    try:
        value = plan.reader(sound(cell))
    except Refused as refusal:
        problem = Problem.of(plan.name, refusal, blocks=plan.name not in SOFT)
        if problem.blocks:
            return None, (problem,)
        return None, (Problem(plan.name, problem.code, problem.message + _LEFT_EMPTY, problem.fix, blocks=False),)
    return (value, ()) if value is not None else _NOT_THERE
