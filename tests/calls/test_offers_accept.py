"""A place that waits for its yes: taken up, declined, lapsed and offered on; also when two happen at once."""

from datetime import timedelta

import pytest
from tests.calls.test_applications_race import at_once
from tests.cast import HOUSE, NOW, Cast
from tests.factories.calls import (
    CLOSES,
    Heard,
    a_call,
    a_pool,
    accounts,
    apply_all,
    enter_all,
    people,
    states,
    tickets,
    told,
)

from tongxin.calls.actions import allocations, applications, calls, offers
from tongxin.calls.jobs import lapse_offers, unspilled
from tongxin.calls.models import Award, Pool
from tongxin.calls.queries import miscounted
from tongxin.calls.states import Policy
from tongxin.kernel.refused import Refused

ASKED = calls.Manner(policy=Policy.ORDER_OF_ARRIVAL, policy_reason="名额多。", accept_hours=24)
DRAWN = calls.Manner(policy=Policy.DRAW, result_at=CLOSES, accept_hours=24)
JUST = NOW + timedelta(hours=24, microseconds=-1)
LATER = NOW + timedelta(hours=24)


@pytest.fixture
def pool(cast: Cast) -> Pool:
    return a_pool(a_call(cast.yongchuan, manner=ASKED), 1)


def test_freed_place_is_offered_and_held_only_when_accepted(cast: Cast, pool: Pool, heard: Heard) -> None:
    rows = apply_all(pool, people(cast.factory, 3))
    applications.withdraw(application=rows[0], why="有事", by=HOUSE, at=NOW)
    assert states(rows) == ["withdrawn", "offered", "waiting"]
    assert heard.granted == ["甲0"]
    assert told("place.offered") == ["甲1"]
    assert Award.objects.get(state="offered").accept_by == LATER
    offers.accept(application=rows[1], by=HOUSE, at=LATER - timedelta(seconds=1))
    offers.accept(application=rows[1], by=HOUSE, at=LATER)  # a second tap
    assert (states(rows)[1], heard.granted) == ("granted", ["甲0", "甲1"])
    assert miscounted() == []


def test_declined_is_offered_on_and_the_kind_never_heard_of_it(cast: Cast, pool: Pool, heard: Heard) -> None:
    rows = apply_all(pool, people(cast.factory, 3))
    applications.withdraw(application=rows[0], why="有事", by=HOUSE, at=NOW)
    offers.decline(application=rows[1], by=HOUSE, at=NOW)
    assert states(rows) == ["withdrawn", "withdrawn", "offered"]
    assert [name for name, _ in heard.released] == ["甲0"]


def test_offer_that_is_over_cannot_be_taken_up_and_goes_on_by_itself(cast: Cast, pool: Pool) -> None:
    persons = people(cast.factory, 3)
    rows = apply_all(pool, persons)
    applications.withdraw(application=rows[0], why="有事", by=HOUSE, at=NOW)
    with pytest.raises(Refused) as refusal:
        offers.accept(application=rows[1], by=HOUSE, at=LATER)
    assert refusal.value.code == "offer-lapsed"
    assert offers.lapse(pool=pool, by=HOUSE, at=LATER) == 1
    assert offers.lapse(pool=pool, by=HOUSE, at=LATER) == 0
    assert states(rows) == ["withdrawn", "lapsed", "offered"]
    assert told("place.lapsed") == ["甲1"]
    with pytest.raises(Refused) as late:  # though a clock were put back: the state decides
        offers.accept(application=rows[1], by=HOUSE, at=NOW)
    assert late.value.code == "offer-lapsed"
    assert miscounted() == []


def test_job_lapses_every_offer_that_is_over(cast: Cast, pool: Pool) -> None:
    rows = apply_all(pool, people(cast.factory, 2))
    applications.withdraw(application=rows[0], why="有事", by=HOUSE, at=NOW)
    lapse_offers(0)  # NOW is years ago
    assert states(rows) == ["withdrawn", "lapsed"]
    assert unspilled(LATER) == []


def test_win_of_a_draw_that_is_not_taken_up_expires(cast: Cast, heard: Heard) -> None:
    call = a_call(cast.yongchuan, manner=DRAWN)
    pool = a_pool(call, 1)
    rows = enter_all([pool], people(cast.factory, 2))
    allocations.settle(call=call, orders={pool.pk: tickets(rows)}, by=HOUSE, at=CLOSES)
    assert (states(rows), heard.granted) == (["offered", "waiting"], [])
    offers.lapse(pool=pool, by=HOUSE, at=CLOSES + timedelta(hours=24))
    assert states(rows) == ["lapsed", "offered"]


def test_nobody_accepts_for_another(cast: Cast, pool: Pool) -> None:
    persons = people(cast.factory, 2)
    rows = apply_all(pool, persons)
    applications.withdraw(application=rows[0], why="有事", by=HOUSE, at=NOW)
    with pytest.raises(Refused) as refusal:
        offers.accept(application=rows[1], by=accounts(persons)[0], at=NOW)
    assert refusal.value.code == "no-power"


@pytest.mark.django_db(transaction=True)
def test_offer_lapses_while_it_is_accepted_and_one_of_the_two_has_it(cast: Cast) -> None:
    for _ in range(4):
        pool = a_pool(a_call(cast.yongchuan, manner=ASKED), 1)
        rows = apply_all(pool, people(cast.factory, 3))
        applications.withdraw(application=rows[0], why="有事", by=HOUSE, at=NOW)
        at_once([
            lambda rows=rows: offers.accept(application=rows[1], by=HOUSE, at=JUST),  # type: ignore[misc]
            lambda pool=pool: offers.lapse(pool=pool, by=HOUSE, at=LATER),  # type: ignore[misc]
            lambda rows=rows: offers.decline(application=rows[1], by=HOUSE, at=JUST),  # type: ignore[misc]
        ])  # fmt: skip
        after = states(rows)
        assert after[1:] in (["granted", "waiting"], ["lapsed", "offered"], ["withdrawn", "offered"])
        pool.refresh_from_db()
        assert pool.taken == 1
    assert miscounted() == []


@pytest.mark.django_db(transaction=True)
def test_two_lines_moved_at_once_never_give_one_worker_two(cast: Cast) -> None:
    manner = calls.Manner(policy=Policy.DRAW, choices=2, result_at=CLOSES)
    for _ in range(4):
        call = a_call(cast.yongchuan, manner=manner)
        two = [a_pool(call, 1, name) for name in ("早上", "晚上")]
        rows = enter_all(two, people(cast.factory, 4))
        allocations.settle(call=call, orders={pool.pk: tickets(rows) for pool in two}, by=HOUSE, at=CLOSES)
        at_once([
            lambda row=row: applications.withdraw(application=row, why="x", by=HOUSE, at=CLOSES)  # type: ignore[misc]
            for row in rows[:2]
        ])  # fmt: skip
        assert states(rows) == ["withdrawn", "withdrawn", "granted", "granted"]
        assert Award.objects.filter(pool__in=two, state="held").count() == 2
    assert miscounted() == []
