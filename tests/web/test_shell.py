"""The shell: what every page shares."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
OPEN = ["/", "/about/", "/display/", "/robots.txt"]


@pytest.mark.parametrize("address", OPEN)
def test_open_page_answers_visitors(client: Client, address: str) -> None:
    assert client.get(address).status_code == 200


def test_missing_page_is_404_with_advice(client: Client) -> None:
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert "没有这一页" in answer.content.decode()


def test_display_keeps_choice_in_cookie_and_goes_back(client: Client) -> None:
    answer = client.post("/display/", {"large": "1", "next": "/about/"})
    assert (answer.status_code, answer["Location"]) == (302, "/about/")
    assert 'class="tx-large"' in client.get("/about/").content.decode()


def test_display_keeps_nothing_that_is_not_offered(client: Client) -> None:
    assert dict(client.post("/display/", {"large": "7", "theme": "<b>"}).cookies) == {}


EVIL = ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/\t/evil.example"]


@pytest.mark.parametrize("evil", EVIL)
def test_display_never_leads_off_the_site(client: Client, evil: str) -> None:
    assert client.post("/display/", {"large": "1", "next": evil})["Location"] == "/"


def test_language_cookie_gives_english(client: Client) -> None:
    client.cookies["tx-language"] = "en"
    answer = client.get("/about/")
    assert 'lang="en"' in answer.content.decode()
    assert answer["Content-Language"] == "en"
