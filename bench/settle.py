"""How long it takes to give places by an order: `python -m bench.settle [APPLICATIONS]`, in a database of its own that it drops.

Synthetic: every applicant wishes three of forty pools; the orders are mixed by a fixed seed. The kind does nothing, so that the
engine alone is measured. Prints one line of JSON.
"""

import json
import os
import random
import secrets
import sys
import time
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

POOLS, PLACES = 40, 500


class Nothing:
    """A kind of no substance."""

    def conditions(self, call: Any) -> None: ...
    def check(self, application: Any, stage: Any) -> None: ...
    def granted(self, awards: Any, *, by: Any, at: Any) -> None: ...
    def released(self, awards: Any, *, why: Any, by: Any, at: Any) -> None: ...


def main(many: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django  # noqa: PLC0415  after the settings are named

    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.test.utils import setup_databases, teardown_databases  # noqa: PLC0415

    settings.CALL_KINDS = {"nothing": "bench.settle.Nothing"}
    old = setup_databases(verbosity=0, interactive=False)
    try:
        sys.stdout.write(json.dumps(measure(many)) + "\n")
    finally:
        teardown_databases(old, verbosity=0)


def measure(many: int) -> dict[str, float]:
    from tongxin.calls.actions import allocations  # noqa: PLC0415
    from tongxin.calls.queries import miscounted  # noqa: PLC0415
    from tongxin.people.authority import system  # noqa: PLC0415

    at = datetime(2024, 4, 1, tzinfo=ZoneInfo("Asia/Shanghai"))
    by = system(at.date())
    call, orders = build(many, at, by)
    began, cpu = time.monotonic(), time.process_time()
    settled = allocations.settle(call=call, orders=orders, by=by, at=at)
    return {
        "applications": many,
        "places": len(settled.places),
        "seconds": round(time.monotonic() - began, 1),
        "cpu_seconds": round(time.process_time() - cpu, 1),
        "miscounted": len(miscounted()),
        "load": round(os.getloadavg()[0], 1),
    }


def build(many: int, at: datetime, by: Any) -> tuple[Any, dict[int, list[str]]]:
    from tongxin.calls.actions import calls, pools  # noqa: PLC0415
    from tongxin.calls.models import Applicant, Application, Preference  # noqa: PLC0415
    from tongxin.people.models import Person  # noqa: PLC0415
    from tongxin.store.atomic import writing  # noqa: PLC0415
    from tongxin.store.copying import copy_new  # noqa: PLC0415
    from tongxin.unions.models import Union  # noqa: PLC0415

    rng = random.Random(7)  # noqa: S311 - it must be the same each time
    with writing():
        union = Union.make(kind="federation", level=2, name="合成", code="99", federation=1)
        manner = calls.Manner(choices=3, result_at=at)
        call = calls.open_call(
            union=union, kind="nothing", opens=at - timedelta(days=3), closes=at, manner=manner, by=by, at=at
        )
        call = calls.publish(call=call, by=by, at=at)
        made = [pools.add_pool(call=call, union=union, units=PLACES, name=f"池{n}", by=by, at=at) for n in range(POOLS)]
        people = [
            Person(federation=1, name=f"合成{n}", created_at=at, changed_at=at, synthetic=True) for n in range(many)
        ]
        copy_new(people)
        rows = [
            Application(
                federation=1, call=call, union_id=union.pk, state="entered", at=at, ticket=secrets.token_hex(16)
            )
            for _ in people
        ]
        copy_new(rows)
        copy_new([
            Applicant(federation=1, application=row, call=call, person=person, slot=1)
            for row, person in zip(rows, people, strict=True)
        ])  # fmt: skip
        wishes = [
            Preference(federation=1, application=row, pool=pool, rank=rank)
            for row in rows
            for rank, pool in enumerate(rng.sample(made, 3), 1)
        ]
        copy_new(wishes)
    orders: dict[int, list[str]] = {pool.pk: [] for pool in made}
    for wish in wishes:
        orders[wish.pool_id].append(str(wish.application.ticket))
    for order in orders.values():
        rng.shuffle(order)
    return call, orders


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
