"""A tree that someone is still writing: steps of the hand on its data. Groups may be empty meanwhile; what is not whole yet
is refused by `from_data`.

A place is a path of numbers from the top: () is the root, (1, 0) the first part of its second part. A "not" has no number
of its own: it belongs to what it turns.
"""

from collections.abc import Sequence
from typing import Any, Final, Literal

from tongxin.kernel.refused import Refused
from tongxin.rules.conditions import DEEPEST, MOST

Data = dict[str, Any]
Place = tuple[int, ...]
Group = Literal["all", "any"]
EMPTY: Final[Data] = {"all": []}


def add(tree: Data, place: Place, part: Data) -> Data:
    """At the end of the group there. Refused: "rule-place", "rule-too-much"."""
    if len(place) >= DEEPEST - 1 or count(tree) >= MOST:
        raise Refused("rule-too-much", "条件太多或套得太深，别人看不懂。请拆成几条规则。")

    def with_it(node: Data) -> Data:
        key, parts = _group(node)
        return {key: [*parts, part]}

    return _changed(tree, place, with_it)


def replace(tree: Data, place: Place, part: Data) -> Data:
    """A comparison for a comparison; it stays turned if it was."""
    return _changed(tree, place, lambda _: part)


def turn(tree: Data, place: Place) -> Data:
    """A "not" before what stands there; said twice, it goes."""
    node = find(tree, place)
    return _set(tree, place, node.get("not", {"not": node}))


def regroup(tree: Data, place: Place, key: Group) -> Data:
    """All of, or any of."""
    return _changed(tree, place, lambda node: {key: _group(node)[1]})


def remove(tree: Data, place: Place) -> Data:
    """With all that stands under it; the root becomes empty."""
    if not place:
        return dict(EMPTY)

    def without(node: Data) -> Data:
        key, parts = _group(node)
        return {key: [part for n, part in enumerate(parts) if n != place[-1]]}

    find(tree, place)
    return _changed(tree, place[:-1], without)


def count(tree: Data) -> int:
    if "not" in tree:
        return count(tree["not"])
    parts = tree.get("all", tree.get("any"))
    return 1 if parts is None else 1 + sum(count(part) for part in parts)


def bare(node: Data) -> tuple[Data, bool]:
    """Without its "not", and whether it had one (two undo each other)."""
    turned = False
    while "not" in node:
        node, turned = node["not"], not turned
    return node, turned


def _group(node: Data) -> tuple[str, list[Data]]:
    for key in ("all", "any"):
        if key in node:
            return key, node[key]
    raise _gone()


def find(tree: Data, place: Place) -> Data:
    for step in place:
        parts = _group(bare(tree)[0])[1]
        if not 0 <= step < len(parts):
            raise _gone()
        tree = parts[step]
    return tree


def _changed(tree: Data, place: Place, change: Any) -> Data:
    node, turned = bare(find(tree, place))
    made = change(node)
    return _set(tree, place, {"not": made} if turned else made)


def _set(tree: Data, place: Sequence[int], made: Data) -> Data:
    if not place:
        return made
    node, turned = bare(tree)
    key, parts = _group(node)
    whole = {key: [_set(part, place[1:], made) if n == place[0] else part for n, part in enumerate(parts)]}
    return {"not": whole} if turned else whole


def _gone() -> Refused:
    return Refused("rule-place", "这个条件已经不在了，请看看现在的草稿再改。")
