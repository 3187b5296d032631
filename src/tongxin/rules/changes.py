"""What would change the answer: the fewest conditions that would have to turn, in every way in which they could."""

from collections.abc import Iterable
from functools import reduce
from typing import Final

from tongxin.rules.conditions import AllOf, Not
from tongxin.rules.verdicts import OPPOSITE, Obstacle, Truth, Verdict

MOST: Final = 6  # ways; people do not read more, and a tree of 200 conditions has more than anyone can count
Way = dict[tuple[int, ...], Obstacle]


def changes(verdict: Verdict) -> list[tuple[Obstacle, ...]]:
    """Ways, the shortest first, each as the leaves that would have to turn together. From a yes they lead to a no, else
    to a yes. Leaves are taken one by one: where two ask about one fact, nobody has looked whether one value suits both.
    """
    wanted = Truth.NO if verdict.truth is Truth.YES else Truth.YES
    return [tuple(way[place] for place in sorted(way)) for way in _ways(verdict, wanted, ())]


def _ways(verdict: Verdict, wanted: Truth, at: tuple[int, ...]) -> list[Way]:
    if verdict.truth is wanted:
        return [{}]
    if not verdict.parts:
        return [{at: Obstacle(verdict, wanted)}]
    if isinstance(verdict.condition, Not):
        return _ways(verdict.parts[0], OPPOSITE[wanted], (*at, 0))
    each = [_ways(part, wanted, (*at, n)) for n, part in enumerate(verdict.parts)]
    if isinstance(verdict.condition, AllOf) is (wanted is Truth.YES):  # every part must be as wanted
        return reduce(lambda ways, more: _shortest(a | b for a in ways for b in more), each)
    return _shortest(way for ways in each for way in ways)


def _shortest(ways: Iterable[Way]) -> list[Way]:
    return sorted(ways, key=len)[:MOST]
