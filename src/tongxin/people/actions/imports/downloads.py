"""The sender's own workbook back, what is wrong written beside each row. It holds full numbers: who took it is journalled."""

from datetime import datetime

from tongxin.people.actions.imports.judged import entry_of
from tongxin.people.actions.imports.uploads import roster_of
from tongxin.people.authority import Actor, require
from tongxin.people.models import ImportBatch, ImportRow
from tongxin.people.powers import Power
from tongxin.people.roster.annotate import annotated_workbook
from tongxin.people.roster.kept import Entry, problems_of
from tongxin.people.roster.shapes import RosterFile
from tongxin.people.states import Verdict
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic


@atomic
def annotated(*, batch: ImportBatch, only_left_out: bool, by: Actor, at: datetime) -> bytes:
    """An .xlsx of the same columns that can be uploaded again, with what was corrected on the page put in.

    `only_left_out`: rows that were not imported. Refused: "no-power", "file-gone".
    """
    require(by, Power.IMPORT_ROSTER, batch.union_id)
    roster = roster_of(batch, by)
    lines = {line.row_no: line for line in batch.lines.order_by("row_no")}
    wanted = {Verdict.ASKED, Verdict.REFUSED} if only_left_out else set(Verdict)
    roster.rows = [row for row in roster.rows if row.row_no in lines and lines[row.row_no].verdict in wanted]
    for row in roster.rows:
        line = lines[row.row_no]
        _put_typed(roster, entry_of(line), row.row_no, row.raw)
        row.problems = problems_of(line.problems)
    results = {number: _result(line) for number, line in lines.items()}
    journal.write("roster.downloaded", of=batch, by=by, at=at, rows=len(roster.rows))
    return annotated_workbook(roster, results=results)


def _result(line: ImportRow) -> str:
    return "已导入" if line.done else str(Verdict(line.verdict).label)


def _put_typed(roster: RosterFile, entry: Entry, row_no: int, raw: dict[str, str]) -> None:
    """What was corrected on the page stands in the workbook too. Cells that nobody touched stay as the sheet had them."""
    cells = roster.sheet.rows[row_no - 1]
    for column in roster.columns:
        if column.field and column.is_read and entry.typed.get(column.field, "") != raw.get(column.field, ""):
            cells.extend([""] * (column.index + 1 - len(cells)))
            cells[column.index] = entry.typed.get(column.field, "")
