"""Signing in through a provider that really answers, on the loopback: OpenID Connect, and an official account."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import Client
from tests.cast import Cast
from tests.web.accounts.test_worker_sign_in import ask, enter, gateway, last_code, signed_in
from tests.web.conftest import Clock

from tongxin.people.models import Account, OutsideIdentity

pytestmark = pytest.mark.django_db
__all__ = ["gateway"]


class Elsewhere(ThreadingHTTPServer):
    """Knows one person. Checks what a provider would: client, secret, code, verifier against the challenge."""

    subject, mood = "subject-7", "well"

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.challenge = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answer(BaseHTTPRequestHandler):
    server: Elsewhere

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        made = (
            base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"][0].encode()).digest()).rstrip(b"=").decode()
        )
        right = form["code"] == ["good"] and form["client_secret"] == ["shh"] and made == self.server.challenge
        self.say({"access_token": "token-1"} if right else {"error": "invalid_grant"}, 200 if right else 400)

    def do_GET(self) -> None:
        where = urlsplit(self.path)
        if where.path == "/userinfo":
            assert self.headers["Authorization"] == "Bearer token-1"
            self.say({"sub": self.server.subject})
        else:
            asked = parse_qs(where.query)
            right = asked["code"] == ["good"] and asked["secret"] == ["shh"]
            self.say({"openid": self.server.subject} if right else {"errcode": 40029, "errmsg": "invalid code"})

    def say(self, what: dict[str, object], status: int = 200) -> None:
        body = b"<html>" if self.server.mood == "mad" else json.dumps(what).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def elsewhere(settings: object) -> Iterator[Elsewhere]:
    server = Elsewhere()
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    one = {"client_id": "me", "client_secret": "shh", "authorize": f"{server.url}/authorize"}
    settings.OUTSIDE_SIGN_IN = [
        {"kind": "oidc", "key": "city", "label": "用市民账号登录", **one, "token": f"{server.url}/token",
         "userinfo": f"{server.url}/userinfo"},
        {"kind": "official_account", "key": "weixin", "label": "用微信登录", **one, "token": f"{server.url}/sns/token"},
    ]  # fmt: skip
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def go(
    client: Client, server: Elsewhere, key: str, *, code: str = "good", state: str | None = None, next_: str = "/me/"
):
    """Out, and back as the provider sends the browser back."""
    left = client.get(f"/sign-in/with/{key}/", {"next": next_})
    assert left["Location"].startswith(f"{server.url}/authorize?")
    asked = parse_qs(urlsplit(left["Location"]).query)
    server.challenge = asked.get("code_challenge", [""])[0]
    back = urlencode({"code": code, "state": asked["state"][0] if state is None else state})
    return client.get(f"{urlsplit(asked['redirect_uri'][0]).path}?{back}")


@pytest.mark.parametrize("key", ["city", "weixin"])
def test_the_first_time_a_phone_is_proven_then_never_again(
    cast: Cast, clock: Clock, elsewhere: Elsewhere, key: str
) -> None:
    client = Client()
    assert "用市民账号登录" in client.get("/sign-in/").content.decode()
    came = go(client, elsewhere, key)
    assert came["Location"] == "/sign-in/?next=%2Fme%2F"
    ask(client)
    enter(client, last_code())
    account = Account.objects.get(pk=client.session["_auth_user_id"])
    assert OutsideIdentity.objects.get().account == account
    other = Client()
    assert go(other, elsewhere, key)["Location"] == "/me/"
    assert other.session["_auth_user_id"] == str(account.pk)


def test_linked_and_let_go_while_signed_in(cast: Cast, elsewhere: Elsewhere, as_worker) -> None:
    client = as_worker(cast.wang)
    assert go(client, elsewhere, "weixin")["Location"] == "/me/"
    assert "已绑定" in client.get("/me/record/").content.decode()
    client.post("/sign-in/with/weixin/let-go/")
    assert not OutsideIdentity.objects.filter(ended_at=None).exists()


def test_another_states_answer_opens_nothing(cast: Cast, clock: Clock, elsewhere: Elsewhere) -> None:
    client = Client()
    for state in ("stolen", ""):
        assert go(client, elsewhere, "city", state=state).status_code == 422
    left = client.get("/sign-in/with/city/")
    state = parse_qs(urlsplit(left["Location"]).query)["state"][0]
    assert client.get(f"/sign-in/with/weixin/back/?code=good&state={state}").status_code == 422  # of the other provider
    assert not signed_in(client)


def test_a_wrong_code_a_mad_answer_and_silence_are_said(cast: Cast, clock: Clock, elsewhere: Elsewhere) -> None:
    client = Client()
    refused = go(client, elsewhere, "city", code="bad")
    assert (refused.status_code, "对方没有确认您的身份" in refused.content.decode()) == (422, True)
    elsewhere.mood = "mad"
    silent = go(client, elsewhere, "weixin")
    assert (silent.status_code, "对方暂时没有回应" in silent.content.decode()) == (422, True)
    assert not signed_in(client)


def test_who_is_not_set_is_not_there(client: Client) -> None:
    assert client.get("/sign-in/with/weixin/").status_code == 404
    assert not re.search("微信", client.get("/sign-in/").content.decode())
