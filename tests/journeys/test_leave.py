"""A worker asks for leave on a phone, and takes it back."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.cast import Cast
from tests.factories.activities import at, school, sign_up
from tests.journeys.conftest import faults
from tests.web.conftest import Clock, sign_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
Shot = Callable[[Page, str], None]


@pytest.mark.parametrize("width", [390, 1280])
def test_leave_is_asked_and_taken_back(
    cast: Cast, clock: Clock, open_page: Callable[..., Page], live_server: object, shot: Shot, width: int
) -> None:
    cohort = school(cast).cohort()
    sign_up(cohort, cast.wang)
    clock.now = at(4, 2, 12)
    page = open_page(width)
    session = sign_in(cast.wang.account, factor=False).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.goto(f"/classes/{cohort.public_id}/")
    assert faults(page) == []
    shot(page, "leave-offered")
    page.click("[aria-label=第1次课请假]")
    expect(page.locator("body")).to_contain_text("已请假：4月2日 19:00。")
    assert faults(page) == []
    shot(page, "leave-asked")
    page.click("[aria-label=撤回第1次课的请假]")
    expect(page.locator("body")).to_contain_text("请假已撤回：4月2日 19:00，到时见。")
    expect(page.locator("[aria-label=第1次课请假]")).to_be_visible()
