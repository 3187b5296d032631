"""A file comes in: kept as it is, read, judged. Nothing of it is in anybody's record until it is committed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from procrastinate.contrib.django import app

from tongxin.kernel.refused import Refused
from tongxin.people.actions.imports.judged import Judged, judge_entries, new_line, recount
from tongxin.people.actions.imports.large import read_large
from tongxin.people.actions.imports.missing import hold_if_short
from tongxin.people.actions.imports.origins import match
from tongxin.people.actions.imports.remembering import answered, remember
from tongxin.people.authority import Actor, require
from tongxin.people.models import ImportBatch
from tongxin.people.powers import Power
from tongxin.people.queries.lists import choices_for, remembered
from tongxin.people.roster.kept import Entry
from tongxin.people.roster.naming import list_name
from tongxin.people.roster.reading import read as read_roster
from tongxin.people.roster.shapes import Choices, Question, RosterFile
from tongxin.people.states import BatchState
from tongxin.records.actions import documents, journal
from tongxin.records.models import Document
from tongxin.records.sheets.limits import LARGE
from tongxin.records.sheets.reading import too_large
from tongxin.store.atomic import atomic, writing
from tongxin.store.copying import copy_new
from tongxin.unions.models import Union

READ_LATER_BYTES: Final = 512 * 1024  # a larger file is read by the job worker, with its progress on the page
STALLED_AFTER: Final = timedelta(seconds=60)
KEEP: Final = timedelta(days=90)
PACKED_FROM_BYTES: Final = 1024 * 1024  # a larger one is never held whole
READ_JOB: Final = "people.read_import"
LONGEST: Final = 255


def upload(
    *, union: Union, file_name: str, content: bytes | Path, by: Actor, at: datetime, at_once: bool = False
) -> ImportBatch:
    """A small file is read and judged before this returns, a large one by a job (unless `at_once`).

    A file that cannot be read is refused with the reader's words, and nothing of it is kept.
    Refused: "no-power", "union-not-there", and all that reading a roster refuses.
    """
    require(by, Power.IMPORT_ROSTER, union)
    if not Union.objects.existing(by.on).filter(pk=union.pk).exists():
        raise Refused("union-not-there", "这个工会已经撤销或还没有成立，不能导入花名册。")
    size = size_of(content)
    if size > LARGE.file_bytes:
        raise too_large(size, LARGE)
    later = size > (PACKED_FROM_BYTES if at_once else READ_LATER_BYTES)
    choices = Choices(headers=remembered(union.pk))
    roster = None if later else read_roster(content, file_name, choices=choices, today=by.on)
    with writing():
        batch = _make(union, file_name, content, by, at)
        if roster is not None:
            return _take_in(batch, roster, by, at)
        if not at_once:
            _queue(batch)
    return read(batch=batch, by=by, at=at) if at_once else batch


def choose(*, batch: ImportBatch, choices: Mapping[str, str], by: Actor, at: datetime) -> ImportBatch:
    """Answers the questions about the whole file (which sheet, which column), and reads on. Refused: "choice-missing"."""
    require(by, Power.IMPORT_ROSTER, batch.union_id)
    with writing():
        batch = ImportBatch.objects.select_related("union").lock(batch.pk)
        for question in batch.questions:
            if choices.get(question["about"]) not in [option for option, _ in question["options"]]:
                raise Refused("choice-missing", "请先选好，再继续。")
        remember(batch=batch, fields=answered(batch, choices), by=by, at=at)
        batch.choices |= {question["about"]: choices[question["about"]] for question in batch.questions}
        batch.questions = []
        batch.move("choose")
        batch.moved_at = at
        batch.save()
    return read_on(batch=batch, by=by, at=at)


def read_on(*, batch: ImportBatch, by: Actor, at: datetime) -> ImportBatch:
    """After a question was answered: a small file at once, a large one by a job."""
    if Document.objects.get(pk=batch.document).size <= READ_LATER_BYTES:
        return read(batch=batch, by=by, at=at)
    with writing():
        _queue(batch)
    return batch


def read(*, batch: ImportBatch, by: Actor, at: datetime) -> ImportBatch:
    """Reads the kept file from its beginning. May be repeated: what an interrupted reading left is thrown away first.

    Each part is a transaction of its own, so that the page sees how far it is. `by` is who uploaded.
    """
    batch = _begin(batch, at)
    try:
        if Document.objects.get(pk=batch.document).size > PACKED_FROM_BYTES:
            return read_large(batch=batch, path=path_of(batch), by=by, at=at)
        roster = roster_of(batch, by)
    except Refused as refusal:
        return _fail(batch, refusal, at)
    return _take_in(batch, roster, by, at)


@atomic
def read_anew(*, batch: ImportBatch, by: Actor, at: datetime) -> ImportBatch:
    """The reading stands still (its worker was killed): another job takes it up from the start."""
    require(by, Power.IMPORT_ROSTER, batch.union_id)
    batch = ImportBatch.objects.lock(batch.pk)
    batch.move("again")
    if batch.moved_at is not None and at - batch.moved_at < STALLED_AFTER:
        raise Refused("import-running", "还在读，请稍等。")
    batch.moved_at = at
    batch.save(update_fields=["state", "moved_at"])
    _queue(batch)
    return batch


@atomic
def drop(*, batch: ImportBatch, by: Actor, at: datetime) -> ImportBatch:
    """Given up before import: its rows go, the batch stays as a trace."""
    require(by, Power.IMPORT_ROSTER, batch.union_id)
    batch = ImportBatch.objects.lock(batch.pk)
    batch.move("drop")
    batch.save(update_fields=["state"])
    batch.lines.all().delete()
    batch.parts.all().delete()
    journal.write("roster.dropped", of=batch, by=by, at=at)
    return batch


def size_of(content: bytes | Path) -> int:
    return content.stat().st_size if isinstance(content, Path) else len(content)


def _make(union: Union, file_name: str, content: bytes | Path, by: Actor, at: datetime) -> ImportBatch:
    document = documents.keep(
        content,
        name=file_name,
        kind="roster",
        union=union.pk,
        federation=union.federation,
        keep_until=by.on + KEEP,
        by=by,
        at=at,
    )
    batch = ImportBatch.make(
        union=union,
        federation=union.federation,
        document=document.pk,
        file_name=document.name,
        digest=document.digest,
        list_name=list_name(document.name),
        account=by.account_id,
        at=at,
        moved_at=at,
    )
    journal.write("roster.uploaded", of=batch, by=by, at=at, bytes=document.size)
    return batch


def _queue(batch: ImportBatch) -> None:
    """Deferred in the transaction: no batch, no job."""
    app.configure_task(READ_JOB, lock=f"import-{batch.pk}-{batch.attempt}").defer(batch=batch.pk)


def path_of(batch: ImportBatch) -> Path:
    path = documents.path_of(Document.objects.get(pk=batch.document))
    if not path.exists():
        raise Refused("file-gone", "保存的文件已过保存期，请重新上传。")
    return path


def roster_of(batch: ImportBatch, by: Actor) -> RosterFile:
    return read_roster(path_of(batch), batch.file_name, choices=choices_for(batch), today=by.on)


@atomic
def _begin(batch: ImportBatch, at: datetime) -> ImportBatch:
    batch = ImportBatch.objects.select_related("union").lock(batch.pk)
    batch.move("again")
    batch.lines.all().delete()
    batch.parts.all().delete()
    batch.rows_done, batch.moved_at, batch.packed = 0, at, False
    batch.attempt += 1  # what an older attempt still reads is not taken in
    batch.save(update_fields=["state", "rows_done", "moved_at", "packed", "attempt"])
    return batch


@atomic
def _fail(batch: ImportBatch, refusal: Refused, at: datetime) -> ImportBatch:
    batch = ImportBatch.objects.lock(batch.pk)
    batch.move("fail")
    batch.failure, batch.moved_at = str(refusal)[:400], at
    batch.save(update_fields=["state", "failure", "moved_at"])
    return batch


def _take_in(batch: ImportBatch, roster: RosterFile, by: Actor, at: datetime) -> ImportBatch:
    entries = [Entry.of(row) for row in roster.rows]
    match(batch, entries)
    _tell_of_sheet(batch, roster, at)
    if roster.questions:
        return batch
    for part in judge_entries(entries, union=batch.union, by=by):
        _store(batch, part)
    return _finish(batch, by, at)


@atomic
def _tell_of_sheet(batch: ImportBatch, roster: RosterFile, at: datetime) -> None:
    batch.sheet = _sound([roster.sheet.name])[0][:LONGEST]
    batch.notes = _sound([*roster.notes, *_of_other_unions(batch.union, roster)])
    batch.columns = [[column.letter, _sound([column.header])[0], column.field] for column in roster.columns]
    batch.questions = [_question(one) for one in roster.questions]
    batch.rows, batch.moved_at = len(roster.rows), at
    if roster.questions:
        batch.move("ask")
    batch.save()


def _of_other_unions(union: Union, roster: RosterFile) -> list[str]:
    """A list that names another union may have been sent to the wrong one."""
    named = [str(row.values["union_name"]) for row in roster.rows if "union_name" in row.values]
    others = sum(name not in union.name and union.name not in name for name in named)
    return [f"有{others}行写的所属工会不是“{union.name}”，请看看是不是选错了工会。"] if others else []


def _question(question: Question) -> dict[str, object]:
    options = [_sound(option) for option in question.options]
    return {"about": question.about, "code": question.code, "words": _sound([question.words])[0], "options": options}


@atomic
def _store(batch: ImportBatch, part: Sequence[Judged]) -> None:
    held = ImportBatch.objects.lock(batch.pk)
    if held.state != BatchState.READING:
        raise Refused("wrong-state", "这一批已经放弃或读完，不再接着读。")
    copy_new([new_line(batch, entry, judgement) for entry, judgement in part])
    batch.rows_done += len(part)
    batch.save(update_fields=["rows_done"])


@atomic
def _finish(batch: ImportBatch, by: Actor, at: datetime) -> ImportBatch:
    batch.move("read")
    batch.moved_at = at
    recount(batch)
    hold_if_short(batch)
    if batch.to_write + batch.unchanged + batch.left_out != batch.rows:
        raise Refused("import-interrupted", "读到一半被打断了，请重新读一遍。")
    batch.save()
    journal.write("roster.read", of=batch, by=by, at=at, rows=batch.rows)
    return batch


def _sound(texts: Iterable[str]) -> list[str]:
    """Without NUL and halves of characters, which the database does not take."""
    return [text.encode("utf-8", "ignore").decode().replace("\0", "") for text in texts]
