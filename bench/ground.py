"""Where the benches work: a data folder of their own, never the one that people use."""

import os
import platform
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
FOLDER: Final = ROOT / ".cache" / "bench"


def settle() -> Path:
    """Chooses the folder before anything reads it. TONGXIN_BENCH_DATA or DATABASE_URL name another."""
    folder = Path(os.environ.get("TONGXIN_BENCH_DATA", FOLDER)).resolve()
    os.environ["TONGXIN_DATA"] = str(folder)
    os.environ["TONGXIN_DEMO"] = "1"  # the sign-in code stays on the page: nothing is sent to anyone
    return folder


def say(words: str) -> None:
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()


@contextmanager
def timed(words: str, took: dict[str, float]) -> Iterator[None]:
    say(f"{words} …")
    began = time.perf_counter()
    yield
    took[words] = time.perf_counter() - began
    say(f"  {took[words]:.1f} s")


def set_up() -> None:
    """Django, in this process or in one of the pool's."""
    from config.surroundings import set_up_django  # noqa: PLC0415  after the folder is settled

    settle()
    set_up_django()


def migrate_bench() -> None:
    """Rows made by an earlier version are brought to this one; in a new folder, empty tables."""
    from config.commands.migrate import migrate  # noqa: PLC0415  only once Django is set up

    migrate()


def pace() -> float:
    """Milliseconds of processor that a fixed piece of Python takes here and now: other work slows it down, so two runs of
    a bench are compared by their processor times divided by it.
    """
    began = time.process_time()
    for _ in range(10):
        sum(hash(str(n)) & 1 for n in range(20_000))
    return 100 * (time.process_time() - began)


def machine() -> str:
    """With what else it was doing: rates of a busy machine say little."""
    return (
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, load average before the run"
        f" {os.getloadavg()[0]:.1f}, a fixed piece of Python took {pace():.1f} ms of processor"
    )
