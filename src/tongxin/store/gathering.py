"""A GIN index takes one row's pieces at once, or, while very many rows come in, in heaps that are laid in together.

In heaps a row costs a third of the time; meanwhile a search also looks through the heap (a few megabytes), which costs it
some milliseconds. So the switch is on during a load only. Who dies in between leaves it on: `spread` may be called any time.
"""

from typing import Final

from django.db import connection
from django.db.utils import OperationalError

HEAP: Final = (
    "16MB"  # at 32 the last heap of 100,000 rows is laid in by one process while the others have nothing to do
)
PATIENCE: Final = "3s"  # the switch waits for searches that run, and new ones would wait for it


def gather(index: str) -> bool:
    """Whether it was switched; without it the load is only slower."""
    return _switch(index, on=True)


def spread(index: str) -> bool:
    """Lays in what is still in the heap."""
    switched = _switch(index, on=False)
    with connection.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [index])
    return switched


def larger_heaps() -> None:
    """For this connection: for a process that does nothing but load."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('gin_pending_list_limit', %s, false), set_config('work_mem', '64MB', false)", [HEAP]
        )


def _switch(index: str, *, on: bool) -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [PATIENCE])
            cursor.execute(f"ALTER INDEX {connection.ops.quote_name(index)} SET (fastupdate = {'on' if on else 'off'})")
    except OperationalError:
        return False
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', '0', false)")
    return True
