"""Steps of the hand on a tree that is still being written."""

from typing import Any

import pytest

from tongxin.kernel.refused import Refused
from tongxin.rules import editing
from tongxin.rules.conditions import DEEPEST, MOST, from_data
from tongxin.rules.editing import EMPTY


def leaf(fact: str) -> dict[str, Any]:
    return {"fact": fact, "op": "=", "value": True, "words": fact}


A, B, C = leaf("a"), leaf("b"), leaf("c")


def test_a_tree_is_built_step_by_step() -> None:
    tree = editing.add(EMPTY, (), A)
    tree = editing.add(tree, (), {"any": []})
    tree = editing.add(tree, (1,), B)
    tree = editing.turn(tree, (1, 0))
    tree = editing.add(tree, (1,), C)
    assert tree == {"all": [A, {"any": [{"not": B}, C]}]}
    from_data(tree)
    assert EMPTY == {"all": []}


def test_what_is_turned_stays_turned_and_twice_is_not_at_all() -> None:
    tree = {"not": {"any": [A, {"not": B}]}}
    assert editing.replace(tree, (1,), C) == {"not": {"any": [A, {"not": C}]}}
    assert editing.regroup(tree, (), "all") == {"not": {"all": [A, {"not": B}]}}
    assert editing.add(tree, (), C) == {"not": {"any": [A, {"not": B}, C]}}
    assert editing.turn(tree, (1,)) == {"not": {"any": [A, B]}}
    assert editing.turn(editing.turn(tree, ()), ()) == tree


def test_removing_takes_what_stands_below() -> None:
    tree = {"all": [A, {"any": [B, C]}]}
    assert editing.remove(tree, (1,)) == {"all": [A]}
    assert editing.remove(tree, (1, 0)) == {"all": [A, {"any": [C]}]}
    assert editing.remove(tree, ()) == EMPTY


@pytest.mark.parametrize("place", [(2,), (0, 0), (1, 5), (-1,)])
def test_a_place_that_is_gone_is_refused(place: tuple[int, ...]) -> None:
    for step in (editing.remove, editing.turn):
        with pytest.raises(Refused) as refusal:
            step({"all": [A, {"any": [B]}]}, place)
        assert refusal.value.code == "rule-place"
    with pytest.raises(Refused):
        editing.add({"all": [A]}, (0,), B)


def test_trees_that_nobody_reads_are_refused() -> None:
    tree: dict[str, Any] = {"all": []}
    for depth in range(DEEPEST - 2):
        tree = editing.add(tree, (0,) * depth, {"all": []})
    with pytest.raises(Refused) as refusal:
        editing.add(tree, (0,) * (DEEPEST - 1), A)
    assert refusal.value.code == "rule-too-much"
    with pytest.raises(Refused):
        editing.add({"all": [A] * MOST}, (), A)
