"""Login, password and second factor, as a browser does it."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from tests.cast import PASSWORD, Cast
from tests.web.conftest import Clock, sign_in

from tongxin.kernel import one_time_codes
from tongxin.people.actions import second_factor
from tongxin.records.models import JournalEntry

pytestmark = pytest.mark.django_db


def give_password(client: Client, login: str = "zhenghui", password: str = PASSWORD, next_: str = "") -> object:
    return client.post("/sign-in/staff/", {"login": login, "password": password, "next": next_})


def give_code(client: Client, code: str, next_: str = "") -> object:
    return client.post("/staff/second-factor/", {"code": code, "next": next_})


def app_code(secret: str, clock: Clock) -> str:
    return one_time_codes.code_at(secret, one_time_codes.step_at(clock.now))


@pytest.fixture
def enrolled(cast: Cast, clock: Clock) -> tuple[str, list[str]]:
    """The officer's secret and recovery codes."""
    secret = one_time_codes.new_secret()
    codes = second_factor.enrol(account=cast.officer.account, secret=secret, code=app_code(secret, clock), at=clock.now)
    clock.tick(minutes=2)
    return secret, codes


def opens_staff(client: Client) -> bool:
    return client.get("/staff/").status_code == 200


def test_first_sign_in_sets_the_factor_up(cast: Cast, clock: Clock, client: Client) -> None:
    assert give_password(client)["Location"] == "/staff/second-factor/?next=%2Fstaff%2F"
    page = client.get("/staff/second-factor/").content.decode()
    secret = re.search(r'tx-secret">([A-Z2-7 ]+)<', page).group(1).replace(" ", "")
    assert '<svg class="tx-qr"' in page
    assert "_auth_user_id" not in client.session  # a password alone opens nothing
    answer = give_code(client, app_code(secret, clock))
    codes = re.findall(r"<li>(\d{8})</li>", answer.content.decode())
    assert len(codes) == 10
    assert answer["Cache-Control"] == "no-store"
    assert opens_staff(client)
    assert secret not in str(dict(client.session.items()))
    assert all(code not in str(dict(client.session.items())) for code in codes)


def test_secret_is_sealed_at_rest(cast: Cast, enrolled: tuple[str, list[str]]) -> None:
    secret, codes = enrolled
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    assert all(code not in stored for code in codes)


def test_enrolment_with_a_wrong_code_sets_nothing_up(cast: Cast, clock: Clock, client: Client) -> None:
    give_password(client)
    client.get("/staff/second-factor/")
    answer = give_code(client, "000000")
    assert answer.status_code == 422
    assert "请核对手机的时间是否准确" in answer.content.decode()
    assert Authenticator.objects.count() == 0
    assert not opens_staff(client)


def test_later_sign_in_asks_the_code_and_leads_to_next(
    clock: Clock, client: Client, enrolled: tuple[str, list[str]]
) -> None:
    give_password(client, next_="/staff/people/")
    before = client.session.session_key
    answer = give_code(client, app_code(enrolled[0], clock), "/staff/people/")
    assert answer["Location"] == "/staff/people/"
    assert opens_staff(client)
    assert client.session.session_key != before
    assert client.session.get_expiry_age() == 12 * 3600
    assert JournalEntry.objects.order_by("-id").values_list("verb", "data")[0] == ("account.signed-in", {"way": "app"})


def test_login_is_read_in_any_case_and_with_blanks(client: Client, enrolled: tuple[str, list[str]]) -> None:
    assert give_password(client, " ZhengHui ").status_code == 302


@pytest.mark.parametrize("login", ["zhenghui", "nobody"])
def test_wrong_password_and_unknown_login_get_the_same_words(
    cast: Cast, clock: Clock, client: Client, login: str
) -> None:
    answer = give_password(client, login, "not the password")
    assert answer.status_code == 422
    assert "登录名或密码不对，请核对后再试。" in answer.content.decode()
    assert "not the password" not in answer.content.decode()


def test_stopped_account_is_refused_as_if_unknown(cast: Cast, clock: Clock, client: Client) -> None:
    cast.officer.account.is_active = False
    cast.officer.account.save()
    assert "登录名或密码不对" in give_password(client).content.decode()


def test_five_wrong_passwords_stop_the_login_for_a_while(cast: Cast, clock: Clock, client: Client) -> None:
    for _ in range(5):
        give_password(client, password="wrong")
    answer = give_password(client)
    assert answer.status_code == 422
    assert "请15分钟后再试。" in answer.content.decode()
    assert give_password(client, "mengshu").status_code == 302  # a colleague at the same address is not stopped
    clock.tick(minutes=15)
    assert give_password(client).status_code == 302


def test_app_code_counts_once(clock: Clock, enrolled: tuple[str, list[str]]) -> None:
    code = app_code(enrolled[0], clock)
    for browser, status in ((Client(), 302), (Client(), 422)):
        give_password(browser)
        assert give_code(browser, code).status_code == status


def test_older_code_than_the_last_is_refused(clock: Clock, enrolled: tuple[str, list[str]]) -> None:
    older = app_code(enrolled[0], clock)
    clock.tick(seconds=30)
    first, second = Client(), Client()
    give_password(first)
    assert give_code(first, app_code(enrolled[0], clock)).status_code == 302
    give_password(second)
    assert give_code(second, older).status_code == 422


def test_expired_app_code_is_refused(clock: Clock, client: Client, enrolled: tuple[str, list[str]]) -> None:
    code = app_code(enrolled[0], clock)
    clock.tick(seconds=61)
    give_password(client)
    assert give_code(client, code).status_code == 422


def test_recovery_code_counts_once(enrolled: tuple[str, list[str]]) -> None:
    for browser, status in ((Client(), 302), (Client(), 422)):
        give_password(browser)
        assert give_code(browser, enrolled[1][3]).status_code == status


def test_six_wrong_codes_stop_the_account(clock: Clock, client: Client, enrolled: tuple[str, list[str]]) -> None:
    give_password(client)
    for _ in range(6):
        assert "口令不对" in give_code(client, "000000").content.decode()
    answer = give_code(client, app_code(enrolled[0], clock))
    assert answer.status_code == 422
    assert "请15分钟后再试。" in answer.content.decode()
    assert not opens_staff(client)


def test_password_proof_is_forgotten_after_ten_minutes(
    clock: Clock, client: Client, enrolled: tuple[str, list[str]]
) -> None:
    give_password(client)
    clock.tick(minutes=10, seconds=1)
    assert give_code(client, app_code(enrolled[0], clock))["Location"] == "/sign-in/staff/?next=%2Fstaff%2F"
    assert not opens_staff(client)


def test_second_factor_is_asked_again_after_twelve_hours(clock: Clock, cast: Cast, as_staff: object) -> None:
    client = as_staff(cast.officer)
    assert opens_staff(client)
    clock.tick(hours=12, seconds=1)
    assert client.get("/staff/")["Location"] == "/staff/second-factor/?next=%2Fstaff%2F"


def test_phone_session_of_staff_needs_the_factor_and_gains_it(
    cast: Cast, clock: Clock, enrolled: tuple[str, list[str]]
) -> None:
    client = sign_in(cast.officer.account, factor=False)
    assert client.get("/staff/")["Location"] == "/staff/second-factor/?next=%2Fstaff%2F"
    before = client.session.session_key
    assert give_code(client, app_code(enrolled[0], clock)).status_code == 302
    assert opens_staff(client)
    assert client.session.session_key != before


def test_phone_session_alone_cannot_set_a_factor_up(cast: Cast, clock: Clock) -> None:
    client = sign_in(cast.teacher.account, factor=False)
    assert client.get("/staff/second-factor/")["Location"] == "/sign-in/staff/?next=%2Fstaff%2F"


def test_factor_of_another_account_does_not_carry_over(cast: Cast, as_staff: object) -> None:
    client = as_staff(cast.officer)
    client.force_login(cast.teacher.account)
    assert client.get("/staff/")["Location"].startswith("/staff/second-factor/")


def test_worker_is_told_that_the_desk_is_not_theirs(cast: Cast, as_staff: object) -> None:
    answer = as_staff(cast.wang).get("/staff/")
    assert answer.status_code == 403
    assert "您现在没有在任的岗位" in answer.content.decode()


@pytest.mark.parametrize("evil", ["//evil.example", "https://evil.example/", "/\\evil.example"])
def test_next_leads_only_inside(clock: Clock, client: Client, enrolled: tuple[str, list[str]], evil: str) -> None:
    assert give_password(client, next_=evil)["Location"] == "/staff/second-factor/?next=%2Fstaff%2F"
    assert give_code(client, app_code(enrolled[0], clock), evil)["Location"] == "/staff/"


def test_changed_password_ends_other_sessions(cast: Cast, as_staff: object) -> None:
    here, elsewhere = as_staff(cast.officer), as_staff(cast.officer)
    new = "another horse battery"
    assert here.post("/staff/password/", {"old": PASSWORD, "new": new, "again": new}).status_code == 302
    assert opens_staff(here)
    assert elsewhere.get("/staff/")["Location"] == "/sign-in/staff/?next=%2Fstaff%2F"
    assert give_password(Client(), password=new).status_code == 302


@pytest.mark.parametrize(
    ("old", "new", "again", "words"),
    [
        ("wrong", "another horse battery", "another horse battery", "原来的密码不对，请再输一次。"),
        (PASSWORD, "short", "short", "新密码太短，至少要10个字符。"),
        (PASSWORD, "1234567890", "1234567890", "这个密码很多人用"),
        (PASSWORD, "another horse battery", "another horse", "两次输入的新密码不一样"),
    ],
)
def test_password_change_is_refused_with_its_reason(
    cast: Cast, as_staff: object, old: str, new: str, again: str, words: str
) -> None:
    answer = as_staff(cast.officer).post("/staff/password/", {"old": old, "new": new, "again": again})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert cast.officer.account.__class__.objects.get(login="zhenghui").check_password(PASSWORD)


def test_new_recovery_codes_end_the_old(
    cast: Cast, clock: Clock, enrolled: tuple[str, list[str]], as_staff: object
) -> None:
    answer = as_staff(cast.officer).post("/staff/second-factor/recovery-codes/")
    fresh = re.findall(r"<li>(\d{8})</li>", answer.content.decode())
    assert len(fresh) == 10
    browser = Client()
    give_password(browser)
    assert give_code(browser, enrolled[1][0]).status_code == 422
    assert give_code(browser, fresh[0]).status_code == 302


def test_demo_inbox_is_there_only_on_the_demo(
    cast: Cast, client: Client, settings: object, enrolled: object, clock: Clock
) -> None:
    settings.DEMO = False
    assert client.get("/demo/inbox/").status_code == 404
    settings.DEMO = True
    page = client.get("/demo/inbox/").content.decode()
    assert app_code(enrolled[0], clock) in page
    assert "以下为合成数据" in page


def test_librarys_own_pages_are_not_exposed(client: Client) -> None:
    for address in (
        "/accounts/login/",
        "/login/",
        "/signup/",
        "/accounts/signup/",
        "/2fa/",
        "/password/reset/",
        "/login/code/",
    ):
        assert client.get(address).status_code == 404
