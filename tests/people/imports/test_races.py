"""Two cadres, two presses, at once: on connections of their own."""

import contextlib
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from tests.cast import NOW, TODAY, Cast
from tests.factories.rosters import house, members, uploaded

from tongxin.kernel.refused import Refused
from tongxin.people.actions import imports
from tongxin.people.models import ImportBatch, Membership, Person
from tongxin.people.states import BatchState
from tongxin.records.models import JournalEntry

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOW + timedelta(hours=1)


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


def _undo(batch: ImportBatch) -> Callable[[], object]:
    return lambda: imports.undo(batch=ImportBatch.objects.get(pk=batch.pk), by=house(), at=LATER)


def test_two_undos_at_once_take_each_row_back_once(cast: Cast) -> None:
    batch = uploaded(cast.factory, *members(20), by=house())
    commit(batch)()
    assert at_once(_undo(batch), _undo(batch)) == ["", ""]
    batch.refresh_from_db()
    assert (batch.state, batch.undone, batch.kept) == (BatchState.UNDONE, 20, 0)
    assert JournalEntry.objects.filter(verb="roster.undone").count() == 1
    assert Membership.objects.filter(union=cast.factory).count() == 3


def test_undo_while_another_list_changes_the_same_people_loses_nothing(cast: Cast) -> None:
    """Either the second list found them and they stay, or they were gone and the second list is shown anew."""
    first = uploaded(cast.factory, *members(20), by=house())
    commit(first)()
    changed = [[*one[:3], "新单位", *one[4:]] for one in members(20)]
    second = uploaded(cast.factory, *changed, by=house())
    told = at_once(_undo(first), lambda: imports.commit(batch=second, by=house(), at=LATER))
    first.refresh_from_db()
    second.refresh_from_db()
    here = Membership.objects.filter(union=cast.factory, ends=None).count() - 3
    if told == ["", ""]:
        assert (first.undone, first.kept, second.state, here) == (0, 20, BatchState.DONE, 20)
        assert Person.objects.filter(employer="新单位").count() == 20
    else:
        assert told == ["", "import-changed"]
        assert (first.undone, first.kept, second.state, here) == (20, 0, BatchState.READY, 0)


def test_undo_while_a_newcomer_moves_leaves_one_open_membership_or_nobody(cast: Cast) -> None:
    from tongxin.people.actions import memberships

    batch = uploaded(cast.factory, *members(1), by=house())
    commit(batch)()
    stay = Membership.objects.get(union=cast.factory, person__name="赵伟伟")

    def move() -> None:
        memberships.move(membership=stay, to_union=cast.zhongshan, on=TODAY, by=house(), at=LATER)

    told = at_once(_undo(batch), lambda: _unless_gone(move))
    batch.refresh_from_db()
    open_now = Membership.objects.filter(person__name="赵伟伟", ends=None).count()
    assert told[0] == ""
    assert (batch.undone, batch.kept, open_now) in {(1, 0, 0), (0, 1, 1)}


def _unless_gone(deed: Callable[[], None]) -> None:
    with contextlib.suppress(ObjectDoesNotExist):
        deed()
