"""The pages of a release: the entry, the page that asks nothing, what came of it; and staff's."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import localtime
from tests.cast import HOUSE, NOW, Cast, Player
from tests.factories.calls import a_group, a_pool, as_couriers
from tests.factories.lanes import LEVEL, QUICK, a_lane, come, hold
from tests.web.conftest import Clock

from tongxin.calls.actions import calls, pools, settling
from tongxin.calls.actions.reserves import Plan
from tongxin.calls.entries import Passes
from tongxin.calls.models import Application, Entry, Lane, Pool, Rehearsal, Round
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


def test_a_level_start_says_when_it_is_drawn_and_then_the_place_in_the_order(
    cast: Cast, as_worker: SignIn, clock: Clock
) -> None:
    pool = a_lane(cast.factory, 1, opens=NOW + timedelta(hours=1), kind="plain", manner=LEVEL)
    address, held = f"/releases/{pool.public_id}/", Round.objects.get()
    before = Client().get(address).content.decode()
    at = localtime(held.result_at)
    assert f"{at:%H:%M}，抽签排号" in before
    assert f"/draws/{held.public_id}/" in before
    clock.tick(hours=1)
    come(pool, [cast.wang.person], clock.now)
    come(pool, [cast.zhang.person], clock.now + timedelta(minutes=3))
    in_time, late = (as_worker(player).get(address).content.decode() for player in (cast.wang, cast.zhang))
    assert ("抽签排先后" in in_time, "您来时头几分钟已过" in in_time) == (True, False)
    assert "您来时头几分钟已过" in late
    hold(pool)
    clock.tick(hours=1)
    drawn = as_worker(cast.wang).get(address).content.decode()
    for words in ("领到了", "抽签次序第1位", "已抽签", "我的票号在名单里吗"):
        assert words in drawn
    public = Client().get(f"/draws/{held.public_id}/").content.decode()
    for words in ("算同时到的", "往名单里编人", "持有人代号"):
        assert words in public
    ticket = Application.objects.get(applicants__person=cast.wang.person)
    assert "在，第1行" in as_worker(cast.wang).get(f"/me/draws/{ticket.public_id}/").content.decode()


def test_staff_announce_the_draw_of_a_level_start_before_it_is_published(cast: Cast, as_staff: SignIn) -> None:
    ends = {"opens": NOW + timedelta(days=2), "closes": NOW + timedelta(days=3)}
    call = calls.open_call(union=cast.yongchuan, kind="plain", **ends, manner=LEVEL, by=HOUSE, at=NOW)
    pool = a_pool(call, 9)
    client, address = as_staff(cast.officer), f"/staff/releases/{pool.public_id}/"
    new = f"/staff/draws/new/{call.public_id}/"
    assert new not in client.get("/staff/draws/").content.decode()  # the lane comes first
    client.post(f"{address}open/")
    assert new in client.get(address).content.decode()
    assert new in client.get("/staff/draws/").content.decode()
    assert "以前进来的人抽签" in client.get(new).content.decode()
    holders = {f"{field}_{n}": f"{n}号" for n in (1, 2, 3) for field in ("role", "name")}
    result = localtime(call.list_ends + timedelta(minutes=30)).strftime("%Y-%m-%dT%H:%M")
    sent = {"how": "computed", "source": "", "event": "", "result_at": result, **holders}
    early = localtime(call.list_ends).strftime("%Y-%m-%dT%H:%M")
    refused = client.post(new, sent | {"result_at": early})
    assert (refused.status_code, "抽签以前要先公布名单" in refused.content.decode()) == (422, True)
    slips = client.post(new, sent | {"how": "slips"})
    assert (slips.status_code, "不能抽纸签" in slips.content.decode()) == (422, True)
    assert client.post(new, sent).status_code == 200
    page = client.get(address).content.decode()
    assert f"/staff/draws/{Round.objects.get().public_id}/" in page
    assert "头几分钟过后自动封存" in client.get(f"/staff/draws/{Round.objects.get().public_id}/").content.decode()


def test_a_release_says_for_whom_places_are_kept_and_whether_one_is_among_them(
    cast: Cast, as_worker: SignIn, clock: Clock
) -> None:
    kept = [Plan("快递员", "快递小哥", 1, a_group(cast.yongchuan, "courier", "是快递员"))]
    pool = a_lane(cast.factory, 2, opens=NOW + timedelta(hours=1), kind="plain", manner=LEVEL, kept=kept)
    as_couriers([cast.wang.person])
    address = f"/releases/{pool.public_id}/"

    def told(player: Player) -> tuple[bool, bool]:
        page = as_worker(player).get(address).content.decode()
        return "1个，先于公开名额，没用完的转为公开名额" in page, "您在这一组" in page

    assert (told(cast.wang), told(cast.zhang)) == ((True, True), (True, False))
    waiting = as_worker(cast.wang).get(f"{address}waiting/").content.decode()
    assert ("快递小哥" in waiting, "您在这一组" in waiting) == (True, False)
    clock.tick(hours=1)
    assert told(cast.wang) == (True, False)  # nobody is asked while all come
    come(pool, [cast.wang.person, cast.zhang.person], clock.now)
    hold(pool)
    assert (told(cast.wang), told(cast.zhang)) == ((True, True), (True, False))


def test_staff_see_what_is_kept_and_may_change_it_until_it_opens(cast: Cast, as_staff: SignIn, clock: Clock) -> None:
    ends = {"opens": NOW + timedelta(hours=2), "closes": NOW + timedelta(days=3)}
    call = calls.open_call(union=cast.yongchuan, kind="plain", **ends, manner=LEVEL, by=HOUSE, at=NOW)
    pool, couriers = a_pool(call, 9), a_group(cast.yongchuan, "courier", "是快递员")
    client, address = as_staff(cast.officer), f"/staff/releases/{pool.public_id}/"
    client.post(f"{address}open/")
    page = client.get(address).content.decode()
    assert ("没有给哪一组留名额" in page, f"/staff/calls/{call.public_id}/" in page) == (True, True)
    new = f"/staff/calls/{call.public_id}/pools/{pool.public_id}/reserve/"
    sent = {"words": "快递小哥", "name": "快递员", "units": "2", "when": "first", "spill": "open", "rule": ""}
    assert new in client.get(f"/staff/calls/{call.public_id}/").content.decode()
    assert "要选一条规则" in client.get(new).content.decode()
    refused = client.post(new, sent)
    assert (refused.status_code, "选一条认人的规则" in refused.content.decode()) == (422, True)
    assert client.post(new, sent | {"rule": str(couriers.pk)}).status_code == 302
    page = client.get(address).content.decode()
    assert "快递小哥：2个，先于公开名额" in page
    clock.tick(hours=2)
    assert f"/staff/calls/{call.public_id}/" not in client.get(address).content.decode()
    assert new not in client.get(f"/staff/calls/{call.public_id}/").content.decode()


def _touched(text: str) -> str:
    """Another signature, as well written."""
    head, said, path, signature = text.strip().split(".")
    return ".".join([head, said, path, ("A" if signature[0] != "A" else "B") + signature[1:]])


def test_the_next_release_stands_first_however_many_follow(cast: Cast, clock: Clock) -> None:
    clock.now = NOW
    hours = {"昨天": -30, "前天": -50, "下周": 170, "现在": -1, "明天": 20}
    for name, hour in hours.items():
        found = a_lane(cast.factory, 1, opens=NOW + timedelta(hours=hour), kind="plain")
        pools.rename(pool=found, name=name, by=HOUSE, at=NOW)
    page = Client().get("/releases/").content.decode()
    assert re.findall('class="m"><b>(..)</b>', page) == ["现在", "明天", "下周", "昨天", "前天"]
