"""Other processes that do the parts of a large import: as many as there are cores, none where the import is small.

Each part is a transaction of the hand that does it. A hand that dies takes its part back with it, and the import stops where
it stands; whoever takes it up again goes on with the parts that are left.
"""

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import Any, Final

from django.conf import settings
from django.db import connection

from tongxin.kernel.refused import Refused
from tongxin.people.actions.imports.deeds import Work, begin

Task = tuple[dict[str, Any], bytes]
HAND: Final = "tongxin.people.hand"
PATIENCE: Final = 60.0  # seconds in which a hand finishes the part that it holds


class HandLost(RuntimeError):
    """A helping process ended in the middle of its work."""


@contextmanager
def hired() -> Iterator["Crew"]:
    """Call early: they need most of a second to get ready, and do so while the caller does something else."""
    pairs = [socket.socketpair() for _ in range(settings.IMPORT_HANDS)]
    crew = Crew([own for own, _ in pairs])
    process = _process([theirs.fileno() for _, theirs in pairs]) if pairs else None
    for _, theirs in pairs:
        theirs.close()
    try:
        yield crew
        crew.dismiss()
    except BaseException:
        if process is not None:
            _end(process)
        crew.dismiss()
        raise
    finally:
        for own, _ in pairs:
            own.close()
        if process is not None:
            process.wait()


class Crew:
    """The hands, and whoever called them: who works along until they are ready, and alone where there are none."""

    def __init__(self, sockets: list[socket.socket]) -> None:
        self._waiting: queue.Queue[Task | None] = queue.Queue()
        self._done: queue.Queue[Any] = queue.Queue()
        self._ready: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._told = threading.Event()
        self._hello: dict[str, Any] | None = None
        self._threads = [
            threading.Thread(target=self._serve, args=(one,), daemon=True, name="import-hand") for one in sockets
        ]
        for thread in self._threads:
            thread.start()

    @property
    def are_ready(self) -> bool:
        return self._ready.qsize() == len(self._threads)

    def answers(self, hello: dict[str, Any], tasks: Iterable[Task]) -> Iterator[dict[str, Any]]:
        """What came of each task, in the order in which they are done; once a crew. Tasks are taken as hands get free.

        No more than two tasks a hand are out at any time: what is read must not pile up.
        """
        self._hello = {**hello, "database": connection.settings_dict["NAME"]}
        self._told.set()
        out = 0
        for task in tasks:
            self._waiting.put(task)
            out += 1
            while out >= max(1, 2 * len(self._threads)) or not self._done.empty():
                yield self._next()
                out -= 1
        for _ in range(out):
            yield self._next()

    def dismiss(self) -> None:
        self._told.set()
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            thread.join(timeout=PATIENCE)

    def _next(self) -> dict[str, Any]:
        if not self._threads or not self.are_ready:
            with suppress(queue.Empty):
                task = self._waiting.get_nowait()
                assert task is not None
                return self._here(*task)
        answer = self._done.get()
        if isinstance(answer, BaseException):
            raise HandLost from answer
        if "refused" in answer:
            raise Refused(answer["refused"], answer["words"])
        return dict(answer["answer"])

    @cached_property
    def _here(self) -> Work:
        assert self._hello is not None
        return begin(self._hello)

    def _serve(self, one: socket.socket) -> None:
        """One thread for each hand: it only carries."""
        try:
            with one.makefile("rwb") as talk:
                json.loads(talk.readline())
                self._ready.put(None)
                self._told.wait()
                if self._hello is None:
                    return
                talk.write(json.dumps(self._hello).encode() + b"\n")
                while (task := self._waiting.get()) is not None:
                    head, content = task
                    talk.write(json.dumps(head | {"bytes": len(content)}).encode() + b"\n" + content)
                    talk.flush()
                    self._done.put(json.loads(talk.readline()))
        except (OSError, ValueError) as problem:
            self._done.put(problem)


def _process(sockets: list[int]) -> "subprocess.Popen[bytes]":
    """In a group of its own, so that one call ends them all."""
    paths = os.pathsep.join(path for path in sys.path if path)
    environment = os.environ | {"PYTHONPATH": paths, "TONGXIN_DATA": str(settings.TONGXIN_DATA)}
    environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
    return subprocess.Popen(  # noqa: S603  our own module
        [sys.executable, "-m", HAND, *map(str, sockets)],
        stdin=subprocess.DEVNULL,
        env=environment,
        pass_fds=sockets,
        process_group=0,
    )


def _end(process: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
