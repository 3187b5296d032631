"""Several pools, up to three wishes, nobody two: which of their wishes each gets, when every pool has an order of its own.

Everyone asks for the first wish; each pool keeps whom it would choose by its own rule (kernel/draw.fill: reserves, open places,
parties) and turns the others away; they ask for the next wish; until nobody asks any more (Gale and Shapley, the askers' side).
What comes of it is stable: nobody would rather have another pool where someone after them in that pool's order has a place
they could have taken. Of all stable outcomes it is the best for every single asker, so a wish said honestly never harms.
With one pool it is exactly `fill`.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from tongxin.kernel.draw import Reserve, Ticket, fill

MOST_BACKS: Final = 20  # parties of several sizes may have no stable outcome at all
P = TypeVar("P", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Side:
    """One pool: its places, with the reserves' among them, and its order, which is by chance, points or arrival."""

    units: int
    order: Sequence[Ticket]
    reserves: Sequence[Reserve] = ()


class _Asked:
    """Who asks one pool now, and what the pool answers."""

    def __init__(self, side: Side) -> None:
        self.side = side
        self.no = {ticket.ticket: no for no, ticket in enumerate(side.order)}
        self.asks: set[str] = set()
        self.places: dict[str, str] = {}

    def answer(self) -> list[str]:
        """Keeps whom it chooses; returns those turned away."""
        self.places = self.choice(self.asks)
        away = sorted(self.asks - self.places.keys(), key=self.no.__getitem__)
        self.asks = set(self.places)
        return away

    def choice(self, tickets: Iterable[str]) -> dict[str, str]:
        ordered = [self.side.order[no] for no in sorted(map(self.no.__getitem__, tickets))]
        return fill(ordered, units=self.side.units, reserves=self.side.reserves)


def match(wishes: Mapping[str, Sequence[P]], sides: Mapping[P, Side]) -> dict[str, tuple[P, str]]:
    """By ticket: the pool, and of whose places. A wish for a pool in whose order the ticket does not stand does not count."""
    asked = {pool: _Asked(side) for pool, side in sides.items()}
    real = {
        ticket: [pool for pool in pools if pool in asked and ticket in asked[pool].no]
        for ticket, pools in wishes.items()
    }
    _ask(list(real), {ticket: pools[::-1] for ticket, pools in real.items()}, asked)
    if any(ticket.size > 1 for side in sides.values() for ticket in side.order):
        _settle_parties(real, asked)
    return {ticket: (pool, name) for pool, one in asked.items() for ticket, name in one.places.items()}


def _ask(asking: list[str], left: dict[str, list[P]], asked: Mapping[P, _Asked]) -> None:
    while asking:
        touched: dict[P, None] = {}
        for ticket in asking:
            if left[ticket]:
                pool = left[ticket].pop()
                asked[pool].asks.add(ticket)
                touched[pool] = None
        asking = [ticket for pool in touched for ticket in asked[pool].answer()]


def _settle_parties(real: dict[str, list[P]], asked: Mapping[P, _Asked]) -> None:
    """A party that was turned away may fit after all, once a larger one went elsewhere: each pool chooses anew among all
    who have nothing better, until none would choose otherwise. Parties of several sizes may chase each other for ever;
    whoever came back too often gives that wish up, and so it ends.
    """
    has = {ticket: pool for pool, one in asked.items() for ticket in one.places}
    backs: Counter[tuple[str, P]] = Counter()
    changed = True
    while changed:
        changed = False
        for pool, one in asked.items():
            open_to = [t.ticket for t in one.side.order if _would_come(real.get(t.ticket, []), pool, has.get(t.ticket))]
            places = one.choice(open_to)
            if places.keys() == one.places.keys():
                continue
            changed = True
            for ticket in one.places.keys() - places.keys():
                del has[ticket]
            for ticket in places.keys() - one.places.keys():
                if ticket in has:
                    del asked[has[ticket]].places[ticket]
                has[ticket] = pool
                backs[ticket, pool] += 1
                if backs[ticket, pool] > MOST_BACKS:
                    real[ticket] = [wish for wish in real[ticket] if wish != pool]
            one.places = places


def _would_come(wishes: Sequence[P], pool: P, now: P | None) -> bool:
    """It wishes this pool, and has nothing that it ranks higher."""
    return pool in wishes and (now is None or now not in wishes or wishes.index(pool) <= wishes.index(now))
