"""An engine alone: in a database of its own that it drops, with a union and people made up, and a kind that does nothing.

`run(measure, 100_000)` is what such a bench's `__main__` calls: numbers are its arguments, and it prints one line of JSON.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

KIND: Final = "nothing"


class Nothing:
    """A kind of no substance."""

    def conditions(self, call: Any) -> None: ...
    def check(self, application: Any, stage: Any) -> None: ...
    def granted(self, awards: Any, *, by: Any, at: Any) -> None: ...
    def released(self, awards: Any, *, why: Any, by: Any, at: Any) -> None: ...


def run(measure: Callable[..., dict[str, Any]], *usual: int) -> None:
    """`usual`: what is measured with where the command does not say."""
    given = [int(text) for text in sys.argv[1:]]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django  # noqa: PLC0415  after the settings are named

    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.test.utils import setup_databases, teardown_databases  # noqa: PLC0415

    settings.CALL_KINDS = {KIND: f"{__name__}.{Nothing.__name__}"}
    old = setup_databases(verbosity=0, interactive=False)
    try:
        found = measure(*given, *usual[len(given) :]) | {"load": round(os.getloadavg()[0], 1)}
        sys.stdout.write(json.dumps(found) + "\n")
    finally:
        teardown_databases(old, verbosity=0)


@contextmanager
def timed(found: dict[str, Any], what: str = "") -> Iterator[None]:
    """Seconds by the clock; seconds of processor of this process, and of its connection's server process."""
    began, cpu, server = time.monotonic(), time.process_time(), _server_cpu()
    yield
    found[f"{what}seconds"] = round(time.monotonic() - began, 1)
    found[f"{what}cpu_seconds"] = round(time.process_time() - cpu, 2)
    found[f"{what}server_cpu_seconds"] = round(_server_cpu() - server, 2)


def _server_cpu() -> float:
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def planted(people: list[Any]) -> Any:
    """A union, beside so many persons who are no members of it."""
    from tongxin.store.atomic import writing  # noqa: PLC0415
    from tongxin.store.copying import copy_new  # noqa: PLC0415
    from tongxin.unions.models import Union  # noqa: PLC0415

    with writing():
        copy_new(people)
        return Union.make(kind="federation", level=2, name="合成", code="99", federation=1)
