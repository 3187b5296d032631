"""An administrator opens an account; its holder comes in with it for the first time. In a real browser."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.cast import HOUSE, NOW, PASSWORD, TODAY, Cast, Player, worker
from tests.journeys.conftest import faults
from tests.web.conftest import Clock

from tongxin.kernel import one_time_codes
from tongxin.people.actions import appointments
from tongxin.people.roles import RoleName

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
Shot = Callable[[Page, str], None]
NEW = "my own horse battery"


@pytest.fixture
def hired(cast: Cast) -> Player:
    player = worker(cast.factory, "周新")
    appointments.appoint(
        person=player.person,
        role=RoleName.PROGRAMME_OFFICER,
        union=cast.yongchuan,
        starts=TODAY,
        ends=TODAY.replace(year=2025),
        by=HOUSE,
        at=NOW,
    )
    return player


def come_in(page: Page, login: str, password: str, clock: Clock) -> None:
    page.goto("/staff/")
    page.fill("[name=login]", login)
    page.fill("[name=password]", password)
    page.click("text=下一步")
    secret = page.inner_text(".tx-secret").replace(" ", "")
    page.fill("[name=code]", one_time_codes.code_at(secret, one_time_codes.step_at(clock.now)))
    page.click("text=设好并登录")
    page.click("text=已经保存")


def looked_at(page: Page, shot: Shot, name: str) -> None:
    for width, height in ((1280, 800), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        assert faults(page) == []
        shot(page, name)
    page.set_viewport_size({"width": 1280, "height": 800})


def test_account_from_opening_to_own_password(
    cast: Cast, hired: Player, clock: Clock, open_page: Callable[..., Page], shot: Shot
) -> None:
    desk = open_page(1280)
    come_in(desk, "zhouyong", PASSWORD, clock)
    desk.click("nav >> text=工作账号")
    expect(desk.locator("h1")).to_have_text("工作账号")
    looked_at(desk, shot, "accounts")
    desk.click("text=周新")
    looked_at(desk, shot, "account-none")
    desk.fill("[name=login]", "ZHENGHUI")
    desk.click("text=开通账号")
    expect(desk.locator(".tx-errsum")).to_contain_text("登录名zhenghui已有人用，请换一个。")
    looked_at(desk, shot, "account-taken")
    desk.fill("[name=login]", "zhouxin")
    desk.click("text=开通账号")
    expect(desk.locator("h1")).to_have_text("账号已开通")
    looked_at(desk, shot, "account-given")
    password = re.search(r"[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}", desk.inner_text("main")).group(0)
    desk.click("text=已交给本人")
    expect(desk.locator("h1")).to_contain_text("等本人第一次登录")
    looked_at(desk, shot, "account-waiting")

    theirs = open_page(1280)
    come_in(theirs, "zhouxin", password, clock)
    expect(theirs.locator("h1")).to_have_text("设置自己的密码")
    looked_at(theirs, shot, "own-password")
    theirs.fill("[name=old]", password)
    theirs.fill("[name=new]", NEW)
    theirs.fill("[name=again]", NEW)
    theirs.click("main >> button:has-text('修改密码')")
    expect(theirs).to_have_url(re.compile("/staff/$"))

    desk.goto(f"/staff/accounts/{hired.person.public_id}/")
    looked_at(desk, shot, "account-ready")
    desk.click("summary:has-text('停用账号')")
    looked_at(desk, shot, "account-stop")
    desk.click("text=确定停用")
    expect(desk.locator("h1")).to_contain_text("已停用")
    theirs.goto("/staff/")
    expect(theirs.locator("h1")).to_have_text("工会干部登录")


def test_reset_password_without_scripts(cast: Cast, clock: Clock, open_page: Callable[..., Page]) -> None:
    desk = open_page(1280, java_script_enabled=False)
    come_in(desk, "zhouyong", PASSWORD, clock)
    desk.goto(f"/staff/accounts/{cast.officer.person.public_id}/")
    desk.click("summary:has-text('重设密码')")
    desk.click("text=确定重设")
    expect(desk.locator("h1")).to_have_text("密码已重设")
