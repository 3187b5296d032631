"""One rehearsal, from empty tables to numbers: bounded in time, on the installation as it runs."""

import os
import statistics
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import repeat
from typing import Final

from django.utils import timezone

from tongxin.calls.actions import rehearsals
from tongxin.calls.actions.arrive import Into, arrive
from tongxin.calls.actions.rehearsals import Measured
from tongxin.calls.entries import Passes
from tongxin.calls.models import Rehearsal
from tongxin.calls.states import Bound
from tongxin.store.keys import ring
from tongxin.web.lane.crowd import Told, get, post, send_all
from tongxin.web.lane.facts import REHEARSAL

EMPTY_SECONDS, CROWD_SECONDS = 3.0, 20.0
CONNECTIONS: Final = 256
COMMITS: Final = 20
BUSY: Final = 0.9  # of the processors, from here on they are what bounds
ALONE: Final = 0.85  # of one processor, from here on the crowd itself is


def rehearse(rehearsal: Rehearsal) -> Rehearsal:
    """Whatever goes wrong, the made-up rows are dropped and the page says what it was."""
    try:
        rehearsals.lay_out(rehearsal=rehearsal)
        measured = _measured(rehearsal)
    except Exception as problem:
        rehearsals.give_up(rehearsal=rehearsal, why=f"{type(problem).__name__}: {problem}", at=timezone.now())
        raise
    return rehearsals.finish(rehearsal=rehearsal, measured=measured, at=timezone.now())


def _measured(rehearsal: Rehearsal) -> Measured:
    port = int(os.environ["TONGXIN_PORT"])
    commit = _commit_ms(rehearsal)
    empty = send_all(port, repeat(get("/lane/empty")), connections=CONNECTIONS, seconds=EMPTY_SECONDS)
    before = _idle()
    told = send_all(port, _claims(rehearsal), connections=CONNECTIONS, seconds=CROWD_SECONDS)
    idle = _idle() - before
    return Measured(
        answered=told.answered + COMMITS, errors=told.errors, rate=told.rate, empty_rate=empty.rate,
        p99_ms=told.p99_ms, commit_ms=commit, bound=_bound(told, idle, rehearsal.crowd),
    )  # fmt: skip


def _claims(rehearsal: Rehearsal) -> Iterator[bytes]:
    """Of nobody: persons are negative numbers, and the entries name no pool but the rehearsal's."""
    passes = Passes(ring())
    ends = int((timezone.now() + timedelta(minutes=5)).timestamp())
    path = f"/lane/{REHEARSAL}{rehearsal.pool.public_id}"
    for number in range(COMMITS + 1, rehearsal.crowd + 1):
        session = passes.session(-number, ends)
        entry = passes.entry(-rehearsal.pool_id, -number, 9, ends)
        yield post(path, f"tx-lane={session}; tx-entry={entry}")


def _commit_ms(rehearsal: Rehearsal) -> float:
    """Of one claim alone: what the disk takes until it is durable."""
    pool = rehearsal.pool
    into = Into(pool.pk, pool.public_id, pool.union_id, pool.federation, rehearsal=True)
    spans = []
    for number in range(1, COMMITS + 1):
        began = time.perf_counter()
        arrive(into=into, persons=[-number], moments=[time.time_ns() // 1_000_000])
        spans.append(1000 * (time.perf_counter() - began))
    return statistics.median(spans)


def _bound(told: Told, idle: float, crowd: int) -> Bound:
    cores = os.cpu_count() or 1
    if told.answered + told.errors >= crowd - COMMITS and told.seconds < 1:
        return Bound.CROWD
    if idle < (1 - BUSY) * cores * told.seconds:
        return Bound.PROCESSOR
    return Bound.CLIENT if told.processor > ALONE * told.seconds else Bound.DATABASE


def _idle() -> float:
    """Seconds that the processors stood idle or waited for the disk, since the machine began."""
    with open("/proc/stat") as file:  # noqa: PTH123 - no file of ours
        fields = [int(field) for field in file.readline().split()[1:6]]
    return (fields[3] + fields[4]) / os.sysconf("SC_CLK_TCK")
