"""Adding, resizing and closing pools."""

import pytest
from tests.cast import HOUSE, NOW, Cast
from tests.factories.calls import Heard, a_call, a_pool, apply_all, people, states, told

from tongxin.calls.actions import applications, pools
from tongxin.calls.models import Applicant, Pool
from tongxin.calls.queries import line, miscounted, rooms
from tongxin.calls.states import ApplicationState, Why
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
