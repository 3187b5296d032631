"""The till's camera in a browser that cannot read QR codes itself (Safari, Firefox, most desktops): our own reader does."""

import math
from collections.abc import Iterator
from pathlib import Path

import pytest
import segno
from playwright.sync_api import Browser, expect
from tests.cast import Cast
from tests.factories.counters import a_counter, given, shown, text_of
from tests.journeys.conftest import FLAGS
from tests.web.conftest import Clock

from tongxin.benefits.models import Redemption
from tongxin.web.guard import DEVICE_COOKIE

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
WIDE, HIGH, ANGLE = 640, 480, math.radians(8)
BLIND = "delete window.BarcodeDetector"


def filmed(text: str, path: Path) -> None:
    """A phone held out: the code a little turned, on grey, with a dark edge; as raw video that Chromium takes for a camera."""
    rows = [bytes(row) for row in segno.make(text, micro=False, boost_error=False).matrix_iter(border=4)]
    side = len(rows)
    step = 400 / side
    cos, sin = math.cos(ANGLE) / step, math.sin(ANGLE) / step
    luma = bytearray()
    for y in range(HIGH):
        for x in range(WIDE):
            a, b = x - WIDE / 2, y - HIGH / 2
            across, down = int(a * cos + b * sin + side / 2), int(b * cos - a * sin + side / 2)
            inside = 0 <= across < side and 0 <= down < side
            luma.append((40 if rows[down][across] else 210) if inside else 70)
    frame = b"FRAME\n" + luma + b"\x80" * (WIDE * HIGH // 2)
    path.write_bytes(f"YUV4MPEG2 W{WIDE} H{HIGH} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * 2)


@pytest.fixture
def seeing(browser: Browser, tmp_path: Path) -> Iterator[tuple[Browser, Path]]:
    """A browser of its own: what its camera sees is said when it starts."""
    film = tmp_path / "film.y4m"
    fake = [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]
    other = browser.browser_type.launch(executable_path="/usr/bin/chromium", args=[*FLAGS, *fake])
    yield other, film
    other.close()


def test_camera_reads_a_code_where_the_browser_cannot(
    cast: Cast, clock: Clock, live_server: object, seeing: tuple[Browser, Path]
) -> None:
    browser, film = seeing
    counter = a_counter(cast)
    voucher = shown(given(counter.scheme, cast.wang.person), site=counter.site.public_id)
    filmed(text_of(voucher), film)
    context = browser.new_context(base_url=live_server.url, locale="zh-CN", viewport={"width": 390, "height": 844})
    context.add_init_script(BLIND)
    context.add_cookies([{"name": DEVICE_COOKIE, "value": counter.token, "url": live_server.url}])
    till, wrong = context.new_page(), []
    till.on("console", lambda told: wrong.append(told.text) if told.type == "error" else None)
    till.goto("/partner/")
    till.wait_for_selector('[data-till=offline][data-ready="1"]', state="attached")
    kept = till.evaluate(
        "caches.open('tongxin-till').then(shelf => shelf.keys()).then(keys => keys.map(one => one.url))"
    )
    assert sorted(url.rsplit("/tx/")[-1] for url in kept if "/qr/" in url) == ["qr/decode.js", "qr/index.js"]
    till.click("text=用摄像头扫")
    expect(till.locator(".p-yes")).to_contain_text("¥100.00")
    till.wait_for_timeout(600)  # the phone is still held out: it is the same one
    assert till.locator(".p-no").count() == 0
    assert (Redemption.objects.count(), wrong) == (1, [])
