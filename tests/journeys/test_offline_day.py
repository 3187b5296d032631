"""A day in the mountains: the voucher is opened at home the evening before, and neither phone nor till has any network."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from tests.cast import NOW, Cast
from tests.factories.counters import a_counter, given, text_of
from tests.journeys.conftest import faults
from tests.journeys.test_counter import READY, scans
from tests.journeys.test_joining import signed_in
from tests.web.conftest import Clock

from tongxin.benefits.actions import shifts
from tongxin.benefits.models import OfflineEntry, Voucher
from tongxin.web.guard import DEVICE_COOKIE

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
MORNING, NOON, BACK = (NOW + timedelta(hours=hours) for hours in (22, 26, 47))  # 8:00, 12:00, 9:00 of the day after


def test_opened_the_day_before_and_taken_without_network(
    cast: Cast, clock: Clock, open_page: Callable[..., Page], live_server: object, shot: Callable[[Page, str], None]
) -> None:
    counter = a_counter(cast)
    voucher = given(counter.scheme, cast.wang.person)
    phone = signed_in(open_page(390), cast.wang.account, live_server, factor=False)
    phone.goto(f"/me/vouchers/{voucher.public_id}/")
    phone.click("text=要去没有网络的地方")
    assert faults(phone) == []
    phone.select_option("[name=day]", index=1)
    phone.click("text=为这一家打开")
    expect(phone.locator(".w-ticket")).to_contain_text("您和商家都没有网络也能用")
    assert faults(phone) == []
    shot(phone, "voucher-held")
    code = text_of(Voucher.objects.select_related("scheme").get())

    clock.now = MORNING
    shifts.open_shift(device=counter.device, clerk=counter.clerk, pin=counter.pin, at=MORNING)
    till = open_page(390, broken="net::ERR_INTERNET_DISCONNECTED|htmx:")
    till.context.add_cookies([{"name": DEVICE_COOKIE, "value": counter.token, "url": live_server.url}])
    till.clock.set_fixed_time(MORNING)
    till.goto("/partner/")
    till.wait_for_selector(READY, state="attached")
    till.context.set_offline(True)
    till.clock.set_fixed_time(NOON)
    scans(till, code)
    expect(till.locator(".p-yes.is-offline")).to_contain_text("¥100.00")
    scans(till, code)
    expect(till.locator(".p-no")).to_contain_text("刚才在这台设备上收过了")

    clock.now = BACK
    till.clock.set_fixed_time(BACK)
    till.context.set_offline(False)
    expect(till.locator("#tx-notes")).to_contain_text("断网时的1笔已交账")
    assert [(one.number, one.verdict) for one in OfflineEntry.objects.all()] == [(1, "spent")]
