"""A card from 永川, checked in 四川 by a browser without network; and the browser's half against the shared vectors."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from tests.cast import NOW, Cast
from tests.journeys.conftest import faults
from tests.journeys.test_joining import signed_in
from tests.people.test_passport_card import VECTORS
from tests.web.conftest import Clock

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
Shot = Callable[[Page, str], None]
RUN = """async (vectors) => {
  const { check, readList, keyBytes } = await import('/static/tx/passport.js');
  const keys = new Map(Object.entries(vectors.keys).map(([id, x]) => [id, keyBytes(x)]));
  const answers = [];
  for (const one of vectors.cases) {
    const list = one.list ? await readList(one.list, keys) : null;
    const lists = new Map(list ? [[list.key, list]] : []);
    answers.push((await check(one.text, { keys, lists, now: one.now, last: one.last })).verdict);
  }
  return answers;
}"""


def test_browser_answers_every_vector_as_python_does(open_page: Callable[..., Page]) -> None:
    page, vectors = open_page(390), json.loads(VECTORS.read_text())
    page.goto("/passport/")
    assert page.evaluate(RUN, vectors) == [one["verdict"] for one in vectors["cases"]]


def window(open_page: Callable[..., Page]) -> Page:
    """A desk that has opened the page once, by a clock that shows the cast's day."""
    desk = open_page(1280)
    desk.clock.set_fixed_time(NOW)
    desk.goto("/passport/")
    desk.wait_for_selector('[data-kept="1"]')
    return desk


def checks(desk: Page, card: str, last: str = "") -> str:
    desk.evaluate("document.querySelector('[data-p=answer]').removeAttribute('data-verdict')")
    desk.fill("#text", card)
    desk.fill("#last", last)
    desk.click("[data-p=form] button.btn-primary")
    desk.wait_for_selector("[data-verdict]")
    return str(desk.get_attribute("[data-verdict]", "data-verdict"))


def test_card_is_checked_without_network_and_refused_once_revoked(
    cast: Cast, clock: Clock, open_page: Callable[..., Page], live_server: object, shot: Shot
) -> None:
    phone = signed_in(open_page(390), cast.wang.account, live_server, factor=False)
    phone.goto("/me/card/")
    assert faults(phone) == []
    phone.click("text=开通会籍凭证")
    phone.click("summary:has-text('扫不了')")
    assert faults(phone) == []
    shot(phone, "card")
    card = phone.inner_text("#characters")

    desk = window(open_page)
    desk.context.set_offline(True)
    desk.goto("/passport/")  # opened anew, from what the browser keeps
    last = cast.wang.person.document_text()[-4:]
    assert checks(desk, card, last) == "valid"
    expect(desk.locator("[data-p=rows]")).to_contain_text("王*华")
    expect(desk.locator("[data-p=rows]")).to_contain_text(cast.factory.name)
    assert faults(desk) == []
    shot(desk, "passport-valid")
    assert checks(desk, card.replace(card[40], "A" if card[40] != "A" else "B", 1), last) != "valid"

    phone.click("summary:has-text('手机丢了')")
    phone.click("text=作废凭证")
    expect(phone.locator("body")).to_contain_text("凭证已作废")
    assert checks(desk, card, last) == "valid"  # the desk cannot know yet: its list is of before
    desk.context.set_offline(False)
    clock.now += timedelta(seconds=1)
    desk.goto("/passport/")
    desk.wait_for_selector('[data-kept="1"]')
    desk.context.set_offline(True)
    assert checks(desk, card, last) == "revoked"
    desk.clock.set_fixed_time(NOW + timedelta(minutes=6))
    assert checks(desk, card, last) == "screen-over"  # what was photographed is worth nothing by now


def test_files_of_another_federation_are_taken_over(
    cast: Cast,
    clock: Clock,
    open_page: Callable[..., Page],
) -> None:
    vectors = json.loads(VECTORS.read_text())
    (key, x) = next(iter(vectors["keys"].items()))
    paper = next(one for one in vectors["cases"] if one["what"] == "paper")
    listed = next(one for one in vectors["cases"] if one["what"] == "revoked")
    desk = window(open_page)
    assert checks(desk, paper["text"]) == "unknown-key"
    told = {
        "format": "tongxin-passport-keys/1",
        "at": 0,
        "keys": [{"id": key, "x": x, "since": "2024-01-01", "until": None}],
    }
    file = {"name": "passport-keys.json", "mimeType": "application/json", "buffer": json.dumps(told).encode()}
    desk.click("summary:has-text('导入别的总工会')")
    desk.set_input_files("#files", file)
    expect(desk.locator("[data-p=taken]")).to_contain_text("已导入1把公钥")
    assert checks(desk, paper["text"]) == "valid"
    expect(desk.locator("[data-p=what]")).to_contain_text("还没有签发方的作废名单")
    desk.set_input_files("#files", {"name": "l.txt", "mimeType": "text/plain", "buffer": listed["list"].encode()})
    expect(desk.locator("[data-p=taken]")).to_contain_text("1份作废名单")
    assert checks(desk, paper["text"]) == "revoked"
    desk.set_input_files("#files", {"name": "x.txt", "mimeType": "text/plain", "buffer": b"nothing of it"})
    expect(desk.locator("[data-p=taken]")).to_contain_text("没有导入")
