"""The parts of a large file: opened, rows lifted out of them, their people written. Each deed is a transaction of its own."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from django.db.models import F
from django.utils import timezone

from tongxin.kernel.refused import Refused
from tongxin.people.actions.imports import finished
from tongxin.people.actions.imports.judged import judge_entries, new_line
from tongxin.people.actions.imports.taking import DIGEST
from tongxin.people.authority import Actor
from tongxin.people.models import ImportBatch, ImportPart, ImportRow
from tongxin.people.models.imports import PART
from tongxin.people.queries.lookup import DOCUMENT
from tongxin.people.queries.strangers import Looked, look_up, looked_up
from tongxin.people.roster.kept import Entry, problems_as_data
from tongxin.people.roster.packing import Packed
from tongxin.people.roster.shapes import Problem
from tongxin.people.states import BatchState, Verdict
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.store.copying import copy_new
from tongxin.store.keys import ring

TRIES: Final = 3  # of a part whose newcomer somebody else registers at the same moment
CHANGED_SINCE: Final = Problem(
    "", "changed-since", "核对以后情况变了，这一行没有导入。", "请下载没导入的行，再传一次。"
)
RACES: Final = frozenset({"person_one_document", "membership_one_open"})


def opened(part: ImportPart) -> Packed:
    return Packed.from_bytes(ring().open_bytes(bytes(part.rows), purpose=PART))


def write_part(*, batch: ImportBatch, number: int, by: Actor, at: datetime) -> int:
    """Writes the part's newcomers. Those who are not new any more are lifted out and wait for the cadre.

    A part that is done stays as it is: the mark is set in the transaction that writes. How many rows were written.
    """
    for tries in range(TRIES):
        try:
            return _write_part(batch, number, by, at)
        except Refused as refusal:
            if refusal.code not in RACES or tries == TRIES - 1:
                raise
    return 0


@atomic
def _write_part(batch: ImportBatch, number: int, by: Actor, at: datetime) -> int:
    part = batch.parts.select_for_update(of=("self",), no_key=True).get(number=number)
    if part.done:
        return 0
    if not ImportBatch.objects.filter(pk=batch.pk, state=BatchState.COMMITTING).exists():
        raise Refused("wrong-state", "这一批没有在导入，不再接着写。")
    packed = opened(part)
    looked = _looked_again(part, packed, batch)
    gone = set(part.lifted)
    new = [place for place, who in enumerate(part.people) if not who and packed.numbers[place] not in gone]
    still = [place for place in new if looked.strange[place]]
    known = [place for place in new if not looked.strange[place]]
    if known:
        still += _lift_known(part, packed, known, batch, by)
    still.sort(key=looked.documents.__getitem__)  # imports that meet wait for each other, and never in a ring
    people = finished.write(batch=batch, packed=packed, places=still, looked=looked, by=by, at=at)
    for place, person in zip(still, people, strict=True):
        part.people[place] = person
    part.done = True
    part.save(update_fields=["people", "done", "lifted", "added"])
    batch_rows = ImportBatch.objects.filter(pk=batch.pk)
    batch_rows.update(moved_at=timezone.now(), rows_done=F("rows_done") + len(still))
    journal.write(
        "roster.part-imported", of=batch, by=by, at=at, first=part.first_row, last=part.last_row, rows=len(still)
    )
    return len(still)


def _looked_again(part: ImportPart, packed: Packed, batch: ImportBatch) -> Looked:
    """The house may have changed since the file was read; the digests are kept, unless the keys have changed."""
    if part.key != ring().current.id:
        return look_up(list(packed.entries()), union=batch.union)
    count = len(packed.numbers)
    documents = _cut(bytes(part.digests))
    phones = [digest if any(digest) else b"" for digest in _cut(bytes(part.phones))]
    blank: list[str | None] = [None] * count
    if len(ring().keys) == 1:
        return looked_up((), (), documents, phones, batch.union_id, mine=batch.committed_at)
    entries = list(packed.entries())
    typed = [entry.document for entry in entries], [text or "" for text in packed.values.get("phone", blank)]
    return looked_up(*typed, documents, phones, batch.union_id, mine=batch.committed_at)


def _cut(digests: bytes) -> list[bytes]:
    return [digests[start : start + DIGEST] for start in range(0, len(digests), DIGEST)]


def _lift_known(part: ImportPart, packed: Packed, places: Collection[int], batch: ImportBatch, by: Actor) -> list[int]:
    """Judged one by one: those who are new all the same stay, and their places come back."""
    entries = {packed.numbers[place]: place for place in places}
    new: list[int] = []
    lines: list[ImportRow] = []
    for chunk in judge_entries([packed.entry(place) for place in places], union=batch.union, by=by):
        for entry, judgement in chunk:
            if judgement.verdict is Verdict.ADDED and judgement.person is None:
                new.append(entries[entry.row_no])
            else:
                lines.append(left_for_later(new_line(batch, entry, judgement)))
    copy_new(lines)
    part.lifted = [*part.lifted, *(line.row_no for line in lines)]
    part.added -= len(lines)
    return new


def left_for_later(line: ImportRow) -> ImportRow:
    """It stands otherwise than it was previewed, so it is not written, and says so."""
    if line.verdict in {Verdict.ADDED, Verdict.CHANGED}:
        line.verdict, line.offers = Verdict.ASKED, []
        line.problems = problems_as_data([CHANGED_SINCE])
    return line


@atomic
def lift(*, batch: ImportBatch, wanted: Iterable[tuple[ImportPart, Collection[int]]], by: Actor) -> list[Entry]:
    """Rows (by number) out of their parts, to be looked at one by one. The caller judges them again with others."""
    entries: list[Entry] = []
    lines: list[ImportRow] = []
    for found, numbers in wanted:
        part = ImportPart.objects.lock(found.pk)
        packed, gone = opened(part), set(part.lifted)
        places = [place for place, no in enumerate(packed.numbers) if no in numbers and no not in gone]
        taken = [packed.entry(place) for place in places]
        part.lifted = [*part.lifted, *(entry.row_no for entry in taken)]
        known = sum(1 for place in places if part.people[place])
        part.added, part.unchanged = part.added - (len(places) - known), part.unchanged - known
        part.save(update_fields=["lifted", "added", "unchanged"])
        entries += taken
    for chunk in judge_entries(entries, union=batch.union, by=by):
        lines += [new_line(batch, entry, judgement) for entry, judgement in chunk]
    copy_new(lines)
    return entries


def with_document(batch: ImportBatch, documents: Collection[str]) -> list[tuple[ImportPart, list[int]]]:
    """Packed rows that carry one of these documents, by part: the row numbers."""
    if not batch.packed or not documents:
        return []
    digests = {digest for text in documents for digest in ring().digests(text, purpose=DOCUMENT)}
    found = []
    for part in holding(batch, digests):
        cut = _cut(bytes(part.digests))
        places = [place for place, digest in enumerate(cut) if digest in digests]
        numbers = opened(part).numbers
        rows = [numbers[place] for place in places if numbers[place] not in part.lifted]
        if rows:
            found.append((part, rows))
    return found


def holding(batch: ImportBatch, digests: Collection[bytes]) -> list[ImportPart]:
    """Parts in which one of the digests may lie: a look through 32 bytes a row, without opening anything."""
    return list(
        ImportPart.objects.raw(
            "SELECT * FROM people_importpart WHERE batch_id = %s"
            " AND EXISTS (SELECT 1 FROM unnest(%s::bytea[]) AS wanted WHERE position(wanted IN digests) > 0)"
            " ORDER BY number",
            [batch.pk, list(digests)],
        )
    )


def part_with_row(batch: ImportBatch, row_no: int) -> ImportPart | None:
    found: ImportPart | None = batch.parts.filter(first_row__lte=row_no, last_row__gte=row_no).first()
    return found if found is not None and row_no not in found.lifted else None
