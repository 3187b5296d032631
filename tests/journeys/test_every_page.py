"""Every page that opens by its address, in a real browser: no serious fault, nothing sticks out or has to be pushed sideways,
nothing from elsewhere.
"""

from collections.abc import Callable

import pytest
from django.http import HttpResponse  # noqa: TID251 - for the type
from django.test import Client
from playwright.sync_api import Page
from tests.cast import Cast
from tests.factories.activities import school
from tests.journeys.conftest import STICKING_OUT, Widths, faults, until
from tests.journeys.steps import NARROW
from tests.web.conftest import Clock, sign_in
from tests.web.walking import AT_THE_DOOR, Estate, again, estate, every_page

from tongxin.web.guard import OpenTo

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PHONE, DESK = 390, 1280
PARTS = {"worker": (0, 1), **{f"staff-{n + 1}": (n, 3) for n in range(3)}}  # so that several processes share the walk
SCROLLS_SIDEWAYS = """allowed => [...document.querySelectorAll('body *')]
  .filter(e => e.scrollWidth > e.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(e).overflowX))
  .filter(e => !allowed.some(one => e.matches(one)))
  .map(e => `${e.tagName}.${e.className} ${e.scrollWidth} in ${e.clientWidth}`)"""
MAY_SCROLL_SIDEWAYS = {
    ".s-rollbox": "the roll of a class, people by lessons: a grid is read along both ways; by column there is another page",
    ".p-sheet": "a sheet of paper for the printer, as wide as paper",
    ".w-chips": "one row of choices, the chosen one in view; a second row would push the list off the screen",
    ".s-stepper": "the steps of an import, the present one in view",
}


@pytest.fixture
def ours(cast: Cast, clock: Clock) -> Estate:
    found = estate(school(cast), cast.wang, "yongchuan", "欧阳等候")
    clock.now = AT_THE_DOOR
    return found


@pytest.mark.parametrize("whose", PARTS)
def test_every_page_is_sound(open_page: Callable[..., Page], live_server: object, ours: Estate, *, whose: str) -> None:
    found: list[str] = []
    for_guests, (first, step) = whose == "worker", PARTS[whose]
    page, player = open_page(PHONE), ours.school.cast.wang if for_guests else ours.master
    client, widths = sign_in(player.account, factor=not for_guests), Widths(page)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    for address in _addresses(ours, client, for_guests=for_guests)[first::step]:
        if not _is_page(again(client).get(address)):
            continue
        page.goto(address)
        for width in (PHONE, DESK):
            widths.be(width)
            assert page.evaluate("[innerWidth, navigator.maxTouchPoints]") == [width, int(width == PHONE)]
            seen = (*faults(page), *_sticks_out(page, width), *_scrolls(page, width))
            found += [f"{address} at {width}: {fault}" for fault in seen]
        widths.be(PHONE)
    assert found == []


def test_page_of_the_operator_alone_is_sound(open_page: Callable[..., Page], live_server: object, cast: Cast) -> None:
    session = sign_in(cast.operator.account, factor=True).cookies["sessionid"].value
    for width in (PHONE, DESK):
        page = open_page(width)
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page.goto("/staff/operate/")
        assert page.inner_text("h1").startswith("运行维护")
        assert [*faults(page), *_sticks_out(page, width)] == []


def _addresses(ours: Estate, client: Client, *, for_guests: bool) -> list[str]:
    """All; those that answer with no page (a file, a form that only takes a POST, a way to somewhere else) are passed by."""
    wanted = [
        page.address(ours.things)
        + (f"?person={ours.things['people']}" if page.route == "staff/appointments/new/" else "")
        for page in every_page()
        if page.guard and for_guests == (page.guard.open_to in {OpenTo.VISITOR, OpenTo.ACCOUNT, OpenTo.WORKER})
    ]
    assert len(wanted) > (10 if for_guests else 120)
    return wanted


def _is_page(answer: HttpResponse) -> bool:
    return answer.status_code == 200 and answer["Content-Type"].startswith("text/html")


def _scrolls(page: Page, width: int) -> list[str]:
    """Rows fold on a phone: nothing has to be pushed sideways, but what says why it may."""
    scrolling = page.evaluate(SCROLLS_SIDEWAYS, [*MAY_SCROLL_SIDEWAYS]) if width == PHONE else []
    return [f"scrolls sideways: {part}" for part in scrolling]


def _sticks_out(page: Page, width: int) -> list[str]:
    """At its own width, and a phone's page at the least that a page must fit."""
    found = [f"sticks out: {part}" for part in page.evaluate(STICKING_OUT)]
    if width < 800:
        page.set_viewport_size({"width": NARROW, "height": 640})
        until(
            page, "document.documentElement.scrollWidth <= screen.width"
        )  # charts draw themselves anew a moment later
        found += [f"sticks out at {NARROW} px: {part}" for part in page.evaluate(STICKING_OUT)]
        page.set_viewport_size({"width": width, "height": 844})
    return found
