"""A worker moves from 永川 to 锦江 in the browser: both unions say yes, the worker consents, not a day is missing."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.cast import SINCE, TODAY, Cast
from tests.journeys.conftest import faults
from tests.journeys.test_joining import signed_in

from tongxin.people.models import Membership

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
Shot = Callable[[Page, str], None]


def stays(cast: Cast) -> list[tuple[object, ...]]:
    rows = Membership.objects.filter(person=cast.wang.person).order_by("starts", "pk")
    return list(rows.values_list("union__name", "starts", "ends"))


@pytest.mark.usefixtures("clock")
def test_from_yongchuan_to_sichuan(cast: Cast, open_page: Callable[..., Page], live_server: object, shot: Shot) -> None:
    phone = signed_in(open_page(390), cast.wang.account, live_server, factor=False)
    phone.goto("/me/membership/")
    assert faults(phone) == []
    shot(phone, "membership")
    phone.click("a:has-text('会籍转接')")
    phone.click("text=申请转接")
    phone.fill("[name=q]", "锦江百货")
    phone.click("text=查找")
    assert faults(phone) == []
    phone.click(f"text={cast.jinjiang_shop.name}")
    assert faults(phone) == []
    phone.fill("[name=reason]", "到成都上班")
    phone.click("text=送出申请")
    expect(phone.locator("h1")).to_contain_text("办理中")
    shot(phone, "transfer-waiting")

    for player, side in ((cast.cadre, "转出"), (cast.jinjiang_cadre, "转入")):
        desk = signed_in(open_page(1280), player.account, live_server, factor=True)
        desk.goto("/staff/transfers/")
        assert faults(desk) == []
        desk.click("table a")
        assert faults(desk) == []
        shot(desk, "transfer-one")
        desk.click(f"button:has-text('同意{side}')")
        expect(desk.locator("[role=status]").first).to_contain_text("已答复")
    assert stays(cast) == [(cast.factory.name, SINCE, None)]  # not without the worker

    phone.goto("/me/transfer/")
    phone.click("button:has-text('我同意')")
    expect(phone.locator("h1")).to_contain_text("已转接")
    assert faults(phone) == []
    assert stays(cast) == [(cast.factory.name, SINCE, TODAY), (cast.jinjiang_shop.name, TODAY, None)]


@pytest.mark.usefixtures("clock")
def test_without_scripts_it_goes_the_same_way(cast: Cast, open_page: Callable[..., Page], live_server: object) -> None:
    phone = signed_in(open_page(390, java_script_enabled=False), cast.wang.account, live_server, factor=False)
    phone.goto(f"/me/transfer/to/{cast.riders.public_id}/")
    phone.click("text=送出申请")
    expect(phone.locator("h1")).to_contain_text("办理中")
    phone.click("text=撤回申请")
    expect(phone.locator("h1")).to_contain_text("已撤回")
