"""The moment of arrival, in milliseconds. Never earlier than the one before; a clock that jumps and comes back misleads nobody.

It goes on by the machine's steady clock. By how much the other one, which tells the time of day, is apart from that is looked at
every second: small corrections count at once, a jump only when it has stood for a minute. A jump that is taken back in
between (a time server gone wrong, a hand that slipped) would else close a release before its time, or put people
out of its first minutes.
"""

import time
from typing import Final

JUMP: Final = 2_000  # milliseconds by which the time of day may leave the steady clock unsaid
LOOK: Final = 1_000
BELIEVED: Final = 60_000  # so long a jump has to stand; also: so long after the last look anything is believed


class Clock:
    def __init__(self) -> None:
        self.last = 0
        self._apart = self._seen = self._now_apart()
        self._looked = self._doubted = self._steady()
        self._jumped = 0

    def now(self) -> int:
        steady = self._steady()
        if steady - self._looked >= LOOK:
            self._look(steady)
        self.last = max(self.last, steady + self._apart)
        return self.last

    def jumped(self) -> int:
        """By how many milliseconds the machine's clock was set since this was asked last; 0 for what is no jump."""
        self._look(self._steady())
        told, self._jumped = self._jumped, 0
        return told

    def _look(self, steady: int) -> None:
        apart, idle = self._now_apart(), steady - self._looked
        self._looked = steady
        if abs(apart - self._seen) > JUMP:
            self._jumped += apart - self._seen
            self._doubted = steady
        self._seen = apart
        if abs(apart - self._apart) <= JUMP or idle >= BELIEVED or steady - self._doubted >= BELIEVED:
            self._apart = apart

    @staticmethod
    def _steady() -> int:
        return time.monotonic_ns() // 1_000_000

    def _now_apart(self) -> int:
        return time.time_ns() // 1_000_000 - self._steady()
