"""Who comes to a release: workers with names and numbers, each with a signed session and an entry. All synthetic."""

import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from django.utils.timezone import localdate, localtime

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
    """The pool of a scheme whose vouchers are given by the lane; it opened yesterday at ten, when no rider is at work."""
    from tongxin.benefits.actions import schemes  # noqa: PLC0415
    from tongxin.benefits.actions.schemes import Plan, Release  # noqa: PLC0415
    from tongxin.benefits.states import SchemeKind  # noqa: PLC0415
    from tongxin.calls.actions.calls import Manner  # noqa: PLC0415
    from tongxin.calls.states import Policy  # noqa: PLC0415
    from tongxin.people.authority import system  # noqa: PLC0415
    from tongxin.unions.models import Union  # noqa: PLC0415

    union = Union.objects.get(code=UNION)
    opens = (localtime(now) - timedelta(days=1)).replace(hour=10, minute=0, second=0, microsecond=0)
    before = opens - timedelta(days=1)
    by, value, today = system(before.date()), Decimal(50), localdate(now)
    plan = Plan(
        name="文旅券（压测）", kind=SchemeKind.VALUE, value=value, budget=value * places, starts=today,
        last_day=today + timedelta(days=30), line=_line(union),
    )  # fmt: skip
    manner = Manner(policy=Policy.ORDER_OF_ARRIVAL, policy_reason="压测")
    given = Release(places, opens, now + timedelta(days=1), manner=manner)
    scheme = schemes.draft(union=union, plan=plan, release=given, by=by, at=before)
    scheme = schemes.open_lane(scheme=scheme, by=by, at=before)
    return schemes.publish(scheme=scheme, by=by, at=before).pool


def _line(union: Any) -> Any:
    from tongxin.benefits.models import CatalogueLine  # noqa: PLC0415
    from tongxin.benefits.promises import LineKind  # noqa: PLC0415
    from tongxin.store.atomic import writing  # noqa: PLC0415

    if (found := CatalogueLine.objects.filter(code="bench-voucher").first()) is not None:
        return found
    with writing():
        return CatalogueLine.make(
            federation=union.federation,
            union=union,
            code="bench-voucher",
            name="文旅券（压测）",
            kind=LineKind.UNIVERSAL,
        )


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
