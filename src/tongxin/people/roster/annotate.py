"""The roster back to its sender: the same columns, and beside each row what is wrong and what to do. It can be sent in again."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from tongxin.people.roster.cleaning import number_text
from tongxin.people.roster.fields import FIELDS, OUR_COLUMNS, field_of
from tongxin.people.roster.shapes import ColumnMap, Problem, RosterFile
from tongxin.records.sheets.cells import Cell, Fault
from tongxin.records.sheets.writing import Column, Marked, Plain, Written, write_workbook

_OUR_WIDTHS: Final = (6, 12, 36, 40)
_NOTES: Final = (
    "这是您上传的名册，每一行左边写明了结果、问题和怎么改。红色的格子要改，鼠标移上去能看到原因。",
    "改好后直接上传这个文件。左边4列不用删，导入时会跳过。",
    "没有改动的行再导入一次也不会重复。",
)


def annotated_workbook(
    roster: RosterFile,
    *,
    results: Mapping[int, str] | None = None,
    more: Mapping[int, Sequence[Problem]] | None = None,
    only_problems: bool = False,
) -> bytes:
    """`results` and `more` are by row number: what was decided, and problems found later (in the database)."""
    columns = [column for column in roster.columns if not column.is_ours]
    heads = [Column(title, width=width) for title, width in zip(OUR_COLUMNS, _OUR_WIDTHS, strict=True)]
    heads += [Column(_header(column)) for column in columns]
    rows = _rows(roster, columns, results or {}, more or {}, only_problems=only_problems)
    return write_workbook(heads, rows, title=roster.sheet.name or "名册", notes=_NOTES)


def _rows(
    roster: RosterFile,
    columns: Sequence[ColumnMap],
    results: Mapping[int, str],
    more: Mapping[int, Sequence[Problem]],
    *,
    only_problems: bool,
) -> Iterator[list[Written]]:
    for row in roster.rows:
        problems = [*row.problems, *more.get(row.row_no, ())]
        if problems or not only_problems:
            cells = roster.sheet.rows[row.row_no - 1]
            yield [
                str(row.row_no),
                results.get(row.row_no) or _result(problems),
                "\n".join(problem.message for problem in problems),
                "\n".join(problem.fix for problem in problems if problem.fix),
                *(_cell(cells, column, problems) for column in columns),
            ]


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
