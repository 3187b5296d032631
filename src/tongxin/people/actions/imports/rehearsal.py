"""What an import would do, with nothing written at all: for the command's --dry-run. A large file is never held whole."""

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from tongxin.people.actions.imports.judged import judge_entries
from tongxin.people.actions.imports.origins import match
from tongxin.people.actions.imports.taking import is_sound, keys_of
from tongxin.people.actions.imports.uploads import PACKED_FROM_BYTES, size_of
from tongxin.people.authority import Actor, require
from tongxin.people.models import ImportBatch, Membership
from tongxin.people.powers import Power
from tongxin.people.queries.imports import told_of
from tongxin.people.queries.lists import is_short, last_list, missing_members, remembered
from tongxin.people.queries.strangers import look_up
from tongxin.people.roster.judging import Judgement
from tongxin.people.roster.kept import Entry, problems_as_data
from tongxin.people.roster.naming import list_name
from tongxin.people.roster.reading import read as read_roster
from tongxin.people.roster.shapes import Choices, ColumnMap, Question
from tongxin.people.roster.streaming import Head, look, opened, pieces_of, read_piece
from tongxin.people.states import Verdict
from tongxin.records.sheets.reading import OpenBook
from tongxin.unions.models import Union

LEFT_OUT = frozenset({Verdict.ASKED, Verdict.REFUSED})


@dataclass(slots=True)
class Rehearsal:
    """`short`: how many rows the last list had, where this one would be held."""

    rows: int = 0
    missing: int = 0
    short: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    left_out: dict[str, list[dict[str, object]]] = field(default_factory=lambda: {"asked": [], "refused": []})


def rehearse(*, union: Union, file_name: str, content: bytes | Path, by: Actor) -> Rehearsal:
    """Refused: as for `upload`. Where the file as a whole must be asked about first, only that is told."""
    require(by, Power.IMPORT_ROSTER, union)
    choices = Choices(headers=remembered(union.pk))
    batch = ImportBatch(union=union, federation=union.federation, list_name=list_name(file_name))
    if isinstance(content, Path) and size_of(content) > PACKED_FROM_BYTES:
        with opened(content) as file:
            head = look(file, file_name, choices=choices)
            if head.questions:
                return _asked_first(0, head.questions)
            return _Large(batch, file, head, by).told()
    roster = read_roster(content, file_name, choices=choices, today=by.on)
    if roster.questions:
        return _asked_first(len(roster.rows), roster.questions)
    counted = _Counted(batch, _headers(roster.columns), by)
    entries = [Entry.of(row) for row in roster.rows]
    match(batch, entries)
    counted.judge(entries)
    return counted.finished()


class _Counted:
    """Rows judged, and what they came to."""

    def __init__(self, batch: ImportBatch, headers: dict[str, str], by: Actor) -> None:
        self.batch, self.headers, self.by = batch, headers, by
        self.told = Rehearsal()
        self.on_the_list: set[int] = set()
        self._left_out: dict[Verdict, dict[int, dict[str, object]]] = {verdict: {} for verdict in LEFT_OUT}

    def judge(self, entries: Sequence[Entry]) -> None:
        for part in judge_entries(entries, union=self.batch.union, by=self.by):
            for entry, found in part:
                self.count(entry, found)

    def count(self, entry: Entry, found: Judgement) -> None:
        self.told.rows += 1
        self.told.counts[found.verdict.value] += 1
        if found.person is not None:
            self.on_the_list.add(found.person)
        if found.verdict in LEFT_OUT:
            told = told_of(entry.row_no, problems_as_data(found.problems), self.headers)
            self._left_out[found.verdict][entry.row_no] = told

    def take_back(self, entries: Sequence[Entry]) -> None:
        """Each had been judged as if it stood alone."""
        for entry in entries:
            for part in judge_entries([entry], union=self.batch.union, by=self.by):
                for _, found in part:
                    self.told.rows -= 1
                    self.told.counts[found.verdict.value] -= 1
                    self._left_out.get(found.verdict, {}).pop(entry.row_no, None)

    def finished(self) -> Rehearsal:
        for verdict, rows in self._left_out.items():
            self.told.left_out[verdict.value] = [rows[number] for number in sorted(rows)]
        here = Membership.objects.filter(union=self.batch.union_id, ends=None)
        members = here if self.batch.continues is None else missing_members(self.batch.continues)
        self.told.missing = members.count() - members.filter(person__in=self.on_the_list).count()
        last = last_list(self.batch)
        self.told.short = last.rows if last is not None and is_short(self.told.rows, last) else 0
        return self.told


class _Large:
    """Gone through once, and once more for the rows that name somebody twice, if there are any."""

    def __init__(self, batch: ImportBatch, file: OpenBook, head: Head, by: Actor) -> None:
        self.file, self.head, self.by = file, head, by
        self.counted = _Counted(batch, _headers(head.columns), by)
        self.keys = array("Q")

    def told(self) -> Rehearsal:
        for entries in self._pieces():
            self._take(entries)
        self._put_side_by_side()
        return self.counted.finished()

    def _pieces(self) -> Iterable[list[Entry]]:
        how = self.head.layout(self.by.on)
        for piece in pieces_of(self.file, self.head):
            rows, _ = read_piece(piece.first, piece.line, how, piece.carried)
            yield [Entry.of(row) for row in rows]

    def _take(self, entries: list[Entry]) -> None:
        match(self.counted.batch, entries)
        looked = look_up(entries, union=self.counted.batch.union)
        self.keys.frombytes(keys_of(entries, looked))
        new = {
            entry.row_no for entry, strange in zip(entries, looked.strange, strict=True) if strange and is_sound(entry)
        }
        self.counted.told.rows += len(new)
        self.counted.told.counts[Verdict.ADDED.value] += len(new)
        self.counted.judge([entry for entry in entries if entry.row_no not in new])

    def _put_side_by_side(self) -> None:
        ordered = sorted(self.keys)
        double = {one for one, following in pairwise(ordered) if one == following}
        if not double:
            return
        together: list[Entry] = []
        for entries in self._pieces():
            match(self.counted.batch, entries)
            named = [entry for entry in entries if entry.who]
            keys = memoryview(keys_of(named, look_up(named, union=self.counted.batch.union))).cast("Q")
            together += [entry for entry, key in zip(named, keys, strict=True) if key in double]
        self.counted.take_back(together)
        self.counted.judge(together)


def _asked_first(rows: int, questions: Sequence[Question]) -> Rehearsal:
    told = Rehearsal(rows=rows)
    told.left_out["asked"] = [
        {"row": None, "column": one.about, "code": one.code, "message": one.words} for one in questions
    ]
    return told


def _headers(columns: Sequence[ColumnMap]) -> dict[str, str]:
    return {column.field: column.header for column in reversed(columns) if column.field}
