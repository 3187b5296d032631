"""The pages of a release: the entry, the page that asks nothing, what came of it; and staff's."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from tests.cast import HOUSE, NOW, Cast, Player
from tests.factories.lanes import a_lane, come
from tests.web.conftest import Clock

from tongxin.calls.actions import settling
from tongxin.calls.entries import Passes
from tongxin.calls.models import Entry, Lane, Pool
from tongxin.people.models.persons import Assurance
from tongxin.store.keys import ring

pytestmark = pytest.mark.django_db
SignIn = Callable[[Player], Client]


@pytest.fixture
def pool(cast: Cast) -> Pool:
    return a_lane(cast.factory, 1, opens=NOW + timedelta(hours=1), kind="plain")


def test_a_worker_takes_an_entry_and_carries_it_to_the_lane_alone(cast: Cast, pool: Pool, as_worker: SignIn) -> None:
    client = as_worker(cast.wang)
    assert "领取入场凭证" in client.get(f"/releases/{pool.public_id}/").content.decode()
    answer = client.post(f"/releases/{pool.public_id}/enter/")
    assert (answer.status_code, answer["Location"]) == (302, f"/releases/{pool.public_id}/")
    session, entry = answer.cookies["tx-lane"], answer.cookies["tx-entry"]
    assert (session["path"], session["httponly"], session["samesite"]) == ("/lane/", True, "Lax")
    assert entry["path"] == f"/lane/{pool.public_id}"
    passes = Passes(ring())
    read, found = passes.read_session(session.value.encode()), passes.read_entry(entry.value.encode())
    assert read is not None
    assert found is not None
    assert (read.person, found.person, found.pool) == (cast.wang.person.pk, cast.wang.person.pk, pool.pk)
    assert Entry.objects.get().person == cast.wang.person
    assert "入场凭证已领取" in client.get(f"/releases/{pool.public_id}/").content.decode()


def test_who_may_not_enter_reads_why_on_the_same_page(cast: Cast, as_worker: SignIn) -> None:
    pool = a_lane(cast.factory, 1, opens=NOW + timedelta(hours=1), kind="plain", assurance=Assurance.CONFIRMED)
    answer = as_worker(cast.wang).post(f"/releases/{pool.public_id}/enter/")
    assert answer.status_code == 422
    assert "外部核验" in answer.content.decode()
    assert "tx-entry" not in answer.cookies


def test_the_waiting_page_says_nothing_of_who_looks(cast: Cast, pool: Pool, as_worker: SignIn) -> None:
    mine = as_worker(cast.wang).get(f"/releases/{pool.public_id}/waiting/")
    anyone = Client().get(f"/releases/{pool.public_id}/waiting/")
    assert mine.status_code == 200
    assert mine.content == anyone.content
    assert f'action="/lane/{pool.public_id}"' in mine.content.decode()
    assert not mine.cookies


def test_when_it_is_over_nobody_waits_for_it_any_more(cast: Cast, pool: Pool, clock: Clock) -> None:
    address = f"/releases/{pool.public_id}/waiting/"
    assert 'data-r="form"' in Client().get(address).content.decode()
    clock.now = pool.call.closes
    page = Client().get(address).content.decode()
    assert ('data-r="form"' in page, "到时间自动进入" in page, "已经结束" in page) == (False, False, True)
    assert f'href="/releases/{pool.public_id}/"' in page


def test_the_outcome_shows_the_number_the_receipt_and_what_became_of_it(
    cast: Cast, pool: Pool, as_worker: SignIn, clock: Clock
) -> None:
    clock.tick(hours=1)
    come(pool, [cast.wang.person, cast.zhang.person], clock.now)
    address = f"/releases/{pool.public_id}/"
    assert "排上了" in as_worker(cast.wang).get(address).content.decode()
    settling.settle(pool=pool, by=HOUSE, at=clock.now)
    got, missed = (as_worker(player).get(address).content.decode() for player in (cast.wang, cast.zhang))
    assert "领到了" in got
    assert "这次没领到" in missed
    assert "第2号，共2人" in missed
    text = as_worker(cast.zhang).get(f"{address}receipt.txt").content.decode()
    checked = Client().get("/receipts/", {"text": text}).content.decode()
    assert "回执有效" in checked
    assert "回执无效" in Client().get("/receipts/", {"text": _touched(text)}).content.decode()


def test_where_the_lane_sends_someone_back_the_page_says_why(pool: Pool) -> None:
    page = Client().get(f"/releases/{pool.public_id}/?said=entry-of-another").content.decode()
    assert "这张入场凭证是别人的" in page
    assert Client().get("/releases/nothing/").status_code == 404


def test_signing_out_takes_the_lane_s_session_away(cast: Cast, pool: Pool, as_worker: SignIn) -> None:
    client = as_worker(cast.wang)
    client.post(f"/releases/{pool.public_id}/enter/")
    assert client.post("/sign-out/").cookies["tx-lane"].value == ""


def test_staff_move_a_call_to_the_lane_and_rehearse_it(cast: Cast, as_staff: SignIn) -> None:
    from tests.factories.calls import a_pool
    from tests.factories.lanes import QUICK

    from tongxin.calls.actions import calls
    from tongxin.calls.models import Rehearsal

    ends = {"opens": NOW + timedelta(days=2), "closes": NOW + timedelta(days=3)}
    call = calls.open_call(union=cast.yongchuan, kind="plain", **ends, manner=QUICK, by=HOUSE, at=NOW)
    pool = a_pool(call, 9)
    client, address = as_staff(cast.officer), f"/staff/releases/{pool.public_id}/"
    assert "摄影" in client.get("/staff/releases/").content.decode()
    assert client.post(f"{address}open/").status_code == 302
    assert Lane.objects.filter(pool=pool).exists()
    assert client.post(f"{address}rehearse/").status_code == 302
    assert Rehearsal.objects.get().crowd == 2_000
    again = client.post(f"{address}rehearse/")
    assert again.status_code == 422
    assert "另一次演练正在进行" in again.content.decode()
    assert "正在演练" in client.get(address).content.decode()
    assert as_staff(cast.sibling_officer).get(address).status_code == 404


def _touched(text: str) -> str:
    """Another signature, as well written."""
    head, said, path, signature = text.strip().split(".")
    return ".".join([head, said, path, ("A" if signature[0] != "A" else "B") + signature[1:]])
