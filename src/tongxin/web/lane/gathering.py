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


Answers = dict[int, bytes]  # by person: the whole body, in JSON


class Batch:
    """Claims that go to the database together: each person once, with the moment of the first; all wait for the one answer."""

    __slots__ = ("answered", "claims", "firsts")

    def __init__(self) -> None:
        self.firsts: dict[int, int] = {}
        self.claims = 0
        self.answered: asyncio.Future[Answers] = asyncio.get_running_loop().create_future()


@dataclass(slots=True)
class Gatherer:
    """Of one pool, in one process."""

    facts: Facts
    thread: ThreadPoolExecutor
    waiting: deque[Batch] = field(default_factory=deque)
    claims: int = 0  # in those
    busy: bool = False
    rate: float = 1_000.0  # answers a second of late; for saying when to come again

    def join(self, person: int, at: int) -> "asyncio.Future[Answers] | None":
        """The answers to come, nothing in them where the database stayed away. None at once: the queue is full."""
        if self.claims >= LONGEST:
            return None
        if not self.waiting or self.waiting[-1].claims >= LARGEST:
            self.waiting.append(Batch())
        batch = self.waiting[-1]
        batch.firsts.setdefault(person, at)
        batch.claims += 1
        self.claims += 1
        if not self.busy:
            self.busy = True
            batch.answered.get_loop().call_soon(self._send)
        return batch.answered

    def seconds_to_wait(self) -> int:
        return 1 + int(self.claims / self.rate)

    def _send(self) -> None:
        batch = self.waiting.popleft()
        self.claims -= batch.claims
        sent = batch.answered.get_loop().run_in_executor(self.thread, commit, self.facts, batch.firsts)
        sent.add_done_callback(self._deliver(batch, time.monotonic()))

    def _deliver(self, batch: Batch, began: float) -> "Callable[[asyncio.Future[Answers]], None]":
        def deliver(sent: "asyncio.Future[Answers]") -> None:
            problem = None if sent.cancelled() else sent.exception()
            if problem is not None:
                log.error("batch was lost to the lane", claims=batch.claims, problem=repr(problem))
            batch.answered.set_result({} if problem is not None or sent.cancelled() else sent.result())
            self.rate += 0.1 * (batch.claims / max(0.001, time.monotonic() - began) - self.rate)
            if self.waiting:
                self._send()
            else:
                self.busy = False

        return deliver


def commit(facts: Facts, firsts: dict[int, int]) -> Answers:
    """In a thread of its own: to the database, and the answer to each claim once it is there."""
    found = _arrived(facts, firsts)
    key, pool, salt = _key(), facts.into.public_id, facts.salt
    said = [receipts.statement(key.id, pool, no, at, holder(salt, person)) for person, no, at in found]
    return {
        person: f'{{"no":{no},"at":{at},"receipt":"{text}"}}'.encode()
        for (person, no, at), text in zip(found, receipts.write(said, key), strict=True)
    }


def _arrived(facts: Facts, firsts: dict[int, int]) -> list[tuple[int, int, int]]:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return arrive(into=facts.into, persons=list(firsts), moments=list(firsts.values()))
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
