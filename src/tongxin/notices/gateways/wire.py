"""One HTTP call, in a way that tells "certainly not sent" from "no answer": the difference between once and twice."""

import http.client
import json
import ssl
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

PATIENCE: Final = 8.0  # seconds
LONGEST: Final = 1 << 20


class NotSent(Exception):
    """No connection: the gateway cannot have seen it."""


class NoAnswer(Exception):
    """It was sent, and nothing readable came back."""


def call(
    method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes = b"", patience: float = PATIENCE
) -> tuple[int, bytes]:
    """Status and body. Redirects are not followed; https is checked against the system's authorities."""
    parts = urlsplit(url)
    connection = _connection(parts.scheme, parts.netloc, patience)
    try:
        connection.connect()
    except OSError as error:
        raise NotSent(type(error).__name__) from error
    try:
        connection.request(
            method, f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}", body, dict(headers or {})
        )
        answer = connection.getresponse()
        return answer.status, answer.read(LONGEST)
    except (OSError, http.client.HTTPException) as error:
        raise NoAnswer(type(error).__name__) from error
    finally:
        connection.close()


def call_json(method: str, url: str, **given: Any) -> dict[str, Any]:
    """The answer as an object; anything else is no answer."""
    _status, body = call(method, url, **given)
    try:
        found = json.loads(body)
    except ValueError as error:
        raise NoAnswer("not json") from error
    if not isinstance(found, dict):
        raise NoAnswer("not an object")
    return found


def _connection(scheme: str, netloc: str, patience: float) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(netloc, timeout=patience, context=ssl.create_default_context())
    return http.client.HTTPConnection(netloc, timeout=patience)
