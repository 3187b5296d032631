"""Other processes that do the parts of a large import: as many as there are cores, none where the import is small.

Each part is a transaction of the hand that does it. A hand that dies takes its part back with it, and the import stops where
it stands; whoever takes it up again goes on with the parts that are left.
"""

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.conf import settings
from django.db import connection

from tongxin.kernel.refused import Refused
from tongxin.people.actions.imports.deeds import begin

Task = tuple[dict[str, Any], bytes]
HAND: Final = "tongxin.people.hand"


class HandLost(RuntimeError):
    """A helping process ended in the middle of its work."""


def answers(hello: dict[str, Any], tasks: Iterable[Task], *, hands: int | None = None) -> Iterator[dict[str, Any]]:
    """What came of each task, in the order in which they are done. Tasks are taken as hands get free."""
    hands = settings.IMPORT_HANDS if hands is None else hands
    if hands < 1:
        work = begin(hello)
        yield from (work(task, content) for task, content in tasks)
        return
    hello = {**hello, "database": connection.settings_dict["NAME"]}
    with _started(hands, hello) as (waiting, done):
        yield from _shared_out(tasks, waiting, done, hands)


def _shared_out(
    tasks: Iterable[Task], waiting: "queue.Queue[Task | None]", done: "queue.Queue[Any]", hands: int
) -> Iterator[dict[str, Any]]:
    """No more than two tasks a hand are out at any time: what is read must not pile up."""
    out = 0
    for task in tasks:
        waiting.put(task)
        out += 1
        while out >= 2 * hands or not done.empty():
            yield _understood(done.get())
            out -= 1
    for _ in range(out):
        yield _understood(done.get())


def _understood(answer: Any) -> dict[str, Any]:
    if isinstance(answer, BaseException):
        raise HandLost from answer
    if "refused" in answer:
        raise Refused(answer["refused"], answer["words"])
    return dict(answer["answer"])


@contextmanager
def _started(hands: int, hello: dict[str, Any]) -> Iterator[tuple["queue.Queue[Task | None]", "queue.Queue[Any]"]]:
    waiting: queue.Queue[Task | None] = queue.Queue()
    done: queue.Queue[Any] = queue.Queue()
    started = [_process() for _ in range(hands)]
    threads = [
        threading.Thread(target=_serve, args=(one, hello, waiting, done), daemon=True, name="import-hand")
        for one in started
    ]
    for thread in threads:
        thread.start()
    try:
        yield waiting, done
    finally:
        for _ in started:
            waiting.put(None)
        for one in started:
            if sys.exc_info()[0] is not None:
                one.kill()
        for thread in threads:
            thread.join(timeout=60)
        for one in started:
            one.wait()


def _process() -> "subprocess.Popen[bytes]":
    paths = os.pathsep.join(path for path in sys.path if path)
    environment = os.environ | {"PYTHONPATH": paths, "TONGXIN_DATA": str(settings.TONGXIN_DATA)}
    environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
    return subprocess.Popen(  # noqa: S603  our own module
        [sys.executable, "-m", HAND], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    )


def _serve(
    process: "subprocess.Popen[bytes]",
    hello: dict[str, Any],
    waiting: "queue.Queue[Task | None]",
    done: "queue.Queue[Any]",
) -> None:
    """One thread for each hand: it only carries."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(json.dumps(hello).encode() + b"\n")
        while (task := waiting.get()) is not None:
            head, content = task
            process.stdin.write(json.dumps(head | {"bytes": len(content)}).encode() + b"\n" + content)
            process.stdin.flush()
            done.put(json.loads(process.stdout.readline()))
        process.stdin.close()
    except (OSError, ValueError) as problem:
        done.put(problem)
