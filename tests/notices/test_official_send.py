"""The official account over real HTTP: tokens kept and renewed, one message for one permission, and each error's meaning."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.cast import NOW

from tongxin.notices.gateways import official
from tongxin.notices.gateways.official import OfficialAccount, asking_address
from tongxin.notices.gateways.parcels import Filled, Parcel, Verdict


@dataclass
class Account:
    """A stand-in for api.weixin.qq.com: stable_token and template/subscribe."""

    url: str = ""
    tokens: int = 0
    forced: int = 0
    good: str = ""
    messages: list[dict[str, Any]] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)  # of the next messages
    refuses_tokens: bool = False
    silent: str = ""  # which path says nothing
    expires_in: int = 7200

    def answer(self, path: str, query: dict[str, list[str]], body: dict[str, Any]) -> dict[str, Any] | None:
        if path == self.silent:
            return None
        if path == "/cgi-bin/stable_token":
            return self._token(body)
        assert path == "/cgi-bin/message/template/subscribe"
        if query["access_token"] != [self.good]:
            return {"errcode": 40001, "errmsg": "invalid credential"}
        code = self.codes.pop(0) if self.codes else 0
        if code == 0:
            self.messages.append(body)
        return {"errcode": code, "errmsg": "ok" if code == 0 else "no"}

    def _token(self, body: dict[str, Any]) -> dict[str, Any]:
        assert {"grant_type", "appid", "secret", "force_refresh"} == set(body)
        if self.refuses_tokens or (body["appid"], body["secret"]) != ("wx1", "shh"):
            return {"errcode": 40125, "errmsg": "invalid appsecret"}
        self.tokens += 1
        self.forced += bool(body["force_refresh"])
        if body["force_refresh"] or not self.good:
            self.good = f"token-{self.tokens}"
        return {"access_token": self.good, "expires_in": self.expires_in}

    @contextmanager
    def listening(self) -> Iterator["Account"]:
        account = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = urlsplit(self.path)
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                answer = account.answer(asked.path, parse_qs(asked.query), body)
                if answer is None:
                    self.close_connection = True
                    return self.connection.close()
                text = json.dumps(answer).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)
                return None

            def log_message(self, *_args: object) -> None:
                """Says nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.handle_error = lambda *_args: None  # type: ignore[method-assign]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()


@pytest.fixture
def account(settings: Any) -> Iterator[Account]:
    with Account().listening() as found:
        settings.OFFICIAL_ACCOUNT = {
            "app": "wx1", "secret": "shh", "url": found.url, "asking": "https://mp.example/subscribemsg", "patience": 60.0,
        }  # fmt: skip
        yield found


def send(gateway: OfficialAccount, title: str = "候补轮到您了") -> tuple[Verdict, str]:
    filled = Filled("T1", "", {"title": title}, "有一条新消息")
    answer = gateway.send(Parcel("s1", "openid-1", title, "正文", "https://example.cn/inbox/", filled, scene=7), at=NOW)
    return answer.verdict, answer.code


def test_message_names_reader_template_scene_and_link(account: Account) -> None:
    assert send(OfficialAccount()) == (Verdict.ACCEPTED, "")
    assert account.messages == [
        {
            "touser": "openid-1", "template_id": "T1", "url": "https://example.cn/inbox/", "scene": "7",
            "title": "候补轮到您了", "data": {"content": {"value": "有一条新消息", "color": ""}},
        }
    ]  # fmt: skip


def test_token_is_asked_for_once_and_used_until_shortly_before_its_end(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = [1000.0]
    monkeypatch.setattr(official.time, "monotonic", lambda: moment[0])
    gateway = OfficialAccount()
    assert [send(gateway)[0] for _ in range(3)] == [Verdict.ACCEPTED] * 3
    assert account.tokens == 1
    moment[0] += 7200 - official.EARLY - 1
    send(gateway)
    assert account.tokens == 1
    moment[0] += 2
    send(gateway)
    assert account.tokens == 2


def test_token_that_another_made_void_is_renewed_once_and_the_message_goes_out_once(account: Account) -> None:
    gateway = OfficialAccount()
    send(gateway)
    account.good = "made-by-another"
    assert send(gateway) == (Verdict.ACCEPTED, "")
    assert (account.tokens, account.forced, len(account.messages)) == (2, 1, 2)


def test_token_that_stays_wrong_is_tried_later(account: Account) -> None:
    account.codes = [42001, 40001]
    assert send(OfficialAccount()) == (Verdict.LATER, "40001")
    assert account.messages == []


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        (43101, Verdict.REFUSED),  # the reader did not allow it, or took it back
        (40003, Verdict.REFUSED),
        (40037, Verdict.REFUSED),
        (45009, Verdict.LATER),
        (45011, Verdict.LATER),
        (-1, Verdict.DOUBT),
    ],
)
def test_each_code_says_whether_it_went_out(account: Account, code: int, verdict: Verdict) -> None:
    account.codes = [code]
    assert send(OfficialAccount()) == (verdict, str(code))


def test_no_token_is_certainly_not_sent(account: Account) -> None:
    account.refuses_tokens = True
    assert send(OfficialAccount()) == (Verdict.LATER, "token refused: 40125")
    account.refuses_tokens, account.silent = False, "/cgi-bin/stable_token"
    verdict, code = send(OfficialAccount())
    assert (verdict, code.partition(":")[0]) == (Verdict.LATER, "token")


def test_silence_after_the_message_is_a_doubt(account: Account) -> None:
    account.silent = "/cgi-bin/message/template/subscribe"
    assert send(OfficialAccount())[0] is Verdict.DOUBT


def test_answer_without_a_code_is_a_doubt(account: Account) -> None:
    account.codes = ["ok"]  # type: ignore[list-item]
    assert send(OfficialAccount())[0] is Verdict.DOUBT


def test_long_words_are_cut_to_what_the_account_takes(account: Account) -> None:
    send(OfficialAccount(), "长" * 40)
    assert len(account.messages[0]["title"]) == 15


def test_permission_is_asked_for_on_the_account_s_own_page(account: Account) -> None:
    address = urlsplit(asking_address(number="T1", scene=7, back="https://example.cn/me/back/", state="abc"))
    assert (address.netloc, address.fragment) == ("mp.example", "wechat_redirect")
    assert parse_qs(address.query) == {
        "action": ["get_confirm"], "appid": ["wx1"], "scene": ["7"], "template_id": ["T1"],
        "redirect_url": ["https://example.cn/me/back/"], "reserved": ["abc"],
    }  # fmt: skip
