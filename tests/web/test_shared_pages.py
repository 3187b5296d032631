"""Pages that are drawn once for many: each reader's own stays the reader's."""

import re

import pytest
from django.test import Client, RequestFactory
from tests.cast import Cast
from tests.web.conftest import Clock

from tongxin.web.shared_pages import LONGEST

pytestmark = pytest.mark.django_db
PHONES = ("19912345678", "19987654321")


class Gateway:
    def send(self, *_: object, **__: object) -> None:
        """Nobody reads these texts."""


@pytest.fixture(autouse=True)
def gateway(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    monkeypatch.setattr("tongxin.web.accounts.worker_sign_in.sender", Gateway)


def tokens(page: str) -> set[str]:
    return set(re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page))


def without_tokens(page: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page)


@pytest.mark.parametrize("address", ["/", "/sign-in/", "/sign-in/?next=/classes/"])
def test_the_second_reader_gets_the_same_page_undrawn_with_a_token_of_their_own(address: str) -> None:
    first, second = Client().get(address), Client().get(address)
    one, two = first.content.decode(), second.content.decode()
    assert (bool(first.templates), second.templates) == (True, [])
    assert without_tokens(one) == without_tokens(two)
    assert (len(tokens(one)), len(tokens(two))) == (1, 1)
    assert tokens(one) != tokens(two)
    assert "hole-" not in one + two
    assert first.cookies["csrftoken"].value != second.cookies["csrftoken"].value


def test_the_token_of_an_undrawn_page_is_taken() -> None:
    Client().get("/sign-in/")
    strict = Client(enforce_csrf_checks=True)
    token = tokens(strict.get("/sign-in/").content.decode()).pop()
    assert strict.post("/sign-in/", {"phone": PHONES[0], "csrfmiddlewaretoken": token}).status_code == 302
    assert Client(enforce_csrf_checks=True).post("/sign-in/", {"csrfmiddlewaretoken": token}).status_code == 403


def test_the_code_page_shows_to_each_the_end_of_their_own_number(clock: Clock) -> None:
    pages = []
    for phone in PHONES:
        client = Client()
        client.post("/sign-in/", {"phone": phone})
        clock.tick(seconds=1)
        pages.append(client.get("/sign-in/code/").content.decode())
    assert [("5678" in page, "4321" in page) for page in pages] == [(True, False), (False, True)]
    assert ['data-seconds="59"' in page for page in pages] == [True, True]


def test_the_code_page_counts_down_for_each_and_stops(clock: Clock) -> None:
    client = Client()
    client.post("/sign-in/", {"phone": PHONES[0]})
    seen = []
    for seconds in (0, 15, 45):
        clock.tick(seconds=seconds)
        seen.append(re.findall(r'data-seconds="(\d+)"', client.get("/sign-in/code/").content.decode()))
    assert seen == [["60"], ["45"], []]


def test_each_face_is_its_own() -> None:
    Client().get("/sign-in/")
    for name, value, words in (
        ("tx-language", "en", '<html lang="en"'),
        ("tx-large", "1", 'class="tx-large"'),
        ("tx-theme", "dark", 'data-bs-theme="dark"'),
    ):
        client = Client()
        assert words not in client.get("/sign-in/").content.decode()
        client.cookies[name] = value
        assert words in client.get("/sign-in/").content.decode()


def test_home_of_a_visitor_of_an_account_and_of_a_person(cast: Cast) -> None:
    headings = []
    for account in (None, cast.newcomer, cast.wang.account, None):
        client = Client()
        if account is not None:
            client.force_login(account)
        headings.append(re.search(r"<h1[^>]*>([^<]+)<", client.get("/").content.decode()).group(1))
    assert headings == ["工会的课程和服务", "先登记姓名", "王小华，您好", "工会的课程和服务"]


def test_a_message_is_told_to_its_reader_alone_and_once(cast: Cast) -> None:
    Client().get("/sign-in/")
    teller = Client()
    teller.cookies["messages"] = told("请用手机号验证一次")
    pages = [client.get("/sign-in/").content.decode() for client in (teller, teller, Client())]
    assert ["请用手机号验证一次" in page for page in pages] == [True, False, False]


def told(words: str) -> str:
    """The cookie in which Django keeps a message."""
    from django.contrib.messages import INFO
    from django.contrib.messages.storage.base import Message
    from django.contrib.messages.storage.cookie import CookieStorage

    return str(CookieStorage(RequestFactory().get("/"))._encode([Message(INFO, words)]))


def test_an_address_of_one_person_is_drawn_for_them() -> None:
    address = f"/sign-in/?next=/{'a' * LONGEST}"
    assert [bool(Client().get(address).templates) for _ in range(2)] == [True, True]
