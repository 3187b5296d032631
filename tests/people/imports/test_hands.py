"""Other processes at the parts of a large import: they do what the caller alone would, and say when they cannot."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from tests.cast import NOW, Cast
from tests.factories.rosters import counts, house, members, uploaded

from tongxin.kernel.refused import Refused
from tongxin.people.actions import imports
from tongxin.people.actions.imports import hands, uploads
from tongxin.people.actions.imports.deeds import hello
from tongxin.people.actions.imports.hands import HandLost, hired
from tongxin.people.models import ImportBatch, Membership
from tongxin.people.states import BatchState
from tongxin.store.atomic import writing

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 23


@pytest.fixture(autouse=True)
def _two_hands(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Any file is large, five rows are a part, and two processes do them."""
    monkeypatch.setattr(uploads, "READ_LATER_BYTES", 10)
    monkeypatch.setattr(uploads, "PACKED_FROM_BYTES", 10)
    monkeypatch.setattr("tongxin.people.roster.streaming.pieces_of.__kwdefaults__", {"rows": 5})
    settings.IMPORT_HANDS = 2


def read(cast: Cast) -> ImportBatch:
    batch = uploaded(cast.factory, *members(ROWS), by=house())
    return imports.read(batch=batch, by=house(), at=NOW)


def parts_of(batch: ImportBatch, crew: hands.Crew) -> Iterator[hands.Task]:
    """Once the hands are ready: nobody else does them then."""
    while not crew.are_ready:
        time.sleep(0.01)
    for number in batch.parts.order_by("number").values_list("number", flat=True):
        yield {"number": number}, b""


def test_hands_and_their_caller_import_a_list_and_take_it_back(cast: Cast) -> None:
    batch = read(cast)
    assert counts(batch) == (ROWS, 0, 0, 0, 0)
    batch = imports.commit(batch=batch, by=house(), at=NOW)
    assert (batch.state, batch.rows_done) == (BatchState.DONE, ROWS)
    assert Membership.objects.filter(union=cast.factory).count() == ROWS + 3
    imports.undo(batch=batch, by=house(), at=NOW)
    assert Membership.objects.filter(union=cast.factory).count() == 3


@pytest.fixture
def begun(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> ImportBatch:
    """Read and being written; from now on nobody but hands may do a part."""
    batch = read(cast)
    with writing():
        batch.move("begin")
        batch.committed_at = NOW
        batch.save()

    def refuse(_: dict[str, Any]) -> None:
        pytest.fail("the caller did a part itself")

    monkeypatch.setattr(hands, "begin", refuse)
    return batch


def test_ready_hands_do_every_part_once(begun: ImportBatch) -> None:
    for rows in (ROWS, 0):
        with hired() as crew:
            found = list(crew.answers(hello("write", begun, house(), NOW), parts_of(begun, crew)))
        assert sum(answer["rows"] for answer in found) == rows
    assert set(begun.parts.values_list("done", flat=True)) == {True}


def test_what_a_hand_refuses_is_refused_here(begun: ImportBatch) -> None:
    with writing():
        begun.move("commit")
        begun.save()
    with pytest.raises(Refused) as caught, hired() as crew:
        list(crew.answers(hello("write", begun, house(), NOW), parts_of(begun, crew)))
    assert (caught.value.code, str(caught.value)) == ("wrong-state", "这一批没有在导入，不再接着写。")
    assert not begun.parts.filter(done=True).exists()


def test_a_hand_that_dies_is_told(begun: ImportBatch) -> None:
    nothing = ImportBatch(pk=0)
    with pytest.raises(HandLost), hired() as crew:
        list(crew.answers(hello("write", nothing, house(), NOW), parts_of(begun, crew)))


def test_hands_that_are_not_needed_end_with_their_caller() -> None:
    with hired() as crew:
        while not crew.are_ready:
            time.sleep(0.01)
    assert [one for one in threading.enumerate() if one.name == "import-hand"] == []
