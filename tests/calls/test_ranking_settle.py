"""Places by points, ties, and reserves where who comes first is served first."""

from decimal import Decimal

import pytest
from tests.cast import HOUSE, NOW, Cast
from tests.factories.calls import (
    CLOSES,
    QUICK,
    a_call,
    a_group,
    a_pool,
    apply_all,
    as_couriers,
    enter_all,
    people,
    states,
)

from tongxin.calls.actions import applications, calls, offers, pools, ranking, reserves
from tongxin.calls.models import Application, Call, Pool
from tongxin.calls.queries import miscounted
from tongxin.calls.states import Policy, Spill, Ties, When
from tongxin.kernel.refused import Refused
from tongxin.people.models import Person


def a_ranked(cast: Cast, points: list[int], *, units: int, ties: Ties = Ties.TICKET) -> tuple[Call, list[Application]]:
    call = a_call(cast.yongchuan, manner=calls.Manner(policy=Policy.RANKED, ties=ties))
    rows = enter_all([a_pool(call, units)], people(cast.factory, len(points)))
    ranking.rank(call=call, points={r.pk: Decimal(p) for r, p in zip(rows, points, strict=True)}, by=HOUSE, at=NOW)
    return call, rows


def test_most_points_first(cast: Cast) -> None:
    call, rows = a_ranked(cast, [60, 90, 75], units=2)
    ranking.settle(call=call, by=HOUSE, at=CLOSES)
    assert states(rows) == ["waiting", "granted", "granted"]


def test_equal_points_go_by_ticket(cast: Cast) -> None:
    call, rows = a_ranked(cast, [80, 80], units=1)
    ranking.settle(call=call, by=HOUSE, at=CLOSES)
    first = min(rows, key=lambda row: str(row.ticket))
    assert [row.pk for row in rows if states([row]) == ["granted"]] == [first.pk]


def test_shared_ties_grow_the_pool_by_those_who_are_level(cast: Cast) -> None:
    call, rows = a_ranked(cast, [90, 80, 80, 70], units=2, ties=Ties.SHARE)
    ranking.settle(call=call, by=HOUSE, at=CLOSES)
    assert states(rows) == ["granted", "granted", "granted", "waiting"]
    assert Pool.objects.get().units == 3


def test_without_all_points_or_power_nothing_is_given(cast: Cast) -> None:
    call, _ = a_ranked(cast, [90], units=1)
    enter_all([Pool.objects.get()], people(cast.factory, 1))
    for by, code in ((cast.wang.actor, "no-power"), (HOUSE, "points-missing")):
        with pytest.raises(Refused) as refusal:
            ranking.settle(call=call, by=by, at=CLOSES)
        assert refusal.value.code == code
    with pytest.raises(Refused) as drawn:
        ranking.rank(call=a_call(cast.yongchuan), points={}, by=HOUSE, at=NOW)
    assert drawn.value.code == "not-ranked"


def arriving(cast: Cast, when: When, spill: Spill) -> tuple[Pool, list[Application]]:
    """Two places, one of them a courier's; a courier, another courier, and two who are none."""
    pool = a_pool(a_call(cast.yongchuan, manner=QUICK), 2)
    plan = reserves.Plan("快递员", "快递小哥", 1, a_group(cast.yongchuan, "courier", "是快递员"), when, spill)
    reserves.keep(pool=pool, plans=[plan], by=HOUSE, at=NOW)
    persons = people(cast.factory, 4)
    as_couriers(persons[2:3])
    return pool, apply_all(pool, [Person.objects.get(pk=one.pk) for one in persons])


def test_who_comes_first_is_served_first_but_for_what_is_kept(cast: Cast) -> None:
    pool, rows = arriving(cast, When.FIRST, Spill.OPEN)
    assert states(rows) == ["granted", "waiting", "granted", "waiting"]
    applications.withdraw(application=rows[2], why="x", by=HOUSE, at=NOW)
    assert states(rows)[1] == "waiting"  # a courier may still come
    offers.let_go(pool=pool, by=HOUSE, at=CLOSES)
    assert states(rows)[1] == "granted"
    assert miscounted() == []


def test_reserve_that_spills_nowhere_is_kept_after_the_end(cast: Cast) -> None:
    pool, rows = arriving(cast, When.FIRST, Spill.NONE)
    applications.withdraw(application=rows[2], why="x", by=HOUSE, at=NOW)
    offers.let_go(pool=pool, by=HOUSE, at=CLOSES)
    assert states(rows)[1] == "waiting"


def test_pool_shrunk_during_a_release_keeps_what_was_promised(cast: Cast) -> None:
    pool, rows = arriving(cast, When.FIRST, Spill.OPEN)
    applications.withdraw(application=rows[2], why="x", by=HOUSE, at=NOW)
    with pytest.raises(Refused) as refusal:
        pools.resize(pool=pool, units=1, by=HOUSE, at=NOW)
    assert refusal.value.code == "places-reserved"
    assert "总数不能少于2" in str(refusal.value)
