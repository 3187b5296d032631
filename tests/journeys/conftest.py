"""A real browser against a real server. `phone` and `desk` are pages that fail the test when something goes wrong unseen."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.signals import request_finished, request_started
from django.db import connections
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright
from tests.cast import NOW
from tests.standing import stage
from tests.web.conftest import Clock

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's own loop runs in this thread
PATIENCE = 60_000  # milliseconds: a busy machine is not a fault, and where all is well nobody waits
expect.set_options(timeout=PATIENCE)
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-quic",
    "--disable-component-update",
    "--disable-sync",
]
AXE = (Path(__file__).resolve().parents[1] / "vendor" / "axe.min.js").read_text()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Only what is wrong is worked out in full and sent here: a third of the time that all results take.
JUDGE = """tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']})
  .then(found => found.violations.map(v => `${v.impact} ${v.id}: ${v.nodes[0].html.slice(0, 120)}`))"""
SMALL = """() => [...document.querySelectorAll('.w-body a, .w-body button, .w-body input, .w-body summary')].filter(e => {
  const box = e.getBoundingClientRect();
  return box.width && box.height && box.height < 43.5 && !/^inline$/.test(getComputedStyle(e).display)
    && !e.closest('.w-opt') && !e.closest('.tx-check') && !e.matches('.tx-skip')
    && !(e.matches('label input') && e.closest('label').getBoundingClientRect().height >= 43.5);
}).map(e => e.tagName + '.' + e.className + ' ' + e.textContent.trim().slice(0, 12))"""


def is_wrong(told: ConsoleMessage, broken: str) -> bool:
    """A refusal is an answer like others, though browsers log it; so is what the test itself broke, if it said so
    (`broken` may name several, parted by |).
    """
    meant = [part for part in broken.split("|") if part]
    if "/lane/" in told.location.get("url", ""):
        return False  # the lane stands in front of Django and is not there in these tests
    return told.type == "error" and "422" not in told.text and not any(part in told.text for part in meant)


STICKING_OUT = """() => document.documentElement.scrollWidth <= screen.width ? [] : [...document.querySelectorAll('body *')]
  .filter(e => e.getBoundingClientRect().right > screen.width + 0.5)
  .filter(e => { for (let p = e.parentElement; p !== document.body && p; p = p.parentElement)
    if (getComputedStyle(p).overflowX !== 'visible') return false; return true; })
  .slice(0, 2).map(e => `${e.tagName}.${e.className} ${e.textContent.trim().slice(0, 12)}`)"""  # what is not in a box that scrolls


@pytest.fixture(scope="session")
def browser(django_db_setup: None) -> Iterator[Browser]:
    """While Playwright runs, its loop runs in this thread, and there Django's connections are others than before and after:
    what stands on them, and they themselves, are let go while they can still be reached.
    """
    let_go()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        browser.close()
        let_go()


def let_go() -> None:
    stage.strike()
    connections.close_all()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The server's time stands at the cast's NOW."""
    from django.utils import timezone

    clock = Clock(NOW)
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    return clock


@pytest.fixture
def open_page(browser: Browser, live_server: object, clock: Clock) -> Iterator[Callable[..., Page]]:
    """`open_page(width=390, java_script_enabled=False)`: a page of a fresh browser. At the end: no console error (but
    `broken`, for a test that breaks connections on purpose), no request that left the origin."""
    contexts, wrong = [], []

    def opened(width: int = 390, *, broken: str = "", **options: object) -> Page:
        small = width < 800
        context = browser.new_context(
            viewport={"width": width, "height": 844 if small else 800},
            is_mobile=small,
            has_touch=small,
            base_url=live_server.url,
            locale="zh-CN",
            **options,
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda told: wrong.append(f"{page.url} {told.text}") if is_wrong(told, broken) else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "request", lambda sent: None if sent.url.startswith((live_server.url, "data:")) else wrong.append(sent.url)
        )
        return page

    with answered_in_full():
        yield opened
        for context in contexts:
            context.close()
    assert wrong == []


@contextmanager
def answered_in_full() -> Iterator[None]:
    """At the end the server has done with every request, also with those that a page made as it was left: the next thing is
    that all tables are emptied, and who still reads them would lock up with that.
    """
    under_way: set[int] = set()

    def begin(**_: object) -> None:
        if threading.current_thread() is not threading.main_thread():  # where a test's own client waits for its answer
            under_way.add(threading.get_ident())

    def end(**_: object) -> None:
        under_way.discard(threading.get_ident())

    request_started.connect(begin)
    request_finished.connect(end)
    try:
        yield
        deadline = time.monotonic() + PATIENCE / 1000
        while under_way and time.monotonic() < deadline:
            time.sleep(0.005)
    finally:
        request_started.disconnect(begin)
        request_finished.disconnect(end)


@pytest.fixture
def phone(open_page: Callable[..., Page]) -> Page:
    return open_page(390)


@pytest.fixture
def desk(open_page: Callable[..., Page]) -> Page:
    return open_page(1280)


class Widths:
    """A loaded page at a phone's width and touch, and at a desk's: as if it were turned, instead of loaded twice."""

    def __init__(self, page: Page) -> None:
        self._page, self._session = page, page.context.new_cdp_session(page)

    def be(self, width: int) -> None:
        small = width < 800
        height = 844 if small else 800
        self._session.send(
            "Emulation.setDeviceMetricsOverride",
            {
                "width": width, "height": height, "screenWidth": width, "screenHeight": height,
                "deviceScaleFactor": 1, "mobile": small,
            },
        )  # fmt: skip
        touch = {"enabled": small, "maxTouchPoints": 1} if small else {"enabled": False}
        self._session.send("Emulation.setTouchEmulationEnabled", touch)
        until(self._page, f"innerWidth === {width} && navigator.maxTouchPoints === {int(small)}")


def until(page: Page, condition: str) -> None:
    """Whether or not it comes true: the page is judged afterwards. Playwright's own waiting is an eval, which our CSP forbids."""
    deadline = time.monotonic() + PATIENCE / 1000
    while not page.evaluate(condition) and time.monotonic() < deadline:
        page.wait_for_timeout(20)


def painted(page: Page) -> None:
    """What a page does with its next picture is done: it moves the focus to where a link within it leads, for one."""
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def width_of(page: Page) -> int:
    """How wide what is on the page is, in px. A click returns when the next page is begun: it is waited for."""
    page.wait_for_load_state("load")
    return int(page.evaluate("document.documentElement.scrollWidth"))


def faults(page: Page) -> list[str]:
    """What axe finds, controls too small for a thumb, and sideways overflow at 160 % text."""
    page.wait_for_load_state("load")  # measured before all styles are there, a page looks otherwise
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found: list[str] = page.evaluate(JUDGE, TAGS)
    found += [f"small: {control}" for control in page.evaluate(SMALL)]
    page.evaluate("document.documentElement.style.fontSize = '160%'")
    found += [f"sticks out at 160 % text: {part}" for part in page.evaluate(STICKING_OUT)]
    page.evaluate("document.documentElement.style.fontSize = ''")
    return found


@pytest.fixture
def shot(request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """Keeps a picture when TONGXIN_SHOTS names a folder."""
    folder = os.environ.get("TONGXIN_SHOTS")

    def shoot(page: Page, name: str) -> None:
        if folder:
            page.screenshot(
                path=Path(folder) / f"{name}-{page.viewport_size['width']}.png", full_page=True, caret="initial"
            )

    return shoot
