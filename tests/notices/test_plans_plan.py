"""Which channel comes first: rule, wish, obstacle, quiet hours, summary; and how long a delivery is good for."""

from datetime import date, datetime, time, timedelta

import pytest
from tests.cast import BEIJING, HOUSE, NOW, Cast
from tests.factories.notices import (
    CHANGE,
    EMAIL,
    JOINED,
    OFFICIAL,
    OPENING,
    RESULT,
    SLIP,
    SMS,
    WINDOW,
    allow,
    mail,
    of,
    rule,
    states,
    tell,
    template,
)  # fmt: skip
from tests.notices.conftest import Gateways

from tongxin.kernel.refused import Refused
from tongxin.notices.actions import choices
from tongxin.notices.groups import group_of
from tongxin.notices.models import Choice, Delivery, Message
from tongxin.store.atomic import writing

EVENING = datetime(2024, 3, 28, 22, 30, tzinfo=BEIJING)
MORNING = datetime(2024, 3, 29, 8, 0, tzinfo=BEIJING)


def test_own_order_of_the_group_where_no_rule_stands(cast: Cast, gateways: Gateways) -> None:
    allow(cast.wang)
    tell(cast.wang, "a")
    assert states() == [("official", "waiting", "")]
    row = of(OFFICIAL)
    assert (row.key, row.wait_minutes, row.next_at, row.expires_at) == (
        "a:official", 120, NOW, NOW + timedelta(days=3),
    )  # fmt: skip
    assert (row.union, row.federation, row.message.key) == (cast.factory.pk, cast.chongqing.pk, "a")


def test_obstacles_are_written_down_on_the_way_to_the_first_that_can_be_used(cast: Cast, gateways: Gateways) -> None:
    tell(cast.wang, "a")
    assert states() == [("official", "skipped", "no_address"), ("sms", "waiting", "")]


def test_whom_nothing_reaches_has_the_message_in_the_inbox_alone(cast: Cast, gateways: Gateways) -> None:
    tell(cast.li, "a")
    assert states() == [("official", "skipped", "no_address"), ("sms", "skipped", "no_address")]
    assert Message.objects.filter(person=cast.li.person).count() == 1


def test_channels_that_are_not_connected_are_passed_over(cast: Cast, gateways: Gateways) -> None:
    gateways.clear()
    gateways.connect(EMAIL)
    tell(cast.wang, "a")
    assert states() == [("official", "skipped", "not_connected"), ("sms", "skipped", "not_connected")]


@pytest.mark.parametrize(
    ("at_nation", "at_union", "expected"),
    [((SMS,), (), "sms"), ((SMS,), (EMAIL,), "email"), ((), (SLIP,), "slip"), ((), (WINDOW, SMS), "window")],
)
def test_nearest_rule_decides(cast: Cast, gateways: Gateways, at_nation: tuple, at_union: tuple, expected: str) -> None:
    mail(cast.wang)
    rule(None, "results", *((channel, 0) for channel in at_nation))
    rule(cast.yongchuan, "results", *((channel, 0) for channel in at_union))
    rule(cast.jiangjin, "results", (OFFICIAL, 0))
    tell(cast.wang, "a")
    assert states() == [(expected, "waiting", "")]


def test_later_of_two_rules_counts_and_one_of_tomorrow_does_not_yet(cast: Cast, gateways: Gateways) -> None:
    rule(cast.yongchuan, "results", (SLIP, 0), since=date(2024, 1, 1))
    rule(cast.yongchuan, "results", (WINDOW, 0), since=date(2024, 3, 28))
    rule(cast.yongchuan, "results", (SMS, 0), since=date(2024, 3, 29))
    tell(cast.wang, "a")
    assert states() == [("window", "waiting", "")]
    assert of(WINDOW).expires_at == NOW + timedelta(days=30)


def test_rule_of_another_group_says_nothing(cast: Cast, gateways: Gateways) -> None:
    rule(cast.yongchuan, "openings", (SLIP, 0))
    tell(cast.wang, "a")
    assert of(SMS).state == "waiting"


def test_what_a_worker_asked_for_comes_first(cast: Cast, gateways: Gateways) -> None:
    mail(cast.wang)
    choices.choose(person=cast.wang.person, wanted={("openings", EMAIL): True}, by=HOUSE, at=NOW)
    tell(cast.wang, "a", kind=OPENING)
    assert states() == [("email", "waiting", "")]
    assert of(EMAIL).wait_minutes == 0


def test_wish_for_what_must_be_told_is_followed_by_the_rule(cast: Cast, gateways: Gateways) -> None:
    mail(cast.wang)
    choices.choose(person=cast.wang.person, wanted={("membership", EMAIL): True}, by=HOUSE, at=NOW)
    tell(cast.wang, "a", kind=JOINED)
    assert (states(), of(EMAIL).wait_minutes) == ([("email", "waiting", "")], 120)


def test_what_a_worker_turned_off_is_passed_over(cast: Cast, gateways: Gateways) -> None:
    allow(cast.wang)
    choices.choose(
        person=cast.wang.person, wanted={("results", OFFICIAL): False, ("results", SMS): False}, by=HOUSE, at=NOW
    )
    tell(cast.wang, "a")
    assert states() == [("official", "skipped", "opted_out"), ("sms", "skipped", "opted_out")]
    tell(cast.wang, "b", kind=CHANGE)
    assert states()[2:] == [("official", "waiting", "")]


def test_what_must_be_told_cannot_be_turned_off(cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        choices.choose(person=cast.wang.person, wanted={("membership", SMS): False}, by=HOUSE, at=NOW)
    assert refusal.value.code == "required-kind"


def test_no_of_a_kind_that_has_become_required_since_is_not_heeded(cast: Cast, gateways: Gateways) -> None:
    with writing():
        Choice.make(federation=1, person=cast.wang.person, group="membership", channel=SMS, wanted=False)
    tell(cast.wang, "a", kind=JOINED)
    assert of(SMS).state == "waiting"


def test_template_is_asked_for_where_the_gateway_needs_one(cast: Cast, gateways: Gateways) -> None:
    gateways.connect(SMS, by_template=True)
    tell(cast.wang, "a")
    assert states()[-1] == ("sms", "skipped", "no_template")
    template(cast.chongqing, SMS, kind=CHANGE)
    tell(cast.wang, "b")
    assert states()[-1] == ("sms", "skipped", "no_template")
    template(cast.chongqing, SMS)
    tell(cast.wang, "c")
    assert states()[-1] == ("sms", "waiting", "")


def test_permission_for_another_template_is_none(cast: Cast, gateways: Gateways) -> None:
    gateways.connect(OFFICIAL, by_template=True)
    template(None, OFFICIAL, number="T1")
    allow(cast.wang, number="T2")
    tell(cast.wang, "a")
    assert states()[0] == ("official", "skipped", "no_address")
    allow(cast.wang, number="T1")
    tell(cast.wang, "b")
    assert states()[-1] == ("official", "waiting", "")


def test_quiet_hours_hold_what_is_not_urgent(cast: Cast, gateways: Gateways) -> None:
    tell(cast.wang, "a", at=EVENING)
    assert of(SMS).next_at == MORNING
    tell(cast.zhang, "b", kind=CHANGE, at=EVENING)
    assert Delivery.objects.get(key="b:sms").next_at == EVENING


def test_own_quiet_hours_stand_in_place_of_the_house_s(cast: Cast, gateways: Gateways) -> None:
    prefer = choices.prefer
    prefer(person=cast.wang.person, quiet=(time(9), time(12)), digest=False, by=HOUSE, at=NOW)
    tell(cast.wang, "a")
    tell(cast.wang, "b", at=EVENING)
    prefer(person=cast.wang.person, quiet=(time(0), time(0)), digest=False, by=HOUSE, at=NOW)
    tell(cast.wang, "c", at=NOW.replace(hour=3))
    planned = dict(Delivery.objects.filter(channel=SMS).values_list("key", "next_at"))
    assert planned == {
        "a:sms": NOW.replace(hour=12), "b:sms": EVENING, "c:sms": NOW.replace(hour=3),
    }  # fmt: skip


def test_summary_takes_the_place_of_many(cast: Cast, gateways: Gateways) -> None:
    choices.prefer(person=cast.wang.person, quiet=None, digest=True, by=HOUSE, at=NOW)
    tell(cast.wang, "a", "b")
    tell(cast.wang, "c", at=NOW + timedelta(hours=1))
    tell(cast.wang, "d", at=NOW.replace(hour=18))
    rows = Delivery.objects.filter(channel=SMS)
    assert set(rows.filter(state="skipped").values_list("key", "why")) == {(f"{key}:sms", "digest") for key in "abcd"}
    person = cast.wang.person.pk
    assert list(rows.filter(digest=True).order_by("key").values_list("key", "next_at", "state")) == [
        (f"digest:{person}:sms:20240328", NOW.replace(hour=18), "waiting"),
        (f"digest:{person}:sms:20240329", NOW.replace(day=29, hour=18), "waiting"),
    ]


def test_what_is_urgent_is_in_no_summary(cast: Cast, gateways: Gateways) -> None:
    choices.prefer(person=cast.wang.person, quiet=None, digest=True, by=HOUSE, at=NOW)
    tell(cast.wang, "a", kind=CHANGE)
    assert states()[-1] == ("sms", "waiting", "")
    assert of(SMS).digest is False


def test_large_batch_is_planned_as_a_small_one_and_once(cast: Cast, gateways: Gateways) -> None:
    tell(cast.wang, *(f"many-{n:03}" for n in range(150)))
    assert Delivery.objects.filter(channel=SMS, state="waiting").count() == 150
    assert Delivery.objects.values("public_id").distinct().count() == 300
    tell(cast.wang, *(f"many-{n:03}" for n in range(150)))
    assert Delivery.objects.count() == 300


def test_kind_of_result_is_not_urgent() -> None:
    assert (group_of(RESULT).urgent, group_of(CHANGE).urgent, group_of(JOINED).required) == (False, True, True)
