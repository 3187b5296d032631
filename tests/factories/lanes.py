"""A pool that is entered by the lane, and people who arrive in it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from tests.cast import HOUSE, NOW
from tests.factories.calls import a_pool

from tongxin.calls.actions import calls, lanes
from tongxin.calls.actions.arrive import Into, arrive
from tongxin.calls.actions.calls import Manner
from tongxin.calls.models import Pool
from tongxin.calls.states import Policy
from tongxin.people.models import Person
from tongxin.unions.models import Union

EARLIER = NOW - timedelta(days=3)
QUICK = Manner(policy=Policy.ORDER_OF_ARRIVAL, policy_reason="名额多，发得快")


def a_lane(
    union: Union, units: int, *, manner: Manner = QUICK, opens: datetime = NOW, kind: str = "quiet", **more: Any
) -> Pool:
    """Published days before; opens on NOW."""
    call = calls.open_call(
        union=union,
        kind=kind,
        opens=opens,
        closes=opens + timedelta(hours=2),
        manner=manner,
        by=HOUSE,
        at=EARLIER,
        **more,
    )
    pool = a_pool(call, units)
    lanes.open_lane(pool=pool, by=HOUSE, at=EARLIER)
    calls.publish(call=call, by=HOUSE, at=EARLIER)
    return Pool.objects.select_related("call").get(pk=pool.pk)


def into(pool: Pool) -> Into:
    return Into(pool.pk, pool.public_id, pool.union_id, pool.federation)


def come(pool: Pool, persons: Sequence[Person], at: datetime = NOW) -> dict[int, int]:
    """In one batch; by person the number."""
    moments = [int(at.timestamp() * 1000)] * len(persons)
    found = arrive(into=into(pool), persons=[person.pk for person in persons], moments=moments)
    return {person: no for person, no, _ in found}
