"""The child process in which a stranger's file is opened: without keys and database, with limits on memory and time."""

import json
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import IO, Any

from tongxin.records.sheets.limits import Limits


def bind(limits: Limits) -> None:
    """By the child itself, before it looks at the file."""
    resource.setrlimit(resource.RLIMIT_AS, (limits.child_memory, limits.child_memory))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.child_cpu_seconds, limits.child_cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@contextmanager
def child_of(
    module: str, file: IO[bytes], limits: Limits, asked: dict[str, Any], *, keeps: Collection[int] = ()
) -> Iterator[tuple[IO[bytes], threading.Event]]:
    """What the child prints, and whether the clock stopped it. `keeps`: other file descriptors that it needs."""
    child = subprocess.Popen(  # noqa: S603  our own module, nothing of the sender's in the arguments
        [sys.executable, "-s", "-B", "-m", module, json.dumps(limits.as_dict()), json.dumps(asked)],
        stdin=file,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_bare_environment(),
        close_fds=True,
        pass_fds=keeps,
    )
    late = threading.Event()

    def stop() -> None:
        late.set()
        child.kill()

    clock = threading.Timer(limits.wall_seconds, stop)
    clock.daemon = True
    clock.start()
    try:
        assert child.stdout is not None
        yield child.stdout, late
    finally:
        clock.cancel()
        child.kill()
        child.wait()
        if child.stdout:
            child.stdout.close()


def _bare_environment() -> dict[str, str]:
    """The child gets no keys and no database: only where Python finds its modules."""
    paths = [path for path in sys.path if path]
    return {"PYTHONPATH": os.pathsep.join(paths), "PYTHONIOENCODING": "utf-8", "LC_ALL": "C.UTF-8"}
