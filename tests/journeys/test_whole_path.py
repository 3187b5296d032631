"""The whole path in a real browser: a roster comes in, a class is published, two workers want its one place, one comes,
and every figure moves by exactly one. Once with scripts and looked at from all sides, once without any script."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.cast import Cast
from tests.factories.activities import at, school
from tests.factories.rosters import number, phone, row, sheet
from tests.journeys.steps import Staff, Worker, sound
from tests.web.conftest import Clock

from tongxin.activities.models import Attendance, Enrolment
from tongxin.calls.queries import miscounted
from tongxin.notices.actions import messages
from tongxin.people.models import Person

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
FIRST, SECOND = ("申一", number(1), phone(1)), ("申二", number(2), phone(2))


@pytest.fixture(autouse=True)
def demo(settings: object) -> None:
    settings.DEMO = True
    settings.SMS_SENDER = "tongxin.notices.senders.DemoInbox"


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_from_roster_to_figure(open_page: Callable[..., Page], cast: Cast, clock: Clock, scripts: bool) -> None:
    look = sound if scripts else _unseen
    school(cast).course("瑜伽入门")
    desk, door = open_page(1280, java_script_enabled=scripts), open_page(1280, java_script_enabled=scripts)
    cadre, officer = Staff(desk, clock, look), Staff(door, clock, look)
    one, two = (Worker(open_page(390, java_script_enabled=scripts), look) for _ in range(2))

    cadre.sign_in("luoqin")
    cadre.imports(sheet(row(FIRST[0], *FIRST[1:], "合成工厂"), row(SECOND[0], *SECOND[1:], "合成工厂")))
    assert Person.objects.filter(name__in=[FIRST[0], SECOND[0]]).count() == 2

    officer.sign_in("zhenghui")
    officer.makes_a_term(27, "2024-04-01", "2024-06-30")
    officer.adds_a_cohort("瑜伽入门", units=1)
    officer.publishes()

    for who, (name, document, mobile), then in ((one, FIRST, "您已报名"), (two, SECOND, "您的候补位置")):
        who.opens_the_class("瑜伽入门")
        who.signs_in(mobile)
        who.presses_sign_up(then="您是哪一位")
        who.claims(name, document)
        who.opens_the_class("瑜伽入门")
        who.presses_sign_up(then)
    one.page.reload()
    expect(one.page.locator("#main")).to_contain_text("您已报名")
    look(one.page)
    expect(two.page.locator(".w-big")).to_have_text("1")
    expect(two.page.locator("#main")).to_contain_text("您的候补位置")
    look(two.page)

    one.withdraws()
    look(one.page)
    assert messages.deliver(100, at=clock.now) > 0
    two.page.goto("/inbox/")
    expect(two.page.locator(".w-list")).to_contain_text("瑜伽入门")
    look(two.page)
    two.opens_the_class("瑜伽入门")
    expect(two.page.locator("#main")).to_contain_text("您已报名")
    assert Enrolment.objects.filter(state="enrolled").get().person.name == SECOND[0]

    clock.now = at(4, 2, 18, 50)
    officer.sign_out()
    officer.sign_in("zhenghui")
    before = officer.figures()
    _checks_in(officer, two, look)
    after = officer.figures()
    look(door)
    changed = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert changed == {"服务职工": 1, "出勤": 1, "职工人数": 1}  # one person-time, one attendance, one head
    _drills_down(door, look)
    assert Attendance.objects.count() == 1
    assert miscounted() == []


def _checks_in(officer: Staff, worker: Worker, look: Callable[[Page], None]) -> None:
    """By the characters under the code on the worker's phone."""
    worker.page.goto("/me/")
    look(worker.page)
    worker.page.click(".w-row:has-text('瑜伽入门')")
    look(worker.page)
    officer.page.goto("/staff/check-in/")
    look(officer.page)
    officer.page.click("li:has-text('瑜伽入门') a:has-text('扫学员的码')")
    officer.page.fill("[name=text]", worker.page.inner_text(".w-code"))
    officer.page.click("form:has([name=text]) button")
    expect(officer.page.locator("body")).to_contain_text(SECOND[0])
    look(officer.page)


def _drills_down(page: Page, look: Callable[[Page], None]) -> None:
    """From the number of person-times to the one name behind it."""
    page.click(".s-kpi:has-text('服务职工')")
    look(page)
    for _ in range(2):
        page.locator("tbody td.r a").first.click()
        expect(page.locator(".s-box")).to_contain_text("与上一页的数字一致")
    expect(page.locator("tbody")).to_contain_text(SECOND[0])
    look(page)


def _unseen(_page: Page) -> None:
    """axe is a script: without scripts it cannot look."""
