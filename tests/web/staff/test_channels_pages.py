"""渠道和费用 in the browser without a screen: what holds here, this month's money, templates, order, and the rows."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import HOUSE, NOW, Cast, Player
from tests.factories.notices import SMS, WINDOW, budget, price, rule, tell, template

from tongxin.notices import courier
from tongxin.notices.actions import budgets
from tongxin.notices.models import Budget, ChannelRule, Price, Template
from tongxin.people.names import mask

pytestmark = pytest.mark.django_db
AsStaff = Callable[[Player], Client]
GATEWAYS = {"sms": "tongxin.notices.gateways.demo.DemoQuiet"}


@pytest.fixture
def admin(cast: Cast, as_staff: AsStaff, settings: object) -> Client:
    settings.NOTICE_GATEWAYS = GATEWAYS  # type: ignore[attr-defined]
    return as_staff(cast.admin)


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def under(cast: Cast, name: str) -> str:
    return f"/staff/channels/{cast.yongchuan.public_id}/{name}/"


def test_overview_shows_what_holds_here(cast: Cast, admin: Client) -> None:
    price(None, SMS, "0.045")
    rule(cast.chongqing, "results", (SMS, 30), (WINDOW, 0))
    template(cast.chongqing, SMS, number="SMS_77", signature="重庆工会")
    budget(cast.chongqing, "500")
    budget(cast.factory, "20.50")
    text = text_of(admin, "/staff/channels/")
    assert all(
        words in text
        for words in ("永川区总工会，2024年3月", "已接通", "没有接通", "0.045元", "500.00元", "20.50元", "SMS_77",
                      "【重庆工会】", "短信，30分钟没有确认再用窗口口头告知", "重庆市总工会定的", "系统默认")
    )  # fmt: skip


def test_without_a_budget_says_that_nothing_that_costs_goes_out(cast: Cast, admin: Client) -> None:
    assert "本月没有预算，收费的渠道都不发" in text_of(admin, "/staff/channels/")


def test_budget_is_set_on_the_page_and_typed_values_stay(cast: Cast, admin: Client) -> None:
    answer = admin.post(under(cast, "budget"), {"cap": "120.5"})
    assert answer["Location"] == f"/staff/channels/?union={cast.yongchuan.public_id}"
    row = Budget.objects.get()
    assert (row.union_id, row.month, row.cap) == (cast.yongchuan.pk, date(2024, 3, 1), Decimal("120.50"))
    wrong = admin.post(under(cast, "budget"), {"cap": "-3"})
    assert (wrong.status_code, 'value="-3"' in wrong.content.decode()) == (422, True)
    assert "不能小于0。" in wrong.content.decode()


def test_price_has_a_history_and_no_past(cast: Cast, admin: Client) -> None:
    assert (
        admin.post(under(cast, "price") + "?channel=sms", {"amount": "0.05", "valid_from": "2024-03-28"}).status_code
        == 302
    )
    budgets.set_price(
        union=cast.yongchuan, channel=SMS, amount=Decimal("0.04"), valid_from=date(2024, 4, 1), by=HOUSE, at=NOW
    )
    text = text_of(admin, under(cast, "price") + "?channel=sms")
    assert ("0.05元" in text, "0.04元" in text) == (True, True)
    answer = admin.post(under(cast, "price") + "?channel=sms", {"amount": "0.01", "valid_from": "2024-03-01"})
    assert answer.status_code == 422
    assert "过去的价格不能改" in answer.content.decode()
    assert Price.objects.count() == 2


def test_template_is_added_changed_and_ended(cast: Cast, admin: Client) -> None:
    form = {
        "channel": "sms", "kind": "place.moved-up", "number": "SMS_1", "signature": "永川区总工会", "text": "${what}轮到您",
        "valid_from": "2024-03-28",
    }  # fmt: skip
    assert admin.post(under(cast, "templates/new"), form).status_code == 302
    row = Template.objects.get()
    assert (row.union_id, row.names) == (cast.yongchuan.pk, ["what"])
    typed = text_of(admin, under(cast, "templates/new") + f"?like={row.public_id}")
    assert "${what}轮到您" in typed
    wrong = admin.post(under(cast, "templates/new"), form | {"text": "${room}"})
    assert (wrong.status_code, "${room}" in wrong.content.decode()) == (422, True)
    assert "这种通知里没有room" in wrong.content.decode()
    assert admin.post(under(cast, f"templates/{row.public_id}/end"), {"on": "2024-03-29"}).status_code == 302
    assert Template.objects.get().valid_to == date(2024, 3, 29)


def test_order_is_set_on_the_page(cast: Cast, admin: Client) -> None:
    shown = text_of(admin, under(cast, "order") + "?group=results")
    assert '<option value="official" selected>' in shown
    form = {"group": "results", "channel1": "sms", "wait1": "45", "channel2": "window", "valid_from": "2024-03-28"}
    assert admin.post(under(cast, "order"), form).status_code == 302
    rows = ChannelRule.objects.order_by("position").values_list("channel", "wait_minutes")
    assert list(rows) == [("sms", 45), ("window", 0)]
    wrong = admin.post(under(cast, "order"), form | {"channel2": "sms"})
    assert "每个渠道只能排一次" in wrong.content.decode()


def test_numbers_open_their_rows_with_masked_names(cast: Cast, admin: Client) -> None:
    rule(None, "results", (SMS, 0))
    tell(cast.wang, "a", "b")
    tell(cast.li, "c")
    tell(cast.gao, "elsewhere")
    courier.carry_all(lambda: NOW)
    text = text_of(admin, "/staff/channels/")
    link = f'{under(cast, "deliveries")}?channel=sms&amp;state=accepted&amp;why="'
    assert f'href="{link[:-1]}">2</a>' in text
    assert f'href="{under(cast, "deliveries")}">3</a>' in text
    rows = text_of(admin, under(cast, "deliveries") + "?channel=sms&state=accepted&why=")
    assert (rows.count(mask("王小华")), "王小华" in rows, "2条" in rows) == (2, False, True)
    assert str(cast.wang.person.phone_text())[3:] not in rows
    skipped = text_of(admin, under(cast, "deliveries") + "?state=skipped&why=no_address")
    assert (mask("李建国") in skipped, "1条" in skipped) == (True, True)
    assert "3条" in text_of(admin, under(cast, "deliveries") + "?state=nonsense")


def test_others_months_and_unions_do_not_count(cast: Cast, admin: Client) -> None:
    tell(cast.wang, "old", at=NOW.replace(month=2))
    tell(cast.gao, "elsewhere")
    assert "本月还没有往外发过" in text_of(admin, "/staff/channels/")


def test_rows_cost_no_query_each(cast: Cast, admin: Client) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as found:
            text_of(admin, under(cast, "deliveries"))
        return len(found)

    tell(cast.wang, "a")
    one = count()
    tell(cast.zhang, "b")
    tell(cast.zhao, "c")
    assert count() == one


def test_union_of_another_is_not_there(cast: Cast, admin: Client) -> None:
    for name in ("budget", "price", "templates/new", "order", "deliveries"):
        assert admin.get(f"/staff/channels/{cast.jiangjin.public_id}/{name}/").status_code == 404
    assert "江津区总工会" not in text_of(admin, f"/staff/channels/?union={cast.jiangjin.public_id}")


def test_template_of_the_union_above_is_seen_and_not_ended_here(cast: Cast, admin: Client) -> None:
    row = template(cast.chongqing, SMS)
    assert admin.get(under(cast, f"templates/{row.public_id}/end")).status_code == 404
