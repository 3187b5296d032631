"""The cadre corrects a row or answers what it was asked about; the row, and rows that name the same person, are judged anew."""

from collections.abc import Mapping
from datetime import datetime

from tongxin.kernel.refused import Refused
from tongxin.people.actions.imports.judged import entry_of, judge_again, put_entry, recount
from tongxin.people.authority import Actor, require
from tongxin.people.models import ImportBatch, ImportRow
from tongxin.people.powers import Power
from tongxin.people.roster.rereading import read_again
from tongxin.people.states import Answer
from tongxin.store.atomic import atomic


@atomic
def fix(*, batch: ImportBatch, row_no: int, typed: Mapping[str, str], by: Actor, at: datetime) -> list[int]:
    """Puts what was typed, by field, in place of what stood there. Gives the numbers of the rows that stand otherwise now.

    What is still wrong stays with what was typed; the row says so itself. Refused: "no-power", "wrong-state", "row-gone".
    """
    batch, line = _open(batch, row_no, by, at)
    entry = entry_of(line)
    fields = {field for _, _, field in batch.columns if field}
    before = line.number_key
    put_entry(line, read_again(entry, typed, fields=fields, today=by.on))
    line.answers = []
    line.save(update_fields=["values", "number_key", "answers"])
    return _judge_group(batch, line, before, by)


@atomic
def answer(*, batch: ImportBatch, row_no: int, answer: str, by: Actor, at: datetime) -> list[int]:
    """One of the row's offers; empty takes all answers of the row back. Refused: "answer-unknown" and as for `fix`."""
    batch, line = _open(batch, row_no, by, at)
    if answer and answer not in line.offers and answer != Answer.SKIP:
        raise Refused("answer-unknown", "这一行的情况变了，请看看现在的选项再选。")
    line.answers = sorted({*line.answers, answer}) if answer else []
    line.save(update_fields=["answers"])
    return _judge_group(batch, line, line.number_key, by)


def _open(batch: ImportBatch, row_no: int, by: Actor, at: datetime) -> tuple[ImportBatch, ImportRow]:
    require(by, Power.IMPORT_ROSTER, batch.union_id)
    batch = ImportBatch.objects.select_related("union").lock(batch.pk)
    batch.move("edit")
    batch.moved_at = at
    line = batch.lines.filter(row_no=row_no).first()
    if line is None:
        raise Refused("row-gone", "没有这一行，请刷新后再看。")
    return batch, line


def _judge_group(batch: ImportBatch, line: ImportRow, before: bytes | memoryview | None, by: Actor) -> list[int]:
    keys = [bytes(key) for key in (before, line.number_key) if key is not None]
    others = batch.lines.filter(number_key__in=keys).exclude(pk=line.pk).order_by("row_no") if keys else []
    moved = judge_again([line, *others], union=batch.union, by=by)
    recount(batch)
    batch.save()
    return [one.row_no for one in moved]
