"""A process that helps with a large import: `python -m tongxin.people.hand`. Tasks come in on standard input, answers go out.

A task is a line of JSON and, if it says so, bytes after it. The process ends with its input: whoever started it may be
killed without leaving it behind. It knows nothing that its starter does not: the same settings, keys and database.
"""

import json
import sys
from typing import Any, BinaryIO


def main() -> None:
    import django  # noqa: PLC0415

    tasks, answers = sys.stdin.buffer, sys.stdout.buffer
    hello = json.loads(tasks.readline())
    django.setup()
    from django.db import connections  # noqa: PLC0415  only once Django is set up

    connections.databases["default"]["NAME"] = hello["database"]
    from tongxin.people.actions.imports.deeds import begin  # noqa: PLC0415

    work = begin(hello)
    for task, content in _tasks(tasks):
        answers.write(json.dumps(_answered(work, task, content)).encode() + b"\n")
        answers.flush()


def _tasks(stream: BinaryIO) -> Any:
    while line := stream.readline():
        task = json.loads(line)
        yield task, stream.read(task.get("bytes", 0))


def _answered(work: Any, task: dict[str, Any], content: bytes) -> dict[str, Any]:
    from tongxin.kernel.refused import Refused  # noqa: PLC0415

    try:
        return {"answer": work(task, content)}
    except Refused as refusal:
        return {"refused": refusal.code, "words": str(refusal)}


if __name__ == "__main__":
    main()
