"""A workbook of ours comes back: by its key each row is found again, wherever it was sorted to. Foreign keys are refused.

A key names a batch, a row of it, and proves by a digest that we wrote it. It opens nothing: the row is judged like any other.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from tongxin.people.actions.imports.judged import entry_of
from tongxin.people.models import ImportBatch
from tongxin.people.roster.kept import Entry
from tongxin.people.roster.shapes import Problem
from tongxin.people.states import BatchState
from tongxin.store.keys import ring

ROW_KEY: Final = "import.row-key"
_PROOF: Final = 12  # hexadecimal digits: forging one takes 2**48 uploads
_CLEAR: Final = "是新的一行，请清空这一格；是原来的行，请用下载的那一份改。"
FOREIGN: Final = Problem("", "key-foreign", "“对号”不是本工会名册的。", _CLEAR)
WRONG: Final = Problem("", "key-wrong", "“对号”被改过，认不出是哪一行。", _CLEAR)
TWICE: Final = "“对号”与第%d行相同，像是复制了整行。"


def key_of(batch: ImportBatch, row_no: int) -> str:
    return f"{batch.public_id}-{row_no}-{_proof(batch.public_id, row_no)[0]}"


def match(batch: ImportBatch, entries: Sequence[Entry]) -> None:
    """Marks rows with their origin, or with what is wrong with their key. The batch then knows what it goes on with.

    What was answered of a row holds when it comes back as it was. The caller saves the batch.
    """
    keyed = [entry for entry in entries if entry.key]
    if not keyed:
        return
    names = {parts[0] for entry in keyed if (parts := _parts(entry.key))}
    known = {one.public_id: one for one in ImportBatch.objects.filter(public_id__in=names, union=batch.union_id)}
    first: dict[str, int] = {}
    found: dict[str, dict[int, Entry]] = {}
    for entry in keyed:
        problem = _problem(entry, known, first)
        if problem is not None:
            entry.told.append(problem)
            continue
        name, row_no = _parts(entry.key) or ("", 0)
        entry.origin = row_no
        found.setdefault(name, {})[row_no] = entry
    for name, rows in found.items():
        _carry_answers(known[name], rows)
    _go_on(batch, [known[name] for name in found for _ in found[name]])


def _problem(entry: Entry, known: dict[str, ImportBatch], first: dict[str, int]) -> Problem | None:
    parts = _parts(entry.key)
    if parts is None:
        return WRONG
    name, row_no = parts
    if entry.key.rpartition("-")[2] not in _proof(name, row_no):
        return WRONG
    if name not in known:
        return FOREIGN
    earlier = first.setdefault(entry.key, entry.row_no)
    return None if earlier == entry.row_no else Problem("", "key-twice", TWICE % earlier, _CLEAR)


def _parts(key: str) -> tuple[str, int] | None:
    name, _, rest = key.partition("-")
    number, _, proof = rest.partition("-")
    return (name, int(number)) if proof and number.isascii() and number.isdigit() and len(number) < 9 else None


def _proof(name: str, row_no: int) -> list[str]:
    """Under every key of the house, the current one first."""
    digests = ring().digests(f"{name}:{row_no}", purpose=ROW_KEY)
    return [digest.hex()[:_PROOF] for digest in digests]


def _carry_answers(origin: ImportBatch, rows: dict[int, Entry]) -> None:
    for line in origin.lines.filter(row_no__in=rows, done=False).exclude(answers=[]):
        entry = rows[line.row_no]
        if entry_of(line).values == entry.values:
            entry.answers = frozenset(line.answers)


def _go_on(batch: ImportBatch, origins: Iterable[ImportBatch]) -> None:
    """With the imported list from which most rows came: then this is no list of its own."""
    counted = Counter(one.pk for one in origins if one.state == BatchState.DONE)
    batch.continues_id = counted.most_common(1)[0][0] if counted else None
