"""我能享受什么 on a phone: answer, read, step back, and the answers are still there; the address says nothing."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.benefits.lines import TwoSides
from tests.cast import Cast
from tests.journeys.conftest import faults

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_visitor_answers_reads_and_steps_back(cast: Cast, open_page: Callable[..., Page]) -> None:
    TwoSides(cast).signed()
    page = open_page(390)
    page.goto("/due/")
    assert faults(page) == []
    page.check("[name=region][value='510000']")
    page.check("[name=is_member][value=yes]")
    page.click("form.w-ask button.btn-primary")
    expect(page.locator("#may_give")).to_be_visible()
    expect(page.locator("main")).to_contain_text("您的工会可以给，最多2,200元/人·年")
    assert faults(page) == []
    assert page.url.endswith("/due/")
    page.go_back()
    expect(page.locator("[name=is_member][value=yes]")).to_be_checked()
    plain = open_page(390, java_script_enabled=False)
    plain.goto("/due/")
    plain.check("[name=region][value='500000']")
    plain.click("form.w-ask button.btn-primary")
    expect(plain.locator("#unknown")).to_be_visible()
