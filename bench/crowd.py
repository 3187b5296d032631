"""Who comes to a release: workers with names and numbers, each with a signed session and an entry. All synthetic."""

import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from bench.ground import say, set_up
from bench.people import CHUNK, Home, Stretch, load_stretch

UNION: Final = "500118"
AGAIN: Final = 100  # one in so many claims twice
DAY: Final = 86_400


def fill(wanted: int) -> None:
    """So many persons at least; what is there stays."""
    from tongxin.people.models import Person  # noqa: PLC0415  only once Django is set up
    from tongxin.unions.actions.seed import load_divisions  # noqa: PLC0415
    from tongxin.unions.models import Union  # noqa: PLC0415

    if not Union.objects.exists():
        load_divisions()
    there = Person.objects.count()
    if there >= wanted:
        return
    say(f"{wanted - there:,} workers …")
    union = Union.objects.get(code=UNION)
    homes = [Home(union.pk, union.federation)]
    from bench.data import reserve  # noqa: PLC0415

    offset = reserve(("people_person", "people_membership"), wanted - there) - there
    stretches = [Stretch(n, min(n + CHUNK, wanted), offset, wanted) for n in range(there, wanted, CHUNK)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count() or 2, context, initializer=set_up) as pool:
        list(pool.map(load_stretch, stretches, [homes] * len(stretches)))


def release(places: int, now: datetime) -> Any:
    """A pool that is entered by the lane and has just opened."""
    from tongxin.calls.actions import calls, lanes, pools  # noqa: PLC0415
    from tongxin.calls.actions.calls import Manner  # noqa: PLC0415
    from tongxin.calls.states import Policy  # noqa: PLC0415
    from tongxin.people.authority import system  # noqa: PLC0415
    from tongxin.unions.models import Union  # noqa: PLC0415

    by, union = system(now.date()), Union.objects.get(code=UNION)
    call = calls.open_call(
        union=union,
        kind="plain",
        opens=now - timedelta(seconds=5),
        closes=now + timedelta(days=1),
        manner=Manner(policy=Policy.ORDER_OF_ARRIVAL, policy_reason="压测"),
        by=by,
        at=now,
    )
    pool = pools.add_pool(call=call, union=union, units=places, name="压测（示例）", by=by, at=now)
    lanes.open_lane(pool=pool, by=by, at=now)
    calls.publish(call=call, by=by, at=now)
    return pool


def write_cookies(stem: Path, pool: Any, workers: int, threads: int, now: datetime) -> int:
    """A file for each of wrk's threads; how many lines in all. One in a hundred stands there twice, far apart."""
    from tongxin.calls.entries import Passes  # noqa: PLC0415
    from tongxin.people.models import Person  # noqa: PLC0415
    from tongxin.store.keys import ring  # noqa: PLC0415

    passes, ends = Passes(ring()), int(now.timestamp()) + DAY
    people: Sequence[int] = list(Person.objects.order_by("-pk").values_list("pk", flat=True)[:workers])
    lines = 0
    for thread in range(threads):
        mine = people[thread::threads]
        with stem.with_suffix(f".{thread}").open("w") as file:
            for person in [*mine, *mine[::AGAIN]]:
                session, entry = passes.session(person, ends), passes.entry(pool.pk, person, 2, ends)
                file.write(f"tx-lane={session}; tx-entry={entry}\n")
                lines += 1
    return lines
