"""A counter's day in a browser: pairing, PIN, green, undo, the network gone and back, and a settlement that equals the drawer."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect
from tests.cast import HOUSE, NOW, Cast
from tests.factories.counters import a_counter, given, shown, text_of
from tests.journeys.conftest import faults
from tests.journeys.test_joining import signed_in
from tests.web.conftest import Clock

from tongxin.benefits.actions import shifts, tills
from tongxin.benefits.models import OfflineEntry, Redemption, Settlement, Shift

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
READY = '[data-till=offline][data-ready="1"]'


AT_ONCE = """async (text) => {
    const source = new URL('till-offline.js', document.querySelector('script[type=module]').src).href;
    const rules = await import(source);
    const both = await Promise.all([rules.accept(text, 'k-1', ''), rules.accept(text, 'k-2', '')]);
    return both.map((one) => one.code || one.number);
}"""


def scans(till: Page, text: str) -> None:
    """As a scanner types: the text and a line end."""
    till.fill("#text", text)
    till.press("#text", "Enter")


def test_a_day_at_the_counter_with_and_without_network(  # noqa: PLR0915 - one long way
    cast: Cast, clock: Clock, open_page: Callable[..., Page], live_server: object, shot: Callable[[Page, str], None]
) -> None:
    counter = a_counter(cast)
    _boss, boss_pin = shifts.add_clerk(partner=counter.partner, label="店长", signs=True, by=HOUSE, at=NOW)
    device, code = tills.add_device(site=counter.site, name="2号台", by=HOUSE, at=NOW)
    first, second, third = (
        shown(given(counter.scheme, who.person), site=counter.site.public_id) for who in (cast.wang, cast.li, cast.zhao)
    )
    elsewhere = shown(given(counter.scheme, cast.zhang.person))

    till = open_page(390, broken="net::ERR_INTERNET_DISCONNECTED|htmx:|502")
    till.clock.set_fixed_time(NOW)
    till.goto(f"/partner/pair/?code={code}")
    assert faults(till) == []
    till.click("main button.btn-primary")
    till.click("text=店长")
    till.fill("[name=pin]", boss_pin)
    till.click("text=开班收券")
    till.wait_for_selector(READY, state="attached")
    assert faults(till) == []

    scans(till, first.code)
    expect(till.locator(".p-yes")).to_contain_text("¥100.00")
    expect(till.locator(".p-yes")).to_contain_text("王*华")
    assert faults(till) == []
    shot(till, "till-green")
    till.click("text=撤销这一笔")
    expect(till.locator("[role=status]").first).to_contain_text("这张券又可以用了")
    till.wait_for_selector(READY, state="attached")

    till.context.set_offline(True)
    till.goto("/partner/")  # opened anew, from what the browser keeps
    till.wait_for_selector(READY, state="attached")
    scans(till, text_of(second))
    expect(till.locator(".p-yes.is-offline")).to_contain_text("¥100.00")
    shot(till, "till-offline")
    scans(till, text_of(second))
    expect(till.locator(".p-no")).to_contain_text("刚才在这台设备上收过了")
    assert till.evaluate(AT_ONCE, text_of(third)) == [2, "twice"]  # a scanner that reads one code twice at once
    scans(till, text_of(elsewhere))
    expect(till.locator(".p-no")).to_contain_text("今天断网能收的已到上限")
    scans(till, elsewhere.code)
    expect(till.locator(".p-no")).to_contain_text("没有网络时只能扫码")
    assert Redemption.objects.filter(undone_at=None).count() == 0

    clock.now = NOW + timedelta(hours=2)
    till.clock.set_fixed_time(clock.now)
    till.route("**/partner/offline/", lambda route: route.fulfill(status=502, body="bad gateway"))
    with till.expect_response("**/partner/offline/"):
        till.context.set_offline(False)  # the page hands over by itself
    expect(till.locator("[data-till=offline]")).to_contain_text("有2笔断网记录等联网后交账")
    expect(till.locator("#tx-notes")).not_to_contain_text("已交账")
    till.unroute("**/partner/offline/")
    till.evaluate("dispatchEvent(new Event('online'))")
    expect(till.locator("#tx-notes")).to_contain_text("断网时的2笔已交账")
    assert [(one.number, one.verdict) for one in OfflineEntry.objects.order_by("number")] == [
        (1, "spent"),
        (2, "spent"),
    ]
    till.goto("/partner/shift/close/")
    till.fill("[name=counted]", "200")
    till.click("main button.btn-primary")
    expect(till.locator("#tx-notes")).to_contain_text("与系统一致")

    clock.now = NOW + timedelta(days=1)
    staff = signed_in(open_page(1280), cast.officer.account, live_server, factor=True)
    staff.goto(f"/staff/partners/{counter.partner.public_id}/settle/")
    staff.click("main form button.btn-primary")
    expect(staff.locator("h1")).to_contain_text("第1期结算单")
    staff.click("text=工会签字")
    assert faults(staff) == []
    till.goto("/partner/settlements/")
    till.click("text=第1期")
    till.fill("[name=pin]", boss_pin)
    till.click("main form button.btn-primary")
    expect(till.locator("#tx-notes")).to_contain_text("第1期结算单已签字")
    made = Settlement.objects.get()
    assert (made.signed, made.total) == (True, Decimal("200.00"))
    assert Shift.objects.get(device=device).counted == made.total
