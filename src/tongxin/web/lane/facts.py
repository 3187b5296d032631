"""What the lane knows of the pools that are entered by it: read again every second while someone asks, never by each claim."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from django.db import connection

from tongxin.calls.actions.arrive import Into
from tongxin.calls.models import Lane as LaneRow
from tongxin.calls.states import CallState

FRESH: Final = 1.0  # seconds


@dataclass(frozen=True, slots=True)
class Facts:
    """Moments in milliseconds since 1970."""

    into: Into
    salt: bytes
    opens: int
    closes: int
    assurance: int
    closed: bool
    units: int
    arrived: int
    settled: int
    taken: int


class FactsKeeper:
    def __init__(self) -> None:
        self._known: dict[str, Facts] = {}
        self._read_at = 0.0
        self._reading: asyncio.Future[dict[str, Facts]] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="lane-facts")

    async def of(self, pool: str) -> Facts | None:
        """As of a second ago at most; one that nobody knew yet is looked for at once, by one question for all who ask."""
        if time.monotonic() - self._read_at > FRESH and self._reading is None:
            self._reading = asyncio.get_running_loop().run_in_executor(self._thread, read_facts)
            self._reading.add_done_callback(self._taken)
        found = self._known.get(pool)
        if found is None and (reading := self._reading) is not None:
            await asyncio.wait([reading])
            found = self._known.get(pool)
        return found

    def _taken(self, reading: "asyncio.Future[dict[str, Facts]]") -> None:
        """Where the database does not answer, what was known counts on."""
        self._reading, self._read_at = None, time.monotonic()
        if not reading.cancelled() and reading.exception() is None:
            self._known = reading.result()


def read_facts() -> dict[str, Facts]:
    try:
        rows = LaneRow.objects.filter(pool__call__state=CallState.PUBLISHED).select_related(
            "pool__call", "pool__intake"
        )
        return {row.pool.public_id: _facts(row) for row in rows.order_by("-pk")[:100]}
    finally:
        connection.close()  # back to the pool; a broken one is not kept


def _facts(row: LaneRow) -> Facts:
    pool, call = row.pool, row.pool.call
    return Facts(
        into=Into(pool.pk, pool.public_id, pool.union_id, pool.federation),
        salt=bytes(row.salt),
        opens=int(call.opens.timestamp() * 1000),
        closes=int(call.closes.timestamp() * 1000),
        assurance=call.assurance,
        closed=pool.closed_at is not None,
        units=pool.units,
        arrived=pool.intake.arrived,
        settled=row.settled,
        taken=pool.taken,
    )
