"""Keeps the processes of `tongxin serve` alive and stops them together."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

import structlog

LOOK_EVERY = 0.5
HEALTHY_AFTER = 60.0  # seconds up, after which a crash counts as a first one again
LONGEST_WAIT = 30.0
STOP_PATIENCE = 30.0

log = structlog.get_logger("tongxin.serve")


@dataclass
class Child:
    """A module run by our Python, started again when it ends: at once, then after 1, 2, 4 … 30 seconds."""

    name: str
    arguments: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    crashes: int = 0
    started: float = 0.0
    start_at: float = field(default=0.0)

    def look_after(self, now: float) -> None:
        if self.process is not None and self.process.poll() is not None:
            self._note_crash(now, self.process.returncode)
        if self.process is None and now >= self.start_at:
            self.process = subprocess.Popen([sys.executable, "-m", *self.arguments], start_new_session=True)  # noqa: S603
            self.started = now

    def _note_crash(self, now: float, code: int) -> None:
        self.crashes = 1 if now - self.started > HEALTHY_AFTER else self.crashes + 1
        wait = 0.0 if self.crashes == 1 else min(LONGEST_WAIT, 2.0 ** (self.crashes - 2))
        log.error("child ended", child=self.name, code=code, again_in=wait)
        self.process, self.start_at = None, now + wait

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait(self, deadline: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.warning("child killed", child=self.name)
            self.process.kill()
            self.process.wait()


def supervise(children: Sequence[Child], each_look: Sequence[Callable[[], None]]) -> None:
    """Until SIGTERM, SIGINT or SIGHUP. Children have a session of their own, so that Ctrl-C reaches only us."""
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    try:
        while not stop.is_set():
            for child in children:
                child.look_after(time.monotonic())
            for look in each_look:
                look()
            stop.wait(LOOK_EVERY)
    finally:
        for child in children:
            child.ask_to_stop()
        deadline = time.monotonic() + STOP_PATIENCE
        for child in children:
            child.wait(deadline)
        for number, handler in before.items():
            signal.signal(number, handler)
