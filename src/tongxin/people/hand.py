"""The process from which hands for large imports are forked: `python -m tongxin.people.hand 5`, 5 being a connected socket.

It sets up once, with no other thread beside it, and then forks a hand for each socket that is sent to it: Django is loaded
once for all of them, and its memory is shared. A task is a line of JSON and, if it says so, bytes after it; a line answers
it. A hand ends with its input, and this process with its own: whoever started them may be killed without leaving them
behind. They know nothing that their starter does not: the same settings, keys and database.
"""

import gc
import json
import os
import socket
import sys
from contextlib import suppress
from io import BufferedRWPair
from typing import Any

MOST = 64  # hands asked for at once


def main() -> None:
    import django  # noqa: PLC0415

    gc.disable()
    django.setup()
    import tongxin.people.actions.imports.deeds  # noqa: F401, PLC0415  only once Django is set up, and before the fork

    gc.freeze()  # all of this stays: it need not be looked through, or copied, ever again
    gc.set_threshold(100_000)  # a part makes that many things at once, and hardly a ring among them
    gc.enable()
    with socket.socket(fileno=int(sys.argv[1])) as asked:
        while wanted := socket.recv_fds(asked, 1, MOST)[1]:
            for number in wanted:
                _fork(number, [asked.fileno(), *wanted])
            for number in wanted:
                os.close(number)
            _bury(os.WNOHANG)
    _bury(0)


def _fork(own: int, others: list[int]) -> None:
    """A hand that holds no other's socket: each must end when its own closes."""
    if os.fork():
        return
    try:
        for number in others:
            if number != own:
                os.close(number)
        _serve(own)
    finally:
        os._exit(0)


def _bury(how: int) -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, how)[0]:
            pass


def _serve(number: int) -> None:
    from django.db import connections  # noqa: PLC0415

    from tongxin.people.actions.imports.deeds import begin  # noqa: PLC0415

    with socket.socket(fileno=number) as own, own.makefile("rwb") as talk:
        _say(talk, {"ready": os.getpid()})
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
