import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from config.bridge import IN_MEMORY, MAX_BODY, WsgiBridge

SCOPE = {
    "type": "http", "method": "GET", "path": "/", "raw_path": b"/", "root_path": "", "query_string": b"", "http_version": "1.1",
    "scheme": "https", "server": ("tx.example", 443), "client": ("192.0.2.7", 50000), "headers": [],
}  # fmt: skip


def on_own_thread(walk):
    """Run it on a thread of its own: a browser test before this one leaves a running loop on the main thread."""
    with ThreadPoolExecutor(1) as own:
        own.submit(asyncio.run, walk).result()


def call(application, scope=(), messages=({"type": "http.request"},)):
    """What was sent, message by message."""
    sent, waiting = [], list(messages)

    async def receive():
        if not waiting:
            await asyncio.Event().wait()  # as a client that says no more
        return waiting.pop(0)

    async def send(message):
        sent.append(message)

    on_own_thread(WsgiBridge(application, threads=2)({**SCOPE, **dict(scope)}, receive, send))
    return sent


def environ_of(scope=(), messages=({"type": "http.request"},)):
    seen = {}

    def application(environ, start_response):
        seen.update(environ, body=environ["wsgi.input"].read())
        start_response("200 OK", [])
        return [b""]

    call(application, scope, messages)
    return seen


def hello(_environ, start_response):
    start_response("200 OK", [("Set-Cookie", " a=1"), ("Set-Cookie", "b=2"), ("Content-Length", "5")])
    return [b"he", b"llo"]


def test_answer_keeps_repeated_headers_and_joins_the_body():
    start, body = call(hello)
    name, request_id = start["headers"].pop()
    assert (name, len(request_id)) == (b"x-request-id", 12)
    assert start == {
        "type": "http.response.start",
        "status": 200,
        "headers": [(b"set-cookie", b"a=1"), (b"set-cookie", b"b=2"), (b"content-length", b"5")],
    }
    assert body == {"type": "http.response.body", "body": b"hello"}


def test_head_has_the_headers_and_no_body():
    start, body = call(hello, {"method": "HEAD"})
    assert (b"content-length", b"5") in start["headers"]
    assert body["body"] == b""


def test_environ_tells_scheme_client_path_and_query():
    seen = environ_of({"raw_path": b"/%E4%B8%AD/a%2Fb", "path": "/中/a/b", "query_string": b"q=%E4%B8%AD"})
    assert seen["wsgi.url_scheme"] == "https"
    assert (seen["REMOTE_ADDR"], seen["SERVER_NAME"], seen["SERVER_PORT"]) == ("192.0.2.7", "tx.example", "443")
    assert seen["PATH_INFO"].encode("latin-1").decode() == "/中/a/b"
    assert seen["QUERY_STRING"] == "q=%E4%B8%AD"


def test_headers_with_an_underscore_are_dropped():
    seen = environ_of({"headers": [(b"x_forwarded_for", b"203.0.113.9"), (b"proxy", b"http://evil"), (b"x-ok", b"1")]})
    assert [name for name in seen if name.startswith("HTTP_")] == ["HTTP_X_OK"]


def test_repeated_headers_are_joined_and_cookies_by_semicolon():
    headers = [
        (b"cookie", b"a=1"),
        (b"cookie", b"b=2"),
        (b"accept", b"x"),
        (b"accept", b"y"),
        (b"content-type", b"t/u"),
    ]
    seen = environ_of({"headers": headers})
    assert seen["HTTP_COOKIE"] == "a=1; b=2"
    assert seen["HTTP_ACCEPT"] == "x,y"
    assert seen["CONTENT_TYPE"] == "t/u"


def test_chunked_body_is_whole_and_has_its_length():
    pieces = [
        {"type": "http.request", "body": b"x" * IN_MEMORY, "more_body": True},
        {"type": "http.request", "body": b"y"},
    ]
    seen = environ_of({"method": "POST", "headers": [(b"transfer-encoding", b"chunked")]}, pieces)
    assert seen["body"] == b"x" * IN_MEMORY + b"y"
    assert seen["CONTENT_LENGTH"] == str(IN_MEMORY + 1)
    assert "HTTP_TRANSFER_ENCODING" not in seen


@pytest.mark.parametrize(
    ("headers", "messages"),
    [
        ([(b"content-length", str(MAX_BODY + 1).encode())], []),
        (
            [],
            [
                {"type": "http.request", "body": bytes(MAX_BODY), "more_body": True},
                {"type": "http.request", "body": b"x"},
            ],
        ),
    ],
)
def test_too_large_a_body_is_refused_before_the_application(headers, messages):
    def application(_environ, _start_response):
        raise AssertionError

    start, body = call(application, {"method": "POST", "headers": headers}, messages)
    assert start["status"] == 413
    assert "最多32 MB" in body["body"].decode()


def test_client_gone_while_sending_its_body_reaches_nobody():
    assert call(hello, {"method": "POST"}, [{"type": "http.disconnect"}]) == []


class Stream:
    streaming = True

    def __init__(self, pieces):
        self.pieces, self.closed = pieces, False

    def __iter__(self):
        return iter(self.pieces)

    def close(self):
        self.closed = True


def streaming(stream):
    def application(_environ, start_response):
        start_response("200 OK", [])
        return stream

    return application


def test_stream_is_sent_piece_by_piece_and_closed():
    stream = Stream([b"a", b"", b"b"])
    assert [message.get("body") for message in call(streaming(stream))] == [None, b"a", b"b", b""]
    assert stream.closed


def test_stream_ends_when_the_client_is_gone():
    made = []

    def endless():
        while len(made) < 1000:
            made.append(1)
            time.sleep(0.01)
            yield b"x"

    stream = Stream(endless())
    sent = call(streaming(stream), messages=[{"type": "http.request"}, {"type": "http.disconnect"}])
    assert len(made) < 1000
    assert len(sent) < 1000
    assert stream.closed


def test_answer_is_closed_on_the_thread_that_made_it():
    threads = []

    class Answer(list):
        streaming = False

        def close(self):
            threads.append(threading.current_thread().name)

    def application(_environ, start_response):
        threads.append(threading.current_thread().name)
        start_response("200 OK", [])
        return Answer([b"x"])

    call(application)
    assert len(set(threads)) == 1
    assert len(threads) == 2
    assert threads[0].startswith("django")


def test_lifespan_waits_for_requests_under_way():
    finished, sent = [], []

    def slow(_environ, start_response):
        time.sleep(0.2)
        finished.append(True)
        start_response("200 OK", [])
        return [b""]

    async def walk():
        bridge = WsgiBridge(slow, threads=1)
        steps = asyncio.Queue()

        async def send(message):
            sent.append((message["type"], bool(finished)))

        async def request():
            return {"type": "http.request"}

        async def drop(_message):
            return None

        life = asyncio.create_task(bridge({"type": "lifespan"}, steps.get, send))
        await steps.put({"type": "lifespan.startup"})
        under_way = asyncio.create_task(bridge(dict(SCOPE), request, drop))
        await asyncio.sleep(0.05)
        await steps.put({"type": "lifespan.shutdown"})
        await asyncio.gather(life, under_way)

    on_own_thread(walk())
    assert sent == [("lifespan.startup.complete", False), ("lifespan.shutdown.complete", True)]
