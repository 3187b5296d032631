"""Without a mouse, and without scripts: the roll called by keys, the same by a form; tabs, skip link, summary of errors."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.cast import Cast
from tests.factories.activities import School, at, enrolment, fresh, lesson, school, sign_up
from tests.journeys.conftest import painted
from tests.web.conftest import Clock, sign_in

from tongxin.activities.models import Attendance, Cohort

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
Open = Callable[..., Page]
FOCUSED = "document.activeElement.textContent.trim()"


@pytest.fixture
def ours(cast: Cast) -> School:
    return school(cast)


@pytest.fixture
def cohort(ours: School, clock: Clock) -> Cohort:
    """Three on the roster, at the hour of the second lesson; nobody was marked in the first."""
    made = ours.cohort()
    sign_up(made, ours.cast.wang, ours.cast.zhang, *ours.workers(1))
    clock.now = at(4, 9, 19)
    return fresh(made)


def entered(page: Page, ours: School, live_server: object) -> Page:
    client = sign_in(ours.officer.account, factor=True)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    return page


def marks(cohort: Cohort, no: int) -> list[str]:
    rows = Attendance.objects.filter(session=lesson(cohort, no)).order_by("enrolment__at", "enrolment__pk")
    return list(rows.values_list("mark", flat=True))


def test_roll_is_called_with_keys_alone(desk: Page, live_server: object, ours: School, cohort: Cohort) -> None:
    page = entered(desk, ours, live_server)
    page.goto(f"/staff/cohorts/{cohort.public_id}/")
    first = page.locator("td.today .s-cell[data-mark]").first
    _tab_to(page, first)
    for key in ("1", "2", "4"):
        page.keyboard.press(key)
    expect(page.locator("#roll-total")).to_have_text("2/3")
    assert sorted(marks(cohort, 2)) == ["absent", "late", "present"]
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.locator("td.today .s-cell[data-mark]").first).to_be_focused()
    page.keyboard.press(" ")
    expect(page.locator("td.today .s-cell[data-mark]").first).to_have_attribute("data-mark", "late")
    expect(page.locator("[data-roll] [aria-busy]")).to_have_count(0)
    assert sorted(marks(cohort, 2)) == ["absent", "late", "late"]


def test_a_day_that_is_over_asks_for_the_reason_and_gives_the_focus_back(
    desk: Page, live_server: object, ours: School, cohort: Cohort
) -> None:
    page = entered(desk, ours, live_server)
    page.goto(f"/staff/cohorts/{cohort.public_id}/")
    _tab_to(page, page.locator("td.today .s-cell[data-mark]").first)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("1")
    expect(page.locator("#roll-why")).to_be_focused()
    page.keyboard.type("当天忘了点名")
    page.keyboard.press("Enter")
    expect(page.locator("#roll-total")).to_have_text("1/1")
    assert marks(cohort, 1) == ["present"]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_roll_is_called_by_a_form(
    open_page: Open, live_server: object, ours: School, cohort: Cohort, scripts: bool
) -> None:
    page = entered(open_page(390, java_script_enabled=scripts), ours, live_server)
    page.goto(f"/staff/cohorts/{cohort.public_id}/roll/{lesson(cohort, 2).public_id}/")
    for player, mark in ((ours.cast.wang, "late"), (ours.cast.zhang, "present")):
        page.locator(f"[name=m-{enrolment(cohort, player).public_id}][value={mark}]").check(force=True)
    page.click("button:has-text('保存')")
    expect(page.locator("body")).to_contain_text("已保存，改动2人。")
    assert sorted(marks(cohort, 2)) == ["late", "present"]
    page.goto(f"/staff/cohorts/{cohort.public_id}/roll/{lesson(cohort, 1).public_id}/")
    page.locator(f"[name=m-{enrolment(cohort, ours.cast.wang).public_id}][value=present]").check(force=True)
    page.click("button:has-text('保存')")
    expect(page.locator("#reason-err")).to_be_visible()
    page.fill("[name=reason]", "当天忘了点名")
    page.click("button:has-text('保存')")
    expect(page.locator("body")).to_contain_text("已保存，改动1人。")
    assert marks(cohort, 1) == ["present"]


def test_one_press_without_scripts_marks_one_cell(
    open_page: Open, live_server: object, ours: School, cohort: Cohort
) -> None:
    page = entered(open_page(1280, java_script_enabled=False), ours, live_server)
    page.goto(f"/staff/cohorts/{cohort.public_id}/")
    page.locator("td.today .s-cell[data-mark]").first.click()
    expect(page.locator("#roll-total")).to_have_text("1/1")
    assert marks(cohort, 2) == ["present"]


def test_skip_link_comes_first_and_leads_to_the_page(
    desk: Page, live_server: object, ours: School, cohort: Cohort
) -> None:
    page = entered(desk, ours, live_server)
    for address in ("/", "/classes/", "/staff/", f"/staff/cohorts/{cohort.public_id}/"):
        page.goto(address)
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUSED) == "跳到正文", address
        page.keyboard.press("Enter")
        painted(page)
        page.keyboard.press("Tab")
        inside = page.evaluate("document.querySelector('#main').contains(document.activeElement)")
        assert inside, address


def test_tabs_of_a_cohort_are_links_in_order(desk: Page, live_server: object, ours: School, cohort: Cohort) -> None:
    page = entered(desk, ours, live_server)
    page.goto(f"/staff/cohorts/{cohort.public_id}/")
    tabs = page.locator(".s-tabs a")
    tabs.first.focus()
    for number in range(1, tabs.count()):
        page.keyboard.press("Tab")
        expect(tabs.nth(number)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".s-tabs [aria-current=page]")).to_have_text("设置")


def test_summary_of_errors_takes_the_focus_and_leads_to_the_field(
    desk: Page, live_server: object, ours: School, cohort: Cohort
) -> None:
    page = entered(desk, ours, live_server)
    page.goto(f"/staff/programmes/{ours.programme.public_id}/terms/new/")
    page.fill("[name=starts]", "2024-09-01")
    page.fill("[name=ends]", "2024-08-01")
    page.press("[name=ends]", "Enter")
    summary = page.locator(".tx-errsum")
    expect(summary).to_be_focused()
    assert page.title().startswith("错误：")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[name=ends]")).to_be_focused()


def test_worker_signs_up_and_leaves_with_keys_alone(
    cast: Cast, ours: School, clock: Clock, open_page: Open, live_server: object
) -> None:
    made = ours.cohort()
    page = open_page(390)
    session = sign_in(cast.wang.account, factor=False).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.goto("/classes/")
    for wanted, then in (
        (page.locator(f"a[href='/classes/{made.public_id}/']").first, "报名"),
        (page.locator("button:has-text('报名')"), "您已报名"),
        (page.locator("summary:has-text('退课')"), "确定退课吗"),
        (page.locator("button:has-text('确定退课')"), "已退出，名额会让给候补的工友。"),
    ):
        _tab_to(page, wanted)
        page.keyboard.press("Enter")
        expect(page.locator("body")).to_contain_text(then)
    assert fresh(made).enrolments.get().state == "withdrawn"


def _tab_to(page: Page, wanted: object) -> None:
    """By the Tab key alone; a page that needs more than a hundred presses is not usable so."""
    for _ in range(100):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError("Tab does not reach it")
