"""What people take part in who are at work at some hours does not open then: who they are, and when that is."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import pytest
from tests.cast import HOUSE, NOW, Cast
from tests.factories.calls import a_group, as_couriers

from tongxin.calls.actions import busy, calls, pools, reserves
from tongxin.calls.models import Call
from tongxin.kernel.refused import Refused
from tongxin.people.models.persons import GigGroup
from tongxin.rulebook.actions import parameters, rules, shipped
from tongxin.rulebook.actions.parameters import Said
from tongxin.rulebook.models import ParameterKey, RuleVersion, ValueType
from tongxin.rules.conditions import compare, not_
from tongxin.unions.models import Union

pytestmark = pytest.mark.django_db
NOON = NOW.replace(hour=12, minute=10)
RIDER = "food_delivery_rider"


@pytest.fixture(autouse=True)
def _hours(cast: Cast) -> None:
    shipped.load_parameters(by=HOUSE, at=NOW)


@contextmanager
def busy_then(words: str = "") -> Iterator[None]:
    with pytest.raises(Refused) as found:
        yield
    assert found.value.code == "busy-hours"
    assert words in str(found.value)


def draft(union: Union, opens: datetime = NOON, rule: RuleVersion | None = None, *, declared: bool = False) -> Call:
    manner = calls.Manner(result_at=NOW + timedelta(days=9), spares_meals=declared)
    return calls.open_call(
        union=union, kind="quiet", opens=opens, closes=opens + timedelta(days=3), rule_version=rule, manner=manner,
        by=HOUSE, at=NOW,
    )  # fmt: skip


def publish(call: Call, at: datetime = NOW) -> Call:
    return calls.publish(call=call, by=HOUSE, at=at)


def keep(call: Call, words: str, rule: RuleVersion | None = None) -> None:
    pool = pools.add_pool(call=call, union=call.union, units=5, name="一班", by=HOUSE, at=NOW)
    reserves.keep(pool=pool, plans=[reserves.Plan("kept", words, 2, rule_version=rule)], by=HOUSE, at=NOW)


@pytest.mark.parametrize(("hour", "minute", "free"), [(11, 0, "13:00"), (12, 30, "13:00"), (18, 30, "19:00")])
def test_refusal_names_the_next_hour_that_is_good(cast: Cast, hour: int, minute: int, free: str) -> None:
    call = draft(cast.riders, NOW.replace(hour=hour, minute=minute))
    with busy_then(f"改到2024年3月28日 {free}"):
        publish(call)
    with busy_then("本系统的假定，没有出处"):
        publish(call)


@pytest.mark.parametrize(("hour", "minute"), [(10, 59), (13, 0), (19, 0)])
def test_opens_outside_of_the_hours(cast: Cast, hour: int, minute: int) -> None:
    assert publish(draft(cast.riders, NOW.replace(hour=hour, minute=minute))).state == "published"


def test_members_below_count_and_those_elsewhere_do_not(cast: Cast) -> None:
    with busy_then():
        publish(draft(cast.chongqing))
    assert publish(draft(cast.factory)).state == "published"


def test_a_rule_that_speaks_of_them_decides_whoever_is_reached(cast: Cast) -> None:
    with busy_then():
        publish(draft(cast.factory, rule=a_group(cast.factory, RIDER, "送外卖")))
    assert publish(draft(cast.riders, rule=a_group(cast.riders, "courier", "送快递"))).state == "published"


def test_a_rule_that_keeps_them_out_settles_it(cast: Cast) -> None:
    rule = rules.add_rule(union=cast.riders, name="不送外卖的", by=HOUSE, at=NOW)
    others = not_(compare("gig_group", "=", RIDER, words="送外卖"))
    version = rules.publish(rule=rule, condition=others, valid_from=NOW.date(), by=HOUSE, at=NOW)
    assert publish(draft(cast.riders, rule=version)).state == "published"


def test_reserves_count_by_rule_and_by_name(cast: Cast) -> None:
    ruled, named, other = (draft(cast.factory) for _ in range(3))
    keep(ruled, "一组", a_group(cast.factory, RIDER, "送外卖"))
    keep(named, "新就业形态劳动者")
    keep(other, "劳模")
    for call in (ruled, named):
        with busy_then():
            publish(call)
    assert publish(other).state == "published"


def test_a_reserve_kept_after_publishing_is_asked_the_same(cast: Cast) -> None:
    call = publish(draft(cast.factory))
    with busy_then():
        keep(call, "骑手")


def test_its_union_may_know_more_than_the_rolls(cast: Cast) -> None:
    with busy_then():
        publish(draft(cast.factory, declared=True))


def test_an_opening_that_has_passed_is_the_moment_of_publishing(cast: Cast) -> None:
    call = draft(cast.riders, NOW - timedelta(hours=1))
    with busy_then("改到2024年3月28日 13:00"):
        publish(call, at=NOON)
    assert publish(call, at=NOW).state == "published"


def test_a_published_window_moves_into_no_rush_but_may_grow(cast: Cast) -> None:
    call = publish(draft(cast.riders, NOW))
    with busy_then():
        calls.set_window(call=call, opens=NOON, closes=call.closes, by=HOUSE, at=NOW)
    longer = calls.set_window(call=call, opens=call.opens, closes=call.closes + timedelta(days=1), by=HOUSE, at=NOON)
    assert longer.closes == NOW + timedelta(days=4)


def test_a_region_says_its_own_hours_from_its_own_day(cast: Cast) -> None:
    key = ParameterKey.objects.get(key=busy.KEY + RIDER)
    said = Said("10:30-12:00", "永川区骑手座谈记录")
    parameters.enter(key=key, region=cast.yongchuan, said=said, valid_from=NOW.date(), by=HOUSE, at=NOW)
    with busy_then("10:30-12:00他们正忙（永川区骑手座谈记录）"):
        publish(draft(cast.riders, NOW.replace(hour=10, minute=45)))
    assert publish(draft(cast.riders, NOON)).state == "published"
    before = draft(cast.riders, NOON - timedelta(days=1))
    assert busy.against(before, at=NOW - timedelta(days=2)) is not None


def test_hours_that_nobody_can_read_are_refused_where_they_are_entered(cast: Cast) -> None:
    key = ParameterKey.objects.get(key=busy.KEY + RIDER)
    with pytest.raises(Refused) as found:
        parameters.enter(
            key=key, region=cast.yongchuan, said=Said("中午", "谁说的"), valid_from=NOW.date(), by=HOUSE, at=NOW
        )
    assert found.value.code == "hours-form"


def test_another_group_gets_its_hours_by_data_alone(cast: Cast) -> None:
    key = parameters.define(
        key=busy.KEY + GigGroup.COURIER, words="快递员的忙时", type=ValueType.TEXT, unit="时段", by=HOUSE, at=NOW
    )
    said = Said("14:00-16:00", "本系统的假定")
    parameters.enter(key=key, region=None, said=said, valid_from=date(2024, 1, 1), by=HOUSE, at=NOW)
    as_couriers([cast.wang.person])
    with busy_then("快递员"):
        publish(draft(cast.yongchuan, NOW.replace(hour=15)))
