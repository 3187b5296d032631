"""The journal's chain: laid over what is settled, and every tampering found."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

import pytest
from django.db import connection, connections
from tests.cast import HOUSE, NOW

from tongxin.records.actions import journal, seal
from tongxin.records.models import JournalEntry, JournalSeal
from tongxin.records.queries import GENESIS, head, verify_chain
from tongxin.store.atomic import writing
from tongxin.unions.models import Union

pytestmark = pytest.mark.django_db(transaction=True)
THING = Union(id=7, public_id="abcabcabcabc", federation=7)


def deeds(count: int) -> list[int]:
    before = JournalEntry.objects.count()
    journal.write_many("thing.done", of=[THING] * count, by=HOUSE, at=NOW, note="永川")
    return list(JournalEntry.objects.order_by("pk").values_list("pk", flat=True)[before:])


@contextmanager
def tampering() -> Iterator[None]:
    """As someone with the database's own rights: the triggers off."""
    with connection.cursor() as cursor:
        for table in ("records_journalentry", "records_journalseal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_append_only")
        with writing():
            yield
        for table in ("records_journalentry", "records_journalseal"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {table}_append_only")


def sealed_in_three() -> list[int]:
    pks = deeds(5)
    assert [seal.seal(2, at=NOW) for _ in range(4)] == [2, 2, 1, 0]
    return pks


def insert_copy(*, of: int, pk: int) -> None:
    row = JournalEntry.objects.get(pk=of)
    row.pk = pk
    row.save(force_insert=True)


def broken() -> list[tuple[int, int, str]]:
    return [(b.first, b.last, b.what) for b in verify_chain()]


def test_seal_lays_batches_one_after_another() -> None:
    pks = sealed_in_three()
    seals = list(JournalSeal.objects.order_by("pk"))
    assert [(s.first, s.last, s.entries) for s in seals] == [
        (1, pks[1], 2),
        (pks[1] + 1, pks[3], 2),
        (pks[3] + 1, pks[4], 1),
    ]
    assert bytes(seals[0].previous) == GENESIS
    assert [bytes(s.previous) for s in seals[1:]] == [bytes(s.digest) for s in seals[:2]]
    assert (head().last, head().digest) == (pks[4], bytes(seals[2].digest).hex())
    assert broken() == []


def test_empty_journal_is_whole() -> None:
    assert (seal.seal(at=NOW), broken(), head().last) == (0, [], 0)


@pytest.mark.parametrize(
    ("column", "value"),
    [("verb", "x"), ("person", 3), ("union", 4), ("of_id", "x"), ("federation", 9), ("data", {"note": "江津"})],
)
def test_changed_entry_is_found(column: str, value: object) -> None:
    pks = sealed_in_three()
    with tampering():
        JournalEntry.objects.filter(pk=pks[2]).update(**{column: value})
    assert broken() == [(pks[1] + 1, pks[3], "an entry was changed")]


def test_deleted_entry_is_found() -> None:
    pks = sealed_in_three()
    with tampering():
        JournalEntry.objects.filter(pk=pks[4]).delete()
    assert broken() == [(pks[3] + 1, pks[4], "1 entries were sealed, 0 are there")]


def test_entry_put_before_the_first_is_found() -> None:
    pks = sealed_in_three()
    with tampering():
        insert_copy(of=pks[0], pk=-1)
    assert broken() == [(0, 0, "entries stand before the first")]


def test_entry_pushed_into_a_gap_is_found() -> None:
    first = deeds(1)[0]
    with suppress(ZeroDivisionError), writing():
        deeds(1)
        1 / 0  # noqa: B018 - its id is lost: a gap
    last = deeds(1)[0]
    assert last == first + 2
    seal.seal(at=NOW)
    with tampering():
        insert_copy(of=first, pk=first + 1)
    assert [what for _, _, what in broken()] == ["2 entries were sealed, 3 are there"]


def test_rewritten_seal_breaks_the_chain_behind_it() -> None:
    pks = sealed_in_three()
    with tampering():
        JournalEntry.objects.filter(pk=pks[0]).update(verb="x")
        first = JournalSeal.objects.earliest("pk")
        digest, _ = seal.digest_of(GENESIS, JournalEntry.objects.filter(pk__lte=pks[1]).order_by("pk"))
        JournalSeal.objects.filter(pk=first.pk).update(digest=digest)
    assert broken() == [(pks[1] + 1, pks[3], "does not follow the seal before it")]


def test_removed_seal_is_found() -> None:
    pks = sealed_in_three()
    with tampering():
        JournalSeal.objects.filter(first=pks[1] + 1).delete()
    assert broken() == [(pks[3] + 1, pks[4], "does not follow the seal before it")]


def test_entry_still_being_written_is_not_skipped() -> None:
    """A lower id commits after a higher one: the seal waits for it, or leaves both for the next run."""
    wrote, go = Event(), Event()

    def slow() -> None:
        with writing():
            deeds(1)
            wrote.set()
            go.wait(20)
        connections.close_all()

    thread = Thread(target=slow)
    thread.start()
    assert wrote.wait(20)
    deeds(1)
    assert seal.seal(at=NOW, patience=0.1) == 0
    assert JournalSeal.objects.count() == 0
    go.set()
    thread.join()
    assert seal.seal(at=NOW) == 2
    assert broken() == []
