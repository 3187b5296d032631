"""A rider joins on a phone; the cadre at the union answers at a desk; the rider sees the membership."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.cast import Cast
from tests.journeys.conftest import faults
from tests.web.conftest import Clock, sign_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
Shot = Callable[[Page, str], None]


def signed_in(page: Page, account: object, live_server: object, *, factor: bool) -> Page:
    session = sign_in(account, factor=factor).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    return page


def test_a_rider_joins_and_is_answered(
    cast: Cast, clock: Clock, open_page: Callable[..., Page], live_server: object, shot: Shot
) -> None:
    phone = signed_in(open_page(390), cast.newcomer, live_server, factor=False)
    phone.goto("/join/")
    assert faults(phone) == []
    shot(phone, "join-begin")
    phone.click("text=送外卖")
    phone.click("text=重庆市总工会")
    phone.click(".w-list >> text=永川区总工会")
    assert faults(phone) == []
    shot(phone, "join-where")
    phone.click(f"text={cast.riders.name}")
    expect(phone.locator("body")).to_contain_text("由永川区总工会审核。3个工作日内答复，逾期转上级。")
    assert faults(phone) == []
    phone.click("text=送出申请")
    expect(phone.locator("body")).to_contain_text("请填写姓名。")
    phone.fill("[name=name]", "新来的")
    shot(phone, "join-form")
    phone.click("text=送出申请")
    expect(phone.locator("body")).to_contain_text("最晚4月2日答复，逾期自动转上级")
    assert faults(phone) == []
    shot(phone, "join-state")

    desk = signed_in(open_page(1280), cast.admin.account, live_server, factor=True)
    desk.goto("/staff/joining/")
    assert faults(desk) == []
    shot(desk, "joining-list")
    desk.click("table a")
    assert faults(desk) == []
    shot(desk, "joining-one")
    desk.click("summary:has-text('不通过')")
    desk.click("form:has([name=why_not]) button")
    expect(desk.locator("body")).to_contain_text("请填写原因。")
    desk.click("form[action$='/accept/'] button")
    expect(desk.locator("body")).to_contain_text("的会员。")

    phone.goto("/join/state/")
    expect(phone.locator("body")).to_contain_text("已入会")
    phone.goto("/join/")
    expect(phone.locator("body")).to_contain_text(f"您从2024年3月28日起是{cast.riders.name}的会员")
    assert faults(phone) == []
