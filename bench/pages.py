"""`python -m bench.pages`: pages and sign-ups of the real server over the bench's rows, beside the floors of the same run."""

import argparse
from pathlib import Path
from typing import Any

from bench import guests, latency, load, profile, report, rush
from bench.ground import machine, migrate_bench, say, set_up, settle, timed
from bench.server import Server, serving

PROFILED = 200


def main() -> None:
    asked = _arguments()
    folder = settle()
    from config.surroundings import database  # noqa: PLC0415  after the folder is settled

    with database():
        set_up()
        migrate_bench()
        if not _there():
            raise SystemExit("There are no rows to measure on: run `make bench-data` first.")
        with serving(folder) as server:
            found = run(server, folder, asked)
    words = report.text(found)
    print(words)  # noqa: T201  what was asked for
    (folder / "bench-pages.md").write_text(words + "\n")


def run(server: Server, folder: Path, asked: argparse.Namespace) -> report.Found:
    from django.utils import timezone  # noqa: PLC0415  only once Django is set up

    now, where = timezone.now(), machine()
    took: dict[str, float] = {}
    with timed("guests and classes", took):
        people = guests.workers(asked.sign_ups + asked.rounds * rush.WORKERS + PROFILED, now)
        roomy = guests.classes(guests.COHORTS, guests.ROOMY, now)
        small = guests.classes(asked.rounds, rush.PLACES, now)
    signers, crowd = people[: asked.sign_ups], people[asked.sign_ups : -PROFILED]
    lines = folder / "sign-ups.tsv"
    guests.write_lines(lines, signers, roomy)
    with timed("single pages", took):
        pages = [latency.measure(server, ask, asked.times) for ask in latency.asks(now)]
    with timed("floors and rates", took):
        rates = _rates(server, folder, lines, asked, people[-1])
    with timed(f"{asked.rounds} rounds of {rush.WORKERS} at once", took):
        became = rush.rush(server, small, crowd)
    with timed("profiles", took):
        bounds, statements = _bounds(people[-PROFILED:-1], roomy)
    return report.Found(
        machine=where, rows=_rows(), pages=pages, rush=became, bounds=bounds, statements=statements, **rates
    )


def _rates(
    server: Server, folder: Path, lines: Path, asked: argparse.Namespace, reader: guests.Guest
) -> dict[str, Any]:
    found: dict[str, Any] = {"one_row": load.one_row_per_second(folder, asked.seconds)}
    names = ("empty", "class_list", "signed_in_list", "sign_up")
    if not load.wrk_there():
        return found | dict.fromkeys(names) | {"confirmed": {}}
    for address in ("/robots.txt", "/classes/"):
        load.pages_per_second(server, address, 2)  # every worker process is warm
    found["empty"] = load.pages_per_second(server, "/robots.txt", asked.seconds)
    found["class_list"] = load.pages_per_second(server, "/classes/", asked.seconds)
    found["signed_in_list"] = load.pages_per_second(server, "/classes/", asked.seconds, reader.cookie)
    found["sign_up"], found["confirmed"] = load.sign_ups_per_second(server, lines, asked.seconds)
    return found


def _bounds(
    people: list[guests.Guest], cohorts: list[object]
) -> tuple[dict[str, list[tuple[str, float]]], dict[str, int]]:
    half = len(people) // 2
    work = {
        "class list": (profile.pages("/classes/", 6), profile.pages("/classes/", 30)),
        "sign-up": (profile.sign_ups(people[:half], cohorts), profile.sign_ups(people[half:], cohorts)),
    }
    statements = {name: profile.statements(warm) for name, (warm, _) in work.items()}
    return {name: profile.shares(measured) for name, (_, measured) in work.items()}, statements


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.pages", description=__doc__)
    parser.add_argument("--times", type=int, default=latency.TIMES, help="requests of each page")
    parser.add_argument("--seconds", type=int, default=10, help="of each rate")
    parser.add_argument("--sign-ups", type=int, default=8_000, help="workers prepared for the sign-up rate")
    parser.add_argument("--rounds", type=int, default=20)
    return parser.parse_args()


def _there() -> bool:
    from tongxin.people.models import Person  # noqa: PLC0415

    return bool(Person.objects.exists())


def _rows() -> dict[str, int]:
    from django.db import connection  # noqa: PLC0415

    tables = {"workers": "people_person", "unions": "unions_union", "enrolments": "activities_enrolment"}
    with connection.cursor() as cursor:
        found = {}
        for words, table in tables.items():
            cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608  names of this file
            found[words] = int(cursor.fetchone()[0])
    return found


if __name__ == "__main__":
    say("Nothing else should run on this machine meanwhile: client, web and database share its cores.")
    main()
