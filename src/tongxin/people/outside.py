"""The outside service that knows whether a name and a number belong together: one interface, one adapter over HTTP.

The request (POST, JSON): {"request_id", "kind", "name", "number"}, with the headers X-Tongxin-Time, X-Tongxin-Id and
X-Tongxin-Signature = hex HMAC-SHA256 over time, id and body, parted by line feeds. The answer (200, JSON):
{"request_id" (the same), "answer": "yes" | "no" | "unknown", "reference"}. Whatever else comes is silence, never an answer.
"""

import hashlib
import hmac
import json
import time
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from django.conf import settings

from tongxin.kernel.public_ids import new_public_id

LARGEST: Final = 64 * 1024
LONGEST_REFERENCE: Final = 80
OK: Final = 200
_LOOPBACK: Final = {"127.0.0.1", "localhost", "::1"}


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Question:
    request_id: str
    kind: str
    name: str
    number: str


@dataclass(frozen=True, slots=True)
class Reply:
    answer: Answer
    reference: str  # the service's own number for its answer


class Silent(Exception):
    """No answer that may be believed: none at all, too late, not understood, or to another question."""


class Service(Protocol):
    @property
    def name(self) -> str: ...

    def ask(self, question: Question) -> Reply:
        """Raises Silent."""


def question(name: str, kind: str, number: str) -> Question:
    return Question(request_id=new_public_id(), kind=kind, name=name, number=number)


def service() -> Service | None:
    """As the settings say; None where no service was agreed on."""
    if not settings.CONFIRM_URL:
        return None
    return HttpService(
        settings.CONFIRM_URL, settings.CONFIRM_KEY.encode(), settings.CONFIRM_NAME, settings.CONFIRM_SECONDS
    )


@dataclass(frozen=True, slots=True)
class HttpService:
    """One connection a question; `seconds` for all of it. Plain HTTP only to this machine."""

    url: str
    key: bytes
    name: str
    seconds: float

    def ask(self, question: Question) -> Reply:
        until = time.monotonic() + self.seconds
        body = json.dumps(
            {
                "request_id": question.request_id,
                "kind": question.kind,
                "name": question.name,
                "number": question.number,
            },
            ensure_ascii=False,
        ).encode()
        try:
            with closing(self._connection()) as connection:
                connection.request("POST", self._path(), body, self._headers(question, body))
                return _understood(self._read(connection.getresponse(), until), question)
        except (OSError, HTTPException, ValueError) as error:
            raise Silent(type(error).__name__) from error

    def _connection(self) -> HTTPConnection:
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        if parts.scheme == "https":
            return HTTPSConnection(host, parts.port, timeout=self.seconds)
        if parts.scheme == "http" and host in _LOOPBACK:
            return HTTPConnection(host, parts.port, timeout=self.seconds)
        raise ValueError("names and numbers leave this machine over https only")

    def _path(self) -> str:
        parts = urlsplit(self.url)
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    def _headers(self, question: Question, body: bytes) -> dict[str, str]:
        moment = str(int(time.time()))
        signed = b"\n".join([moment.encode(), question.request_id.encode(), body])
        return {
            "Content-Type": "application/json",
            "X-Tongxin-Time": moment,
            "X-Tongxin-Id": question.request_id,
            "X-Tongxin-Signature": hmac.new(self.key, signed, hashlib.sha256).hexdigest(),
        }

    @staticmethod
    def _read(response: HTTPResponse, until: float) -> bytes:
        if response.status != OK:
            raise ValueError(response.status)
        text = b""
        while part := response.read1(LARGEST):
            text += part
            if len(text) > LARGEST or time.monotonic() > until:
                raise ValueError("too long")
        return text


def _understood(text: bytes, question: Question) -> Reply:
    """A ValueError (also of JSON) is silence."""
    told: Any = json.loads(text)
    if not isinstance(told, dict) or told.get("request_id") != question.request_id:
        raise ValueError("answers another question")
    return Reply(Answer(str(told.get("answer"))), str(told.get("reference", ""))[:LONGEST_REFERENCE])
