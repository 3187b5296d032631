"""A large file from its head to the preview, and from the button to the last part."""

import base64
from array import array
from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from django.db.models import Count
from django.utils import timezone

from tongxin.kernel.refused import Refused
from tongxin.people.actions.imports import parts
from tongxin.people.actions.imports.deeds import hello
from tongxin.people.actions.imports.hands import Task, hired
from tongxin.people.actions.imports.judged import judge_again, recount
from tongxin.people.actions.imports.missing import hold_if_short
from tongxin.people.actions.imports.taking import KEY
from tongxin.people.authority import Actor
from tongxin.people.models import ImportBatch, ImportPart
from tongxin.people.queries.lists import choices_for
from tongxin.people.roster.skipping import Skipped
from tongxin.people.roster.streaming import Head, look, opened, pieces_of
from tongxin.records.actions import journal
from tongxin.records.sheets.reading import OpenBook
from tongxin.store.atomic import atomic

GROUP: Final = 500  # rows that name somebody twice, looked at together


def read_large(*, batch: ImportBatch, path: Path, by: Actor, at: datetime) -> ImportBatch:
    """`batch` has begun this attempt. Parts are read by hands; what names one person twice is put side by side at the end."""
    with hired() as crew, opened(path) as file:
        head = look(file, batch.file_name, choices=choices_for(batch))
        batch = _tell_of_head(batch, head, at)
        if head.questions:
            return batch
        seen = _Seen()
        said = hello("read", batch, by, at, attempt=batch.attempt, head=head.to_wire())
        for answer in crew.answers(said, _to_read(file, head)):
            seen.add(answer)
    _put_side_by_side(batch, seen, by)
    return _finish(batch, head, seen, by, at)


def _to_read(file: OpenBook, head: Head) -> Iterator[Task]:
    for piece in pieces_of(file, head):
        carried = [[top, left, str(cell)] for (top, left), cell in piece.carried.items()]
        yield {"number": piece.number, "first": piece.first, "carried": carried}, piece.line


class _Seen:
    """What the hands told: eight bytes a row to find those who stand twice, and what was skipped."""

    def __init__(self) -> None:
        self.keys: dict[int, bytes] = {}
        self.rows = self.others = 0
        self.skipped = Skipped()

    def add(self, answer: dict[str, Any]) -> None:
        self.keys[answer["number"]] = base64.b64decode(answer["keys"])
        self.rows += answer["rows"]
        self.others += answer["others"]
        self.skipped.add(answer["skipped"])

    def twice(self) -> dict[int, set[bytes]]:
        """By part, the keys that stand there and anywhere again."""
        every = array("Q")
        for keys in self.keys.values():
            every.frombytes(keys)
        ordered = sorted(every)
        double = {one for one, following in pairwise(ordered) if one == following}
        if not double:
            return {}
        found: dict[int, set[bytes]] = {}
        for number, keys in self.keys.items():
            here = double.intersection(memoryview(keys).cast("Q"))
            if here:
                found[number] = {one.to_bytes(KEY, "little") for one in here}
        return found

    def notes(self, batch: ImportBatch) -> list[str]:
        self.skipped.sort()
        others = f"有{self.others}行写的所属工会不是“{batch.union.name}”，请看看是不是选错了工会。"
        return self.skipped.notes() + ([others] if self.others else [])


def _put_side_by_side(batch: ImportBatch, seen: _Seen, by: Actor) -> None:
    for number, keys in seen.twice().items():
        part = batch.parts.filter(number=number).first()
        if part is None:
            continue
        digests = bytes(part.digests)
        packed = parts.opened(part)
        rows = {row for place, row in enumerate(packed.numbers) if digests[place * 32 : place * 32 + KEY] in keys}
        if rows:
            parts.lift(batch=batch, wanted=[(part, rows)], by=by)
    for numbers in _groups(batch):
        _judge_together(batch, numbers, by)


def _groups(batch: ImportBatch) -> Iterator[list[bytes]]:
    """Keys under which more than one line stands, some at a time."""
    keys = (
        batch.lines.filter(number_key__isnull=False)
        .values("number_key")
        .annotate(lines=Count("pk"))
        .filter(lines__gt=1)
        .values_list("number_key", flat=True)
    )
    found = [bytes(key) for key in keys if key is not None]
    for start in range(0, len(found), GROUP):
        yield found[start : start + GROUP]


@atomic
def _judge_together(batch: ImportBatch, keys: Collection[bytes], by: Actor) -> None:
    judge_again(batch.lines.filter(number_key__in=keys).order_by("row_no"), union=batch.union, by=by)


@atomic
def _tell_of_head(batch: ImportBatch, head: Head, at: datetime) -> ImportBatch:
    batch = ImportBatch.objects.select_related("union").lock(batch.pk)
    batch.sheet = head.title[:255]
    batch.notes = head.notes
    batch.columns = [[column.letter, column.header, column.field] for column in head.columns]
    batch.questions = [
        {"about": one.about, "code": one.code, "words": one.words, "options": [list(option) for option in one.options]}
        for one in head.questions
    ]
    batch.packed, batch.moved_at = True, at
    if head.questions:
        batch.move("ask")
    batch.save()
    return batch


@atomic
def _finish(batch: ImportBatch, head: Head, seen: _Seen, by: Actor, at: datetime) -> ImportBatch:
    attempt = batch.attempt
    batch = ImportBatch.objects.select_related("union").lock(batch.pk)
    if batch.attempt != attempt:
        raise Refused("wrong-state", "这一批已经重新读过，不再接着读。")
    if not seen.rows:
        raise Refused("roster-empty", "表头下面没有会员，请看看是不是选错了文件或表。")
    batch.move("read")
    batch.rows, batch.moved_at = seen.rows, timezone.now()
    batch.notes = head.notes + seen.notes(batch)
    recount(batch)
    hold_if_short(batch)
    if batch.to_write + batch.unchanged + batch.left_out != batch.rows:
        raise Refused("import-interrupted", "读到一半被打断了，请重新读一遍。")
    batch.save()
    journal.write("roster.read", of=batch, by=by, at=at, rows=batch.rows)
    return batch


def write_large(*, batch: ImportBatch, by: Actor, at: datetime) -> None:
    """All parts that are not done yet. `rows_done` counts from the beginning of the import."""
    numbers = list(batch.parts.filter(done=False).order_by("number").values_list("number", flat=True))
    tasks: Iterator[Task] = (({"number": number}, b"") for number in numbers)
    with hired() as crew:
        for _ in crew.answers(hello("write", batch, by, at), tasks):
            pass


def written(batch: ImportBatch) -> int:
    return sum(ImportPart.objects.filter(batch=batch, done=True).values_list("added", flat=True))
