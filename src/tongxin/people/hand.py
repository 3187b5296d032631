"""Processes that help with a large import: `python -m tongxin.people.hand 5 7 9`, one for each connected socket named.

The first sets up once, with no other thread beside it, and forks the others: Django is loaded once for all of them, and its
memory is shared. A task is a line of JSON and, if it says so, bytes after it; a line answers it. A hand ends with its
input: whoever started it may be killed without leaving it behind. It knows nothing that its starter does not: the same
settings, keys and database.
"""

import gc
import json
import os
import socket
import sys
from io import BufferedRWPair
from typing import Any


def main() -> None:
    import django  # noqa: PLC0415

    mine, *others = [int(number) for number in sys.argv[1:]]
    gc.disable()
    django.setup()
    import tongxin.people.actions.imports.deeds  # noqa: F401, PLC0415  only once Django is set up, and before the fork

    gc.freeze()  # all of this stays: it need not be looked through, or copied, ever again
    gc.set_threshold(100_000)  # a part makes that many things at once, and hardly a ring among them
    gc.enable()
    children = [_forked(one, {mine, *others} - {one}) for one in others]
    for one in others:
        os.close(one)
    _serve(mine)
    for child in children:
        os.waitpid(child, 0)


def _forked(own: int, others: set[int]) -> int:
    """A hand that holds no other's socket: each must end when its own closes."""
    child = os.fork()
    if child:
        return child
    try:
        for one in others:
            os.close(one)
        _serve(own)
    finally:
        os._exit(0)


def _serve(number: int) -> None:
    from django.db import connections  # noqa: PLC0415

    from tongxin.people.actions.imports.deeds import begin  # noqa: PLC0415

    with socket.socket(fileno=number) as own, own.makefile("rwb") as talk:
        _say(talk, {"ready": True})
        if not (line := talk.readline()):
            return
        hello = json.loads(line)
        connections.databases["default"]["NAME"] = hello["database"]
        work = begin(hello)
        while line := talk.readline():
            task = json.loads(line)
            _say(talk, _answered(work, task, talk.read(task.get("bytes", 0))))
        connections.close_all()


def _say(talk: "BufferedRWPair[Any, Any]", answer: dict[str, Any]) -> None:
    talk.write(json.dumps(answer).encode() + b"\n")
    talk.flush()


def _answered(work: Any, task: dict[str, Any], content: bytes) -> dict[str, Any]:
    from tongxin.kernel.refused import Refused  # noqa: PLC0415

    try:
        return {"answer": work(task, content)}
    except Refused as refusal:
        return {"refused": refusal.code, "words": str(refusal)}


if __name__ == "__main__":
    main()
