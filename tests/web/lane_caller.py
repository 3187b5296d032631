"""Requests to the lane as a web server makes them, in this process: the real application, the real database."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from tongxin.calls.entries import Passes
from tongxin.calls.models import Pool
from tongxin.store.keys import ring
from tongxin.web.lane import Lane
from tongxin.web.lane.asgi import Message, Receive, Scope, Send

FAR = 4_000_000_000  # seconds: a pass that does not end during a test


@dataclass
class Answer:
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def told(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


async def nobody(scope: Scope, receive: Receive, send: Send) -> None:
    raise AssertionError(f"{scope['path']} is not the lane's")


def passes(pool: Pool, person: int, *, ends: int = FAR, of: int | None = None, assurance: int = 2) -> str:
    """Cookies of a worker; `of`: whose entry it is, where it is not their own."""
    made = Passes(ring())
    entry = made.entry(pool.pk, of if of is not None else person, assurance, FAR)
    return f"tx-lane={made.session(person, ends)}; tx-entry={entry}"


@dataclass
class Ask:
    path: str
    cookie: str = ""
    method: str = "POST"
    headers: dict[str, str] = field(default_factory=dict)
    client: str = "192.0.2.1"

    async def of(self, lane: Callable[[Scope, Receive, Send], Awaitable[None]]) -> Answer:
        answer = Answer()

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            answer.body += message.get("body", b"")

        async def receive() -> Message:
            return {"type": "http.request", "body": b""}

        given = {"host": "testserver", "accept": "application/json", **self.headers}
        if self.cookie:
            given["cookie"] = self.cookie
        headers = [(name.encode(), value.encode()) for name, value in given.items()]
        scope = {
            "type": "http", "method": self.method, "path": self.path, "headers": headers, "query_string": b"",
            "client": (self.client, 5000), "server": ("testserver", 80), "http_version": "1.1", "scheme": "http",
        }  # fmt: skip
        await lane(scope, receive, send)
        return answer


def ask(*asks: Ask, lane: Lane | None = None) -> list[Answer]:
    """All at once, in one event loop; in order of asking."""
    asked = lane or Lane(nobody)

    async def run() -> Sequence[Answer]:
        return await asyncio.gather(*(one.of(asked) for one in asks))

    try:
        with ThreadPoolExecutor(1) as own:  # after a test with a browser, another loop runs in this thread
            return list(own.submit(lambda: asyncio.run(run())).result())
    finally:
        if lane is None:
            asked.close()
