"""The few shapes of ASGI that the lane uses."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]


async def answer(send: Send, status: int, headers: Headers, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


_WANTED = frozenset({b"cookie", b"origin", b"host", b"accept", b"x-forwarded-for"})


def carried(scope: Scope) -> dict[bytes, bytes]:
    """The few headers that the lane reads, in one pass. A cookie that comes in several lines is one."""
    found: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name in _WANTED:
            found[name] = found[name] + b"; " + value if name in found else value
    return found


def cookie(headers: dict[bytes, bytes], name: bytes) -> bytes:
    """`name` with its equals sign."""
    text = headers.get(b"cookie", b"")
    if text.startswith(name):
        return text[len(name) :].partition(b";")[0]
    return text.partition(b"; " + name)[2].partition(b";")[0]
