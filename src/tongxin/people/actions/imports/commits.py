"""The import itself: one transaction, all of it or nothing. What was previewed is what is written, or it is shown anew."""

from datetime import datetime
from typing import Final

from procrastinate.contrib.django import app

from tongxin.kernel.refused import Refused
from tongxin.people.actions.imports.judged import (
    Judged,
    entry_of,
    judge_entries,
    put_judgement,
    recount,
    save_lines,
    stands,
)
from tongxin.people.actions.imports.large_commits import commit_large, lock_people, note_done
from tongxin.people.actions.imports.missing import must_not_be_held
from tongxin.people.actions.imports.uploads import STALLED_AFTER
from tongxin.people.actions.imports.writes import write
from tongxin.people.authority import Actor, require
from tongxin.people.models import ImportBatch, ImportRow
from tongxin.people.powers import Power
from tongxin.people.states import BatchState
from tongxin.store.atomic import atomic
from tongxin.unions.models import Union

COMMIT_LATER_ROWS: Final = 5_000  # more are written by the job worker
COMMIT_JOB: Final = "people.commit_import"
RACES: Final = frozenset({"person_one_document", "membership_one_open"})  # somebody else was quicker: see again
CHANGED: Final = "有%(rows)d行的情况变了，请再核对一遍，再导入。"


def start_commit(*, batch: ImportBatch, by: Actor, at: datetime) -> ImportBatch:
    """What the button does: at once, or by a job when there is much to write."""
    if batch.rows <= COMMIT_LATER_ROWS and not batch.packed:
        return commit(batch=batch, by=by, at=at)
    return _queue(batch, by, at)


def commit(*, batch: ImportBatch, by: Actor, at: datetime) -> ImportBatch:
    """Writes what is added and changed; rows that are asked about or refused stay out. A second press changes nothing.

    Everything is judged again under locks. Where that differs from the preview nothing is written, the preview is set
    right, and it is refused: "import-changed". Also "no-power", "wrong-state".

    A large list is written part by part (`large_commits`).
    """
    if batch.packed:
        return commit_large(batch=batch, by=by, at=at)
    try:
        batch, moved = _commit(batch, by, at)
    except Refused as refusal:
        if refusal.code not in RACES:
            raise
        batch, moved = _look_again(batch, by)
    if moved:
        raise Refused("import-changed", CHANGED, rows=moved)
    return batch


def commit_queued(*, batch: ImportBatch, by: Actor, at: datetime) -> ImportBatch:
    """For the job: a refusal goes back to the page with the batch."""
    try:
        return commit(batch=batch, by=by, at=at)
    except Refused as refusal:
        return _give_back(batch, refusal)


@atomic
def _queue(batch: ImportBatch, by: Actor, at: datetime) -> ImportBatch:
    require(by, Power.IMPORT_ROSTER, batch.union_id)
    batch = ImportBatch.objects.lock(batch.pk)
    if batch.state == BatchState.DONE:
        return batch
    if batch.state == BatchState.COMMITTING and batch.moved_at is not None and at - batch.moved_at < STALLED_AFTER:
        return batch  # pressed twice
    must_not_be_held(batch)
    batch.move("begin")
    batch.failure, batch.moved_at = "", at
    batch.attempt += 1
    batch.save(update_fields=["state", "failure", "moved_at", "attempt"])
    lock = f"import-{batch.pk}-{batch.attempt}"
    app.configure_task(COMMIT_JOB, lock=lock).defer(batch=batch.pk, account=by.account_id)
    return batch


@atomic
def _give_back(batch: ImportBatch, refusal: Refused) -> ImportBatch:
    batch = ImportBatch.objects.lock(batch.pk)
    if batch.state == BatchState.COMMITTING and not batch.parts.filter(done=True).exists():
        batch.move("give-back")
    batch.failure = str(refusal)[:400]
    batch.save(update_fields=["state", "failure"])
    return batch


@atomic
def _commit(batch: ImportBatch, by: Actor, at: datetime) -> tuple[ImportBatch, int]:
    """The batch, and how many rows stand otherwise than they were shown; then nothing but these rows is written."""
    batch = ImportBatch.objects.select_related("union").lock(batch.pk)
    require(by, Power.IMPORT_ROSTER, batch.union_id)
    if batch.state == BatchState.DONE:
        return batch, 0
    must_not_be_held(batch)
    batch.move("commit")
    Union.objects.lock(batch.union_id)  # two lists of one union: one after the other
    lines = {line.row_no: line for line in batch.lines.order_by("row_no")}
    lock_people(lines.values())
    judged = _judge(lines, batch, by)
    moved = [(entry, found) for entry, found in judged if not stands(lines[entry.row_no], found)]
    if moved:
        return _show_anew(batch, lines, moved), len(moved)
    write(batch=batch, judged=[(entry, found) for entry, found in judged if found.writes], by=by, at=at)
    recount(batch)
    note_done(batch, by, at)
    return batch, 0


@atomic
def _look_again(batch: ImportBatch, by: Actor) -> tuple[ImportBatch, int]:
    batch = ImportBatch.objects.select_related("union").lock(batch.pk)
    if batch.state == BatchState.DONE:
        return batch, 0
    lines = {line.row_no: line for line in batch.lines.order_by("row_no")}
    moved = [(entry, found) for entry, found in _judge(lines, batch, by) if not stands(lines[entry.row_no], found)]
    return _show_anew(batch, lines, moved), max(1, len(moved))


def _judge(lines: dict[int, ImportRow], batch: ImportBatch, by: Actor) -> list[Judged]:
    entries = [entry_of(line) for line in lines.values()]
    return [one for part in judge_entries(entries, union=batch.union, by=by) for one in part]


def _show_anew(batch: ImportBatch, lines: dict[int, ImportRow], moved: list[Judged]) -> ImportBatch:
    for entry, found in moved:
        put_judgement(lines[entry.row_no], entry, found)
    save_lines([lines[entry.row_no] for entry, _ in moved])
    batch.state = BatchState.READY
    recount(batch)
    batch.save()
    return batch
