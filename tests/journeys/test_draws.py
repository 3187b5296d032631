"""A seal is drawn in its holder's browser and nothing but its hash leaves it; a draw is checked in a visitor's, without network."""

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from tests.cast import HOUSE, Cast
from tests.factories.calls import heard
from tests.factories.draws import FREEZES, RESULT, a_drawn_call, announced, enter_all, holders
from tests.journeys.conftest import faults
from tests.web.conftest import Clock

from tongxin.calls.actions import rounds, seals
from tongxin.calls.models import Draw, Round, Seal
from tongxin.kernel import draw as kernel
from tongxin.records.actions import documents

__all__ = ["heard"]
pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
Shot = Callable[[Page, str], None]


def test_seal_and_check_in_the_browser(cast: Cast, clock: Clock, open_page: Callable[..., Page], shot: Shot) -> None:
    call, pool = a_drawn_call(cast, units=3)
    enter_all(call, pool, cast, 8)
    made = announced(call, cast)
    (_, _, _), (_, _, _), (third, _, link) = rows = holders(made, cast)
    texts = ["a" * 64, "b" * 64]
    for (seal, by, _), text in zip(rows[:2], texts, strict=True):
        seals.commit(seal=seal, commitment=kernel.commitment(text), by=by, at=clock.now)

    phone = open_page(390)
    sent: list[str] = []
    phone.on("request", lambda request: sent.append(request.post_data or ""))
    phone.goto(f"/seal/{link}/")
    phone.click("[data-s=take]")
    expect(phone.locator("[data-s=text]")).to_have_text(re.compile("^[0-9a-f]{64}$"))
    secret = phone.inner_text("[data-s=text]")
    assert faults(phone) == []
    shot(phone, "seal")
    phone.check("[name=kept]")
    phone.click("form[data-s=form] button.btn-primary")
    expect(phone.locator("body")).to_contain_text("封存码已公布")
    assert Seal.objects.get(pk=third.pk).commitment == kernel.commitment(secret)
    assert not any(secret in body for body in sent)

    rounds.freeze(held=made.round, by=HOUSE, at=FREEZES)
    clock.now = RESULT + timedelta(minutes=1)
    for (seal, by, _), text in zip(rows[:2], texts, strict=True):
        seals.open_seal(seal=seal, text=text, by=by, at=clock.now)
    phone.reload()
    expect(phone.locator("[name=seal]")).to_have_value(secret)  # this browser kept it
    phone.click("form[data-s=form] button.btn-primary")
    expect(phone.locator("body")).to_contain_text("您的数已经公布")
    rounds.draw(held=Round.objects.get(), by=HOUSE, at=clock.now)

    checks(phone, made.round, shot)


def checks(phone: Page, held: Round, shot: Shot) -> None:
    draw = Draw.objects.select_related("file").get()
    content = documents.path_of(draw.file).read_bytes()
    file = json.loads(content)
    phone.goto(f"/draws/{held.public_id}/")
    assert faults(phone) == []
    shot(phone, "draw")
    phone.click("text=在自己的浏览器里核对")
    phone.wait_for_selector('[data-ready="1"]')
    phone.click("[data-d=load]")
    expect(phone.locator("[data-d=title]")).to_have_text("全部对得上")
    expect(phone.locator("[data-d=rows]")).to_contain_text(draw.file.digest)
    expect(phone.locator("[data-d=rows]")).to_contain_text("和公布的文件一字不差")
    phone.context.set_offline(True)
    phone.fill("#ticket", file["order"][1])
    phone.click("[data-d=mine] button")
    expect(phone.locator("[data-d=found]")).to_contain_text("次序里第2位。有名额。")
    assert faults(phone) == []
    shot(phone, "draw-check")
    taken = {"name": "draw.json", "mimeType": "application/json"}
    changed = {**file, "order": file["order"][::-1]}
    phone.set_input_files("#file", {**taken, "buffer": json.dumps(changed).encode()})
    expect(phone.locator("[data-d=what]")).to_contain_text("次序第1位不对")
    other = json.dumps({**file, "call": "another"}).encode()  # nothing in the file follows from its name
    phone.set_input_files("#file", {**taken, "buffer": other})
    expect(phone.locator("[data-d=rows]")).to_contain_text("这不是公布的那个文件")
    phone.set_input_files("#file", {**taken, "buffer": content[:-9]})
    expect(phone.locator("[data-d=what]")).to_contain_text("不是完整的JSON")
    phone.context.set_offline(False)
