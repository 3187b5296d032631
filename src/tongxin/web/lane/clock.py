"""The moment of arrival, in milliseconds. Never earlier than the one before, also where the machine's clock is set back."""

import time
from typing import Final

JUMP: Final = 2_000  # milliseconds by which the machine's clock may leave the steady one unsaid


class Clock:
    def __init__(self) -> None:
        self.last = 0
        self._apart = self._now_apart()

    def now(self) -> int:
        told = time.time_ns() // 1_000_000
        self.last = max(self.last, told)
        return self.last

    def jumped(self) -> int:
        """By how many milliseconds the machine's clock was set since this was asked last; 0 for what is no jump."""
        apart = self._now_apart()
        moved, self._apart = apart - self._apart, apart
        return moved if abs(moved) > JUMP else 0

    @staticmethod
    def _now_apart() -> int:
        return (time.time_ns() - time.monotonic_ns()) // 1_000_000
