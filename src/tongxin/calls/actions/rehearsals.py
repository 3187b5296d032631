"""A release rehearsed on this very installation: a made-up crowd through the real server and the real database.

Its rows go into a schema of their own, which is made before and dropped after: they never stand beside real ones, and no
figure and no journal knows of them. Persons in it are negative numbers: nobody's.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection
from django.db.models import F

from tongxin.calls.models import Entry, Lane, Pool, Rehearsal
from tongxin.calls.states import Bound, CallState, RehearsalState
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic, must_be_writing

LEAST: Final = 2_000  # claims
MOST: Final = 200_000
QUIET: Final = timedelta(minutes=30)  # before a real release, nothing is loaded on purpose
GIVEN_UP: Final = timedelta(minutes=5)  # a rehearsal whose job was killed ends by itself
TABLES: Final = ("calls_intake", "calls_arrival", "records_journalentry")


@dataclass(frozen=True, slots=True)
class Measured:
    answered: int
    errors: int
    rate: float
    empty_rate: float
    p99_ms: float
    commit_ms: float
    bound: Bound


@atomic
def begin(*, pool: Pool, by: Actor, at: datetime) -> Rehearsal:
    """Power is checked by the room or page that calls this. As large as the crowd that took entries, within bounds.

    Refused: "no-lane", "release-near" (one is open, or opens within half an hour), "rehearsal_one_runs".
    """
    if not Lane.objects.filter(pool=pool).exists():
        raise Refused("no-lane", "这里不走快速通道，请直接报名。")
    _check_quiet(at)
    for left in Rehearsal.objects.filter(state=RehearsalState.RUNNING, began_at__lt=at - GIVEN_UP):
        give_up(rehearsal=left, why="后台作业中断", at=at)
    crowd = min(MOST, max(LEAST, Entry.objects.filter(pool=pool).count(), 2 * pool.units))
    made = Rehearsal.make(
        federation=pool.federation, pool=pool, union_id=pool.union_id, account=by.account_id, crowd=crowd, began_at=at
    )
    journal.write("rehearsal.begun", of=made, by=by, at=at, pool=pool.public_id, crowd=crowd)
    return made


@atomic
def lay_out(*, rehearsal: Rehearsal) -> None:
    """The schema with empty tables like the real ones, and the pool's count at nought."""
    must_be_writing("schema of a rehearsal")
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS rehearsal CASCADE")
        cursor.execute("CREATE SCHEMA rehearsal")
        for table in TABLES:
            cursor.execute(f"CREATE TABLE rehearsal.{table} (LIKE public.{table} INCLUDING ALL)")
        cursor.execute(
            "INSERT INTO rehearsal.calls_intake (federation, pool_id, arrived, batches) VALUES (%s, %s, 0, 0)",
            [rehearsal.federation, rehearsal.pool_id],
        )


@atomic
def finish(*, rehearsal: Rehearsal, measured: Measured, at: datetime) -> Rehearsal:
    """Counts what was stored, drops it, and keeps the numbers."""
    rehearsal = Rehearsal.objects.lock(rehearsal.pk)
    if rehearsal.state != RehearsalState.RUNNING:
        return rehearsal
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT person_id) FROM rehearsal.calls_arrival")
        rehearsal.stored = cursor.fetchone()[0]
        cursor.execute("DROP SCHEMA rehearsal CASCADE")
    for name in ("answered", "errors", "rate", "empty_rate", "p99_ms", "commit_ms", "bound"):
        setattr(rehearsal, name, getattr(measured, name))
    rehearsal.state, rehearsal.ended_at = RehearsalState.DONE, at
    rehearsal.save()
    return rehearsal


@atomic
def give_up(*, rehearsal: Rehearsal, why: str, at: datetime) -> None:
    rehearsal = Rehearsal.objects.lock(rehearsal.pk)
    if rehearsal.state != RehearsalState.RUNNING:
        return
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS rehearsal CASCADE")
    rehearsal.state, rehearsal.ended_at, rehearsal.why = RehearsalState.FAILED, at, why[:200]
    rehearsal.save(update_fields=["state", "ended_at", "why"])


def _check_quiet(at: datetime) -> None:
    """No real release is under way or near: a rehearsal takes the whole machine."""
    near = Lane.objects.filter(
        pool__call__state=CallState.PUBLISHED, pool__closed_at=None, pool__taken__lt=F("pool__units"),
        pool__call__opens__lt=at + QUIET, pool__call__closes__gt=at,
    )  # fmt: skip
    if near.exists():
        raise Refused("release-near", "有发放正在进行，或半小时内就要开始，现在不能演练。请等它结束以后再来。")
