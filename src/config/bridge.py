"""Django's WSGI handler under an ASGI server, on a thread pool.

One process and one address hold both Django and raw ASGI beside it (the release lane). Django's own ASGI handler gives each
request a thread hand-over per middleware that is not async and serves 183 pages/s where this serves 305 (docs/adr/0002-server.md).
"""

import asyncio
import io
import secrets
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, BinaryIO
from urllib.parse import unquote_to_bytes
from wsgiref.types import WSGIApplication
from wsgiref.util import FileWrapper

import structlog

log = structlog.get_logger("tongxin.bridge")
Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

MAX_BODY = 32 * 1024**2
IN_MEMORY = 256 * 1024  # larger bodies are spooled to a temporary file
BODYLESS = {204, 304}
NOT_PASSED_ON = {b"transfer-encoding", b"proxy"}  # the body is read already; httpoxy
BROKEN = "系统出错了，请稍后再试。 (Something broke here; please try again later.)"
TOO_LARGE = "文件或表单太大，最多32 MB。请分成几份再提交。 (The request is too large: 32 MB at most.)"


class TooLarge(Exception):
    pass


class Disconnected(Exception):
    pass


class WsgiBridge:
    def __init__(self, application: WSGIApplication, threads: int) -> None:
        self.application = application
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="django")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._answer(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)
        else:  # no WebSockets here
            await send({"type": "websocket.close"})

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await asyncio.to_thread(self.pool.shutdown)  # requests under way are finished
        await send({"type": "lifespan.shutdown.complete"})

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body, size = await read_body(scope, receive)
        except TooLarge:
            await send_plain(send, 413, TOO_LARGE)
            return
        except Disconnected:
            return
        with body:
            exchange = _Exchange(self.application, environ(scope, body, size), receive, send)
            try:
                await exchange.loop.run_in_executor(self.pool, exchange.run)
            except Disconnected:
                return
            except Exception:
                log.exception("request failed outside Django")
                await send_plain(send, 500, BROKEN)
                return
            if exchange.whole is not None:
                await send(exchange.start)
                await send({"type": "http.response.body", "body": exchange.whole})


class _Exchange:
    """One request on its thread. A whole answer is left for the event loop; a streamed one is sent from here, piece by piece."""

    def __init__(self, application: WSGIApplication, request: dict[str, Any], receive: Receive, send: Send) -> None:
        self.application, self.request, self.receive, self.send = application, request, receive, send
        self.loop = asyncio.get_running_loop()
        self.start: Message = {}
        self.whole: bytes | None = None
        self.gone = False
        self.id = secrets.token_hex(6)

    async def _watch(self) -> None:
        """Notes that the client went away: no stream goes on for nobody."""
        while (await self.receive())["type"] != "http.disconnect":
            pass
        self.gone = True

    def run(self) -> None:
        """Every line logged meanwhile bears the request's id, and so does the answer: a person can quote it."""
        with structlog.contextvars.bound_contextvars(request=self.id):
            self._run()

    def _run(self) -> None:
        answer: Iterable[bytes] = self.application(self.request, self._start_response)
        try:
            if self.request["REQUEST_METHOD"] == "HEAD" or self.start["status"] in BODYLESS:
                self.whole = b""
            elif getattr(answer, "streaming", not isinstance(answer, list)):
                self._stream(answer)
            else:
                self.whole = b"".join(answer)
        finally:
            if close := getattr(answer, "close", None):
                close()  # on this thread: Django gives back its database connection here

    def _start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: object = None, /
    ) -> Callable[[bytes], object]:
        del exc_info  # headers are never sent before the first piece, so a later call may replace them
        pairs = [(name.lower().encode("latin-1"), value.strip().encode("latin-1")) for name, value in headers]
        pairs.append((b"x-request-id", self.id.encode()))
        self.start = {"type": "http.response.start", "status": int(status[:3]), "headers": pairs}
        return self._refuse_write

    @staticmethod
    def _refuse_write(_data: bytes) -> object:
        message = "the write() of WSGI's first days is not supported"
        raise NotImplementedError(message)

    def _stream(self, pieces: Iterable[bytes]) -> None:
        watch = asyncio.run_coroutine_threadsafe(self._watch(), self.loop)
        try:
            self._say(self.start)
            for piece in pieces:
                if piece:
                    self._say({"type": "http.response.body", "body": piece, "more_body": True})
            self._say({"type": "http.response.body", "body": b""})
        finally:
            watch.cancel()

    def _say(self, message: Message) -> None:
        """Waits until the client takes more."""
        if self.gone:
            raise Disconnected
        asyncio.run_coroutine_threadsafe(self._sent(message), self.loop).result()

    async def _sent(self, message: Message) -> None:
        await self.send(message)


async def read_body(scope: Scope, receive: Receive) -> tuple[BinaryIO, int]:
    """The whole body at position 0, and its size: a slow client costs no thread."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and int(value) > MAX_BODY:
            raise TooLarge
    body: BinaryIO = io.BytesIO()
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        size += len(message.get("body", b""))
        if size > MAX_BODY:
            raise TooLarge
        if size > IN_MEMORY and isinstance(body, io.BytesIO):
            body = await asyncio.to_thread(spool, body)
        body.write(message.get("body", b""))
        more = message.get("more_body", False)
    body.seek(0)
    return body, size


def spool(body: io.BytesIO) -> BinaryIO:
    file: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115  closed by whoever reads it
    file.write(body.getvalue())
    return file


def environ(scope: Scope, body: BinaryIO, size: int) -> dict[str, Any]:
    path = unquote_to_bytes(scope["raw_path"]) if scope.get("raw_path") else scope["path"].encode()
    server, client = scope.get("server") or ("localhost", 80), scope.get("client") or ("", 0)
    result: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": scope.get("root_path", ""),
        "PATH_INFO": path.decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1] or 80),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": client[0],
        "CONTENT_LENGTH": str(size),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.file_wrapper": in_large_pieces,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    add_headers(result, scope["headers"])
    return result


def in_large_pieces(file: BinaryIO, _block_size: int = 0) -> FileWrapper:
    """Each piece crosses from the thread to the event loop, so few large ones; most files are one."""
    return FileWrapper(file, 256 * 1024)


def add_headers(result: dict[str, Any], headers: Iterable[tuple[bytes, bytes]]) -> None:
    """A name with an underscore would pass for the one with a hyphen (X_Forwarded_For), so it is dropped."""
    for name, value in headers:
        if b"_" in name or name in NOT_PASSED_ON or name == b"content-length":
            continue
        key = name.decode("latin-1").upper().replace("-", "_")
        key = key if key == "CONTENT_TYPE" else f"HTTP_{key}"
        text = value.decode("latin-1")
        if key in result:
            text = result[key] + ("; " if key == "HTTP_COOKIE" else ",") + text
        result[key] = text


async def send_plain(send: Send, status: int, words: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": words.encode()})
