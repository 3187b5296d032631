"""The sender's own workbook back, what is wrong written beside each row. It holds full numbers: who took it is journalled."""

import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

from django.db.models import QuerySet

from tongxin.kernel.refused import Refused
from tongxin.people.actions.imports.judged import entry_of
from tongxin.people.actions.imports.origins import key_of
from tongxin.people.actions.imports.uploads import path_of
from tongxin.people.authority import Actor, require
from tongxin.people.models import ImportBatch, ImportRow
from tongxin.people.powers import Power
from tongxin.people.queries.lists import choices_for
from tongxin.people.roster.annotate import NotedRow, write_noted
from tongxin.people.roster.kept import problems_of
from tongxin.people.roster.rows import as_typed
from tongxin.people.roster.shapes import ColumnMap
from tongxin.people.roster.streaming import ROWS_A_PIECE, look, opened, pieces_of
from tongxin.people.states import Verdict
from tongxin.records.actions import journal
from tongxin.records.sheets.cells import Cell, column_index
from tongxin.records.sheets.reading import rows_of
from tongxin.store.atomic import atomic

MOST_ROWS: Final = 100_000  # what a workbook for people may hold; it is made while somebody waits


@atomic
def annotated(*, batch: ImportBatch, only_left_out: bool, by: Actor, at: datetime) -> bytes:
    """An .xlsx of the same columns that can be uploaded again, with what was corrected on the page put in.

    `only_left_out`: rows that were not imported; of a large list never more than those. The file is gone through piece by
    piece. Refused: "no-power", "file-gone", "rows-gone", "rows-many".
    """
    require(by, Power.IMPORT_ROSTER, batch.union_id)
    lines = batch.lines.order_by("row_no")
    if only_left_out or batch.packed:
        lines = lines.filter(verdict__in=[Verdict.ASKED, Verdict.REFUSED])
    count = lines.count()
    if not count:
        raise Refused("rows-gone", "这份名册没有可以下载的行，或逐行内容已过保存期。")
    if count > MOST_ROWS:
        raise Refused("rows-many", "有%(rows)d行，一份表放不下。请先在原表里改好共同的问题，再重新上传。", rows=count)
    columns = [ColumnMap(column_index(letter), letter, header, field) for letter, header, field in batch.columns]
    stream = io.BytesIO()
    write_noted(stream, columns, _noted(batch, columns, lines), lambda row_no: key_of(batch, row_no), title=batch.sheet)
    journal.write("roster.downloaded", of=batch, by=by, at=at, rows=count)
    return stream.getvalue()


def _noted(batch: ImportBatch, columns: list[ColumnMap], lines: QuerySet[ImportRow]) -> Iterator[NotedRow]:
    wanted = set(lines.values_list("row_no", flat=True))
    for rows in _pieces(batch, wanted):
        some = lines.filter(row_no__in=rows)
        for line in some:
            _put_typed(rows[line.row_no], line, columns)
            yield NotedRow(line.row_no, rows[line.row_no], _result(line), problems_of(line.problems))


def _pieces(batch: ImportBatch, wanted: set[int]) -> Iterator[dict[int, list[Cell]]]:
    """The wanted rows' cells by their numbers, as the file has them."""
    with opened(path_of(batch)) as file:
        head = look(file, batch.file_name, choices=choices_for(batch))
        for piece in pieces_of(file, head, rows=ROWS_A_PIECE):
            numbers = range(piece.first + 1, piece.first + ROWS_A_PIECE + 1)
            if wanted.isdisjoint(numbers):
                continue
            yield {number: row for number, row in zip(numbers, rows_of(piece.line), strict=False) if number in wanted}


def _result(line: ImportRow) -> str:
    return "已导入" if line.done else str(Verdict(line.verdict).label)


def _put_typed(cells: list[Cell], line: ImportRow, columns: Iterable[ColumnMap]) -> None:
    """What was corrected on the page stands in the workbook too. Cells that nobody touched stay as the sheet had them."""
    typed: Mapping[str, str] = entry_of(line).typed
    for column in columns:
        if not column.field or not column.is_read:
            continue
        text = typed.get(column.field, "")
        here = cells[column.index] if column.index < len(cells) else ""
        if text != as_typed(here):
            cells.extend([""] * (column.index + 1 - len(cells)))
            cells[column.index] = text
