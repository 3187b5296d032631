"""The process that is set up once and forks hands: kept for a while, because an import follows the reading of its file."""

import atexit
import os
import socket
import subprocess
import sys
import threading
from typing import Final

from django.conf import settings

HAND: Final = "tongxin.people.hand"
RESTS: Final = 600.0  # seconds after hands were last asked for; it holds some 90 MB


class Foreman:
    def __init__(self) -> None:
        self.starter = os.getpid()
        self._asks, theirs = socket.socketpair()
        with theirs:
            self._process = _process(theirs.fileno())

    @property
    def is_there(self) -> bool:
        return self.starter == os.getpid() and self._process.poll() is None

    def hands(self, count: int) -> list[socket.socket]:
        """A socket to each. They get ready in a moment, or in most of a second where the foreman is new."""
        pairs = [socket.socketpair() for _ in range(count)]
        socket.send_fds(self._asks, [b"."], [theirs.fileno() for _, theirs in pairs])
        for _, theirs in pairs:
            theirs.close()
        return [own for own, _ in pairs]

    def end(self) -> None:
        self._asks.close()
        self._process.wait()


_lock = threading.Lock()
_foreman: Foreman | None = None
_clock: threading.Timer | None = None


def fork_hands(count: int) -> list[socket.socket]:
    global _foreman, _clock  # noqa: PLW0603 - one foreman a process
    with _lock:
        if _foreman is None or not _foreman.is_there:
            _foreman = Foreman()
        if _clock is not None:
            _clock.cancel()
        _clock = threading.Timer(RESTS, let_go)
        _clock.daemon = True
        _clock.start()
        return _foreman.hands(count)


@atexit.register
def let_go() -> None:
    """Hands that work go on to their end."""
    global _foreman  # noqa: PLW0603
    with _lock:
        if _foreman is not None and _foreman.starter == os.getpid():
            _foreman.end()
        _foreman = None


def _process(asked: int) -> "subprocess.Popen[bytes]":
    paths = os.pathsep.join(path for path in sys.path if path)
    environment = os.environ | {"PYTHONPATH": paths, "TONGXIN_DATA": str(settings.TONGXIN_DATA)}
    environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
    return subprocess.Popen(  # noqa: S603  our own module
        [sys.executable, "-m", HAND, str(asked)], stdin=subprocess.DEVNULL, env=environment, pass_fds=[asked]
    )
