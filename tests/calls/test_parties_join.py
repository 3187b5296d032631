"""Parties: who joins, leaves, brings others without a record; each takes a unit, by arrival as by a draw; none oversold."""

import pytest
from tests.cast import HOUSE, NOW, Cast
from tests.factories.calls import CLOSES, Heard, a_call, a_pool, accounts, people, states

from tongxin.calls.actions import allocations, applications, calls, entries, parties, reserves
from tongxin.calls.models import Application, Award, Call, Pool
from tongxin.calls.queries import miscounted, place_in_line
from tongxin.calls.queries.outcomes import outcome_lines
from tongxin.calls.states import HOLDING, Policy
from tongxin.kernel.refused import Refused

BY_ARRIVAL = calls.Manner(policy=Policy.ORDER_OF_ARRIVAL, policy_reason="名额多。", party_most=4)
BY_DRAW = calls.Manner(policy=Policy.DRAW, party_most=4, result_at=CLOSES)


@pytest.fixture
def quick(cast: Cast) -> Call:
    return a_call(cast.yongchuan, manner=BY_ARRIVAL)


def refused(code: str, deed: object) -> str:
    with pytest.raises(Refused) as refusal:
        deed()  # type: ignore[operator]
    assert refusal.value.code == code
    return str(refusal.value)


def numbers(pool: Pool) -> tuple[int, int]:
    pool.refresh_from_db()
    assert miscounted() == []
    return pool.taken, pool.waiting


def units(application: Application) -> list[int]:
    return list(
        Award.objects.filter(application=application, state__in=HOLDING).order_by("pk").values_list("units", flat=True)
    )


def test_party_takes_as_many_units_as_it_has_people_by_arrival(cast: Cast, quick: Call, heard: Heard) -> None:
    pool, three = a_pool(quick, 5), people(cast.factory, 3)
    first = applications.apply(pool=pool, person=three[0], companions=2, by=HOUSE, at=NOW)
    assert (first.state, units(first), numbers(pool)) == ("granted", [3], (3, 0))
    second = applications.apply(pool=pool, person=three[1], companions=2, by=HOUSE, at=NOW)
    third = applications.apply(pool=pool, person=three[2], companions=1, by=HOUSE, at=NOW)
    # two were left: too few for the second party, which keeps its place in the line; enough for the third
    assert ([second.state, third.state], numbers(pool)) == (["waiting", "granted"], (5, 1))
    applications.withdraw(application=first, why="有事", by=HOUSE, at=NOW)
    assert (states([first, second, third]), numbers(pool)) == (["withdrawn", "granted", "granted"], (5, 0))
    assert heard.granted == ["甲0", "甲2", "甲1"]


def test_party_by_draw_takes_its_units_and_is_skipped_where_it_does_not_fit(cast: Cast) -> None:
    call = a_call(cast.yongchuan, manner=BY_DRAW)
    pool, three = a_pool(call, 4), people(cast.factory, 3)
    rows = [
        entries.enter(call=call, wishes=[pool], persons=[person], companions=more, by=HOUSE, at=NOW)
        for person, more in zip(three, (2, 1, 0), strict=True)
    ]
    allocations.settle(call=call, orders={pool.pk: [str(row.ticket) for row in rows]}, by=HOUSE, at=CLOSES)
    assert (states(rows), numbers(pool)) == (["granted", "waiting", "granted"], (4, 1))
    assert (units(rows[0]), place_in_line(rows[1], pool)) == ([3], 1)
    lines = outcome_lines(Call.objects.get(pk=call.pk), full_names=True).splitlines()
    assert sorted(line.split("\t")[2] for line in lines) == ["1", "甲0（3个名额）", "甲2"]


def test_replay_with_another_number_of_people_is_refused(cast: Cast, quick: Call) -> None:
    drawn, by = a_call(cast.yongchuan, manner=BY_DRAW), cast.wang.actor
    for call, key in ((quick, "k1"), (drawn, "k2")):
        sent = {"pool": a_pool(call, 5), "person": cast.wang.person, "by": by, "at": NOW, "key": key}
        mine = applications.apply(**sent, companions=2)  # type: ignore[arg-type]
        refused("application_key_once", lambda sent=sent: applications.apply(**sent, companions=1))
        assert applications.apply(**sent, companions=2).pk == mine.pk  # type: ignore[arg-type]
    parties.bring(application=mine, companions=1, by=by, at=NOW)
    assert applications.apply(**sent, companions=2).pk == mine.pk  # type: ignore[arg-type]


def test_too_large_a_party_is_refused_and_so_is_one_where_each_comes_alone(cast: Cast, quick: Call) -> None:
    pool = a_pool(quick, 9)
    said = refused("party", lambda: applications.apply(
        pool=pool, person=cast.wang.person, companions=4, by=cast.wang.actor, at=NOW
    ))  # fmt: skip
    assert "最多4人" in said
    alone = a_pool(a_call(cast.yongchuan), 9)
    said = refused("party", lambda: applications.apply(
        pool=alone, person=cast.wang.person, companions=1, by=cast.wang.actor, at=NOW
    ))  # fmt: skip
    assert "各报各的" in said
    assert Application.objects.count() == 0


def test_level_start_is_for_each_alone(cast: Cast) -> None:
    level = calls.Manner(policy=Policy.LEVEL_START, policy_reason="抢的人多。", level_minutes=5, party_most=2)
    refused("call_party_most", lambda: a_call(cast.yongchuan, manner=level))


def test_others_join_a_place_that_was_given_while_there_is_one(cast: Cast, quick: Call, heard: Heard) -> None:
    pool, three = a_pool(quick, 2), people(cast.factory, 3)
    actors = accounts(three)
    mine = applications.apply(pool=pool, person=three[0], by=actors[0], at=NOW)
    parties.join(application=mine, person=three[1], by=actors[1], at=NOW)
    parties.join(application=mine, person=three[1], by=actors[1], at=NOW)  # a second tap
    assert (units(mine), numbers(pool), heard.granted) == ([1, 1], (2, 0), ["甲0", "甲1"])
    said = refused("pool-full", lambda: parties.join(application=mine, person=three[2], by=actors[2], at=NOW))
    assert "只剩0个" in said
    assert Application.objects.get(pk=mine.pk).size == 2


def test_who_leaves_gives_back_a_place_for_the_next_in_line(cast: Cast, quick: Call, heard: Heard) -> None:
    pool, three = a_pool(quick, 2), people(cast.factory, 3)
    actors = accounts(three)
    mine = applications.apply(pool=pool, person=three[0], by=actors[0], at=NOW)
    parties.join(application=mine, person=three[1], by=actors[1], at=NOW)
    waits = applications.apply(pool=pool, person=three[2], by=actors[2], at=NOW)
    parties.leave(application=mine, person=three[1], by=actors[1], at=NOW)
    parties.leave(application=mine, person=three[1], by=actors[1], at=NOW)  # a second tap
    assert (states([mine, waits]), numbers(pool), units(mine)) == (["granted", "granted"], (2, 0), [1])
    assert [name for name, _ in heard.released] == ["甲1"]
    assert Application.objects.get(pk=mine.pk).size == 1


def test_smaller_party_in_line_may_fit(cast: Cast, quick: Call) -> None:
    pool, two = a_pool(quick, 3), people(cast.factory, 2)
    applications.apply(pool=pool, person=two[0], by=HOUSE, at=NOW)
    waits = applications.apply(pool=pool, person=two[1], companions=2, by=HOUSE, at=NOW)
    assert waits.state == "waiting"
    parties.bring(application=waits, companions=1, by=HOUSE, at=NOW)
    assert (states([waits]), numbers(pool), units(waits)) == (["granted"], (3, 0), [2])


def test_number_is_said_again_with_a_place_in_hand(cast: Cast, quick: Call) -> None:
    pool, two = a_pool(quick, 4), people(cast.factory, 2)
    mine = applications.apply(pool=pool, person=two[0], companions=1, by=HOUSE, at=NOW)
    parties.bring(application=mine, companions=3, by=HOUSE, at=NOW)
    assert (units(mine), numbers(pool)) == ([4], (4, 0))
    refused("party", lambda: parties.bring(application=mine, companions=4, by=HOUSE, at=NOW))
    waits = applications.apply(pool=pool, person=two[1], companions=1, by=HOUSE, at=NOW)
    parties.bring(application=mine, companions=1, by=HOUSE, at=NOW)
    assert (units(mine), states([waits]), numbers(pool)) == ([2], ["granted"], (4, 0))
    refused("pool-full", lambda: parties.bring(application=mine, companions=2, by=HOUSE, at=NOW))


def test_place_that_was_kept_for_a_group_does_not_grow(cast: Cast, quick: Call) -> None:
    pool = a_pool(quick, 4)
    reserves.keep(pool=pool, plans=[reserves.Plan("劳模", "劳动模范", 3)], by=HOUSE, at=NOW)
    rows = [
        applications.apply(pool=pool, person=person, companions=1, by=HOUSE, at=NOW)
        for person in people(cast.factory, 2)
    ]
    assert [row.state for row in rows] == ["waiting", "waiting"]  # one open place is too few for two
    reserves.mark(application=rows[0], groups=["劳模"], why="凭证书", by=HOUSE, at=NOW)
    assert (states(rows), numbers(pool)) == (["granted", "waiting"], (2, 1))
    refused("reserved-place", lambda: parties.bring(application=rows[0], companions=2, by=HOUSE, at=NOW))
    parties.bring(application=rows[0], companions=0, by=HOUSE, at=NOW)
    assert (pool.reserves.get().taken, numbers(pool)) == (1, (1, 1))


def test_party_stays_as_it_was_published_until_it_is_drawn(cast: Cast) -> None:
    call = a_call(cast.yongchuan, manner=BY_DRAW)
    pool, two = a_pool(call, 4), people(cast.factory, 3)
    actors = accounts(two)
    mine = entries.enter(call=call, wishes=[pool], persons=two[:1], by=actors[0], at=NOW)
    parties.join(application=mine, person=two[1], by=actors[1], at=NOW)
    entries.freeze(call=call, by=HOUSE, at=CLOSES)
    refused("list-frozen", lambda: parties.join(application=mine, person=two[2], by=actors[2], at=NOW))
    refused("list-frozen", lambda: parties.leave(application=mine, person=two[1], by=actors[1], at=CLOSES))
    allocations.settle(call=call, orders={pool.pk: [str(mine.ticket)]}, by=HOUSE, at=CLOSES)
    refused("wrong-state", lambda: parties.join(application=mine, person=two[2], by=actors[2], at=CLOSES))
    parties.leave(application=mine, person=two[1], by=actors[1], at=CLOSES)
    assert (units(mine), numbers(pool)) == ([1], (1, 0))


def test_staff_name_who_is_in_another_party_already(cast: Cast) -> None:
    call = a_call(cast.yongchuan, manner=BY_DRAW)
    pool, three = a_pool(call, 9), people(cast.factory, 3)
    entries.enter(call=call, wishes=[pool], persons=three[:2], by=HOUSE, at=NOW)
    said = refused("one-per-call", lambda: entries.enter(
        call=call, wishes=[pool], persons=[three[2], three[1]], by=cast.officer.actor, at=NOW
    ))  # fmt: skip
    assert said.startswith("甲*")
    assert Application.objects.count() == 1


def test_nobody_stands_twice_for_the_same_places(cast: Cast) -> None:
    call = a_call(cast.yongchuan, manner=BY_DRAW, per_person=2)
    pool, three = a_pool(call, 9), people(cast.factory, 3)
    actors = accounts(three)
    family = entries.enter(call=call, wishes=[pool], persons=three[:2], by=HOUSE, at=NOW)
    other = entries.enter(call=call, wishes=[a_pool(call, 9, "另一个")], persons=three[1:2], by=HOUSE, at=NOW)
    assert other.pk != family.pk
    refused("already-there", lambda: entries.enter(
        call=call, wishes=[pool], persons=[three[2], three[0]], by=HOUSE, at=NOW
    ))  # fmt: skip
    third = entries.enter(call=call, wishes=[pool], persons=three[2:], by=HOUSE, at=NOW)
    refused("already-there", lambda: parties.join(application=third, person=three[0], by=actors[0], at=NOW))
