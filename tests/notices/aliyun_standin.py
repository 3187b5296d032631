"""A stand-in for the text message service's documented API, over real HTTP on loopback.

It checks the signature by itself, from what arrived, keeps every message that it took, and can be told to fail in all the
ways in which gateways do: to say nothing, to take a message and say nothing, to answer garbage, to be out of order.
"""

import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

KEY, SECRET = "LTAItest", "secret-of-the-test"


@dataclass
class Sms:
    serial: str
    phone: str
    template: str
    signature: str
    params: dict[str, str]
    day: str
    biz_id: str
    status: int = 1


@contextmanager
def closed_door() -> Iterator[int]:
    """A port at which nobody listens, kept so that nobody else comes to."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        yield door.getsockname()[1]


@dataclass
class AliyunStandin:
    url: str = ""
    seen: list[Sms] = field(default_factory=list)
    calls: list[dict[str, str]] = field(default_factory=list)
    behave: list[str] = field(default_factory=list)  # of the next SendSms calls, one after the other; then as it should
    ask_behave: list[str] = field(default_factory=list)  # of the next questions
    slow: float = 0.0
    takes: int = 1_000_000  # calls; who makes another waits until `go_on`
    go_on: threading.Event = field(default_factory=threading.Event)
    today: str = "20240328"
    wrong_signatures: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def serials(self) -> list[str]:
        return [one.serial for one in self.seen]

    @contextmanager
    def listening(self) -> Iterator["AliyunStandin"]:
        server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        server.daemon_threads = True
        server.handle_error = lambda *_args: None  # type: ignore[method-assign]  # a caller that no longer waits
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()

    def settings(self, patience: float = 60.0) -> dict[str, object]:
        return {"key": KEY, "secret": SECRET, "url": self.url, "hook": "hook-key-of-the-test", "patience": patience}

    # ---- what it does -------------------------------------------------------------------------------------------

    def answer(self, action: str, query: dict[str, str]) -> bytes | None:  # noqa: PLR0911 - one line a way to behave
        with self.lock:
            self.calls.append({"Action": action} | query)
            line = self.behave if action == "SendSms" else self.ask_behave
            how = line.pop(0) if line else "good"
            full = len(self.calls) > self.takes
        time.sleep(self.slow)
        if full:
            self.go_on.wait(60)
        if how == "silent":
            return None
        if how == "garbage":
            return b"<html>502 Bad Gateway</html>"
        if how == "a list":
            return b'["OK"]'
        if how.startswith(("isv.", "isp.", "Throttling", "ServiceUnavailable")):
            return json.dumps({"Code": how, "Message": "no", "RequestId": "r"}).encode()
        if action == "QuerySendDetails":
            return self._details(query)
        found = self._take(query, twice=how == "twice")
        if how == "takes and is silent":
            return None
        number = "biz-of-another" if how == "another's number" else found.biz_id
        return json.dumps({"Code": "OK", "Message": "OK", "BizId": number, "RequestId": "r"}).encode()

    def _take(self, query: dict[str, str], *, twice: bool) -> Sms:
        params = json.loads(query["TemplateParam"])
        with self.lock:
            found = Sms(
                query["OutId"], query["PhoneNumbers"], query["TemplateCode"], query["SignName"], params, self.today,
                f"{900_000_000_000 + len(self.seen)}^0",
            )  # fmt: skip
            self.seen += [found] * (2 if twice else 1)
        return found

    def _details(self, query: dict[str, str]) -> bytes:
        with self.lock:
            rows = [one for one in self.seen if (one.phone, one.day) == (query["PhoneNumber"], query["SendDate"])]
        size, page = int(query["PageSize"]), int(query["CurrentPage"])
        shown: list[dict[str, Any]] = [
            {"OutId": one.serial, "SendStatus": one.status, "ErrCode": "DELIVERED", "PhoneNum": one.phone}
            for one in rows[(page - 1) * size : page * size]
        ]
        details = {"SmsSendDetailDTO": shown} if shown else {}
        return json.dumps({"Code": "OK", "TotalCount": str(len(rows)), "SmsSendDetailDTOs": details}).encode()

    # ---- HTTP ---------------------------------------------------------------------------------------------------

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        standin = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                query = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
                if not signed_rightly(self.headers, query):
                    standin.wrong_signatures += 1
                    return self._say(400, json.dumps({"Code": "SignatureDoesNotMatch"}).encode())
                answer = standin.answer(self.headers["x-acs-action"], query)
                if answer is None:
                    self.close_connection = True
                    return self.connection.close()
                return self._say(200, answer)

            def _say(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args: object) -> None:
                """Says nothing."""

        return Handler


def signed_rightly(headers: Any, query: dict[str, str]) -> bool:
    """As the service describes it, from what came over the wire: nothing of ours is used."""
    scheme, _, rest = headers.get("Authorization", "").partition(" ")
    given = dict(part.partition("=")[::2] for part in rest.split(","))
    if scheme != "ACS3-HMAC-SHA256" or given.get("Credential") != KEY:
        return False
    names = given["SignedHeaders"].split(";")
    needed = {"host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce", "x-acs-version"}
    if names != sorted(names) or not needed <= set(names):
        return False

    def text(part: str) -> str:
        return quote(part, safe="").replace("%7E", "~")

    asked = "&".join(f"{text(name)}={text(query[name])}" for name in sorted(query))
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in names)
    request = f"POST\n/\n{asked}\n{lines}\n{given['SignedHeaders']}\n{headers['x-acs-content-sha256']}"
    to_sign = "ACS3-HMAC-SHA256\n" + hashlib.sha256(request.encode()).hexdigest()
    return hmac.new(SECRET.encode(), to_sign.encode(), hashlib.sha256).hexdigest() == given.get("Signature")
