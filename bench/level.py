"""How long a level start's list takes: `python -m bench.level [PEOPLE]`, in a database of its own that it drops.

Synthetic: all come in the first minutes by batches of 1,000; then they are written into the list, the list is frozen, three seals
are opened and the draw is held, one place for five. The kind does nothing. Prints one line of JSON.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

BATCH: Final = 1_000
OPENS: Final = datetime(2024, 4, 1, 10, tzinfo=ZoneInfo("Asia/Shanghai"))


def main(many: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django  # noqa: PLC0415  after the settings are named

    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.test.utils import setup_databases, teardown_databases  # noqa: PLC0415

    settings.CALL_KINDS = {"nothing": "bench.settle.Nothing"}
    old = setup_databases(verbosity=0, interactive=False)
    try:
        sys.stdout.write(json.dumps(measure(many)) + "\n")
    finally:
        teardown_databases(old, verbosity=0)


def measure(many: int) -> dict[str, Any]:
    from tests.factories.lanes import AFTER, open_all, write_list  # noqa: PLC0415

    from tongxin.calls.actions import leveling, rounds  # noqa: PLC0415
    from tongxin.calls.models import Award, Draw, Round  # noqa: PLC0415
    from tongxin.calls.models.windows import GRACE  # noqa: PLC0415
    from tongxin.calls.queries import miscounted  # noqa: PLC0415
    from tongxin.people.authority import system  # noqa: PLC0415

    by, pool = system(OPENS.date()), build(many)
    written, result = pool.call.list_ends + GRACE, OPENS + AFTER
    found: dict[str, Any] = {"people": many}
    _timed(found, "list", lambda: write_list(pool, written, most=leveling.MOST))
    held = Round.objects.get()
    open_all(held, result)
    _timed(found, "draw", lambda: rounds.draw(held=held, by=by, at=result))
    draw = Draw.objects.select_related("file").get()
    return found | {
        "list_mb": round(len(draw.frozen) / 1e6, 1),
        "places": Award.objects.count(),
        "miscounted": len(miscounted()),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "load": round(os.getloadavg()[0], 1),
    }


def _timed(found: dict[str, Any], what: str, deed: Callable[[], object]) -> None:
    began, cpu = time.monotonic(), time.process_time()
    deed()
    found[f"{what}_seconds"] = round(time.monotonic() - began, 1)
    found[f"{what}_cpu_seconds"] = round(time.process_time() - cpu, 1)


def build(many: int) -> Any:
    from tests.factories.lanes import LEVEL, a_lane, come  # noqa: PLC0415

    from tongxin.people.models import Person  # noqa: PLC0415
    from tongxin.store.atomic import writing  # noqa: PLC0415
    from tongxin.store.copying import copy_new  # noqa: PLC0415
    from tongxin.unions.models import Union  # noqa: PLC0415

    people = [
        Person(federation=1, name=f"合成{n}", created_at=OPENS, changed_at=OPENS, synthetic=True) for n in range(many)
    ]
    with writing():
        union = Union.make(kind="federation", level=2, name="合成", code="99", federation=1)
        copy_new(people)
    pool = a_lane(union, max(1, many // 5), manner=LEVEL, opens=OPENS, kind="nothing")
    for first in range(0, many, BATCH):
        come(pool, people[first : first + BATCH], OPENS + timedelta(seconds=100) * first / many)
    return pool


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
