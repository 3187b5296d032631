"""What a sending would cost at most and how it would read, said before it is sent."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import NOW, Cast
from tests.factories.sendings import BODY, CONNECTED, TITLE, order, priced, sms_template, written

from tongxin.notices.actions import choices
from tongxin.notices.previews import estimate, samples
from tongxin.notices.states import Channel, Why
from tongxin.store.atomic import writing

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _connected(settings: object) -> None:
    settings.NOTICE_GATEWAYS = CONNECTED  # type: ignore[attr-defined]


def test_cost_is_people_with_a_phone_times_price_times_parts(cast: Cast) -> None:
    order("sendings", Channel.SMS)
    sms_template(text="${title}" + "字" * 100)
    priced(cast)
    found = estimate(written(cast, union=cast.zhongshan), on=TODAY)
    _official, sms, email = found.shares
    assert (found.people, sms.people, sms.price, sms.amount) == (
        3,
        2,
        Decimal("0.05"),
        Decimal("0.20"),
    )  # two parts each
    assert (found.cost, found.left, found.short) == (Decimal("0.20"), Decimal("100.00"), False)
    assert (email.people, email.why) == (0, Why.NO_ADDRESS)


def test_budget_too_small_is_said_before(cast: Cast) -> None:
    order("sendings", Channel.SMS)
    sms_template()
    priced(cast, amount="0.05", cap="0.09")
    found = estimate(written(cast, union=cast.zhongshan), on=TODAY)
    assert (found.cost, found.left, found.short) == (Decimal("0.10"), Decimal("0.09"), True)


def test_no_budget_is_no_money(cast: Cast) -> None:
    order("sendings", Channel.SMS)
    sms_template()
    priced(cast, cap=None)
    found = estimate(written(cast, union=cast.zhongshan), on=TODAY)
    assert (found.budget, found.left, found.short) == (None, None, True)


def test_what_costs_nothing_is_never_short(cast: Cast) -> None:
    found = estimate(written(cast, union=cast.zhongshan), on=TODAY)
    assert (found.cost, found.short, [share.people for share in found.shares]) == (0, False, [0, 0, 0])


def test_choices_are_counted(cast: Cast) -> None:
    """By rule the street's members get no text message: one asks for it. Riders do: one does not want it."""
    order("sendings", Channel.SMS, union=cast.riders)
    sms_template()
    for player, yes in ((cast.wang, True), (cast.zhang, False)):
        wanted = {("sendings", Channel.SMS): yes}
        choices.choose(person=player.person, wanted=wanted, by=player.actor, at=NOW)
    people = [estimate(written(cast, union=one), on=TODAY).shares[1].people for one in (cast.zhongshan, cast.riders)]
    assert people == [1, 1]


def test_channel_without_template_or_connection_says_so(cast: Cast) -> None:
    order("sendings", Channel.OFFICIAL, Channel.SMS)
    official, sms, _ = estimate(written(cast, union=cast.riders), on=TODAY).shares
    assert (official.why, sms.why) == (Why.NOT_CONNECTED, Why.NO_TEMPLATE)


def test_estimate_asks_as_much_for_many_unions_as_for_one(cast: Cast) -> None:
    order("sendings", Channel.SMS)
    sms_template()
    counts = []
    for union, by in ((cast.riders, cast.officer), (cast.chongqing, cast.chief)):
        row = written(cast, union=union, by=by)
        with CaptureQueriesContext(connection) as seen:
            estimate(row, on=TODAY)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_samples_read_as_those_people_would_get_them(cast: Cast) -> None:
    order("sendings", Channel.SMS, Channel.SLIP)
    sms_template()
    found = {one.person.name: one for one in samples(written(cast, union=cast.zhongshan), at=NOW)}
    assert sorted(found) == ["李建国", "王小华", "罗勤"]
    wang, li = found["王小华"], found["李建国"]
    assert (wang.told.title, wang.told.body) == (TITLE, f"{BODY}　—{cast.zhongshan.name}")
    assert (wang.channels, wang.text) == ([Channel.SMS, Channel.SLIP], f"【永川工会】工会通知：{TITLE}。详情请看同心。")
    assert (li.channels, li.text, li.home) == ([Channel.SLIP], "", cast.factory.pk)


def test_samples_are_five_and_stay_the_same(cast: Cast) -> None:
    row = written(cast, union=cast.chongqing, by=cast.chief)
    first, again = samples(row, at=NOW), samples(row, at=NOW)
    assert len({one.person.pk for one in first}) == 5
    assert [one.person.pk for one in first] == [one.person.pk for one in again]


def test_template_whose_places_cannot_be_filled_is_passed_over(cast: Cast) -> None:
    order("sendings", Channel.SMS)
    template = sms_template()
    with writing():
        template.names = ["title", "weather"]
        template.save()
    assert [one.channels for one in samples(written(cast, union=cast.riders), at=NOW)] == [[], []]
