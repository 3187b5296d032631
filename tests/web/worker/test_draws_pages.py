"""My ticket: its number, its line in the frozen list, the signed receipt; and a seal that I hold."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.test import Client
from tests.cast import HOUSE, Cast, Player
from tests.factories.calls import OPENS, heard
from tests.factories.draws import TEXTS, a_drawn_call, announced, drawn, plan, sealed
from tests.web.conftest import Clock

from tongxin.calls.actions import entries, reserves
from tongxin.calls.actions.rounds import Holder
from tongxin.calls.models import Application, Draw, Seal
from tongxin.kernel import draw as kernel

__all__ = ["heard"]
pytestmark = pytest.mark.django_db
AsWorker = Callable[[Player], Client]


def text(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def entry(cast: Cast) -> Application:
    call, pool = a_drawn_call(cast)
    return entries.enter(
        call=call, wishes=[pool], persons=[cast.wang.person], by=cast.wang.actor, at=OPENS + timedelta(hours=1)
    )


def test_ticket_is_shown_and_found_in_the_list(
    cast: Cast, clock: Clock, as_worker: AsWorker, entry: Application
) -> None:
    wang = as_worker(cast.wang)
    assert f"/me/draws/{entry.public_id}/" in text(wang.get("/me/draws/"))
    before = text(wang.get(f"/me/draws/{entry.public_id}/"))
    assert entry.ticket in before
    assert "张票抽" not in before
    sealed(entry.call, cast)
    after = text(wang.get(f"/me/draws/{entry.public_id}/"))
    assert "在，第1行" in after
    assert "1张票抽2个名额" in after


def test_once_drawn_the_page_says_in_which_order_and_leads_to_the_answer(
    cast: Cast, clock: Clock, as_worker: AsWorker, entry: Application
) -> None:
    held = drawn(entry.call, cast)
    clock.now = held.drawn_at + timedelta(minutes=1)
    page = text(as_worker(cast.wang).get(f"/me/draws/{entry.public_id}/"))
    assert "抽出的次序</dt><dd><b>第1位</b>" in page
    assert f'href="/applications/{entry.public_id}/"' in page


def test_groups_are_called_what_their_reserves_are_called(cast: Cast, clock: Clock, as_worker: AsWorker) -> None:
    call, pool = a_drawn_call(cast)
    reserves.keep(pool=pool, plans=[reserves.Plan("gig", "快递小哥", 1)], by=HOUSE, at=OPENS)
    at = OPENS + timedelta(hours=1)
    mine = entries.enter(call=call, wishes=[pool], persons=[cast.wang.person], by=cast.wang.actor, at=at)
    reserves.mark(application=mine, groups=["gig"], why="站里的名单", by=HOUSE, at=at)
    shown = text(as_worker(cast.wang).get(f"/me/draws/{mine.public_id}/"))
    assert ("快递小哥" in shown, "gig" in shown) == (True, False)


def test_receipt_is_signed_with_the_published_key(
    cast: Cast, clock: Clock, as_worker: AsWorker, entry: Application
) -> None:
    told = json.loads(as_worker(cast.wang).get(f"/me/draws/{entry.public_id}/receipt.json").content)
    published = json.loads(Client().get("/passport/keys.json").content)
    x = next(key["x"] for key in published["keys"] if key["id"] == told["key"])
    key = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(x + "=" * (-len(x) % 4)))
    key.verify(base64.b64decode(told["signature"]), told["said"].encode())
    assert told["said"].split("\n")[:3] == ["tongxin-ticket-1", entry.call.public_id, entry.ticket]


def test_receipt_is_checked_on_the_public_page_without_a_script(
    cast: Cast, clock: Clock, as_worker: AsWorker, entry: Application
) -> None:
    told = text(as_worker(cast.wang).get(f"/me/draws/{entry.public_id}/receipt.json"))
    well = text(Client().get("/receipts/", {"text": told}))
    assert ("回执有效" in well, entry.ticket in well) == (True, True)
    other = told.replace(entry.ticket, "0" * 32)
    assert "回执无效" in text(Client().get("/receipts/", {"text": other}))
    assert "读不出来" in text(Client().get("/receipts/", {"text": told[:90]}))


def test_ticket_that_a_list_leaves_out_is_said(
    cast: Cast, clock: Clock, as_worker: AsWorker, entry: Application
) -> None:
    """As if someone had taken it out before freezing."""
    from tongxin.calls.states import ApplicationState
    from tongxin.store.atomic import writing

    with writing():
        Application.objects.filter(pk=entry.pk).update(state=ApplicationState.RETURNED)
    sealed(entry.call, cast)
    assert Draw.objects.get().entries == 0
    assert "票号却不在封存的名单里" in text(as_worker(cast.wang).get(f"/me/draws/{entry.public_id}/"))


def test_tickets_of_others_are_not_there(cast: Cast, clock: Clock, as_worker: AsWorker, entry: Application) -> None:
    zhang = as_worker(cast.zhang)
    for address in (f"/me/draws/{entry.public_id}/", f"/me/draws/{entry.public_id}/receipt.json"):
        assert zhang.get(address).status_code == 404
    assert entry.public_id not in text(zhang.get("/me/draws/"))


def test_worker_holds_a_seal_signed_in(cast: Cast, clock: Clock, as_worker: AsWorker) -> None:
    call, _pool = a_drawn_call(cast)
    three = plan(cast).holders
    made = announced(call, cast, holders=(*three[:2], Holder("职工代表", cast.zhang.person)))
    seal = Seal.objects.get(round=made.round, order=3)
    here = f"/me/seals/{seal.public_id}/"
    zhang = as_worker(cast.zhang)
    assert here in text(zhang.get("/me/draws/"))
    done = zhang.post(here, {"deed": "commit", "commitment": kernel.commitment(TEXTS[2]), "kept": "on"})
    assert done.status_code == 302
    assert as_worker(cast.wang).get(here).status_code == 404
