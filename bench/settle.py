"""How long it takes to give places by an order: `python -m bench.settle [APPLICATIONS]`, in a database of its own that it drops.

Synthetic: every applicant wishes three of forty pools; the orders are mixed by a fixed seed. The kind does nothing, so that the
engine alone is measured. Prints one line of JSON.
"""

import random
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from bench import alone

POOLS, PLACES, WISHES = 40, 500, 3
AT: Final = datetime(2024, 4, 1, tzinfo=ZoneInfo("Asia/Shanghai"))


def measure(many: int) -> dict[str, Any]:
    from tongxin.calls.actions import allocations  # noqa: PLC0415
    from tongxin.calls.queries import miscounted  # noqa: PLC0415
    from tongxin.people.authority import system  # noqa: PLC0415

    call, orders = build(many)
    found: dict[str, Any] = {"applications": many}
    with alone.timed(found):
        settled = allocations.settle(call=call, orders=orders, by=system(AT.date()), at=AT)
    return found | {"places": len(settled.places), "miscounted": len(miscounted())}


def build(many: int) -> tuple[Any, dict[int, list[str]]]:
    from tongxin.people.models import Person  # noqa: PLC0415

    chance = random.Random(7)  # noqa: S311 - it must be the same each time
    people = [Person(federation=1, name=f"合成{n}", created_at=AT, changed_at=AT, synthetic=True) for n in range(many)]
    call, pools = _call(alone.planted(people))
    rows = _apply(call, people)
    orders: dict[int, list[str]] = {pool.pk: [] for pool in pools}
    for wish in _wishes(rows, pools, chance):
        orders[wish.pool_id].append(str(wish.application.ticket))
    for order in orders.values():
        chance.shuffle(order)
    return call, orders


def _call(union: Any) -> tuple[Any, list[Any]]:
    from tongxin.calls.actions import calls, pools  # noqa: PLC0415
    from tongxin.people.authority import system  # noqa: PLC0415

    by, manner = system(AT.date()), calls.Manner(choices=WISHES, result_at=AT)
    made = calls.open_call(
        union=union, kind=alone.KIND, opens=AT - timedelta(days=3), closes=AT, manner=manner, by=by, at=AT
    )
    made = calls.publish(call=made, by=by, at=AT)
    return made, [
        pools.add_pool(call=made, union=union, units=PLACES, name=f"池{n}", by=by, at=AT) for n in range(POOLS)
    ]


def _apply(call: Any, people: Sequence[Any]) -> list[Any]:
    from tongxin.calls.models import Applicant, Application  # noqa: PLC0415
    from tongxin.store.atomic import writing  # noqa: PLC0415
    from tongxin.store.copying import copy_new  # noqa: PLC0415

    rows = [
        Application(
            federation=1, call=call, union_id=call.union_id, state="entered", at=AT, ticket=secrets.token_hex(16)
        )
        for _ in people
    ]
    with writing():
        copy_new(rows)
        copy_new([
            Applicant(federation=1, application=row, call=call, person=person, slot=1)
            for row, person in zip(rows, people, strict=True)
        ])  # fmt: skip
    return rows


def _wishes(rows: Sequence[Any], pools: Sequence[Any], chance: random.Random) -> list[Any]:
    from tongxin.calls.models import Preference  # noqa: PLC0415
    from tongxin.store.atomic import writing  # noqa: PLC0415
    from tongxin.store.copying import copy_new  # noqa: PLC0415

    wishes = [
        Preference(federation=1, application=row, pool=pool, rank=rank)
        for row in rows
        for rank, pool in enumerate(chance.sample(list(pools), WISHES), 1)
    ]
    with writing():
        copy_new(wishes)
    return wishes


if __name__ == "__main__":
    alone.run(measure, 100_000)
