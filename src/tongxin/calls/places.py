"""Of whose places someone gets one: arithmetic on a pool's numbers, in the order that the pool publishes. Writes nothing."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from tongxin.calls.models import Pool, Reserve
from tongxin.calls.states import Spill, When
from tongxin.kernel import draw


def groups_in(text: str) -> list[str]:
    return text.split("+") if text else []


@dataclass(frozen=True, slots=True)
class Waits:
    """One application in a pool's line."""

    preference: int
    application: int
    size: int
    groups: str


@dataclass(frozen=True, slots=True)
class Place:
    """What one application gets; no reserve: open places."""

    application: int
    reserve: Reserve | None
    size: int = 1


class Counter:
    """A pool's free places while they are given, one application after the other. Changes the reserves' numbers only."""

    def __init__(self, pool: Pool, reserves: Sequence[Reserve]) -> None:
        self.reserves = sorted(reserves, key=lambda one: one.order)
        self.openly = pool.left - sum(one.left for one in self.reserves)

    @property
    def left(self) -> int:
        return self.openly + sum(one.left for one in self.reserves)

    def give(self, application: int, size: int, groups: str) -> Place | None:
        """Reserves that come first, then an open place, then reserves that come last. None: it does not fit."""
        mine = set(groups_in(groups))
        if (reserve := self._reserve(When.FIRST, mine, size)) is not None:
            return Place(application, reserve, size)
        if size <= self.openly:
            self.openly -= size
            return Place(application, None, size)
        if (reserve := self._reserve(When.LAST, mine, size)) is not None:
            return Place(application, reserve, size)
        return None

    def walk(self, line: Iterable[Waits]) -> Iterator[Place]:
        """Whom a party does not fit it skips; they keep their place in the line."""
        for one in line:
            if self.left <= 0:
                return
            if (place := self.give(one.application, one.size, one.groups)) is not None:
                yield place

    def let_go(self, waiting: Iterable[str]) -> bool:
        """Hands on what nobody who waits can take, as each reserve says; `waiting`: their groups as they stand in the list.
        Whether anything was handed on.
        """
        wanted = {group for groups in set(waiting) for group in groups_in(groups)}
        moved = False
        for place, reserve in enumerate(self.reserves):
            if reserve.left <= 0 or reserve.spill == Spill.NONE or reserve.name in wanted:
                continue
            moved, units = True, reserve.left
            reserve.let_go += units
            following = _next(self.reserves[place + 1 :], reserve)
            if following is not None:
                following.handed += units
            else:
                self.openly += units
        return moved

    def _reserve(self, when: When, mine: set[str], size: int) -> Reserve | None:
        for reserve in self.reserves:
            if reserve.when == when and reserve.name in mine and reserve.left >= size:
                reserve.taken += size
                return reserve
        return None


def as_drawn(reserves: Sequence[Reserve], *, spills: bool) -> list[draw.Reserve]:
    """As the printed rule knows them, with what is left of each; `spills=False`: more come later, so nothing is let go."""
    return [
        draw.Reserve(
            one.name, one.left, cast("draw.When", one.when), cast("draw.Spill", one.spill if spills else "none")
        )
        for one in sorted(reserves, key=lambda one: one.order)
    ]


def book(reserves: Sequence[Reserve], taken: dict[str, int], *, spills: bool) -> None:
    """Writes into the reserves what `draw.fill` gave of each, and lets go what it let go."""
    ordered = sorted(reserves, key=lambda one: one.order)
    for when in When:
        same = [one for one in ordered if one.when == when]
        for place, reserve in enumerate(same):
            unused = reserve.left - taken.get(reserve.name, 0)
            reserve.taken += taken.get(reserve.name, 0)
            if not spills or reserve.spill == Spill.NONE or unused <= 0:
                continue
            reserve.let_go += unused
            if reserve.spill == Spill.NEXT and place + 1 < len(same):
                same[place + 1].handed += unused


def _next(following: Sequence[Reserve], reserve: Reserve) -> Reserve | None:
    if reserve.spill != Spill.NEXT:
        return None
    return next((one for one in following if one.when == reserve.when), None)
