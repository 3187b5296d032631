"""Other processes that do the parts of a large import: as many as there are cores, none where the import is small.

Each part is a transaction of the hand that does it. A hand that dies takes its part back with it, and the import stops where
it stands; whoever takes it up again goes on with the parts that are left.
"""

import json
import os
import queue
import signal
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import Any, Final

from django.conf import settings
from django.db import connection

from tongxin.kernel.refused import Refused
from tongxin.people.actions.imports.deeds import Work, begin
from tongxin.people.actions.imports.foreman import fork_hands

Task = tuple[dict[str, Any], bytes]
PATIENCE: Final = 60.0  # seconds in which a hand finishes the part that it holds


class HandLost(RuntimeError):
    """A helping process ended in the middle of its work."""


@contextmanager
def hired() -> Iterator["Crew"]:
    """Call early: they may need most of a second to get ready, and do so while the caller does something else."""
    crew = Crew(fork_hands(settings.IMPORT_HANDS) if settings.IMPORT_HANDS else [])
    try:
        yield crew
    except BaseException:
        crew.stop()
        raise
    finally:
        crew.dismiss()


class Crew:
    """The hands, and whoever called them: who works along until they are ready, and alone where there are none."""

    def __init__(self, sockets: list[socket.socket]) -> None:
        self._waiting: queue.Queue[Task | None] = queue.Queue()
        self._done: queue.Queue[Any] = queue.Queue()
        self._pids: list[int] = []  # of those that are ready
        self._told = threading.Event()
        self._hello: dict[str, Any] | None = None
        self._threads = [
            threading.Thread(target=self._serve, args=(one,), daemon=True, name="import-hand") for one in sockets
        ]
        for thread in self._threads:
            thread.start()

    @property
    def are_ready(self) -> bool:
        return len(self._pids) == len(self._threads)

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

    def stop(self) -> None:
        """In the middle of their parts, which go back; those that wait are not begun."""
        with suppress(queue.Empty):
            while True:
                self._waiting.get_nowait()
        for pid in self._pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

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
            with one, one.makefile("rwb") as talk:
                self._pids.append(json.loads(talk.readline())["ready"])
                self._told.wait()
                if self._hello is None:
                    return
                talk.write(json.dumps(self._hello).encode() + b"\n")
                while (task := self._waiting.get()) is not None:
                    head, content = task
                    talk.write(json.dumps(head | {"bytes": len(content)}).encode() + b"\n" + content)
                    talk.flush()
                    self._done.put(json.loads(talk.readline()))
                one.shutdown(socket.SHUT_WR)
                talk.read()  # nothing: until it has let go of the database
        except (OSError, ValueError) as problem:
            self._done.put(problem)
