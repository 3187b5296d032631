"""A pool that is entered by the lane, and people who arrive in it; of a level start also its draw."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from tests.cast import HOUSE, NOW
from tests.factories.calls import a_pool

from tongxin.calls.actions import calls, lanes, leveling, reserves, rounds, seals
from tongxin.calls.actions.arrive import Into, arrive
from tongxin.calls.actions.calls import Manner
from tongxin.calls.actions.rounds import Announced, Holder, Plan
from tongxin.calls.models import Call, Pool, Round, Seal
from tongxin.calls.models.windows import GRACE
from tongxin.calls.queries import draws
from tongxin.calls.states import Policy
from tongxin.kernel.draw import commitment
from tongxin.people.authority import visitor
from tongxin.people.models import Person
from tongxin.unions.models import Union

EARLIER = NOW - timedelta(days=3)
QUICK = Manner(policy=Policy.ORDER_OF_ARRIVAL, policy_reason="名额多，发得快")
LEVEL = Manner(policy=Policy.LEVEL_START, policy_reason="大家同时开始", level_minutes=2)
ROLES: Final = ("主办工会", "经审委员", "职工代表")  # all three by links: outsiders
AFTER: Final = timedelta(minutes=30)  # from the opening to the draw


def a_lane(
    union: Union,
    units: int,
    *,
    manner: Manner = QUICK,
    opens: datetime = NOW,
    kind: str = "quiet",
    kept: Sequence[reserves.Plan] = (),
    **more: Any,
) -> Pool:
    """Published days before; opens on NOW. Of a level start three have sealed a number; `kept`: its places for groups."""
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
    if kept:
        reserves.keep(pool=pool, plans=kept, by=HOUSE, at=EARLIER)
    if manner.policy == Policy.LEVEL_START:
        seal_all(announce(Call.objects.get(pk=call.pk)).round)
    calls.publish(call=call, by=HOUSE, at=EARLIER)
    return Pool.objects.select_related("call").get(pk=pool.pk)


def a_plan(call: Call, **values: object) -> Plan:
    holders = [Holder(role, outsider=f"{role}一位") for role in ROLES]
    return Plan(**{"result_at": call.opens + AFTER, "holders": holders, **values})


def announce(call: Call, **values: object) -> Announced:
    return rounds.announce(call=call, plan=a_plan(call, **values), by=HOUSE, at=EARLIER)


def seal_all(held: Round, at: datetime = EARLIER) -> None:
    for one in seals_of(held):
        code, link = commitment(text_of(one)), seals.renew_link(seal=one, by=HOUSE, at=at)
        seals.commit(seal=one, commitment=code, link=link, by=visitor(at.date()), at=at)


def open_all(held: Round, at: datetime) -> None:
    """One after another."""
    for one in seals_of(held):
        link = seals.renew_link(seal=one, by=HOUSE, at=at)
        seals.open_seal(seal=one, text=text_of(one), link=link, by=visitor(at.date()), at=at)


def seals_of(held: Round) -> list[Seal]:
    return list(Seal.objects.filter(round=held).select_related("round").order_by("order"))


def text_of(one: Seal) -> str:
    """Of tests alone: a real holder draws it by chance."""
    return sha256(one.public_id.encode()).hexdigest()


def write_list(pool: Pool, at: datetime, most: int = 4) -> int:
    """As the job does: who came in time, step by step, then the list is frozen. How many steps it took."""
    steps = 0
    while leveling.level(pool=pool, by=HOUSE, at=at, most=most):
        steps += 1
    for held in draws.to_freeze(at, call=pool.call_id):
        rounds.freeze(held=held, by=HOUSE, at=at)
    return steps


def hold(pool: Pool) -> Round:
    """The whole draw of a level start: list, seals, order, places."""
    write_list(pool, pool.call.list_ends + GRACE, most=1000)
    held, at = Round.objects.get(call=pool.call), pool.call.opens + AFTER
    open_all(held, at)
    return rounds.draw(held=held, by=HOUSE, at=at)


def into(pool: Pool) -> Into:
    return Into(pool.pk, pool.public_id, pool.union_id, pool.federation)


def come(pool: Pool, persons: Sequence[Person], at: datetime = NOW) -> dict[int, int]:
    """In one batch; by person the number."""
    moments = [int(at.timestamp() * 1000)] * len(persons)
    found = arrive(into=into(pool), persons=[person.pk for person in persons], moments=moments)
    return {person: no for person, no, _ in found}
