"""工作账号 as pages: who sees which, and what a first sign-in goes through."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import HOUSE, NOW, PASSWORD, TODAY, Cast, Player, worker
from tests.web.conftest import Clock, sign_in

from tongxin.kernel import one_time_codes
from tongxin.people.actions import appointments, staff_accounts
from tongxin.people.models import Account
from tongxin.people.roles import RoleName
from tongxin.web.api.doors import BySession

pytestmark = pytest.mark.django_db
NEW = "my own horse battery"
SECRET = re.compile(r'一次性密码</p><p class="fs-2 tx-mono mb-3">([a-z2-9-]{14})</p>')


@pytest.fixture
def hired(cast: Cast) -> Player:
    """周新, officer at 永川 without an account."""
    player = worker(cast.factory, "周新")
    appointments.appoint(
        person=player.person,
        role=RoleName.PROGRAMME_OFFICER,
        union=cast.yongchuan,
        starts=TODAY,
        ends=TODAY.replace(year=2025),
        by=HOUSE,
        at=NOW,
    )
    return player


@pytest.fixture
def admin(cast: Cast, as_staff: Callable[[Player], Client]) -> Client:
    return as_staff(cast.admin)


def address(player: Player, deed: str = "") -> str:
    return f"/staff/accounts/{player.person.public_id}/" + (f"{deed}/" if deed else "")


def given(answer: object) -> str:
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    return SECRET.search(answer.content.decode()).group(1)


def first_steps(password: str, clock: Clock, login: str = "zhouxin") -> Client:
    """Signs in by a one-time password and sets the factor up."""
    client = Client()
    assert client.post("/sign-in/staff/", {"login": login, "password": password}).status_code == 302
    page = client.get("/staff/second-factor/").content.decode()
    secret = re.search(r'tx-secret">([A-Z2-7 ]+)<', page).group(1).replace(" ", "")
    code = one_time_codes.code_at(secret, one_time_codes.step_at(clock.now))
    assert client.post("/staff/second-factor/", {"code": code}).status_code == 200
    return client


def test_list_shows_who_has_a_post_in_reach(cast: Cast, hired: Player, admin: Client) -> None:
    page = admin.get("/staff/accounts/").content.decode()
    for name, login in (("周新", "还没开通"), ("郑惠", "zhenghui"), ("罗勤", "luoqin")):
        assert name in page
        assert login in page
    for name in ("江枫", "陈渝", "蒋锦", "王小华"):
        assert name not in page


def test_list_filters_by_state_and_text(cast: Cast, hired: Player, admin: Client) -> None:
    def names(query: str) -> set[str]:
        return set(
            re.findall(r'class="id fw-medium"[^>]*>([^<]+)<', admin.get(f"/staff/accounts/?{query}").content.decode())
        )

    assert names("show=none") == {"周新"}
    assert names("q=zheng") == {"郑惠"}
    assert names("q=罗") == {"罗勤"}
    staff_accounts.deactivate(account=cast.reader.account, by=cast.admin.actor, at=NOW)
    assert names("show=stopped") == {"何明"}
    assert names("show=former") == set()


def test_list_costs_the_same_for_one_and_for_many(cast: Cast, hired: Player, admin: Client) -> None:
    counts = []
    for query in ("q=周新", ""):
        with CaptureQueriesContext(connection) as seen:
            assert admin.get(f"/staff/accounts/?{query}").status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("who", ["officer", "cadre", "teacher", "auditor", "reader", "operator"])
def test_pages_are_closed_without_the_power(
    cast: Cast, hired: Player, as_staff: Callable[[Player], Client], who: str
) -> None:
    client = as_staff(getattr(cast, who))
    assert client.get("/staff/accounts/").status_code == 403
    assert client.get(address(hired)).status_code == 403
    assert client.post(address(hired, "password")).status_code == 403


@pytest.mark.parametrize("who", ["chief", "sibling_officer", "jinjiang_admin", "wang"])
def test_accounts_elsewhere_do_not_exist(cast: Cast, admin: Client, who: str) -> None:
    assert admin.get(address(getattr(cast, who))).status_code == 404
    for deed in ("password", "factor", "stop", "resume"):
        assert admin.post(address(getattr(cast, who), deed)).status_code == 404


def test_opened_account_goes_through_factor_and_own_password(hired: Player, admin: Client, clock: Clock) -> None:
    password = given(admin.post(address(hired), {"login": "zhouxin"}))
    assert password not in admin.get(address(hired)).content.decode()  # once
    client = first_steps(password, clock)
    for page in ("/staff/", "/staff/people/", "/staff/second-factor/recovery-codes/"):
        assert client.get(page)["Location"].startswith("/staff/password/?next=")
    assert client.post("/staff/tokens/", {"name": "x", "days": "9"})["Location"].startswith("/staff/password/")
    form = client.get("/staff/password/?next=/staff/people/").content.decode()
    assert "设置自己的密码" in form
    assert "管理员给的一次性密码" in form
    same = client.post("/staff/password/", {"old": password, "new": password, "again": password})
    assert same.status_code == 422
    assert "新密码和原来的一样" in same.content.decode()
    done = client.post("/staff/password/", {"old": password, "new": NEW, "again": NEW, "next": "/staff/people/"})
    assert done["Location"] == "/staff/people/"
    assert client.get("/staff/").status_code == 200
    assert Account.objects.get(login="zhouxin").one_time_until is None


def test_one_time_password_opens_no_api(hired: Player, admin: Client, clock: Clock) -> None:
    password = given(admin.post(address(hired), {"login": "zhouxin"}))
    client = first_steps(password, clock)
    request = client.get("/staff/password/").wsgi_request
    assert BySession().authenticate(request, None) is None
    client.post("/staff/password/", {"old": password, "new": NEW, "again": NEW})
    assert BySession().authenticate(client.get("/staff/").wsgi_request, None) is not None


def test_expired_one_time_password_is_told(hired: Player, admin: Client, clock: Clock) -> None:
    password = given(admin.post(address(hired), {"login": "zhouxin"}))
    clock.tick(days=7)
    answer = Client().post("/sign-in/staff/", {"login": "zhouxin", "password": password})
    assert answer.status_code == 422
    assert "这个一次性密码已经过期，请找给您密码的管理员重设。" in answer.content.decode()


@pytest.mark.parametrize(
    ("login", "words"), [("zhenghui", "登录名zhenghui已有人用"), ("周新", "登录名用3到40个"), ("", "请")]
)
def test_open_is_refused_with_words(hired: Player, admin: Client, login: str, words: str) -> None:
    answer = admin.post(address(hired), {"login": login})
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_reset_password_ends_sessions_and_half_done_sign_ins(
    cast: Cast, admin: Client, as_staff: Callable[[Player], Client]
) -> None:
    open_session, half = as_staff(cast.officer), Client()
    half.post("/sign-in/staff/", {"login": "zhenghui", "password": PASSWORD})
    password = given(admin.post(address(cast.officer, "password")))
    assert open_session.get("/staff/")["Location"].startswith("/sign-in/staff/")
    assert half.get("/staff/second-factor/")["Location"].startswith("/sign-in/staff/")
    assert Client().post("/sign-in/staff/", {"login": "zhenghui", "password": PASSWORD}).status_code == 422
    assert Client().post("/sign-in/staff/", {"login": "zhenghui", "password": password}).status_code == 302


def test_reset_factor_leads_to_a_new_set_up(cast: Cast, admin: Client, clock: Clock) -> None:
    session = first_steps(given(admin.post(address(cast.officer, "password"))), clock, "zhenghui")
    clock.tick(minutes=5)
    assert admin.post(address(cast.officer, "factor"))["Location"] == address(cast.officer)
    assert session.get("/staff/")["Location"].startswith("/sign-in/staff/")
    page = admin.get(address(cast.officer)).content.decode()
    assert "还没设，下次登录时设" in page


def test_reset_factor_without_one_says_so(cast: Cast, admin: Client) -> None:
    answer = admin.post(address(cast.officer, "factor"))
    assert answer.status_code == 422
    assert "还没有设动态口令" in answer.content.decode()


def test_stop_shuts_phone_and_desk_and_resume_opens(
    cast: Cast, admin: Client, as_staff: Callable[[Player], Client]
) -> None:
    phone = sign_in(cast.officer.account, factor=False)
    desk = as_staff(cast.officer)
    assert phone.get("/me/").status_code == 200
    assert admin.post(address(cast.officer, "stop")).status_code == 302
    assert phone.get("/me/")["Location"].startswith("/sign-in/")
    assert desk.get("/staff/")["Location"].startswith("/sign-in/staff/")
    assert "恢复账号" in admin.get(address(cast.officer)).content.decode()
    assert admin.post(address(cast.officer, "resume")).status_code == 302
    assert Client().post("/sign-in/staff/", {"login": "zhenghui", "password": PASSWORD}).status_code == 302


def test_own_account_offers_nothing_and_refuses(cast: Cast, admin: Client) -> None:
    page = admin.get(address(cast.admin)).content.decode()
    assert "这是您自己的账号" in page
    assert "重设密码" not in page
    answer = admin.post(address(cast.admin, "password"))
    assert answer.status_code == 422
    assert "自己的账号要由另一位管理员来办" in answer.content.decode()


def test_reset_before_opening_is_refused(hired: Player, admin: Client) -> None:
    answer = admin.post(address(hired, "password"))
    assert answer.status_code == 422
    assert "请先开通" in answer.content.decode()
