"""One piece of a large file, taken in: read, checked, digested, looked up, sealed. A transaction of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import F
from django.utils import timezone

from tongxin.kernel.refused import Refused
from tongxin.people.actions.imports.judged import Judged, judge_entries, new_line
from tongxin.people.actions.imports.origins import match
from tongxin.people.authority import Actor
from tongxin.people.models import ImportBatch, ImportPart
from tongxin.people.models.imports import PART
from tongxin.people.queries.strangers import Looked, look_up
from tongxin.people.roster.judging import ENDED, Judgement
from tongxin.people.roster.kept import Entry
from tongxin.people.roster.packing import Packed
from tongxin.people.roster.rows import Layout
from tongxin.people.roster.streaming import read_piece
from tongxin.people.states import BatchState, Verdict
from tongxin.records.sheets.cells import Cell
from tongxin.store.atomic import atomic
from tongxin.store.copying import copy_new
from tongxin.store.keys import ring

KEY: Final = 8  # bytes of a digest that tell rows of one file apart
DIGEST: Final = 32
NONE: Final = bytes(DIGEST)


@dataclass(frozen=True, slots=True)
class Reading:
    batch: ImportBatch
    attempt: int
    how: Layout
    by: Actor


@dataclass(frozen=True, slots=True)
class Taken:
    """`keys`: eight bytes a row that names somebody, equal where two rows name one. `others`: rows that name another union."""

    rows: int
    others: int
    keys: bytes
    skipped: dict[str, list[int]]


@dataclass(slots=True)
class Sorted:
    """Rows that need nobody, each with who it is (0: a newcomer), and rows that are kept one by one."""

    plain: list[tuple[Entry, int, bytes, bytes]]
    single: list[Judged]


def take(reading: Reading, number: int, first: int, line: bytes, carried: Mapping[tuple[int, int], Cell]) -> Taken:
    """May be repeated: a part that is there already stays as it is."""
    rows, skipped = read_piece(first, line, reading.how, carried)
    entries = [Entry.of(row) for row in rows]
    match(reading.batch, entries)
    looked = look_up(entries, union=reading.batch.union)
    found = sort_out(entries, looked, reading.batch, reading.by)
    if entries:
        _store(reading, number, found, entries)
    others = sum(
        name not in reading.batch.union.name and reading.batch.union.name not in name
        for entry in entries
        if (name := entry.values.get("union_name"))
    )
    return Taken(len(entries), others, keys_of(entries, looked), skipped.as_lists())


def sort_out(entries: Sequence[Entry], looked: Looked, batch: ImportBatch, by: Actor) -> Sorted:
    found = Sorted([], [])
    doubtful: dict[int, tuple[Entry, int]] = {}
    for place, entry in enumerate(entries):
        if looked.strange[place] and is_sound(entry):
            found.plain.append((entry, 0, looked.documents[place], looked.phones[place] or NONE))
        else:
            doubtful[entry.row_no] = (entry, place)
    for part in judge_entries([entry for entry, _ in doubtful.values()], union=batch.union, by=by):
        for entry, judgement in part:
            place = doubtful[entry.row_no][1]
            if _needs_nobody(entry, judgement):
                who = judgement.person or 0
                found.plain.append((entry, who, looked.documents[place], looked.phones[place] or NONE))
            else:
                found.single.append((entry, judgement))
    return found


def is_sound(entry: Entry) -> bool:
    if entry.key or (entry.told and any(problem.blocks for problem in entry.told)):
        return False
    return entry.values.get("membership_state") not in ENDED


def _needs_nobody(entry: Entry, judgement: Judgement) -> bool:
    if not entry.document or entry.answers or entry.key:
        return False
    if judgement.verdict is Verdict.ADDED:
        return judgement.person is None
    return judgement.verdict is Verdict.UNCHANGED and judgement.person is not None


@atomic
def _store(reading: Reading, number: int, found: Sorted, entries: Sequence[Entry]) -> None:
    batch = ImportBatch.objects.lock(reading.batch.pk)
    if batch.state != BatchState.READING or batch.attempt != reading.attempt:
        raise Refused("wrong-state", "这一批已经放弃或重新读过，不再接着读。")
    if batch.parts.filter(number=number).exists():
        return
    part_of(batch, number, found.plain, (entries[0].row_no, entries[-1].row_no)).save()
    copy_new([new_line(batch, entry, judgement) for entry, judgement in found.single])
    goes_on = {"continues": reading.batch.continues_id} if reading.batch.continues_id else {}
    rows_done = F("rows_done") + len(entries)
    ImportBatch.objects.filter(pk=batch.pk).update(rows_done=rows_done, moved_at=timezone.now(), **goes_on)


def part_of(
    batch: ImportBatch, number: int, plain: Sequence[tuple[Entry, int, bytes, bytes]], rows: tuple[int, int]
) -> ImportPart:
    known = sum(1 for _, who, _, _ in plain if who)
    return ImportPart(
        batch=batch,
        federation=batch.federation,
        number=number,
        first_row=rows[0],
        last_row=rows[1],
        rows=ring().seal_bytes(Packed.of([entry for entry, _, _, _ in plain]).to_bytes(), purpose=PART),
        digests=b"".join([document for _, _, document, _ in plain]),
        phones=b"".join([phone for _, _, _, phone in plain]),
        people=[who for _, who, _, _ in plain],
        added=len(plain) - known,
        unchanged=known,
        key=ring().current.id,
    )


def keys_of(entries: Sequence[Entry], looked: Looked) -> bytes:
    """By the document, else by name and phone; nothing for a row that names nobody."""
    return b"".join([
        (looked.documents[place] or ring().digest(entry.who, purpose=PART))[:KEY]
        for place, entry in enumerate(entries)
        if entry.who
    ])  # fmt: skip
