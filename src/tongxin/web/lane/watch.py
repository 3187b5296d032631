"""What someone should look at: counted by the lane, written to the journal once a while, never a line for each request."""

from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import structlog
from django.db import DatabaseError, connection
from django.utils import timezone

from tongxin.calls.actions import arrive
from tongxin.calls.actions.arrive import Into
from tongxin.web.lane.clock import Clock

log = structlog.get_logger("tongxin.lane")


class Noticed:
    def __init__(self) -> None:
        self._counts: dict[Into, Counter[str]] = {}

    def count(self, into: Into, what: str) -> None:
        self._counts.setdefault(into, Counter())[what] += 1

    def flush(self, thread: ThreadPoolExecutor, clock: Clock, pools: Iterable[Into]) -> None:
        """Every few seconds while someone enters `pools`. A jump is kept until there is one to say it of."""
        if (pools := list(pools)) and (jumped := clock.jumped()):
            log.warning("clock was set", milliseconds=jumped)
            for into in pools:
                self.count(into, "clock-set")
        counts, self._counts = self._counts, {}
        if counts:
            thread.submit(write, counts)


def write(counts: dict[Into, "Counter[str]"]) -> None:
    try:
        for into, found in counts.items():
            arrive.note(into=into, counts=dict(found), at=timezone.now())
    except DatabaseError:
        log.warning("not noted in the journal", counts={into.public_id: dict(found) for into, found in counts.items()})
    finally:
        connection.close()
