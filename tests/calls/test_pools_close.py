"""Adding, resizing and closing pools."""

import pytest
from tests.cast import HOUSE, NOW, Cast
from tests.factories.calls import CLOSES, Heard, a_call, a_pool, apply_all, people, states, tickets, told

from tongxin.calls.actions import allocations, applications, calls, entries, pools, reserves
from tongxin.calls.models import Applicant, Pool
from tongxin.calls.queries import line, miscounted, rooms
from tongxin.calls.states import ApplicationState, Policy, Why
from tongxin.kernel.refused import Refused

GRANTED, WAITING, ENDED = ApplicationState.GRANTED, ApplicationState.WAITING, ApplicationState.ENDED


def test_resize_moves_the_line_up_in_order(cast: Cast, heard: Heard) -> None:
    pool = a_pool(a_call(cast.yongchuan), 1)
    rows = apply_all(pool, people(cast.factory, 5))
    pools.resize(pool=pool, units=3, by=HOUSE, at=NOW)
    assert states(rows) == [GRANTED, GRANTED, GRANTED, WAITING, WAITING]
    assert heard.granted == ["甲0", "甲1", "甲2"]
    assert told("place.moved-up") == ["甲1", "甲2"]
    room = rooms([pool.pk])[pool.pk]
    assert (room.units, room.taken, room.waiting, room.left, room.closed) == (3, 3, 2, 0, False)
    assert miscounted() == []


def test_resize_below_what_is_taken_is_refused_with_what_to_do(cast: Cast) -> None:
    pool = a_pool(a_call(cast.yongchuan), 3)
    apply_all(pool, people(cast.factory, 3))
    with pytest.raises(Refused) as refusal:
        pools.resize(pool=pool, units=2, by=HOUSE, at=NOW)
    assert str(refusal.value) == "已录取3人，名额不能少于这个数。要减到2个，请先调走或退出1人。"
    assert Pool.objects.get().units == 3


@pytest.mark.parametrize("units", [0, -1])
def test_pool_without_places_is_refused(cast: Cast, units: int) -> None:
    call = a_call(cast.yongchuan)
    with pytest.raises(Refused, match="名额至少1个"):
        a_pool(call, units)
    with pytest.raises(Refused, match="名额至少1个"):
        pools.resize(pool=a_pool(call, 1), units=units, by=HOUSE, at=NOW)


def test_rename_is_read_in_messages_from_then_on(cast: Cast) -> None:
    pool = a_pool(a_call(cast.yongchuan), 1)
    assert pools.rename(pool=pool, name="摄影（晚班）", by=HOUSE, at=NOW).name == "摄影（晚班）"


def test_close_pool_ends_and_tells_everyone(cast: Cast, heard: Heard) -> None:
    pool = a_pool(a_call(cast.yongchuan), 1)
    rows = apply_all(pool, people(cast.factory, 2))
    pools.close_pool(pool=pool, by=HOUSE, at=NOW, why="人数不够")
    assert states(rows) == [ENDED, ENDED]
    assert heard.released == [("甲0", Why.CLOSED)]
    assert told("place.ended") == ["甲0", "甲1"]
    assert told("place.moved-up") == []
    assert Applicant.objects.filter(live=True).count() == 0
    room = rooms([pool.pk])[pool.pk]
    assert (room.taken, room.waiting, room.closed) == (0, 0, True)
    assert miscounted() == []


def test_close_pool_into_another_keeps_the_order_and_lets_the_rest_wait(cast: Cast, heard: Heard) -> None:
    call = a_call(cast.yongchuan)
    one, two = a_pool(call, 3, "早上"), a_pool(call, 3, "晚上")
    persons = people(cast.factory, 6)
    there = apply_all(two, persons[5:])
    rows = apply_all(one, persons[:5])
    pools.close_pool(pool=one, into=two, by=HOUSE, at=NOW, why="并到晚上")
    assert states(rows) == [GRANTED, GRANTED, WAITING, WAITING, WAITING]
    assert states(there) == [GRANTED]
    assert heard.released == [("甲0", Why.MOVED), ("甲1", Why.MOVED), ("甲2", Why.MOVED)]
    assert heard.granted == ["甲5", "甲0", "甲1", "甲2", "甲0", "甲1"]
    assert told("place.moved") == ["甲0", "甲1"]
    assert told("place.moved-to-line") == ["甲2", "甲3", "甲4"]
    assert [a.person.name for a in line(two)] == ["甲2", "甲3", "甲4"]
    assert miscounted() == []


def test_close_pool_into_a_full_one_stands_behind_its_line(cast: Cast) -> None:
    call = a_call(cast.yongchuan)
    one, two = a_pool(call, 1, "早上"), a_pool(call, 1, "晚上")
    persons = people(cast.factory, 3)
    apply_all(two, persons[:2])
    apply_all(one, persons[2:])
    pools.close_pool(pool=one, into=two, by=HOUSE, at=NOW, why="并")
    assert [a.person.name for a in line(two)] == ["甲1", "甲2"]
    assert miscounted() == []


def test_close_pool_into_one_where_someone_stands_already_keeps_only_that(cast: Cast) -> None:
    call = a_call(cast.yongchuan, per_person=2)
    one, two = a_pool(call, 2, "早上"), a_pool(call, 2, "晚上")
    [person] = people(cast.factory, 1)
    [first] = apply_all(one, [person])
    [second] = apply_all(two, [person])
    pools.close_pool(pool=one, into=two, by=HOUSE, at=NOW, why="并")
    assert states([first, second]) == [ENDED, GRANTED]
    assert Pool.objects.get(pk=two.pk).taken == 1
    assert miscounted() == []


def test_close_pool_tells_everyone_of_a_party_and_moves_it_once(cast: Cast, heard: Heard) -> None:
    party = calls.Manner(policy=Policy.DRAW, party_most=3, result_at=CLOSES)
    call = a_call(cast.yongchuan, manner=party)
    one, two = a_pool(call, 2, "早上"), a_pool(call, 2, "晚上")
    persons = people(cast.factory, 2)
    mine = entries.enter(call=call, wishes=[one], persons=persons, by=HOUSE, at=NOW)
    allocations.settle(call=call, orders={one.pk: tickets([mine]), two.pk: []}, by=HOUSE, at=CLOSES)
    pools.close_pool(pool=one, into=two, by=HOUSE, at=CLOSES, why="并到晚上")
    assert told("place.moved") == ["甲0", "甲1"]
    pools.close_pool(pool=two, by=HOUSE, at=CLOSES, why="停开")
    assert told("place.ended") == ["甲0", "甲1"]
    assert [verb for verb in mine.steps.order_by("pk").values_list("verb", flat=True) if verb == "end"] == ["end"]
    assert miscounted() == []


def test_line_that_ends_ends_a_party_once(cast: Cast) -> None:
    call = a_call(cast.yongchuan, manner=calls.Manner(policy=Policy.DRAW, party_most=3, result_at=CLOSES))
    pool = a_pool(call, 1)
    mine = entries.enter(call=call, wishes=[pool], persons=people(cast.factory, 2), by=HOUSE, at=NOW)
    allocations.settle(call=call, orders={pool.pk: tickets([mine])}, by=HOUSE, at=CLOSES)
    pools.end_line(pool=pool, by=HOUSE, at=CLOSES, why="开课了")
    assert told("place.line-ended") == ["甲0", "甲1"]
    assert list(mine.steps.order_by("pk").values_list("verb", flat=True)) == ["enter", "wait", "end"]


def test_pool_whose_list_is_frozen_goes_into_no_other(cast: Cast) -> None:
    """The other's list is published without these tickets: a draw would leave them out, and could not be held."""
    call = a_call(cast.yongchuan, manner=calls.Manner(policy=Policy.DRAW, result_at=CLOSES))
    one, two = a_pool(call, 1, "早上"), a_pool(call, 1, "晚上")
    persons = people(cast.factory, 2)
    rows = [
        entries.enter(call=call, wishes=[pool], persons=[person], by=HOUSE, at=NOW)
        for pool, person in zip((one, two), persons, strict=True)
    ]
    entries.freeze(call=call, by=HOUSE, at=CLOSES)
    with pytest.raises(Refused) as refusal:
        pools.close_pool(pool=one, into=two, by=HOUSE, at=CLOSES, why="并")
    assert refusal.value.code == "list-frozen"
    orders = {pool.pk: tickets([row]) for pool, row in zip((one, two), rows, strict=True)}
    allocations.settle(call=call, orders=orders, by=HOUSE, at=CLOSES)
    pools.close_pool(pool=one, into=two, by=HOUSE, at=CLOSES, why="并")
    assert states(rows) == [WAITING, GRANTED]
    assert miscounted() == []


def test_move_takes_no_place_that_is_kept_for_a_group(cast: Cast) -> None:
    call = a_call(cast.yongchuan)
    one, two = a_pool(call, 1, "早上"), a_pool(call, 2, "晚上")
    reserves.keep(pool=two, plans=[reserves.Plan("gig", "新就业形态", 2)], by=HOUSE, at=NOW)
    [row] = apply_all(one, people(cast.factory, 1))
    with pytest.raises(Refused) as refusal:
        applications.move(application=row, into=two, by=HOUSE, at=NOW, why="调班")
    assert refusal.value.code == "pool-full"


def test_reserve_cannot_be_called_what_open_places_are_called(cast: Cast) -> None:
    pool = a_pool(a_call(cast.yongchuan), 2)
    with pytest.raises(Refused) as refusal:
        reserves.keep(pool=pool, plans=[reserves.Plan("open", "新就业形态", 2)], by=HOUSE, at=NOW)
    assert refusal.value.code == "reserve-open"


def test_close_pool_is_refused(cast: Cast) -> None:
    call = a_call(cast.yongchuan)
    pool, other, elsewhere = a_pool(call, 1), a_pool(call, 1, "晚上"), a_pool(a_call(cast.yongchuan), 1)
    for into, code in ((pool, "same-pool"), (elsewhere, "other-call")):
        with pytest.raises(Refused) as refusal:
            pools.close_pool(pool=pool, into=into, by=HOUSE, at=NOW, why="x")
        assert refusal.value.code == code
    pools.close_pool(pool=pool, by=HOUSE, at=NOW, why="x")
    for closed, into in ((pool, None), (other, pool)):
        with pytest.raises(Refused) as refusal:
            pools.close_pool(pool=closed, into=into, by=HOUSE, at=NOW, why="x")
        assert refusal.value.code == "pool-closed"


def test_withdraw_after_the_pool_closed_fills_nothing(cast: Cast) -> None:
    call = a_call(cast.yongchuan)
    one, two = a_pool(call, 1, "早上"), a_pool(call, 1, "晚上")
    [row] = apply_all(one, people(cast.factory, 1))
    pools.close_pool(pool=one, into=two, by=HOUSE, at=NOW, why="并")
    applications.withdraw(application=row, why="x", by=HOUSE, at=NOW)
    assert Pool.objects.get(pk=two.pk).taken == 0
    assert miscounted() == []
