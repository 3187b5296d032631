"""Giving back, moving up, moving between pools."""

import pytest
from tests.cast import HOUSE, NOW, Cast
from tests.factories.calls import Heard, a_call, a_pool, apply_all, people, states, told

from tongxin.calls.actions import applications, pools
from tongxin.calls.models import Award, Pool
from tongxin.calls.queries import line, miscounted, of_person, place_in_line
from tongxin.calls.states import ApplicationState, Why
from tongxin.kernel.refused import Refused
from tongxin.people.models import Person
from tongxin.records.models import OutboxRow

GRANTED, WAITING, WITHDRAWN = ApplicationState.GRANTED, ApplicationState.WAITING, ApplicationState.WITHDRAWN


def test_withdraw_moves_the_first_in_line_up_and_tells_them(cast: Cast, heard: Heard) -> None:
    pool = a_pool(a_call(cast.yongchuan), 2)
    rows = apply_all(pool, people(cast.factory, 5))
    applications.withdraw(application=rows[0], why="本人来电", by=HOUSE, at=NOW)
    assert states(rows) == [WITHDRAWN, GRANTED, GRANTED, WAITING, WAITING]
    assert heard.granted == ["甲0", "甲1", "甲2"]
    assert heard.released == [("甲0", Why.WITHDRAWN)]
    assert told("place.moved-up") == ["甲2"]
    assert told("place.withdrawn") == ["甲0"]
    assert [place_in_line(row, pool) for row in rows[3:]] == [1, 2]
    assert [a.person.name for a in line(pool)] == ["甲3", "甲4"]
    assert miscounted() == []


def test_withdraw_from_the_line_frees_no_place(cast: Cast, heard: Heard) -> None:
    pool = a_pool(a_call(cast.yongchuan), 1)
    rows = apply_all(pool, people(cast.factory, 3))
    applications.withdraw(application=rows[1], why="不来了", by=HOUSE, at=NOW)
    assert states(rows) == [GRANTED, WITHDRAWN, WAITING]
    assert heard.released == []
    assert place_in_line(rows[2], pool) == 1
    assert miscounted() == []


def test_withdraw_twice_changes_nothing(cast: Cast) -> None:
    pool = a_pool(a_call(cast.yongchuan), 1)
    mine = applications.apply(pool=pool, person=cast.wang.person, by=cast.wang.actor, at=NOW)
    for _ in range(2):
        assert applications.withdraw(application=mine, by=cast.wang.actor, at=NOW).state == WITHDRAWN
    assert [step.verb for step in mine.steps.order_by("pk")] == ["grant", "withdraw"]
    assert Pool.objects.get().taken == 0


def test_withdraw_by_staff_needs_a_reason_and_power(cast: Cast) -> None:
    pool = a_pool(a_call(cast.yongchuan), 1)
    mine = applications.apply(pool=pool, person=cast.wang.person, by=cast.wang.actor, at=NOW)
    for actor, why, code in (
        (cast.officer.actor, " ", "why-missing"),
        (cast.sibling_officer.actor, "x", "no-power"),
        (cast.zhang.actor, "x", "no-power"),
    ):
        with pytest.raises(Refused) as refusal:
            applications.withdraw(application=mine, why=why, by=actor, at=NOW)
        assert refusal.value.code == code
    assert Award.objects.get().state == "held"


def test_withdraw_of_what_ended_is_refused(cast: Cast) -> None:
    pool = a_pool(a_call(cast.yongchuan), 1)
    mine = applications.apply(pool=pool, person=cast.wang.person, by=cast.wang.actor, at=NOW)
    pools.close_pool(pool=pool, by=HOUSE, at=NOW, why="人数不够")
    with pytest.raises(Refused) as refusal:
        applications.withdraw(application=mine, by=cast.wang.actor, at=NOW)
    assert refusal.value.code == "wrong-state"


def test_move_takes_the_place_along_and_the_line_moves_up(cast: Cast, heard: Heard) -> None:
    call = a_call(cast.yongchuan)
    one, two = a_pool(call, 1, "早上"), a_pool(call, 1, "晚上")
    first, second = apply_all(one, people(cast.factory, 2))
    applications.move(application=first, into=two, by=cast.officer.actor, at=NOW, why="换时间")
    assert states([first, second]) == [GRANTED, GRANTED]
    assert heard.granted == ["甲0", "甲0", "甲1"]
    assert heard.released == [("甲0", Why.MOVED)]
    assert {(a.person.name, a.pool.name, a.state) for a in Award.objects.all()} == {
        ("甲0", "早上", "back"),
        ("甲0", "晚上", "held"),
        ("甲1", "早上", "held"),
    }
    assert (told("place.moved"), told("place.moved-up")) == (["甲0"], ["甲1"])
    row = OutboxRow.objects.get(kind="place.moved")
    assert (row.data["before"], row.data["what"], row.data["why"]) == ("早上", "晚上", "换时间")
    assert [(h.pool.name, h.place) for h in of_person(Person.objects.get(name="甲0"))] == [("晚上", None)]
    assert miscounted() == []


def test_move_from_the_line_to_a_free_place(cast: Cast, heard: Heard) -> None:
    call = a_call(cast.yongchuan)
    one, two = a_pool(call, 1, "早上"), a_pool(call, 1, "晚上")
    rows = apply_all(one, people(cast.factory, 2))
    applications.move(application=rows[1], into=two, by=HOUSE, at=NOW, why="有空位")
    assert states(rows) == [GRANTED, GRANTED]
    assert heard.released == []
    assert miscounted() == []


def test_move_is_refused(cast: Cast) -> None:
    call = a_call(cast.yongchuan, per_person=2)
    one, full, closed = a_pool(call, 2, "早上"), a_pool(call, 1, "晚上"), a_pool(call, 5, "周末")
    elsewhere = a_pool(a_call(cast.yongchuan), 1)
    pools.close_pool(pool=closed, by=HOUSE, at=NOW, why="停")
    first, second = people(cast.factory, 2)
    mine = applications.apply(pool=one, person=first, by=HOUSE, at=NOW)
    applications.apply(pool=full, person=second, by=HOUSE, at=NOW)
    for into, by, why, code in (
        (full, HOUSE, "x", "pool-full"),
        (closed, HOUSE, "x", "pool-closed"),
        (elsewhere, HOUSE, "x", "other-call"),
        (full, cast.sibling_officer.actor, "x", "no-power"),
        (full, HOUSE, "", "why-missing"),
    ):
        with pytest.raises(Refused) as refusal:
            applications.move(application=mine, into=into, by=by, at=NOW, why=why)
        assert refusal.value.code == code
    pools.resize(pool=full, units=9, by=HOUSE, at=NOW)
    applications.apply(pool=full, person=first, by=HOUSE, at=NOW)
    with pytest.raises(Refused) as refusal:
        applications.move(application=mine, into=full, by=HOUSE, at=NOW, why="x")
    assert refusal.value.code == "already-there"
    applications.withdraw(application=mine, why="x", by=HOUSE, at=NOW)
    with pytest.raises(Refused) as refusal:
        applications.move(application=mine, into=full, by=HOUSE, at=NOW, why="x")
    assert refusal.value.code == "wrong-state"
    assert miscounted() == []


def test_move_to_where_one_stands_changes_nothing(cast: Cast) -> None:
    pool = a_pool(a_call(cast.yongchuan), 1)
    mine = applications.apply(pool=pool, person=cast.wang.person, by=cast.wang.actor, at=NOW)
    assert applications.move(application=mine, into=pool, by=HOUSE, at=NOW, why="").pk == mine.pk
    assert Award.objects.count() == 1
