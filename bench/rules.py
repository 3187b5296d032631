"""`python -m bench.rules`: what a rule would mean for the bench's million members, with negation, subtrees and dates.

Each rehearsal compares a new wording with one in force, in one statement; last year's decisions are replayed beside it.
Prints seconds, processor seconds of PostgreSQL, and what was counted; `--explain` prints the plan.
"""

import argparse
import os
import statistics
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from bench.ground import machine, set_up, settle

GOAL: Final = 2.0  # seconds
ON: Final = date(2024, 3, 28)
RUNS: Final = 7
DECISIONS: Final = 10_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--explain", action="store_true")
    asked = parser.parse_args()
    settle()
    from config.surroundings import database  # noqa: PLC0415  after the folder is settled

    with database():
        set_up()
        from config.commands.migrate import migrate  # noqa: PLC0415

        migrate()
        _run(asked.runs, explain=asked.explain)


def rules() -> dict[str, tuple[Any, Any]]:
    """By name: the wording in force, and the new one. Each step adds what makes it dearer."""
    from tongxin.rules.conditions import all_of, any_of, compare, not_  # noqa: PLC0415
    from tongxin.rules.parameters import Param  # noqa: PLC0415

    member = compare("is_member", "=", value=True, words="member")
    sichuan = compare("membership_unions", "has", "510000", words="Sichuan")
    yongchuan = compare("membership_unions", "has", "500118", words="Yongchuan")
    riders = compare("gig_group", "in", frozenset({"courier", "food_delivery_rider"}), words="riders")
    grown = compare("age", ">=", 18, words="grown")
    old = compare("age", ">=", Param("bench_old"), words="old")
    migrant = compare("migrant_worker", "=", value=True, words="migrant")
    return {
        "membership only": (member, not_(sichuan)),
        "age and group": (all_of(member, grown), all_of(member, any_of(riders, grown))),
        "negation, subtree, dates": (
            all_of(member, any_of(sichuan, riders), grown),
            all_of(any_of(sichuan, yongchuan, riders), grown, not_(old), not_(all_of(yongchuan, migrant))),
        ),
    }


def _run(runs: int, *, explain: bool) -> None:
    from tongxin.people.models import Membership  # noqa: PLC0415
    from tongxin.rulebook.queries import rehearse  # noqa: PLC0415
    from tongxin.rules.verdicts import Truth  # noqa: PLC0415
    from tongxin.unions.models import Union  # noqa: PLC0415

    nation = Union.objects.get(code="000000")
    _parameter()
    _say(f"{machine()}; {Membership.objects.count():,} memberships, {Union.objects.count():,} unions\n")
    _say(
        "| rehearsal over all members | median s | worst s | PostgreSQL's processor s | members | reached | gain | lose |"
    )
    _say("|---|--:|--:|--:|--:|--:|--:|--:|")
    slow = []
    for name, (before, after) in rules().items():
        rehearse(after, nation, on=ON, in_force=before)
        took, used = [], []
        for _ in range(runs):
            began, busy = time.perf_counter(), _postgres_seconds()
            found = rehearse(after, nation, on=ON, in_force=before)
            took.append(time.perf_counter() - began)
            used.append(_postgres_seconds() - busy)
        middle = statistics.median(took)
        slow += [name] if middle > GOAL else []
        _say(
            f"| {name} | {middle:.2f} | {max(took):.2f} | {statistics.median(used):.2f} | {found.members:,}"
            f" | {found.after(Truth.YES):,} | {found.gain:,} | {found.lose:,} |"
        )
        if explain:
            _explain(before, after, nation)
    _replays(runs)
    sys.exit(f"slower than {GOAL} s: {', '.join(slow)}" if slow else 0)


def _replays(runs: int) -> None:
    """As many decisions as a busy year of one programme has, each on another day."""
    from tongxin.people.models import Person  # noqa: PLC0415
    from tongxin.people.queries.population import answers_then, columns_then  # noqa: PLC0415
    from tongxin.rulebook.queries import parameters  # noqa: PLC0415
    from tongxin.rules.conditions import parameters_used  # noqa: PLC0415
    from tongxin.rules.statements import compiled  # noqa: PLC0415
    from tongxin.unions.models import Union  # noqa: PLC0415

    people = list(Person.objects.order_by("pk").values_list("pk", flat=True)[: DECISIONS * 37 : 37])
    days = [ON - timedelta(days=n % 365) for n in range(len(people))]
    condition = rules()["negation, subtree, dates"][1]
    nation = Union.objects.get(code="000000")
    statement = compiled(condition, columns_then(), parameters.quoted(parameters_used(condition), union=nation, on=ON))
    took = []
    for _ in range(runs):
        began = time.perf_counter()
        answers_then(statement, people, days)
        took.append(time.perf_counter() - began)
    _say(f"\n{len(people):,} decisions replayed, each on its own day: median {statistics.median(took):.2f} s")


def _parameter() -> None:
    from tongxin.people.authority import system  # noqa: PLC0415
    from tongxin.rulebook.actions import parameters  # noqa: PLC0415
    from tongxin.rulebook.actions.parameters import Said  # noqa: PLC0415
    from tongxin.rulebook.models import ParameterKey  # noqa: PLC0415

    if ParameterKey.objects.filter(key="bench_old").exists():
        return
    by, at = system(ON), datetime.now(UTC)
    key = parameters.define(key="bench_old", words="for the bench", type="whole", unit="years", by=by, at=at)
    parameters.enter(key=key, region=None, said=Said(60, "the bench"), valid_from=date(2000, 1, 1), by=by, at=at)


def _explain(before: Any, after: Any, union: Any) -> None:
    from django.db import connection  # noqa: PLC0415

    from tongxin.rulebook.queries import rehearse  # noqa: PLC0415

    def with_plan(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001  Django's hook
        if sql.startswith("SELECT") and "people_membership" in sql:
            with connection.connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (ANALYZE, COSTS OFF) {sql}", params)
                _say("\n".join(line for (line,) in cursor.fetchall()))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(with_plan):
        rehearse(after, union, on=ON, in_force=before)


def _postgres_seconds() -> float:
    """Processor time of the process that serves us and of the helpers that its server has ended since (parallel scans)."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        ours = _fields(cursor.fetchone()[0])
    server = _fields(int(ours[1]))
    return sum(map(int, (*ours[11:13], *server[13:15]))) / os.sysconf("SC_CLK_TCK")


def _fields(process: int) -> list[str]:
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
