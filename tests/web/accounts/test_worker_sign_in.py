"""Phone and code, as a browser does it."""

import re
from datetime import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import NOW
from tests.web.conftest import Clock

from tongxin.people.models import Account
from tongxin.records.models import JournalEntry
from tongxin.store.keys import ring

pytestmark = pytest.mark.django_db
PHONE = "19912345678"
SENT: list[tuple[str, str]] = []


class Gateway:
    def send(self, phone: str, text: str, *, at: datetime) -> None:  # noqa: ARG002
        SENT.append((phone, text))


@pytest.fixture(autouse=True)
def gateway(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    """In place of the sender that the settings name."""
    SENT.clear()
    monkeypatch.setattr("tongxin.web.accounts.worker_sign_in.sender", Gateway)


def ask(client: Client, phone: str = PHONE, next_: str = "") -> object:
    return client.post("/sign-in/", {"phone": phone, "next": next_})


def last_code() -> str:
    return re.search(r"\d{6}", SENT[-1][1]).group()


def other(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def enter(client: Client, code: str, next_: str = "") -> object:
    return client.post("/sign-in/code/", {"code": code, "next": next_, "own_device": "on"})


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def account_of(phone: str) -> Account:
    return Account.objects.get(phone_digest=ring().digest(f"+86{phone}", purpose="account.phone"))


def test_unknown_phone_gets_an_account_with_its_first_code(client: Client) -> None:
    assert Account.objects.count() == 0
    assert ask(client)["Location"] == "/sign-in/code/?next=%2F"
    assert [phone for phone, _ in SENT] == [f"+86{PHONE}"]
    assert Account.objects.count() == 0  # nothing is opened until the code is proven
    answer = enter(client, last_code())
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert signed_in(client)
    account = account_of(PHONE)
    assert account.phone.open() == f"+86{PHONE}"
    assert not account.has_usable_password()
    assert list(JournalEntry.objects.order_by("id").values_list("verb", flat=True)) == [
        "account.opened",
        "account.signed-in",
    ]


def test_statements_of_a_first_sign_in(client: Client) -> None:  # a prepared one is logged without its words
    Client().get("/")
    counts = []
    for step in (
        lambda: client.get("/sign-in/"),
        lambda: ask(client),
        lambda: client.get("/sign-in/code/"),
        lambda: enter(client, last_code()),
        lambda: client.get("/"),
        lambda: client.get("/"),
    ):
        with CaptureQueriesContext(connection) as queries:
            step()
        counts.append(sum(not (row["sql"] or "").startswith(("SAVEPOINT", "RELEASE")) for row in queries))
    open_classes = counts[4] - counts[5]
    assert (counts[:4], counts[5]) == ([0, 5, 2, 10], 2)
    assert open_classes > 0  # once in two seconds for all


def test_last_sign_in_is_kept_with_the_first_code_and_with_the_next(client: Client, clock: Clock) -> None:
    ask(client)
    enter(client, last_code())
    first = account_of(PHONE)
    assert (first.last_login, first.phone_verified_at, first.created_at) == (NOW, NOW, NOW)
    client.logout()
    clock.tick(minutes=2)
    ask(client)
    enter(client, last_code())
    again = account_of(PHONE)
    assert (again.last_login, again.phone_verified_at, again.created_at) == (clock.now, clock.now, NOW)


def test_known_phone_comes_back_to_its_account(client: Client, clock: Clock) -> None:
    ask(client)
    enter(client, last_code())
    client.logout()
    clock.tick(minutes=2)
    ask(client, "+86 199-1234 5678")
    enter(client, last_code())
    assert Account.objects.count() == 1
    assert signed_in(client)


def test_known_and_unknown_phone_get_the_same_answer(client: Client) -> None:
    ask(client)
    enter(client, last_code())
    known, unknown = Client(), Client()
    pages = []
    for browser, phone in ((known, PHONE), (unknown, "19987654321")):
        if phone == PHONE:
            from tongxin.people.models import SignInAttempt
            from tongxin.store.atomic import writing

            with writing():
                SignInAttempt.objects.all().delete()
        answer = ask(browser, phone)
        page = browser.get("/sign-in/code/").content.decode()
        page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page).replace(phone[-4:], "")
        pages.append((answer.status_code, answer["Location"], page))
    assert pages[0] == pages[1]


def test_wrong_code_says_how_many_tries_are_left_and_the_fifth_ends_it(client: Client) -> None:
    ask(client)
    code = last_code()
    for left in (4, 3, 2, 1):
        answer = enter(client, other(code))
        assert answer.status_code == 422
        assert f"验证码不对，还可以试{left}次。" in answer.content.decode()
    assert "验证码错了5次，已失效，请重新获取。" in enter(client, other(code)).content.decode()
    answer = enter(client, code)  # the right one comes too late
    assert answer.status_code == 422
    assert "验证码已失效，请重新获取。" in answer.content.decode()
    assert not signed_in(client)
    assert Account.objects.count() == 0


@pytest.mark.parametrize(("seconds", "opens"), [(299, True), (300, False)])
def test_code_is_good_for_five_minutes(client: Client, clock: Clock, seconds: int, opens: bool) -> None:
    ask(client)
    clock.tick(seconds=seconds)
    enter(client, last_code())
    assert signed_in(client) is opens


def test_code_opens_once(client: Client) -> None:
    ask(client)
    code, handle = last_code(), client.session["tx_sign_in"]
    enter(client, code)
    thief = Client()
    ask(thief, "19987654321")
    session = thief.session
    session["tx_sign_in"] = handle
    session.save()
    assert "验证码已失效" in enter(thief, code).content.decode()
    assert not signed_in(thief)


def test_code_of_one_browser_opens_no_other(client: Client) -> None:
    ask(client)
    thief = Client()
    assert enter(thief, last_code())["Location"] == "/sign-in/?next=%2F"
    assert not signed_in(thief)


def test_code_with_typed_spaces_and_letters(client: Client) -> None:
    ask(client)
    code = last_code()
    answer = enter(client, "12a456")
    assert "验证码是6位数字，请看短信重新输入。" in answer.content.decode()
    assert '<a href="#id_code">' in answer.content.decode()
    enter(client, f"{code[:3]} {code[3:]}")
    assert signed_in(client)


def test_second_code_waits_sixty_seconds(client: Client, clock: Clock) -> None:
    ask(client)
    clock.tick(seconds=59)
    answer = client.post("/sign-in/code/again/")
    assert answer.status_code == 422
    assert "太快了，请1秒后再试。" in answer.content.decode()
    clock.tick(seconds=1)
    assert client.post("/sign-in/code/again/").status_code == 302
    assert len(SENT) == 2


def test_phone_gets_five_codes_an_hour(client: Client, clock: Clock) -> None:
    for _ in range(5):
        ask(client)
        clock.tick(seconds=61)
    answer = ask(client)
    assert answer.status_code == 422
    assert "请55分钟后再试。" in answer.content.decode()
    assert len(SENT) == 5


def test_a_dormitory_behind_one_address_is_not_locked_out() -> None:
    for n in range(120):
        assert ask(Client(), f"199{n:08d}").status_code == 302
    assert len(SENT) == 120


def test_a_flood_from_one_address_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    from tongxin.people.actions import attempts
    from tongxin.people.models import SignInAttempt
    from tongxin.store.atomic import writing

    limit = attempts.Limit(attempts.Kind.CODE_SENT, "network:127.0.0.1", 600, attempts.KEPT)
    with writing():
        SignInAttempt.objects.bulk_create([SignInAttempt(kind=limit.kind, of=limit.of, at=NOW) for _ in range(600)])
    answer = ask(Client())
    assert answer.status_code == 422
    assert "请10分钟后再试。" in answer.content.decode()
    assert SENT == []


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("1991234567", "手机号只有10位，少1位，请补上。"),
        ("02349876543", "这是固定电话，收不到短信，请填手机号。"),
        ("", "请填写手机号。"),
        ("1991234567a", "手机号里有数字以外的字符"),
    ],
)
def test_wrong_phone_says_what_is_wrong_and_keeps_what_was_typed(client: Client, typed: str, words: str) -> None:
    answer = ask(client, typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert f'value="{typed}"' in page or not typed
    assert "<title>错误：登录" in page
    assert SENT == []


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/classes/?day=2", "/classes/?day=2"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
    ],
)
def test_next_leads_only_inside(client: Client, asked: str, led: str) -> None:
    ask(client, next_=asked)
    assert enter(client, last_code(), asked)["Location"] == led


def test_session_key_changes_at_sign_in(client: Client) -> None:
    ask(client)
    before = client.session.session_key
    enter(client, last_code())
    assert client.session.session_key != before
    assert client.cookies["sessionid"]["max-age"] == 90 * 86400


def test_session_holds_no_phone_number(client: Client) -> None:
    ask(client)
    assert PHONE not in str(dict(client.session.items()))


def test_stopped_account_is_told_after_the_code(client: Client, clock: Clock) -> None:
    ask(client)
    enter(client, last_code())
    Account.objects.update(is_active=False)
    client.logout()
    clock.tick(minutes=2)
    ask(client)
    answer = enter(client, last_code())
    assert "这个账号已停用，请联系您的工会。" in answer.content.decode()
    assert not signed_in(client)


def test_account_language_follows_to_a_new_browser(client: Client, clock: Clock) -> None:
    ask(client)
    enter(client, last_code())
    client.post("/display/", {"language": "en"})
    clock.tick(minutes=2)
    phone = Client()
    ask(phone)
    assert enter(phone, last_code()).cookies["tx-language"].value == "en"


def test_sign_out_needs_a_post(client: Client) -> None:
    ask(client)
    enter(client, last_code())
    client.get("/sign-out/")
    assert signed_in(client)
    assert client.post("/sign-out/")["Location"] == "/"
    assert not signed_in(client)


def test_sign_in_without_token_is_refused() -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/sign-in/", {"phone": PHONE})
    assert answer.status_code == 403
    assert "页面放得太久了" in answer.content.decode()
