"""Pages before a release that are alike for everyone: made once by Django, then given from memory for a few seconds.

Thousands look at the waiting page again and again. It knows nothing of who looks: it is made without their session, so nothing
personal can get into it; language and size of letters are all that is told apart.
"""

import asyncio
import re
import time
from typing import Final

from tongxin.web.lane.asgi import Application, Message, Receive, Scope, Send, carried, cookie

ALIKE: Final = re.compile(r"/releases/[A-Za-z0-9]+/waiting/")
KEPT: Final = 5.0  # seconds
LOOKS: Final = (b"tx-language=", b"tx-large=", b"tx-theme=")
MOST: Final = 200
_Held = tuple[float, list[Message]]
_Key = tuple[str, str, str]


class Shelf:
    def __init__(self, application: Application) -> None:
        self.application = application
        self._held: dict[_Key, _Held] = {}
        self._making: dict[_Key, asyncio.Task[list[Message]]] = {}

    def holds(self, scope: Scope) -> bool:
        return scope["type"] == "http" and scope["method"] == "GET" and bool(ALIKE.fullmatch(scope["path"]))

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        look = _look(scope)
        host = carried(scope).get(b"host", b"")
        key = (scope["path"], look.decode("latin-1"), host.decode("latin-1"))
        held = self._held.get(key)
        told = held[1] if held and time.monotonic() - held[0] <= KEPT else await self._once(key, scope, look)
        for message in told:
            await send(dict(message))

    async def _once(self, key: _Key, scope: Scope, look: bytes) -> list[Message]:
        """Whoever comes while it is being made waits for that one; and it is finished whoever leaves meanwhile."""
        making = self._making.get(key)
        if making is None:
            making = self._making[key] = asyncio.ensure_future(self._made(scope, look))
            making.add_done_callback(lambda done: self._keep(key, done))
        return await asyncio.shield(making)

    def _keep(self, key: _Key, done: "asyncio.Task[list[Message]]") -> None:
        del self._making[key]
        if done.cancelled() or done.exception() is not None or not _is_alike(done.result()):
            return
        if len(self._held) >= MOST:
            self._held.clear()
        self._held[key] = (time.monotonic(), done.result())

    async def _made(self, scope: Scope, look: bytes) -> list[Message]:
        """By Django, for nobody in particular."""
        told: list[Message] = []

        async def keep(message: Message) -> None:
            told.append(message)

        bare = [(name, value) for name, value in scope["headers"] if name not in {b"cookie", b"if-modified-since"}]
        asked = {**scope, "headers": [*bare, (b"cookie", look)], "query_string": b""}
        await self.application(asked, _no_body, keep)
        return told


async def _no_body() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


def _look(scope: Scope) -> bytes:
    headers = carried(scope)
    found = ((name, cookie(headers, name)) for name in LOOKS)
    return b"; ".join(name + value[:8] for name, value in found if value)


def _is_alike(told: list[Message]) -> bool:
    """A cookie, such as a token against forgery, would be one person's."""
    if not told or told[0].get("status") != 200:
        return False
    return all(name.lower() != b"set-cookie" for name, _ in told[0]["headers"])
