"""`python -m bench.data`: 1,000,000 workers, 60,000 unions, 500,000 enrolments, into a data folder of its own.

All synthetic (`config.demo.workers`). Numbers are sealed and digested as the application does it; COPY carries what is
many; indexes are built after the rows. Prints how long each part took.
"""

import argparse
import json
import multiprocessing
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from bench.courses import County, load_county
from bench.ground import say, set_up, settle, timed
from bench.people import CHUNK, Home, Stretch, load_stretch

BATCH: Final = 5_000
COPIED: Final = ("people_person", "people_membership")


def main() -> None:
    asked = _arguments()
    folder = settle()
    if asked.fresh and not os.environ.get("DATABASE_URL"):
        _forget(folder)
    from config.surroundings import database  # noqa: PLC0415  after the folder is settled

    with database():
        set_up()
        from config.commands.migrate import migrate  # noqa: PLC0415

        migrate()
        if _loaded():
            say("The bench's data are there already; --fresh makes them anew.")
            return
        took: dict[str, float] = {}
        load(asked.workers, asked.unions, asked.enrolments, asked.processes, took)
        _say_all(asked, took, folder)


def load(workers: int, unions: int, enrolments: int, processes: int, took: dict[str, float]) -> None:
    with timed(f"{unions:,} unions", took):
        homes = _unions(unions)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, initializer=set_up) as pool:
        with timed(f"{workers:,} workers and memberships", took), _without_indexes():
            _run(pool, load_stretch, [(stretch, homes) for stretch in _stretches(workers)], workers)
        with timed(f"{enrolments:,} enrolments in all counties", took):
            _run(pool, load_county, [(county,) for county in _counties(workers, enrolments)], enrolments)
    with timed("statistics", took):
        _gather_statistics()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.data", description=__doc__)
    parser.add_argument("--workers", type=int, default=1_000_000)
    parser.add_argument("--unions", type=int, default=60_000)
    parser.add_argument("--enrolments", type=int, default=500_000)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 2)
    parser.add_argument("--fresh", action="store_true", help="remove what is there first")
    return parser.parse_args()


def _forget(folder: Path) -> None:
    from config.embedded import EmbeddedServer  # noqa: PLC0415

    server = EmbeddedServer(folder)
    shutil.rmtree(server.home.resolve(), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def _loaded() -> bool:
    from tongxin.people.models import Person  # noqa: PLC0415

    return bool(Person.objects.exists())


# ---- unions -------------------------------------------------------------------------------------------------------


def _unions(count: int) -> list[Home]:
    """The divisions' federations, and grass-roots unions under the townships until there are `count`. In order of counties."""
    from tongxin.unions.actions.seed import Seedling, load_divisions, plant_many  # noqa: PLC0415
    from tongxin.unions.models import Kind, Level, Union  # noqa: PLC0415

    load_divisions()
    towns = list(Union.objects.filter(level=Level.TOWNSHIP, dissolved_on=None).order_by("code"))
    wanted = count - Union.objects.count()
    seedlings = [
        Seedling(
            parent=(town := towns[n * len(towns) // wanted]), kind=Kind.JOINT_GRASSROOTS_UNION,
            name=f"{town.name.removesuffix('总工会')}示例第{n}联合工会", code=f"B{n:06}",
        )
        for n in range(wanted)
    ]  # fmt: skip
    homes: list[Home] = []
    for start in range(0, wanted, BATCH):
        planted = plant_many(seedlings[start : start + BATCH])
        homes += [Home(union.pk, union.federation) for union in planted]
    return homes


# ---- workers ------------------------------------------------------------------------------------------------------


def _stretches(workers: int) -> Iterator[Stretch]:
    offset = reserve(("people_person", "people_membership"), workers)
    for first in range(0, workers, CHUNK):
        yield Stretch(first, min(first + CHUNK, workers), offset, workers)


def reserve(tables: Sequence[str], count: int) -> int:
    """Row ids for COPY: the first of them; both tables use the same numbers."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        last = 0
        for table in tables:
            cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [table])
            last = max(last, cursor.fetchone()[0])
        for table in tables:
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, last + count])
    return last + 1


@contextmanager
def _without_indexes() -> Iterator[None]:
    """Indexes that carry no constraint are dropped and built again: sorted once instead of row by row."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND indexname NOT IN"
            " (SELECT conname FROM pg_constraint)",
            [list(COPIED)],
        )
        found = cursor.fetchall()
        for name, _ in found:
            cursor.execute(f'DROP INDEX "{name}"')
    yield
    say(f"  building {len(found)} indexes")
    with connection.cursor() as cursor:
        for _, definition in found:
            cursor.execute(definition)


# ---- courses ------------------------------------------------------------------------------------------------------


def _counties(workers: int, enrolments: int) -> Iterator[County]:
    """Each county gets the same share of workers and seats; who sits in its classes is a member somewhere in it."""
    from django.utils import timezone  # noqa: PLC0415

    from tongxin.people.models import Person  # noqa: PLC0415
    from tongxin.unions.models import Level, Union  # noqa: PLC0415

    counties = list(
        Union.objects.filter(level=Level.COUNTY, dissolved_on=None).order_by("code").values_list("pk", flat=True)
    )
    base = Person.objects.order_by("pk").values_list("pk", flat=True)[0]
    share, now = workers // len(counties), timezone.now()
    for n, union in enumerate(counties):
        seats = enrolments // len(counties) + (n < enrolments % len(counties))
        yield County(union, base + n * share, share, seats, now)


# ---- the pool -----------------------------------------------------------------------------------------------------


def _run(pool: ProcessPoolExecutor, work: Callable[..., int], tasks: Iterable[tuple[Any, ...]], whole: int) -> None:
    done, told = 0, 0
    for future in as_completed([pool.submit(work, *task) for task in tasks]):
        done += future.result()
        if done * 10 // whole > told:
            told = done * 10 // whole
            say(f"  {done:,} of {whole:,}")


def _gather_statistics() -> None:
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _say_all(asked: argparse.Namespace, took: dict[str, float], folder: Path) -> None:
    total = sum(took.values())
    lines = [f"{words}: {seconds:.1f} s" for words, seconds in took.items()]
    say("\n".join([*lines, f"together {total:.0f} s, {asked.processes} processes"]))
    (folder / "bench-data.json").write_text(
        json.dumps({"seconds": took, "processes": asked.processes}, ensure_ascii=False)
    )


if __name__ == "__main__":
    main()
