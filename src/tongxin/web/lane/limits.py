"""How often one person, and how often a network whose requests carry nothing valid. Kept in memory of bounded size.

A request with a valid session and a valid entry is never counted against its network: a dormitory of thousands behind one
address enters as fast as anyone. What a network is counted for is what nobody signed.
"""

from typing import Any, Final

WINDOW: Final = 10_000  # milliseconds
PERSON_MOST: Final = 20  # requests of one person in a window; a page asks a handful of times
NETWORK_MOST: Final = 300  # requests without a valid pass
TABLE: Final = 200_000  # entries; beyond, newcomers are not counted until the window ends


class Limits:
    def __init__(self) -> None:
        self._window = 0
        self._persons: dict[int, int] = {}
        self._networks: dict[str, int] = {}

    def person_may(self, person: int, now: int) -> bool:
        return self._count(self._persons, person, now) <= PERSON_MOST

    def stranger_may(self, network: str, now: int) -> bool:
        return self._count(self._networks, network, now) <= NETWORK_MOST

    def _count(self, table: dict[Any, int], who: object, now: int) -> int:
        if now >= self._window:
            self._window = now + WINDOW
            self._persons.clear()
            self._networks.clear()
        count = table.get(who, 0) + 1
        if count > 1 or len(table) < TABLE:
            table[who] = count
        return count
