"""A crowd on this machine, for rehearsals: many connections at once, each asking again as soon as it was answered.

Written for few instructions a request, because it shares the processors with what it measures. It reads no more of an answer
than its status and its length.
"""

import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

HEAD_ENDS: Final = b"\r\n\r\n"
LENGTH: Final = b"content-length: "


@dataclass
class Told:
    answered: int = 0
    errors: int = 0
    seconds: float = 0.0
    processor: float = 0.0  # seconds of it that the crowd itself took
    spans: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return self.answered / self.seconds if self.seconds else 0.0

    @property
    def p99_ms(self) -> float:
        ordered = sorted(self.spans)
        return 1000 * ordered[int(0.99 * (len(ordered) - 1))] if ordered else 0.0


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n".encode()


def post(path: str, cookie: str) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: application/json\r\ncookie: {cookie}\r\n"
    return f"{head}content-length: 0\r\n\r\n".encode()


def send_all(port: int, requests: Iterator[bytes], *, connections: int, seconds: float) -> Told:
    """Until there are no more requests, or the time is over."""
    told, chooser = Told(), selectors.DefaultSelector()
    began, processor = time.perf_counter(), time.process_time()
    deadline = began + seconds
    for _ in range(connections):
        if (request := next(requests, None)) is None:
            break
        line = socket.create_connection(("127.0.0.1", port), timeout=10)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.sendall(request)
        chooser.register(line, selectors.EVENT_READ, [time.perf_counter(), b""])
    while chooser.get_map() and time.perf_counter() < deadline:
        for key, _ in chooser.select(1.0):
            if not _read(key, told):
                continue
            request = next(requests, None) if time.perf_counter() < deadline else None
            if request is None:
                _end(chooser, key.fileobj)
                continue
            key.data[:] = [time.perf_counter(), b""]
            key.fileobj.sendall(request)  # type: ignore[union-attr]
    for key in list(chooser.get_map().values()):
        _end(chooser, key.fileobj)
    chooser.close()
    told.seconds, told.processor = time.perf_counter() - began, time.process_time() - processor
    return told


def _read(key: selectors.SelectorKey, told: Told) -> bool:
    """Whether the answer is whole; a line that broke counts as an error and as an end."""
    try:
        piece = key.fileobj.recv(65_536)  # type: ignore[union-attr]
    except OSError:
        piece = b""
    text = key.data[1] + piece
    if piece and not _whole(text):
        key.data[1] = text
        return False
    well = bool(piece) and text[9:12] in {b"200", b"204"}
    told.answered += well
    told.errors += not well
    told.spans.append(time.perf_counter() - key.data[0])
    return True


def _whole(text: bytes) -> bool:
    head = text.find(HEAD_ENDS)
    if head < 0:
        return False
    place = text.find(LENGTH, 0, head)
    length = int(text[place + len(LENGTH) : text.index(b"\r", place)]) if place >= 0 else 0
    return len(text) >= head + len(HEAD_ENDS) + length


def _end(chooser: selectors.BaseSelector, line: object) -> None:
    chooser.unregister(line)  # type: ignore[arg-type]
    line.close()  # type: ignore[attr-defined]
