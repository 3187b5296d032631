"""Places by an order: wishes, reserves, parties; who withdrew; who is left out; and as many statements for many."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cast import HOUSE, NOW, Cast
from tests.factories.calls import (
    CLOSES,
    Heard,
    a_call,
    a_group,
    a_pool,
    accounts,
    as_couriers,
    enter_all,
    people,
    states,
    tickets,
    told,
)

from tongxin.calls.actions import allocations, applications, calls, entries, reserves
from tongxin.calls.models import Application, Award, Call, Pool, Reserve
from tongxin.calls.queries import miscounted, place_in_line
from tongxin.calls.queries.outcomes import wishes_of
from tongxin.calls.states import HOLDING, Policy, Spill, When
from tongxin.kernel import draw
from tongxin.kernel.refused import Refused
from tongxin.people.models import Person
from tongxin.store.atomic import writing

THREE = calls.Manner(policy=Policy.DRAW, choices=3, party_most=4, result_at=CLOSES)
GRANTED, WAITING = "granted", "waiting"


@pytest.fixture
def call(cast: Cast) -> Call:
    return a_call(cast.yongchuan, manner=THREE)


def settle(call: Call, orders: dict[Pool, list[Application]], **more: bool) -> allocations.Settled:
    said = {pool.pk: tickets(rows) for pool, rows in orders.items()}
    return allocations.settle(call=call, orders=said, by=HOUSE, at=CLOSES, **more)


def names(pool: Pool) -> list[str]:
    rows = Award.objects.filter(pool=pool, state__in=HOLDING).order_by("pk")
    return list(rows.values_list("person__name", flat=True))


def test_places_go_by_the_order_and_the_rest_wait_in_it(cast: Cast, call: Call, heard: Heard) -> None:
    pool = a_pool(call, 2)
    rows = enter_all([pool], people(cast.factory, 4))
    settle(call, {pool: [rows[3], rows[1], rows[0], rows[2]]})
    assert states(rows) == [WAITING, GRANTED, WAITING, GRANTED]
    assert heard.granted == ["甲3", "甲1"]
    assert [place_in_line(row, pool) for row in rows] == [1, None, 2, None]
    assert told("place.given") == ["甲3", "甲1"]
    assert sorted(told("place.in-line")) == ["甲0", "甲2"]
    pool.refresh_from_db()
    assert (pool.taken, pool.waiting, pool.cut) == (2, 2, 2)
    assert miscounted() == []


def test_each_gets_the_best_wish_that_it_can_have_and_never_two(cast: Cast, call: Call) -> None:
    one, two = a_pool(call, 1, "早上"), a_pool(call, 1, "晚上")
    rows = enter_all([one, two], people(cast.factory, 3))
    settle(call, {one: rows, two: rows[::-1]})
    assert (names(one), names(two)) == (["甲0"], ["甲2"])
    assert states(rows) == [GRANTED, WAITING, GRANTED]
    assert [place_in_line(rows[1], pool) for pool in (one, two)] == [1, 1]
    assert [(wish.got, wish.no, wish.cut) for wish in wishes_of(rows[2])] == [(False, 3, 1), (True, 1, 1)]


def test_who_moves_up_from_two_lines_stands_in_neither(cast: Cast, call: Call) -> None:
    one, two = a_pool(call, 1, "早上"), a_pool(call, 1, "晚上")
    rows = enter_all([one, two], people(cast.factory, 4))
    settle(call, {one: rows, two: rows})
    applications.withdraw(application=rows[0], why="有事", by=HOUSE, at=CLOSES)
    assert states(rows) == ["withdrawn", GRANTED, GRANTED, WAITING]
    applications.withdraw(application=rows[1], why="有事", by=HOUSE, at=CLOSES)
    assert states(rows) == ["withdrawn", "withdrawn", GRANTED, GRANTED]
    assert list(Pool.objects.order_by("pk").values_list("taken", "waiting")) == [(1, 0), (1, 0)]
    assert miscounted() == []


def test_withdrawn_since_the_list_was_frozen_is_passed_over(cast: Cast, call: Call) -> None:
    pool = a_pool(call, 1)
    rows = enter_all([pool], people(cast.factory, 2))
    entries.freeze(call=call, by=HOUSE, at=CLOSES)
    applications.withdraw(application=rows[0], why="有事", by=HOUSE, at=CLOSES)
    settle(call, {pool: rows})
    assert states(rows) == ["withdrawn", GRANTED]


def test_nobody_can_be_left_out_and_nobody_slipped_in(cast: Cast, call: Call) -> None:
    pool = a_pool(call, 1)
    rows = enter_all([pool], people(cast.factory, 2))
    with pytest.raises(Refused, match="有1份报名不在次序里"):
        settle(call, {pool: rows[:1]})
    with pytest.raises(Refused, match="有1个票号不在"):
        allocations.settle(call=call, orders={pool.pk: [*tickets(rows), "f" * 32]}, by=HOUSE, at=CLOSES)
    assert Award.objects.count() == 0


def test_places_are_given_once_and_not_before_the_end(cast: Cast, call: Call) -> None:
    pool = a_pool(call, 1)
    rows = enter_all([pool], people(cast.factory, 1))
    with pytest.raises(Refused) as early:
        allocations.settle(call=call, orders={pool.pk: tickets(rows)}, by=HOUSE, at=NOW)
    assert early.value.code == "not-closed-yet"
    settle(call, {pool: rows})
    with pytest.raises(Refused) as twice:
        settle(call, {pool: rows})
    assert twice.value.code == "settled-already"


def test_party_takes_a_place_each_or_is_skipped_and_keeps_its_order(cast: Cast, call: Call, heard: Heard) -> None:
    pool = a_pool(call, 3)
    persons = people(cast.factory, 5)
    actors = accounts(persons)
    two = entries.enter(call=call, wishes=[pool], persons=persons[:2], by=HOUSE, at=NOW)
    also = entries.enter(call=call, wishes=[pool], persons=persons[2:4], by=HOUSE, at=NOW)
    alone = entries.enter(call=call, wishes=[pool], persons=persons[4:], by=actors[4], at=NOW)
    settle(call, {pool: [two, also, alone]})
    assert states([two, also, alone]) == [GRANTED, WAITING, GRANTED]
    assert heard.granted == ["甲0", "甲1", "甲4"]
    applications.withdraw(application=alone, by=actors[4], at=CLOSES)
    assert states([also]) == [WAITING]  # one place is not two
    applications.withdraw(application=two, by=actors[0], at=CLOSES)
    assert states([also]) == [GRANTED]
    assert miscounted() == []


def kept(cast: Cast, pool: Pool, units: int, when: When = When.FIRST, spill: Spill = Spill.OPEN) -> Reserve:
    plan = reserves.Plan("快递员", "快递小哥", units, a_group(cast.yongchuan, "courier", "是快递员"), when, spill)
    [made] = reserves.keep(pool=pool, plans=[plan], by=HOUSE, at=NOW)
    return made


def test_reserve_comes_first_and_what_it_leaves_is_open(cast: Cast, call: Call) -> None:
    pool = a_pool(call, 3)
    reserve = kept(cast, pool, 2)
    persons = people(cast.factory, 5)
    as_couriers(persons[4:])
    rows = enter_all([pool], [Person.objects.get(pk=one.pk) for one in persons])
    assert [row.groups for row in rows] == ["", "", "", "", "快递员"]
    settle(call, {pool: rows})
    assert states(rows) == [GRANTED, GRANTED, WAITING, WAITING, GRANTED]
    reserve.refresh_from_db()
    assert (reserve.taken, reserve.let_go, reserve.left) == (1, 1, 0)
    assert wishes_of(rows[4])[0].reserve == "快递小哥"
    assert wishes_of(rows[2])[0].kept == ("快递小哥",)
    assert miscounted() == []


def test_reserve_that_spills_nowhere_stays_empty(cast: Cast, call: Call) -> None:
    pool = a_pool(call, 2)
    kept(cast, pool, 1, spill=Spill.NONE)
    rows = enter_all([pool], people(cast.factory, 3))
    settle(call, {pool: rows})
    assert states(rows) == [GRANTED, WAITING, WAITING]
    pool.refresh_from_db()
    assert (pool.taken, pool.left) == (1, 1)


def test_place_of_a_reserve_given_back_goes_to_its_group_first(cast: Cast, call: Call) -> None:
    pool = a_pool(call, 2)
    kept(cast, pool, 1)
    persons = people(cast.factory, 4)
    as_couriers([persons[1], persons[3]])
    rows = enter_all([pool], [Person.objects.get(pk=one.pk) for one in persons])
    settle(call, {pool: rows})
    assert states(rows) == [GRANTED, GRANTED, WAITING, WAITING]
    applications.withdraw(application=rows[1], why="有事", by=HOUSE, at=CLOSES)
    assert states(rows) == [GRANTED, "withdrawn", WAITING, GRANTED]
    applications.withdraw(application=rows[3], why="有事", by=HOUSE, at=CLOSES)
    assert states(rows)[2] == GRANTED  # nobody of the group waits any more


def test_reserves_are_fixed_once_someone_applied_and_are_no_more_than_the_places(cast: Cast, call: Call) -> None:
    pool = a_pool(call, 2)
    plan = reserves.Plan("快递员", "快递小哥", 3)
    with pytest.raises(Refused) as many:
        reserves.keep(pool=pool, plans=[plan], by=HOUSE, at=NOW)
    assert many.value.code == "reserves-too-many"
    enter_all([pool], people(cast.factory, 1))
    with pytest.raises(Refused) as late:
        reserves.keep(pool=pool, plans=[], by=HOUSE, at=NOW)
    assert late.value.code == "reserves-fixed"


def test_in_parts_a_reserve_waits_for_its_group_until_the_last(cast: Cast) -> None:
    """As a release does: some come in the first minutes, others later, and only then is the rest let go."""
    call = a_call(cast.yongchuan, manner=calls.Manner(policy=Policy.RANKED))
    pool = a_pool(call, 2)
    kept(cast, pool, 1)
    first = enter_all([pool], people(cast.factory, 2))
    with writing():  # who comes to a level start is written by the lane, without entering
        Call.objects.update(policy=Policy.LEVEL_START, policy_reason="要当场用", level_minutes=5)
    settle(call, {pool: first}, last=False)
    assert states(first) == [GRANTED, WAITING]
    settle(call, {pool: []})
    assert states(first) == [GRANTED, GRANTED]
    assert miscounted() == []


def test_settling_takes_as_many_statements_for_many_as_for_few(cast: Cast) -> None:
    counts = []
    for many in (3, 30):
        call = a_call(cast.yongchuan, manner=THREE)
        pools = [a_pool(call, many // 3, name) for name in ("早上", "晚上")]
        rows = enter_all(pools, people(cast.factory, many))
        with CaptureQueriesContext(connection) as captured:
            settle(call, dict.fromkeys(pools, rows))
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_one_pool_gives_exactly_what_the_draw_gives(cast: Cast, call: Call) -> None:
    pool = a_pool(call, 4)
    kept(cast, pool, 2, When.LAST)
    persons = people(cast.factory, 9)
    as_couriers(persons[6:])
    rows = enter_all([pool], [Person.objects.get(pk=one.pk) for one in persons])
    listed = [draw.Ticket(str(row.ticket), 1, ("快递员",) if row.groups else ()) for row in rows]
    outcome = draw.hold(listed, "0" * 64, units=4, reserves=[draw.Reserve("快递员", 2, "last", "open")])
    found = allocations.settle(call=call, orders={pool.pk: outcome.order}, by=HOUSE, at=CLOSES)
    assert {ticket: name for ticket, (_, name) in found.places.items()} == dict(outcome.places)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_after_any_settling_and_giving_back_the_numbers_equal_the_rows(cast: Cast, data: st.DataObject) -> None:
    call = a_call(cast.yongchuan, manner=THREE)
    pools = [a_pool(call, data.draw(st.integers(1, 3)), f"池{n}") for n in range(3)]
    rows = []
    for person in people(cast.factory, 7):
        chosen = data.draw(st.lists(st.sampled_from(range(3)), unique=True, min_size=1))
        rows.append(entries.enter(call=call, wishes=[pools[n] for n in chosen], persons=[person], by=HOUSE, at=NOW))
    settle(call, {pool: data.draw(st.permutations(rows)) for pool in pools})
    for row in data.draw(st.lists(st.sampled_from(rows), unique=True)):
        applications.withdraw(application=row, why="x", by=HOUSE, at=CLOSES)
        assert miscounted() == []
    held = Award.objects.filter(pool__call=call, state__in=HOLDING)
    assert held.values("person").distinct().count() == held.count()
    for pool in Pool.objects.filter(call=call):
        assert pool.waiting == 0 or pool.left == 0
