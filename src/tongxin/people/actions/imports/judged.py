"""Rows judged against what the house holds, and kept as lines of their batch."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from django.db.models import Count, Sum

from tongxin.people.authority import Actor
from tongxin.people.models import ImportBatch, ImportRow
from tongxin.people.queries.lists import missing_members
from tongxin.people.queries.matching import chunks, found_for
from tongxin.people.roster.judging import Judgement, Place, judge, settle, twins
from tongxin.people.roster.kept import Entry, problems_as_data
from tongxin.people.states import Verdict
from tongxin.store.copying import copy_over
from tongxin.store.fields import Sealed
from tongxin.store.keys import ring
from tongxin.unions.models import Union

NUMBER_KEY: Final = "import.number"  # purposes of digest and seal
VALUES: Final = "import.values"
Judged = tuple[Entry, Judgement]
JUDGED_COLUMNS: Final = ("verdict", "problems", "offers", "answers", "changes", "person", "basis")


_PACKED: Final = {Verdict.ADDED.value: Sum("added"), Verdict.UNCHANGED.value: Sum("unchanged")}


def judge_entries(entries: Sequence[Entry], *, union: Union, by: Actor) -> Iterator[list[Judged]]:
    """In parts of a thousand; each costs the same number of statements."""
    place = Place(union.pk, union.founded_on, by.on)
    alike = twins(entries)
    taken: dict[int, int] = {}
    for chunk in chunks(entries):
        found = found_for(chunk, union=union, by=by)
        judged = [(one, judge(one, found[one.row_no], place, alike.get(one.row_no))) for one in chunk]
        yield settle(judged, taken)


def entry_of(line: ImportRow) -> Entry:
    return Entry.from_text(line.row_no, line.values.open(), line.answers)


def new_line(batch: ImportBatch, entry: Entry, judgement: Judgement) -> ImportRow:
    line = ImportRow(batch=batch, federation=batch.federation, row_no=entry.row_no, done=False)
    line.origin = entry.origin
    put_entry(line, entry)
    put_judgement(line, entry, judgement)
    return line


def put_entry(line: ImportRow, entry: Entry) -> None:
    line.values = Sealed.of(entry.to_text(), VALUES)
    line.number_key = ring().digest(entry.who, purpose=NUMBER_KEY) if entry.who else None


def put_judgement(line: ImportRow, entry: Entry, judgement: Judgement) -> None:
    line.verdict = judgement.verdict
    line.problems = problems_as_data(judgement.problems)
    line.offers = [str(offer) for offer in judgement.offers]
    line.answers = sorted(map(str, entry.answers))
    line.changes = list(judgement.changes)
    line.person_id = judgement.person
    line.basis = judgement.basis


def stands(line: ImportRow, judgement: Judgement) -> bool:
    """Whether what the cadre saw is still so. For what will be written, the record must not have moved either."""
    seen: tuple[Any, ...] = (line.verdict, line.person_id, line.changes, line.problems, line.offers)
    now = (
        judgement.verdict,
        judgement.person,
        list(judgement.changes),
        problems_as_data(judgement.problems),
        [str(offer) for offer in judgement.offers],
    )
    return seen == now and (not judgement.writes or line.basis == judgement.basis)


def judge_again(lines: Iterable[ImportRow], *, union: Union, by: Actor) -> list[ImportRow]:
    """Those that stand otherwise now, saved."""
    by_row = {line.row_no: line for line in lines}
    entries = [entry_of(line) for line in by_row.values()]
    moved = []
    for chunk in judge_entries(entries, union=union, by=by):
        for entry, judgement in chunk:
            line = by_row[entry.row_no]
            if not stands(line, judgement):
                put_judgement(line, entry, judgement)
                moved.append(line)
    save_lines(moved)
    return moved


def save_lines(lines: Sequence[ImportRow]) -> None:
    copy_over(lines, JUDGED_COLUMNS)


def recount(batch: ImportBatch) -> None:
    """The batch's counts from its lines; the caller saves."""
    counted = Counter(dict(batch.lines.values_list("verdict").annotate(Count("pk"))))
    if batch.packed:
        counted.update({verdict: count or 0 for verdict, count in batch.parts.aggregate(**_PACKED).items()})
    for verdict in Verdict:
        setattr(batch, verdict.value, counted.get(verdict, 0))
    batch.missing = missing_members(batch).count()
