"""Pictures of pages at 390 and 1280 px: `python tools/shots.py OUT http://127.0.0.1:8000/ /classes/ …`.

`--login zhenghui:password` signs staff in first (on the demo, whose inbox page shows the one-time codes),
`--phone 19912345678` a worker. `--language en`, `--large`, `--dark` choose how pages look. Prints what is wrong with a
page besides: console errors, requests that leave the origin, sideways overflow.
"""

import argparse
import re
import sys
from pathlib import Path
from urllib.parse import urljoin

from playwright.sync_api import Browser, BrowserContext, Page, StorageState, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-quic",
    "--disable-component-update",
    "--disable-sync",
]
SIZES = {390: {"width": 390, "height": 844}, 1280: {"width": 1280, "height": 800}}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("base")
    parser.add_argument("pages", nargs="+")
    parser.add_argument("--login")
    parser.add_argument("--phone")
    parser.add_argument("--language", default="zh-hans")
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--widths", type=int, nargs="+", default=list(SIZES), choices=list(SIZES))
    return parser.parse_args()


def signed_in(browser: Browser, asked: argparse.Namespace) -> StorageState:
    """Once for all widths: a code is good once, and the next one waits a minute."""
    opened = browser.new_context()
    sign_in(opened.new_page(), asked)
    state = opened.storage_state()
    opened.close()
    return state


def context(browser: Browser, asked: argparse.Namespace, width: int, state: StorageState) -> BrowserContext:
    phone = width == 390
    opened = browser.new_context(
        viewport=SIZES[width],
        device_scale_factor=1.5 if phone else 1,
        is_mobile=phone,
        has_touch=phone,
        storage_state=state,
    )
    chosen = {
        "tx-language": asked.language,
        "tx-large": str(int(asked.large)),
        "tx-theme": "dark" if asked.dark else "light",
    }
    opened.add_cookies([{"name": name, "value": value, "url": asked.base} for name, value in chosen.items()])
    return opened


def sign_in(page: Page, asked: argparse.Namespace) -> None:
    inbox = urljoin(asked.base, "/demo/inbox/")
    if asked.phone:
        page.goto(urljoin(asked.base, "/sign-in/"))
        page.fill("[name=phone]", asked.phone)
        page.click("form:has([name=phone]) button.btn-primary")
        text = page.request.get(inbox).text()
        page.fill("[name=code]", re.findall(r"(?<!\d)(\d{6})(?!\d)", text[text.index(asked.phone) :])[0])
        with page.expect_navigation():
            page.click("form:has([name=code]) button.btn-primary")
    if asked.login:
        login, _, password = asked.login.partition(":")
        page.goto(urljoin(asked.base, "/sign-in/staff/"))
        page.fill("[name=login]", login)
        page.fill("[name=password]", password)
        page.click("form:has([name=login]) button.btn-primary")
        text = page.request.get(inbox).text()
        page.fill("[name=code]", re.findall(r"(?<!\d)(\d{6})(?!\d)", text[text.index(login) :])[0])
        with page.expect_navigation():
            page.click("form:has([name=code]) button.btn-primary")


def shoot(page: Page, asked: argparse.Namespace, address: str, width: int) -> None:
    wrong: list[str] = []
    page.on("console", lambda told: wrong.append(told.text) if told.type in {"error", "warning"} else None)
    page.on("request", lambda sent: None if sent.url.startswith((asked.base, "data:")) else wrong.append(sent.url))
    page.goto(urljoin(asked.base, address), wait_until="load")
    page.wait_for_timeout(300)
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        wrong.append("overflows sideways")
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": max(SIZES[width]["height"], min(height, 6000))})
    name = re.sub(r"[^\w]+", "-", address).strip("-") or "home"
    page.screenshot(path=asked.out / f"{name}-{width}.png")
    page.set_viewport_size(SIZES[width])
    sys.stdout.write(f"{name}-{width} {page.title()} {wrong or ''}\n")


def main() -> None:
    asked = arguments()
    asked.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        state = signed_in(browser, asked)
        for width in asked.widths:
            opened = context(browser, asked, width, state)
            for address in asked.pages:
                page = opened.new_page()
                shoot(page, asked, address, width)
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
