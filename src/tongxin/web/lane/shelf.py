"""Pages before a release that are alike for everyone: made once by Django, then given from memory for a few seconds.

Thousands look at the waiting page again and again. It knows nothing of who looks: it is made without their session, so nothing
personal can get into it; language and size of letters are all that is told apart.
"""

import re
import time
from typing import Final

from tongxin.web.lane.asgi import Application, Message, Receive, Scope, Send, carried, cookie

ALIKE: Final = re.compile(r"/releases/[A-Za-z0-9]+/waiting/")
KEPT: Final = 5.0  # seconds
LOOKS: Final = (b"tx-language=", b"tx-large=", b"tx-theme=")
MOST: Final = 200
_Held = tuple[float, list[Message]]


class Shelf:
    def __init__(self, application: Application) -> None:
        self.application = application
        self._held: dict[tuple[str, ...], _Held] = {}

    def holds(self, scope: Scope) -> bool:
        return scope["type"] == "http" and scope["method"] == "GET" and bool(ALIKE.fullmatch(scope["path"]))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        look = _look(scope)
        host = carried(scope).get(b"host", b"")
        key = (scope["path"], look.decode("latin-1"), host.decode("latin-1"))
        held = self._held.get(key)
        if held is None or time.monotonic() - held[0] > KEPT:
            held = (time.monotonic(), await self._made(scope, receive, look))
            if len(self._held) >= MOST:
                self._held.clear()
            if _is_alike(held[1]):
                self._held[key] = held
        for message in held[1]:
            await send(dict(message))

    async def _made(self, scope: Scope, receive: Receive, look: bytes) -> list[Message]:
        """By Django, for nobody in particular."""
        told: list[Message] = []

        async def keep(message: Message) -> None:
            told.append(message)

        bare = [(name, value) for name, value in scope["headers"] if name not in {b"cookie", b"if-modified-since"}]
        await self.application({**scope, "headers": [*bare, (b"cookie", look)], "query_string": b""}, receive, keep)
        return told


def _look(scope: Scope) -> bytes:
    headers = carried(scope)
    found = ((name, cookie(headers, name)) for name in LOOKS)
    return b"; ".join(name + value[:8] for name, value in found if value)


def _is_alike(told: list[Message]) -> bool:
    """A cookie, such as a token against forgery, would be one person's."""
    if not told or told[0].get("status") != 200:
        return False
    return all(name.lower() != b"set-cookie" for name, _ in told[0]["headers"])
