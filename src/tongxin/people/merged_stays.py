"""Two chains of stays become one: pure. No two stays of one record may overlap, so some give way."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date


@dataclass(frozen=True, slots=True)
class Stay:
    """Half-open in days; `kept`: with which of the two records it stands."""

    pk: int
    kept: bool
    starts: date
    ends: date | None

    def meets(self, other: "Stay") -> bool:
        if self.ends is not None and self.ends <= self.starts:
            return False
        if other.ends is not None and other.ends <= other.starts:
            return False
        return (other.ends is None or self.starts < other.ends) and (self.ends is None or other.starts < self.ends)


def one_chain(stays: Iterable[Stay], *, goes_on: int | None, today: date) -> list[Stay]:
    """Every stay again, with the record where it stands after the merge and the day on which it ends.

    `goes_on` is the open stay that remains; others that run into it end where it begins. What would still overlap stands
    with the record that is gone: a stay of it stays there, one of the record that is kept goes there. An open one that
    gives way ends today. Where two are open, one must be named (a ValueError else).
    """
    rows = sorted(stays, key=lambda stay: (not stay.kept, stay.starts, stay.pk))
    first = _going_on(rows, goes_on)
    chain = [replace(first, kept=True)] if first else []
    aside: list[Stay] = []
    for stay in rows:
        if first and stay.pk == first.pk:
            continue
        cut = _cut(stay, first)
        if any(cut.meets(other) for other in chain):
            aside.append(replace(cut, kept=False, ends=max(stay.starts, today) if cut.ends is None else cut.ends))
        else:
            chain.append(replace(cut, kept=True))
    return sorted([*chain, *aside], key=lambda stay: stay.pk)


def _going_on(rows: Sequence[Stay], goes_on: int | None) -> Stay | None:
    open_ones = [stay for stay in rows if stay.ends is None]
    if len(open_ones) <= 1:
        return open_ones[0] if open_ones else None
    return next(stay for stay in open_ones if stay.pk == _named(open_ones, goes_on))


def _named(open_ones: Sequence[Stay], goes_on: int | None) -> int:
    if goes_on is None or goes_on not in {stay.pk for stay in open_ones}:
        raise ValueError("two open stays: say which goes on")
    return goes_on


def _cut(stay: Stay, first: Stay | None) -> Stay:
    if first is not None and stay.starts < first.starts and stay.meets(first):
        return replace(stay, ends=first.starts)
    return stay
