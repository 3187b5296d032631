"""Signing in, in a real browser: with and without JavaScript, on a phone and at a desk."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.cast import PASSWORD, Cast
from tests.journeys.conftest import faults
from tests.web.conftest import Clock

from tongxin.kernel import one_time_codes
from tongxin.people.actions import second_factor

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
Shot = Callable[[Page, str], None]


@pytest.fixture(autouse=True)
def demo(settings: object) -> None:
    settings.DEMO = True
    settings.SMS_SENDER = "tongxin.notices.senders.DemoInbox"


def code_in_the_inbox(page: Page) -> str:
    return re.findall(r"验证码是(\d{6})", page.request.get("/demo/inbox/").text())[0]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_worker_signs_in_with_a_code(open_page: Callable[..., Page], shot: Shot, scripts: bool) -> None:
    page = open_page(390, java_script_enabled=scripts)
    page.goto("/sign-in/?next=/about/")
    if scripts:
        assert faults(page) == []
    shot(page, "sign-in")
    page.fill("[name=phone]", "1991234567")
    page.click("text=获取验证码")
    expect(page.locator(".tx-errsum")).to_contain_text("手机号只有10位，少1位，请补上。")
    assert page.title() == "错误：登录 - 同心"
    if scripts:
        expect(page.locator(".tx-errsum")).to_be_focused()
        assert faults(page) == []
    shot(page, "sign-in-errors")
    assert page.input_value("[name=phone]") == "1991234567"
    page.fill("[name=phone]", "19912345678")
    page.click("text=获取验证码")
    expect(page.locator("h1")).to_have_text("输入验证码")
    if scripts:
        assert faults(page) == []
        expect(page.locator("[data-tx=wait]")).to_be_disabled()
    shot(page, "code")
    page.fill("[name=code]", code_in_the_inbox(page))
    page.click("form:has([name=code]) button")
    expect(page).to_have_url(re.compile("/about/$"))


def test_staff_sets_the_factor_up_and_comes_to_the_desk(cast: Cast, clock: Clock, desk: Page, shot: Shot) -> None:
    desk.goto("/staff/")
    expect(desk.locator("h1")).to_have_text("工会干部登录")
    assert faults(desk) == []
    shot(desk, "staff-sign-in")
    desk.fill("[name=login]", "zhouyong")
    desk.fill("[name=password]", PASSWORD)
    desk.click("text=下一步")
    expect(desk.locator("h1")).to_have_text("设置动态口令")
    assert faults(desk) == []
    shot(desk, "enrol")
    secret = desk.inner_text(".tx-secret").replace(" ", "")
    desk.fill("[name=code]", one_time_codes.code_at(secret, one_time_codes.step_at(clock.now)))
    desk.click("text=设好并登录")
    expect(desk.locator("h1")).to_have_text("保存恢复码")
    assert faults(desk) == []
    shot(desk, "recovery-codes")
    desk.click("text=已经保存")
    expect(desk).to_have_url(re.compile("/staff/$"))
    assert faults(desk) == []
    shot(desk, "desk")
    desk.set_viewport_size({"width": 390, "height": 844})
    assert faults(desk) == []
    shot(desk, "desk")
    desk.set_viewport_size({"width": 1280, "height": 800})
    desk.goto("/staff/password/")
    assert faults(desk) == []
    shot(desk, "password")
    assert second_factor.has_factor(cast.admin.account)


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("address", ["/", "/about/", "/display/", "/demo/inbox/", "/sign-out/"])
def test_open_page_is_without_fault(open_page: Callable[..., Page], shot: Shot, width: int, address: str) -> None:
    page = open_page(width)
    page.goto(address)
    assert faults(page) == []
    shot(page, address.strip("/").replace("/", "-") or "home")


def test_large_text_and_language_work_without_scripts(open_page: Callable[..., Page], shot: Shot) -> None:
    page = open_page(390, java_script_enabled=False)
    page.goto("/about/")
    page.click("text=大字")
    expect(page.locator("html")).to_have_class("tx-large")
    expect(page).to_have_url(re.compile("/about/$"))
    page.click("text=English")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    shot(page, "about-english-large")


def test_dark_page_is_without_fault(phone: Page, shot: Shot) -> None:
    phone.goto("/display/?next=/about/")
    phone.check("[name=theme][value=dark]")
    phone.click("text=保存")
    expect(phone).to_have_url(re.compile("/about/$"))
    assert faults(phone) == []
    shot(phone, "about-dark")
    phone.goto("/classes/")  # with a list to choose from, whose arrow is a picture
    phone.click("text=筛选")
    assert faults(phone) == []
