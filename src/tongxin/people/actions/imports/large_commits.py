"""A large list is written part by part; what stands otherwise than it was previewed is left out and named.

Why not in one transaction: docs/adr/0013. What a killed import left is finished by the next one, and nothing is doubled: a
part's mark is set in the transaction that writes its people.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.utils import timezone

from tongxin.people.actions.imports.judged import entry_of, judge_entries, put_judgement, recount, save_lines, stands
from tongxin.people.actions.imports.large import write_large, written
from tongxin.people.actions.imports.missing import ask_again, must_not_be_held
from tongxin.people.actions.imports.parts import left_for_later
from tongxin.people.actions.imports.writes import write
from tongxin.people.authority import Actor, require
from tongxin.people.models import ImportBatch, ImportRow, Person
from tongxin.people.powers import Power
from tongxin.people.states import BatchState, Verdict
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.store.gathering import gather, spread

UNDO_WITHIN: Final = timedelta(days=7)
LINES: Final = 1_000
WRITES: Final = (Verdict.ADDED, Verdict.CHANGED)
NAMES: Final = "person_name_pieces"


def commit_large(*, batch: ImportBatch, by: Actor, at: datetime) -> ImportBatch:
    """May be called again after it was interrupted. A second press on what is done changes nothing."""
    batch = _begin(batch, by, at)
    if batch.state == BatchState.DONE:
        return batch
    began = batch.committed_at or at
    with _gathered():
        write_large(batch=batch, by=by, at=began)
    for numbers in _chunks(batch):
        _write_lines(batch, numbers, by, began)
    return _finish(batch, by, at)


@atomic
def note_done(batch: ImportBatch, by: Actor, at: datetime) -> None:
    """The caller holds the batch, which has moved to its new state and is counted; this saves and journals."""
    batch.committed_at = batch.committed_at or at
    batch.failure, batch.moved_at, batch.undo_until = "", at, at + UNDO_WITHIN
    batch.save()
    ask_again(batch)
    counts = {verdict.value: getattr(batch, verdict.value) for verdict in Verdict}
    journal.write("roster.imported", of=batch, by=by, at=at, **counts, missing=batch.missing)


def lock_people(lines: Iterable[ImportRow]) -> None:
    """In one order, as everybody who changes records does."""
    wanted = {line.person_id for line in lines if line.person_id is not None}
    list(
        Person.objects.filter(pk__in=wanted)
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
        .values_list("pk")
    )


@atomic
def _begin(batch: ImportBatch, by: Actor, at: datetime) -> ImportBatch:
    batch = ImportBatch.objects.select_related("union").lock(batch.pk)
    require(by, Power.IMPORT_ROSTER, batch.union_id)
    if batch.state == BatchState.DONE:
        return batch
    must_not_be_held(batch)
    batch.move("begin")
    batch.committed_at = batch.committed_at or at  # the same for all parts, however often it is taken up
    batch.rows_done, batch.failure, batch.moved_at = written(batch), "", timezone.now()
    batch.save()
    return batch


@contextmanager
def _gathered() -> Iterator[None]:
    """While many names come in, their index takes them in heaps: a third of the time."""
    if settings.IMPORT_HANDS:
        gather(NAMES)
    try:
        yield
    finally:
        if settings.IMPORT_HANDS:
            spread(NAMES)


def _chunks(batch: ImportBatch) -> Iterator[Sequence[int]]:
    wanted = batch.lines.filter(verdict__in=WRITES, done=False).order_by("row_no")
    numbers = list(wanted.values_list("row_no", flat=True))
    for start in range(0, len(numbers), LINES):
        yield numbers[start : start + LINES]


@atomic
def _write_lines(batch: ImportBatch, numbers: Sequence[int], by: Actor, at: datetime) -> None:
    """With the rows that name the same people, because they decide together."""
    batch = ImportBatch.objects.select_related("union").lock(batch.pk)
    chosen = {line.row_no: line for line in batch.lines.filter(row_no__in=numbers, done=False)}
    keys = [line.number_key for line in chosen.values() if line.number_key is not None]
    others = {line.row_no: line for line in batch.lines.filter(number_key__in=keys)}
    lock_people(chosen.values())
    lines = others | chosen
    judged = [
        one
        for part in judge_entries([entry_of(line) for line in lines.values()], union=batch.union, by=by)
        for one in part
        if one[0].row_no in chosen
    ]
    moved = [(entry, found) for entry, found in judged if not stands(chosen[entry.row_no], found)]
    for entry, found in moved:
        put_judgement(chosen[entry.row_no], entry, found)
        left_for_later(chosen[entry.row_no])
    save_lines([chosen[entry.row_no] for entry, _ in moved])
    gone = {entry.row_no for entry, _ in moved}
    write(
        batch=batch,
        judged=[(entry, found) for entry, found in judged if found.writes and entry.row_no not in gone],
        by=by,
        at=at,
    )
    ImportBatch.objects.filter(pk=batch.pk).update(moved_at=timezone.now())


@atomic
def _finish(batch: ImportBatch, by: Actor, at: datetime) -> ImportBatch:
    batch = ImportBatch.objects.select_related("union").lock(batch.pk)
    if batch.state == BatchState.DONE:
        return batch
    batch.move("commit")
    recount(batch)
    note_done(batch, by, at)
    return batch
