"""Chances: more after draws that were lost, as the call promised; by the people, not by the ticket; until the list is frozen."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import HOUSE, NOW, Cast
from tests.factories.calls import CLOSES, DRAWN, a_call, a_pool, enter_all, people, tickets

from tongxin.calls.actions import allocations, applications, calls, entries, weights
from tongxin.calls.models import Application, Call, Pool
from tongxin.calls.queries.losses import chances
from tongxin.calls.states import Policy
from tongxin.kernel.refused import Refused
from tongxin.people.models import Person
from tongxin.records.models import JournalEntry
from tongxin.store.atomic import writing

PROMISED = calls.Manner(policy=Policy.DRAW, party_most=3, chances=3, result_at=CLOSES)


def drawn_before(cast: Cast, who: list[Person], winners: int, days: int) -> Call:
    """A draw that was settled so many days ago; the first ones of `who` won."""
    call = a_call(cast.yongchuan, manner=DRAWN)
    pool = a_pool(call, max(winners, 1))
    rows = enter_all([pool], who)
    order = tickets(rows) if winners else []
    if winners:
        allocations.settle(call=call, orders={pool.pk: order}, by=HOUSE, at=CLOSES)
    with writing():
        Call.objects.filter(pk=call.pk).update(settled_at=NOW - timedelta(days=days))
    return call


def enter_now(call: Call, pool: Pool, who: list[Person]) -> list[Application]:
    return enter_all([pool], who)


def weight_of(rows: list[Application]) -> list[int]:
    found = dict(Application.objects.values_list("pk", "weight"))
    return [found[row.pk] for row in rows]


@pytest.fixture
def who(cast: Cast) -> list[Person]:
    return people(cast.factory, 3)


@pytest.fixture
def call(cast: Cast, who: list[Person]) -> Call:
    """甲0 won long ago and again; 甲1 won once and lost since; 甲2 lost twice."""
    drawn_before(cast, who, 2, 30)
    drawn_before(cast, who, 1, 10)
    return a_call(cast.yongchuan, manner=PROMISED)


def refused(code: str, deed: object) -> None:
    with pytest.raises(Refused) as refusal:
        deed()  # type: ignore[operator]
    assert refusal.value.code == code


def test_each_loss_since_the_last_win_is_a_chance_more(cast: Cast, call: Call, who: list[Person]) -> None:
    rows = enter_all([a_pool(call, 1)], [*who, cast.wang.person])
    looked = {one.application.pk: (one.losses, one.weight) for one in chances(call)}
    assert [looked[row.pk] for row in rows] == [(0, 1), (1, 2), (2, 3), (0, 1)]
    assert weight_of(rows) == [1, 1, 1, 1]  # looking changes nothing
    assert weights.by_losses(call=call, by=cast.officer.actor, at=NOW) == 2
    assert weights.by_losses(call=call, by=cast.officer.actor, at=NOW) == 0
    assert weight_of(rows) == [1, 2, 3, 1]
    assert JournalEntry.objects.filter(verb="call.weighed").order_by("pk")[0].data == {"applications": 4, "changed": 2}


def test_promised_most_is_the_most(cast: Cast, call: Call, who: list[Person]) -> None:
    with writing():
        Call.objects.filter(pk=call.pk).update(chances=2)
    rows = enter_all([a_pool(call, 1)], who)
    weights.by_losses(call=call, by=HOUSE, at=NOW)
    assert weight_of(rows) == [1, 2, 2]


def test_party_has_the_chances_of_whoever_lost_least(cast: Cast, call: Call, who: list[Person]) -> None:
    pool = a_pool(call, 3)
    family = entries.enter(call=call, wishes=[pool], persons=[who[2], who[1]], by=HOUSE, at=NOW)
    weights.by_losses(call=call, by=HOUSE, at=NOW)
    assert weight_of([family]) == [2]


def test_who_withdrew_before_the_draw_did_not_lose(cast: Cast, who: list[Person]) -> None:
    before = a_call(cast.yongchuan, manner=DRAWN)
    pool = a_pool(before, 1)
    rows = enter_all([pool], who)
    applications.withdraw(application=rows[2], why="有事", by=HOUSE, at=NOW)
    allocations.settle(call=before, orders={pool.pk: tickets(rows[:2])}, by=HOUSE, at=CLOSES)
    with writing():
        Call.objects.filter(pk=before.pk).update(settled_at=NOW)
    call = a_call(cast.yongchuan, manner=PROMISED)
    enter_all([a_pool(call, 1)], who)
    assert sorted(one.losses for one in chances(call)) == [0, 0, 1]


def test_other_unions_and_other_kinds_of_call_do_not_count(cast: Cast, call: Call, who: list[Person]) -> None:
    with writing():
        Call.objects.filter(settled_at__isnull=False).update(union=cast.jiangjin)
    enter_all([a_pool(call, 1)], who)
    assert [one.losses for one in chances(call)] == [0, 0, 0]


def test_freezing_keeps_the_promise_though_nobody_pressed(cast: Cast, call: Call, who: list[Person]) -> None:
    rows = enter_all([a_pool(call, 1)], who)
    entries.freeze(call=call, by=HOUSE, at=CLOSES)
    assert weight_of(rows) == [1, 2, 3]
    refused("list-frozen", lambda: weights.by_losses(call=call, by=HOUSE, at=CLOSES))
    refused("list-frozen", lambda: weights.weigh(call=call, weights={rows[0].pk: 2}, by=HOUSE, at=CLOSES))


def test_what_was_not_promised_is_refused_and_so_is_who_may_not(cast: Cast, call: Call) -> None:
    plain = a_call(cast.yongchuan, manner=DRAWN)
    refused("no-chances", lambda: weights.by_losses(call=plain, by=HOUSE, at=NOW))
    refused("no-power", lambda: weights.by_losses(call=call, by=cast.wang.actor, at=NOW))
    refused("no-power", lambda: weights.weigh(call=call, weights={}, by=cast.sibling_officer.actor, at=NOW))


@pytest.mark.parametrize("weight", [0, 10])
def test_weigh_takes_one_to_nine_of_this_call(cast: Cast, call: Call, who: list[Person], weight: int) -> None:
    [mine] = enter_all([a_pool(call, 1)], who[:1])
    refused("weight", lambda: weights.weigh(call=call, weights={mine.pk: weight}, by=HOUSE, at=NOW))
    refused("application-elsewhere", lambda: weights.weigh(call=call, weights={mine.pk + 99: 2}, by=HOUSE, at=NOW))
    assert weights.weigh(call=call, weights={mine.pk: 9}, by=cast.officer.actor, at=NOW) == 1
    assert weight_of([mine]) == [9]


def test_only_a_draw_has_chances(cast: Cast) -> None:
    ranked = calls.Manner(policy=Policy.RANKED, chances=2)
    refused("call_chances", lambda: a_call(cast.yongchuan, manner=ranked))


def test_chances_take_as_many_queries_for_three_as_for_one(cast: Cast, call: Call, who: list[Person]) -> None:
    pool, counts = a_pool(call, 1), []
    for person in who:
        enter_all([pool], [person])
        with CaptureQueriesContext(connection) as captured:
            chances(call)
        counts.append(len(captured))
    assert counts[0] == counts[2]
