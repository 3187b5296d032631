"""Two cadres, two presses, at once: on connections of their own."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection
from tests.cast import NOW, Cast
from tests.factories.rosters import house, members, uploaded

from tongxin.kernel.refused import Refused
from tongxin.people.actions import imports
from tongxin.people.models import ImportBatch, Membership, Person
from tongxin.people.states import BatchState
from tongxin.records.models import JournalEntry

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*deeds: Callable[[], object]) -> list[str]:
    """What came of each: "" or the refusal's code."""
    told = [""] * len(deeds)
    gate = threading.Barrier(len(deeds))

    def run(place: int) -> None:
        gate.wait()
        try:
            deeds[place]()
        except Refused as refusal:
            told[place] = refusal.code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def commit(batch: ImportBatch) -> Callable[[], object]:
    return lambda: imports.commit(batch=ImportBatch.objects.get(pk=batch.pk), by=house(), at=NOW)


def test_two_presses_at_once_are_one_import(cast: Cast) -> None:
    batch = uploaded(cast.factory, *members(20), by=house())
    assert at_once(commit(batch), commit(batch)) == ["", ""]
    assert Membership.objects.filter(union=cast.factory).count() == 23
    assert JournalEntry.objects.filter(verb="roster.imported").count() == 1


def test_two_cadres_with_the_same_list_import_it_once(cast: Cast) -> None:
    first, second = (uploaded(cast.factory, *members(20), by=house()) for _ in range(2))
    assert sorted(at_once(commit(first), commit(second))) == ["", "import-changed"]
    assert sorted(ImportBatch.objects.values_list("state", "added", "unchanged")) == [
        (BatchState.DONE, 20, 0), (BatchState.READY, 0, 20),
    ]  # fmt: skip
    assert Membership.objects.filter(union=cast.factory).count() == 23


def test_two_unions_with_the_same_newcomers_make_each_a_person_once(cast: Cast) -> None:
    here = uploaded(cast.factory, *members(20), by=house())
    there = uploaded(cast.jiangjin_mill, *reversed(members(20)), by=house())
    assert sorted(at_once(commit(here), commit(there))) == ["", "import-changed"]
    lost = ImportBatch.objects.exclude(state=BatchState.DONE).get()
    assert (lost.state, lost.added, lost.asked) == (BatchState.READY, 0, 20)
    assert Person.objects.filter(employer__startswith="合成工厂").count() == 20
