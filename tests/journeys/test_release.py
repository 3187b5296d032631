"""A release on a phone, against the real server with its lane: the entry days before, the countdown, the number, the receipt."""

import json
import urllib.request
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.config.conftest import folders
from tests.config.test_kill import Installation
from tests.config.test_serve import eventually
from tests.journeys.conftest import PATIENCE

__all__ = ["folders"]
pytestmark = pytest.mark.slow
SOON = "UPDATE calls_call SET opens = now() + interval '2 seconds' RETURNING id"  # nobody waits for days in a test


@pytest.fixture
def installation(folders) -> Iterator[Installation]:
    made = Installation(folders, stage="tests.config.release_stage")
    made.served.start()
    assert eventually(made.served.is_well)
    yield made
    made.served.end()


@pytest.fixture
def phone(browser: Browser, installation: Installation) -> Iterator[Page]:
    """Signed in; no error in its console."""
    address = f"http://127.0.0.1:{installation.served.port}"
    size = {"width": 390, "height": 844}
    context = browser.new_context(viewport=size, is_mobile=True, has_touch=True, base_url=address, locale="zh-CN")
    context.set_default_timeout(PATIENCE)
    context.add_cookies([{"name": "sessionid", "value": installation.stage["session"], "url": address}])
    page, wrong = context.new_page(), []
    page.on("console", lambda told: wrong.append(told.text) if told.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    context.close()
    assert wrong == []


def soon(installation: Installation) -> bool:
    """Whether the lane knows that it opens, which it does a second later."""
    address = f"http://127.0.0.1:{installation.served.port}/lane/{installation.stage['pool']}"
    with urllib.request.urlopen(address, timeout=60) as answer:
        told = json.load(answer)
    return bool(told["opens"] - told["now"] < 60_000)


def test_a_page_enters_by_itself_at_the_moment_and_its_receipt_holds(installation: Installation, phone: Page) -> None:
    pool, asked = installation.stage["pool"], []
    phone.on("request", lambda sent: asked.append((sent.method, urlsplit(sent.url).path)))
    phone.goto(f"/releases/{pool}/")
    phone.get_by_role("button", name="领取入场凭证").click()
    expect(phone.get_by_text("您的入场凭证已领取")).to_be_visible()
    phone.get_by_role("link", name="进入").click()
    expect(phone.get_by_role("timer")).to_be_visible()
    installation.ask(SOON)
    assert eventually(lambda: soon(installation))
    asked.clear()
    phone.reload()
    expect(phone.get_by_text("您是第1号")).to_be_visible()
    expect(phone.get_by_text("回执已在这台设备上核验：签名有效。")).to_be_visible()
    lane = [one for one in asked if one[1].startswith("/lane/")]
    assert lane == [("GET", f"/lane/{pool}"), ("POST", f"/lane/{pool}")]  # the clock once, then the one claim
    phone.get_by_role("link", name="看结果").click()
    expect(phone.get_by_role("heading", name="领到了").or_(phone.get_by_role("heading", name="排上了"))).to_be_visible()
    phone.get_by_role("link", name="核验这张回执").click()
    answer = phone.locator("[data-r=answer]")
    expect(answer).to_contain_text("回执有效")  # so says the server
    phone.get_by_role("button", name="核验").click()
    expect(answer).to_have_attribute("data-verdict", "valid")  # and so does this browser by itself
    assert installation.ask("SELECT no FROM calls_arrival") == [(1,)]
