"""The roster back to its sender: the same columns, and beside each row what is wrong and what to do. It can be sent in again."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import IO, Final

from tongxin.people.roster.cleaning import number_text
from tongxin.people.roster.fields import FIELDS, KEY_COLUMN, OUR_COLUMNS, field_of
from tongxin.people.roster.shapes import ColumnMap, Problem
from tongxin.people.roster.template import CHOICES
from tongxin.records.sheets.cells import Cell, Fault
from tongxin.records.sheets.writing import Column, Marked, Plain, Written, write_workbook_to

_OUR_WIDTHS: Final = (6, 12, 36, 40, 10)
_NOTES: Final = (
    "这是您上传的名册，每一行左边写明了结果、问题和怎么改。红色的格子要改，鼠标移上去能看到原因。",
    "改好后直接上传这个文件。左边5列不用删也不用改；行可以排序、可以删，按“对号”一列认回原来的行。",
    "要添新的一行，把“对号”那一格空着。",
    "没有改动的行再导入一次也不会重复。",
)


@dataclass(frozen=True, slots=True)
class NotedRow:
    """A row of the sender's sheet with what is said of it."""

    row_no: int
    cells: Sequence[Cell]
    result: str
    problems: Sequence[Problem]


def write_noted(
    stream: IO[bytes], columns: Sequence[ColumnMap], rows: Iterable[NotedRow], key: Callable[[int], str], *, title: str
) -> None:
    """Rows are taken one at a time: a workbook of a hundred thousand rows is never held whole."""
    kept = [column for column in columns if not column.is_ours]
    written = (_noted(row, kept, key(row.row_no)) for row in rows)
    write_workbook_to(stream, _heads(kept), written, title=title or "名册", notes=_NOTES)


def _noted(row: NotedRow, columns: Sequence[ColumnMap], key: str) -> list[Written]:
    return [
        str(row.row_no),
        row.result or _result(row.problems),
        "\n".join(problem.message for problem in row.problems),
        "\n".join(problem.fix for problem in row.problems if problem.fix),
        key,
        *(_cell(row.cells, column, row.problems) for column in columns),
    ]


def _heads(columns: Sequence[ColumnMap]) -> list[Column]:
    heads = [Column(title, width=width) for title, width in zip([*OUR_COLUMNS, KEY_COLUMN], _OUR_WIDTHS, strict=True)]
    return heads + [Column(_header(column), choices=CHOICES.get(column.field or "", ())) for column in columns]


def _result(problems: Sequence[Problem]) -> str:
    if any(problem.blocks for problem in problems):
        return "先不导入"
    return "可以导入，有提醒" if problems else "可以导入"


def _header(column: ColumnMap) -> str:
    """A header that is taken for the same field, or for none, when the workbook comes in again."""
    if field_of(column.header) == column.field:
        return column.header
    return FIELDS[column.field].title if column.field else f"{column.header}-未用"


def _cell(cells: Sequence[Cell], column: ColumnMap, problems: Sequence[Problem]) -> Written:
    value = _plain(cells[column.index]) if column.index < len(cells) else ""
    wrong = [problem for problem in problems if problem.blocks and problem.column == column.field]
    return Marked(value, "\n".join(problem.message + problem.fix for problem in wrong)) if wrong else value


def _plain(cell: Cell) -> Plain:
    if isinstance(cell, Fault):
        return cell.shown
    return number_text(cell) if isinstance(cell, int | float) and not isinstance(cell, bool) else cell
