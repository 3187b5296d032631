"""Claims are gathered while the last batch commits. One batch, one statement, one signature; each claim gets its own receipt.

The queue's length bounds both memory and waiting: who comes when it is full is told when to come again, and loses nothing,
for an entry stays good. A batch whose commit was cut off (the database killed) is sent again as it is: who had a number keeps it.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

import structlog
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from tongxin.calls.actions.arrive import arrive
from tongxin.calls.entries import holder
from tongxin.kernel import receipts
from tongxin.store.signing import SigningKey, signing_ring
from tongxin.web.lane.facts import Facts

log = structlog.get_logger("tongxin.lane")
LARGEST: Final = 1_000  # claims in a batch
LONGEST: Final = 20_000  # claims that wait, in one process
PATIENCE: Final = 25.0  # seconds for a database that comes back
KEY_FRESH: Final = 60.0


@dataclass(frozen=True, slots=True)
class Receipt:
    no: int
    at: int
    text: str


@dataclass(slots=True)
class Claim:
    person: int
    at: int
    answer: "asyncio.Future[Receipt | None]"


@dataclass(slots=True)
class Gatherer:
    """Of one pool, in one process."""

    facts: Facts
    thread: ThreadPoolExecutor
    waiting: deque[Claim] = field(default_factory=deque)
    busy: bool = False
    rate: float = 1_000.0  # answers a second of late; for saying when to come again

    def join(self, person: int, at: int) -> "asyncio.Future[Receipt | None] | None":
        """The answer to come: a receipt, or None where the database stayed away. None at once: the queue is full."""
        if len(self.waiting) >= LONGEST:
            return None
        loop = asyncio.get_running_loop()
        claim = Claim(person, at, loop.create_future())
        self.waiting.append(claim)
        if not self.busy:
            self.busy = True
            loop.call_soon(self._send, loop)
        return claim.answer

    def seconds_to_wait(self) -> int:
        return 1 + int(len(self.waiting) / self.rate)

    def _send(self, loop: asyncio.AbstractEventLoop) -> None:
        taken = [self.waiting.popleft() for _ in range(min(LARGEST, len(self.waiting)))]
        sent = loop.run_in_executor(self.thread, commit, self.facts, taken)
        sent.add_done_callback(self._deliver(loop, taken, time.monotonic()))

    def _deliver(
        self, loop: asyncio.AbstractEventLoop, taken: list[Claim], began: float
    ) -> "Callable[[asyncio.Future[dict[int, Receipt]]], None]":
        def deliver(sent: "asyncio.Future[dict[int, Receipt]]") -> None:
            problem = None if sent.cancelled() else sent.exception()
            if problem is not None:
                log.error("batch was lost to the lane", claims=len(taken), problem=repr(problem))
            found = {} if problem is not None or sent.cancelled() else sent.result()
            for claim in taken:
                if not claim.answer.done():
                    claim.answer.set_result(found.get(claim.person))
            self.rate += 0.1 * (len(taken) / max(0.001, time.monotonic() - began) - self.rate)
            if self.waiting:
                self._send(loop)
            else:
                self.busy = False

        return deliver


def commit(facts: Facts, claims: list[Claim]) -> dict[int, Receipt]:
    """In a thread of its own. What one person sent twice within a batch is one claim, the first."""
    first: dict[int, int] = {}
    for claim in claims:
        first.setdefault(claim.person, claim.at)
    found = _arrived(facts, first)
    key, pool, salt = _key(), facts.into.public_id, facts.salt
    said = [receipts.statement(key.id, pool, no, at, holder(salt, person)) for person, (no, at) in found.items()]
    texts = receipts.write(said, key)
    return {person: Receipt(no, at, text) for (person, (no, at)), text in zip(found.items(), texts, strict=True)}


def _arrived(facts: Facts, first: dict[int, int]) -> dict[int, tuple[int, int]]:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return arrive(into=facts.into, persons=list(first), moments=list(first.values()))
        except (OperationalError, InterfaceError):
            connection.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


_held: tuple[SigningKey, float] | None = None


def _key() -> SigningKey:
    """Looked up once a minute."""
    global _held  # noqa: PLW0603 - one key a process
    now = time.monotonic()
    if _held is None or now - _held[1] > KEY_FRESH:
        today = timezone.localdate()
        _held = (signing_ring(today).on(today), now)
    return _held[0]
