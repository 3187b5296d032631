"""`python -m bench.joining`: the way into a union on the phone, each step over a million people, one newcomer after another.

Every newcomer has a record looked for by its likeness when it is made, an application with its reviewer, its clock and its
tellings. The sign-in that stands between is measured by `python -m bench.sign_ins`.
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bench import guests
from bench.ground import machine, migrate_bench, say, set_up, settle
from bench.guests import Guest
from bench.latency import quoted
from bench.server import Server, serving, used

BUDGET_MS: Final = 300.0
SEED: Final = 11
FRESH: Final = 6_000_000  # workers that are in no bench's rows, so that a run after another meets new numbers
RIDER: Final = "food_delivery_rider"
FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}
COUNTIES: Final = ("500118", "510104", "510107", "500103")
PROVINCES: Final = ("500000", "510000")


@dataclass(frozen=True, slots=True)
class Step:
    """`ask` says method, address and body for the n-th newcomer."""

    name: str
    ask: Callable[[int], tuple[str, str, str]]
    expects: int = 200
    signed_in: bool = True


@dataclass(frozen=True, slots=True)
class Took:
    name: str
    spans: list[float]
    wrong: int
    web_ms: float
    postgres_ms: float


def steps(newcomers: Sequence[Guest], first: int) -> list[Step]:
    """In the order in which a phone goes through them."""
    from tongxin.unions.models import Union  # noqa: PLC0415  only once Django is set up

    by_code = {union.code: union.public_id for union in Union.objects.filter(code__in=[*COUNTIES, *PROVINCES])}
    provinces, counties = [by_code[code] for code in PROVINCES], [by_code[code] for code in COUNTIES]
    homes = list(Union.objects.filter(code__startswith="B").order_by("pk").values_list("name", flat=True)[:200])
    chosen = random.Random(SEED)  # noqa: S311  the same each time
    names = [chosen.choice(homes)[:6] for _ in newcomers]

    def at(n: int) -> str:
        return f"/join/at/{counties[n % 2]}/?as={RIDER}"

    return [
        Step("on what ground", lambda _: ("GET", "/join/", ""), signed_in=False),
        Step("where: the provinces", lambda _: ("GET", f"/join/where/?as={RIDER}", ""), signed_in=False),
        Step(
            "where: in a province",
            lambda n: ("GET", f"/join/where/?as={RIDER}&area={provinces[n % 2]}", ""),
            signed_in=False,
        ),
        Step(
            "where: in a county",
            lambda n: ("GET", f"/join/where/?as={RIDER}&area={counties[n % 4]}", ""),
            signed_in=False,
        ),
        Step(
            "where: by a part of the name",
            lambda n: ("GET", f"/join/where/?as=employer&q={names[n]}", ""),
            signed_in=False,
        ),
        Step("the form", lambda n: ("GET", at(n), "")),
        Step("send", lambda n: ("POST", at(n), _said(newcomers[n], first + n, n)), expects=302),
        Step("how it stands", lambda _: ("GET", "/join/state/", "")),
        Step("home, signed in", lambda _: ("GET", "/", "")),
    ]


def _said(guest: Guest, number: int, n: int) -> str:
    """Every second newcomer also gives the number of the identity card."""
    from config.demo.workers import worker  # noqa: PLC0415

    made = worker(number)
    document = {"document": made.id_number} if n % 2 else {}
    return guest.body(**{"as": RIDER, "name": made.name, **document})


def run(server: Server, newcomers: Sequence[Guest], first: int) -> list[Took]:
    connection = server.connect()
    found = []
    for step in steps(newcomers, first):
        say(f"{step.name} …")
        before, spans, wrong = used(server), [], 0
        for n, guest in enumerate(newcomers):
            method, address, body = step.ask(n)
            began = time.perf_counter()
            headers = ({"Cookie": guest.cookie} if step.signed_in else {}) | (FORM if body else {})
            connection.request(method, quoted(address), body or None, headers)
            answer = connection.getresponse()
            answer.read()
            spans.append(1000 * (time.perf_counter() - began))
            wrong += answer.status != step.expects
        after = used(server)
        web, postgres = (1000 * (after[who] - before[who]) / len(newcomers) for who in ("web", "PostgreSQL"))
        found.append(Took(step.name, spans, wrong, web, postgres))
    return found


def report(found: Sequence[Took], where: str, people: int) -> str:
    lines = [
        f"{where}; {people:,} people, {len(found[0].spans)} newcomers one after the other",
        "",
        "| step | p50 ms | p95 ms | longest ms | budget 300 ms | processor ms: web | PostgreSQL |",
        "|---|--:|--:|--:|:-:|--:|--:|",
    ]
    for took in found:
        p95 = statistics.quantiles(took.spans, n=100)[94]
        kept = f"{took.wrong} answered otherwise" if took.wrong else "kept" if p95 <= BUDGET_MS else "missed"
        lines.append(
            f"| {took.name} | {statistics.median(took.spans):.1f} | {p95:.1f} | {max(took.spans):.0f} | {kept}"
            f" | {took.web_ms:.1f} | {took.postgres_ms:.1f} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.joining", description=__doc__)
    parser.add_argument("--newcomers", type=int, default=200)
    asked = parser.parse_args()
    folder = settle()
    from config.surroundings import database  # noqa: PLC0415  after the folder is settled

    with database():
        set_up()
        people, now = _ready()
        with serving(folder) as server:
            where = machine()
            words = report(
                run(server, guests.newcomers(asked.newcomers, now), people + int(now.timestamp()) % FRESH),
                where,
                people,
            )
    print(words)  # noqa: T201  what was asked for
    (folder / "bench-joining.md").write_text(words + "\n")


def _ready() -> tuple[int, Any]:
    """How many people there are, and now; with someone to answer in either province."""
    from django.utils import timezone  # noqa: PLC0415

    from tongxin.people.models import Person  # noqa: PLC0415

    migrate_bench()
    if not (people := Person.objects.count()):
        raise SystemExit("There are no rows to measure on: run `make bench-data` first.")
    now = timezone.now()
    guests.staff("bench.sichuan", "federation_admin", "510000", 0, now)
    guests.staff("bench.yongchuan", "federation_admin", "500118", 1, now)
    return people, now


if __name__ == "__main__":
    main()
