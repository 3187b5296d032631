"""Deeds at the same time, each in its own thread with its own connection."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection, connections

from tongxin.kernel.refused import Refused


def side_by_side(*deeds: Callable[[], object]) -> list[str]:
    """ "done" or the code of the refusal, in the order given; anything else fails."""
    barrier = Barrier(len(deeds))

    def run(deed: Callable[[], object]) -> str:
        try:
            barrier.wait(30)
            deed()
        except Refused as refusal:
            return refusal.code
        else:
            return "done"
        finally:
            connections.close_all()

    connection.close()
    with ThreadPoolExecutor(len(deeds)) as executor:
        return list(executor.map(run, deeds))
