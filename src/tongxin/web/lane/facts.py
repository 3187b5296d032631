"""What the lane knows of the pools that are entered by it: read again every second while someone asks, never by each claim."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import connection

from tongxin.calls.actions.arrive import Into
from tongxin.calls.models import Lane as LaneRow
from tongxin.calls.models import Rehearsal
from tongxin.calls.states import CallState, RehearsalState
from tongxin.web.lane.clock import Clock

FRESH: Final = 1.0  # seconds
TOLD: Final = timedelta(days=1)  # after it closed one is still told so here; later by its page alone
REHEARSAL: Final = "rehearsal-"  # before the public id of the pool that is rehearsed


@dataclass(frozen=True, slots=True)
class Facts:
    """Moments in milliseconds since 1970."""

    into: Into
    entries: int  # what an entry for it names: the pool, or minus the pool for a rehearsal
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
    def __init__(self, clock: Clock) -> None:
        self._clock = clock  # the machine's own may have jumped beyond the end of a release
        self._known: dict[str, Facts] = {}
        self._read_at = 0.0
        self.well = True  # whether the database answered when it was asked last
        self._reading: asyncio.Future[dict[str, Facts]] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="lane-facts")

    def known(self, pool: str) -> Facts | None:
        """As of a second ago at most, while anyone asks."""
        if self._reading is None and time.monotonic() - self._read_at > FRESH:
            self._reading = asyncio.get_running_loop().run_in_executor(
                self._thread, read_facts, datetime.fromtimestamp(self._clock.now() / 1000, UTC)
            )
            self._reading.add_done_callback(self._taken)
        return self._known.get(pool)

    async def of(self, pool: str) -> Facts | None:
        """One that nobody knew yet is looked for at once, by one question for all who ask."""
        found = self.known(pool)
        if found is None and (reading := self._reading) is not None:
            await asyncio.wait([reading])
            found = self._known.get(pool)
        return found

    def close(self) -> None:
        self._thread.shutdown()

    def _taken(self, reading: "asyncio.Future[dict[str, Facts]]") -> None:
        """Where the database does not answer, what was known counts on."""
        self._reading, self._read_at = None, time.monotonic()
        self.well = not reading.cancelled() and reading.exception() is None
        if self.well:
            self._known = reading.result()


def read_facts(at: datetime) -> dict[str, Facts]:
    """All that are open or to come, however many: whichever were left out could not be entered."""
    try:
        standing = LaneRow.objects.filter(pool__call__state=CallState.PUBLISHED, pool__call__closes__gt=at - TOLD)
        rows = standing.select_related("pool__call", "pool__intake")
        known = {row.pool.public_id: _facts(row) for row in rows}
        running = Rehearsal.objects.filter(state=RehearsalState.RUNNING).values_list("pool__public_id", flat=True)
        return known | {REHEARSAL + pool: _rehearsed(known[pool]) for pool in running if pool in known}
    finally:
        connection.close()  # back to the pool; a broken one is not kept


def _facts(row: LaneRow) -> Facts:
    pool, call = row.pool, row.pool.call
    return Facts(
        into=Into(pool.pk, pool.public_id, pool.union_id, pool.federation),
        entries=pool.pk,
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


def _rehearsed(facts: Facts) -> Facts:
    """Open now, whenever the real one opens; into tables of its own."""
    into = replace(facts.into, rehearsal=True)
    return replace(facts, into=into, entries=-into.pool, opens=0, closes=facts.closes, closed=False)
