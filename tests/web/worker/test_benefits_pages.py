"""Looking at what is offered, claiming it, showing it at a counter, giving it back: as a worker's phone does."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from django.test import Client
from tests.cast import HOUSE, NOW, TODAY, Cast, Player
from tests.factories.counters import a_counter, given
from tests.factories.schemes import CLOSES, OPENS, PLAN, YEAR_TICKET, a_release, a_scheme, a_voucher, recognised
from tests.web.conftest import Clock

from tongxin.benefits.actions import brands, vouchers
from tongxin.benefits.models import Voucher
from tongxin.benefits.queries import mine
from tongxin.benefits.states import VoucherState
from tongxin.calls.actions.calls import Manner
from tongxin.web.paging import paged

pytestmark = pytest.mark.django_db
AsWorker = Callable[[Player], Client]


@pytest.fixture(autouse=True)
def at_now(clock: Clock) -> None:
    clock.now = NOW


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_visitor_reads_what_is_offered_and_a_brand_s_page(cast: Cast) -> None:
    brand = brands.add(
        union=cast.chongqing,
        slug="you-bashu",
        name="百万职工游巴蜀",
        said="据报道",
        made_up="都是虚构的",
        by=HOUSE,
        at=NOW,
    )
    scheme = a_scheme(cast.yongchuan, replace(PLAN, brand=brand))
    assert "春季文旅券" in text(Client(), "/benefits/")
    page = text(Client(), "/brands/you-bashu/")
    assert all(words in page for words in ("据报道", "都是虚构的", "春季文旅券"))
    assert "登录后领取" in text(Client(), f"/benefits/{scheme.public_id}/")


def test_a_brand_says_to_a_worker_what_is_theirs_and_what_they_used(cast: Cast, as_worker: AsWorker) -> None:
    brand = brands.add(union=cast.chongqing, slug="you-bashu", name="百万职工游巴蜀", by=HOUSE, at=NOW)
    a_scheme(cast.jinjiang_shop, replace(PLAN, brand=brand, name="锦江一日游"))
    a_scheme(cast.yongchuan, replace(PLAN, brand=brand))
    drawn = Manner(result_at=CLOSES + timedelta(days=1))
    a_scheme(
        cast.yongchuan,
        replace(PLAN, brand=brand, name="专场演出"),
        release=a_release(opens=OPENS, closes=CLOSES, manner=drawn),
    )
    a_voucher(a_scheme(cast.factory, replace(YEAR_TICKET, brand=brand)), cast.wang.person)
    page = text(as_worker(cast.wang), "/brands/you-bashu/")
    assert page.index("春季文旅券") < page.index("锦江一日游")  # what is theirs first
    assert [page.count(words) for words in ("发给别的工会的会员", "可以报名", "您今年已用120元")] == [1, 1, 1]
    assert "每人每年不超过200元" in page
    visitor = text(Client(), "/brands/you-bashu/")
    assert [words in visitor for words in ("发给别的工会的会员", "您今年已用", "每人每年不超过200元")] == [
        False,
        False,
        True,
    ]


def test_a_worker_is_shown_what_is_theirs_and_may_see_all(cast: Cast, as_worker: AsWorker) -> None:
    a_scheme(cast.yongchuan)
    client = as_worker(cast.lin)
    assert "现在没有您能领的福利" in text(client, "/benefits/")
    assert "春季文旅券" in text(client, "/benefits/?all=1")


def test_claimed_in_one_tap_shown_and_given_back(cast: Cast, as_worker: AsWorker) -> None:
    scheme = a_scheme(cast.yongchuan)
    client = as_worker(cast.wang)
    page = text(client, f"/benefits/{scheme.public_id}/")
    key = re.search(r'name="key" value="(\w+)"', page)
    assert key is not None
    answer = client.post(f"/benefits/{scheme.public_id}/claim/", {"key": key[1]}, follow=True)
    assert "领到了" in answer.content.decode()
    voucher = Voucher.objects.get()
    assert "春季文旅券" in text(client, "/me/vouchers/")
    address = f"/me/vouchers/{voucher.public_id}/"
    assert "tx-qr" not in text(client, address)
    shown = client.post(f"{address}show/", follow=True).content.decode()
    code = Voucher.objects.get().code or ""
    assert f"{code[:3]} {code[3:]}" in shown
    assert "tx-qr" in shown
    client.post(f"{address}give-back/")
    assert Voucher.objects.get().state == VoucherState.RETURNED


def test_the_page_says_who_may_with_the_limit_and_its_clause(cast: Cast, as_worker: AsWorker) -> None:
    a_voucher(a_scheme(cast.factory, YEAR_TICKET), cast.wang.person)
    scheme = a_scheme(cast.yongchuan, YEAR_TICKET)
    page = text(as_worker(cast.wang), f"/benefits/{scheme.public_id}/")
    assert "今年已给您120元，还可以再给80元" in page
    assert "这一张是120元，会超过" in page
    assert "每人每年不超过200元" in page
    assert f"/benefits/{scheme.public_id}/claim/" not in page  # no button for what would be refused
    free = a_scheme(cast.yongchuan).public_id
    assert f"/benefits/{free}/claim/" in text(as_worker(cast.wang), f"/benefits/{free}/")


def test_refused_it_says_why_and_stays_on_the_page(cast: Cast, as_worker: AsWorker) -> None:
    a_voucher(a_scheme(cast.factory, YEAR_TICKET), cast.wang.person)
    scheme = a_scheme(cast.yongchuan, YEAR_TICKET)
    answer = as_worker(cast.wang).post(f"/benefits/{scheme.public_id}/claim/", {"key": "k" * 12})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert (page.count("所以不能再发"), page.count("错误：")) == (1, 1)


def test_what_is_over_stands_last(cast: Cast, as_worker: AsWorker, clock: Clock) -> None:
    brand = brands.add(union=cast.chongqing, slug="you-bashu", name="百万职工游巴蜀", by=HOUSE, at=NOW)
    early = a_release(opens=OPENS, closes=NOW + timedelta(hours=1))
    a_scheme(cast.yongchuan, replace(PLAN, brand=brand, name="已经截止的"), release=early)
    a_scheme(cast.yongchuan, replace(PLAN, brand=brand, name="还能领的"))
    clock.now = NOW + timedelta(hours=2)
    for address in ("/benefits/", "/brands/you-bashu/"):
        page = text(as_worker(cast.wang), address)
        assert page.index("还能领的") < page.index("已经截止的")


def test_recognised_the_page_names_the_agreement(cast: Cast, as_worker: AsWorker) -> None:
    scheme = a_scheme(cast.yongchuan, replace(PLAN, universal=True))
    address = f"/benefits/{scheme.public_id}/"
    assert "没有生效的互认协议" in text(as_worker(cast.lin), address)
    recognised(cast.chongqing, cast.sichuan)
    page = text(as_worker(cast.lin), address)
    assert "凭两地互认，您可以领" in page
    assert "川渝工会普惠互认协议" in page


def test_a_replay_with_another_body_is_refused(cast: Cast, as_worker: AsWorker) -> None:
    """The page's key came back for another benefit."""
    one, other = a_scheme(cast.yongchuan), a_scheme(cast.yongchuan)
    client = as_worker(cast.wang)
    for _ in range(2):
        assert client.post(f"/benefits/{one.public_id}/claim/", {"key": "same-key-123"}).status_code == 302
    answer = client.post(f"/benefits/{other.public_id}/claim/", {"key": "same-key-123"})
    assert answer.status_code == 422
    assert "已经用过" in answer.content.decode()
    assert Voucher.objects.count() == 1


def test_whose_it_is_comes_from_the_session_whatever_the_body_says(cast: Cast, as_worker: AsWorker) -> None:
    scheme = a_scheme(cast.yongchuan)
    body = {"key": "k" * 12, "person": cast.li.person.public_id, "account": "1"}
    as_worker(cast.wang).post(f"/benefits/{scheme.public_id}/claim/", body)
    assert Voucher.objects.get().person == cast.wang.person


def test_an_expired_session_is_led_to_the_door_and_nothing_is_claimed(cast: Cast, as_worker: AsWorker) -> None:
    scheme = a_scheme(cast.yongchuan)
    client = as_worker(cast.wang)
    client.session.flush()
    answer = client.post(f"/benefits/{scheme.public_id}/claim/", {"key": "k" * 12})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/")
    assert Voucher.objects.count() == 0


def test_another_s_voucher_is_not_there(cast: Cast, as_worker: AsWorker) -> None:
    voucher = a_voucher(a_scheme(cast.yongchuan), cast.wang.person)
    client = as_worker(cast.zhang)
    for method, end in ((client.get, ""), (client.post, "show/"), (client.post, "give-back/")):
        assert method(f"/me/vouchers/{voucher.public_id}/{end}").status_code == 404
    assert mine.by_code("000000", NOW) is None


def test_the_code_is_gone_from_the_page_when_its_minutes_are_over(
    cast: Cast, as_worker: AsWorker, clock: Clock
) -> None:
    voucher = a_voucher(a_scheme(cast.yongchuan), cast.wang.person)
    client = as_worker(cast.wang)
    client.post(f"/me/vouchers/{voucher.public_id}/show/")
    clock.now += timedelta(minutes=10)
    page = text(client, f"/me/vouchers/{voucher.public_id}/")
    assert "出示给商家" in page
    assert "w-digits" not in page


def test_opened_beforehand_for_a_place_without_network(cast: Cast, as_worker: AsWorker, clock: Clock) -> None:
    counter = a_counter(cast)
    voucher = given(counter.scheme, cast.wang.person)
    client, address = as_worker(cast.wang), f"/me/vouchers/{voucher.public_id}/"
    asked = {"site": counter.site.public_id, "day": f"{TODAY + timedelta(days=2):%Y-%m-%d}"}
    before = text(client, address)
    assert [day in before for day in ("2024-03-28", "2024-04-04", "2024-04-05")] == [True, True, False]
    wrong = client.post(f"{address}show/", {**asked, "day": "2024-05-01"})
    assert (wrong.status_code, "7天内" in wrong.content.decode()) == (422, True)
    client.post(f"{address}show/", asked)
    clock.now = NOW + timedelta(days=2, hours=13)
    page = text(client, address)
    assert "到永川影城 一店，给商家扫这个码" in page
    assert "到2024年3月30日当天结束有效" in page
    assert [words in page for words in ("tx-qr", "换新码", "退回这张券")] == [True, False, False]
    assert client.post(f"{address}give-back/").status_code == 422


def test_used_it_says_when_and_how_much(cast: Cast, as_worker: AsWorker) -> None:
    voucher = a_voucher(a_scheme(cast.yongchuan), cast.wang.person)
    vouchers.spend(voucher=voucher, redemption_ref="r", by=HOUSE, at=NOW)
    page = text(as_worker(cast.wang), f"/me/vouchers/{voucher.public_id}/")
    assert "使用，抵100元" in page
    assert "退回这张券" not in page


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://testserver/benefits/{}/", "%2Fbenefits%2F{}%2F"),
        ("http://testserver/benefits/{}/claim/", "%2F"),  # no page of its own
        ("http://elsewhere.example/benefits/{}/", "%2F"),
        ("http://testserver/none/", "%2F"),
        ("", "%2F"),
    ],
)
def test_a_claim_after_the_session_ended_leads_back_to_where_it_was_made(cast: Cast, referer: str, back: str) -> None:
    scheme = a_scheme(cast.yongchuan)
    headers = {"Referer": referer.format(scheme.public_id)} if referer else {}
    answer = Client().post(f"/benefits/{scheme.public_id}/claim/", {"key": "k-1"}, headers=headers)
    assert answer["Location"] == f"/sign-in/?next={back.format(scheme.public_id)}"
    assert not Voucher.objects.exists()


def test_however_much_is_offered_it_comes_by_pages_and_what_is_closed_last(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tens of thousands of unions may each offer something; machines read the same in the same order."""
    monkeypatch.setattr("tongxin.web.worker.benefits.paged", partial(paged, size=2))
    monkeypatch.setattr("tongxin.web.api.benefits.PAGE", 2)
    over = a_release(opens=NOW - timedelta(days=2), closes=NOW - timedelta(hours=1))
    a_scheme(cast.yongchuan, replace(PLAN, name="甲券"), release=over)
    for name in ("乙券", "丙券"):
        a_scheme(cast.yongchuan, replace(PLAN, name=name))
    pages = [text(Client(), f"/benefits/?all=1&page={number}") for number in (1, 2)]
    assert [re.findall("[甲乙丙]券", page) for page in pages] == [["乙券", "丙券"], ["甲券"]]
    assert "?all=1&amp;page=2" in pages[0]
    told = [Client().get("/api/benefits", {"page": number}).json() for number in (1, 2)]
    assert [[row["name"] for row in one["benefits"]] for one in told] == [["乙券", "丙券"], ["甲券"]]
    assert [(one["page"], one["more"]) for one in told] == [(1, True), (2, False)]


def test_codes_that_are_not_to_be_had_are_refused_on_the_voucher_s_page(cast: Cast, as_worker: AsWorker) -> None:
    voucher = given(a_scheme(cast.yongchuan), cast.wang.person)
    answer = as_worker(cast.wang).post(f"/me/vouchers/{voucher.public_id}/ticket/", {"pool": "nothing"})
    assert (answer.status_code, answer.content.decode().count("这一种票码现在取不了")) == (422, 1)
