"""`python -m bench.likeness`: who may be registered twice, among the bench's million people.

Plants copies of known people as counters make them (another phone, a slip in the number, a name as it sounds …), all in
one transaction that is rolled back; asks for the candidates of each, then sweeps everybody. Prints times and how many of
the planted were found, by kind.
"""

import argparse
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from bench.ground import machine, say, set_up, settle

if TYPE_CHECKING:
    from tongxin.people.models import Person

GOAL_MS: Final = 50.0
GOAL_SWEEP: Final = 600.0  # seconds
WARM: Final = 20
EVERY: Final = 1_999  # of the people one is copied
SOUNDS_ALIKE: Final = {
    "小": "晓",
    "晓": "小",
    "建": "剑",
    "志": "智",
    "国": "囯",
    "家": "佳",
    "海": "澥",
    "文": "纹",
    "明": "鸣",
}


@dataclass(frozen=True, slots=True)
class Planted:
    kind: str
    first: int
    copy: "Person"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copies", type=int, default=500)
    asked = parser.parse_args()
    settle()
    from config.surroundings import database  # noqa: PLC0415  after the folder is settled

    with database():
        set_up()
        from config.commands.migrate import migrate  # noqa: PLC0415

        migrate()
        _run(asked.copies)


def _run(copies: int) -> None:
    from django.db import connection, transaction  # noqa: PLC0415

    from tongxin.people.models import Person  # noqa: PLC0415
    from tongxin.store.atomic import writing  # noqa: PLC0415

    people = Person.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_size_pretty(pg_relation_size('person_born_sound'))")
        size = cursor.fetchone()[0]
    _print(f"{machine()}; {people:,} people; the index of birthdays and sounds takes {size}\n")
    with writing():
        planted = _plant(copies)
        for one in planted[:WARM]:
            candidates_of(one)
        found = _candidates(planted)
        swept = _sweep(planted)
        transaction.set_rollback(True)
    _print("\n| of the planted copies | planted | found for the newcomer | found by the sweep |\n|---|--:|--:|--:|")
    for kind, count in Counter(one.kind for one in planted).items():
        _print(f"| {kind} | {count} | {found[kind]} | {swept[kind]} |")


def candidates_of(one: Planted) -> set[int]:
    from tongxin.people.queries.likeness import candidates  # noqa: PLC0415

    return {candidate.person.pk for candidate in candidates(one.copy)}


def _plant(copies: int) -> list[Planted]:
    from tongxin.people.models import Person  # noqa: PLC0415

    kinds: list[tuple[str, Callable[[Person], dict[str, Any]]]] = list(_kinds())
    first = Person.objects.order_by("pk").values_list("pk", flat=True)[0]
    wanted = [first + EVERY * n for n in range(copies)]
    found = []
    for n, (pk, one) in enumerate(sorted(Person.objects.in_bulk(wanted).items())):
        kind, change = kinds[n % len(kinds)]
        found.append(Planted(kind, pk, _copied(one, change(one))))
    return found


def _kinds() -> "Iterator[tuple[str, Callable[[Person], dict[str, Any]]]]":
    from tongxin.people import likeness  # noqa: PLC0415
    from tongxin.people.actions.values import document_columns, name_columns, phone_columns  # noqa: PLC0415

    def near(one: "Person", place: int) -> dict[str, Any]:
        number = (
            one.document_text()
        )  # of neighbours in the made-up numbers many are taken: a slip in the place's digits
        slips = [slip for slip in likeness.near_numbers(number) if slip[:6] != number[:6]]
        return document_columns("resident_id", slips[one.pk * place % len(slips)])

    def heard(one: "Person") -> dict[str, Any]:
        return name_columns(one.name[0] + "".join(SOUNDS_ALIKE.get(c, c) for c in one.name[1:]))

    yield "no number, another phone", lambda one: {"born": one.born, **phone_columns("+8615400000000")}
    yield "a slip in the number", lambda one: near(one, 7)
    yield "no number, name as it sounds", lambda one: {"born": one.born, **heard(one)}
    yield "the phone only, no number, no birthday", lambda one: {"phone": one.phone, "phone_digest": one.phone_digest}


def _copied(one: "Person", changes: dict[str, Any]) -> "Person":
    from tongxin.people.models import Person  # noqa: PLC0415

    kept = ("federation", "name", "name_pieces", "name_initials", "name_sort", "created_at", "changed_at")
    return Person.make(**{name: getattr(one, name) for name in kept} | {"synthetic": True} | changes)


def _candidates(planted: list[Planted]) -> Counter[str]:
    """How many of each kind were found; times are of warm statements, as in a process that has been serving a while."""
    took, found, others = [], Counter[str](), 0
    used = time.process_time()
    for one in planted:
        began = time.perf_counter()
        there = candidates_of(one)
        took.append((time.perf_counter() - began) * 1000)
        found[one.kind] += one.first in there
        others += len(there - {one.first})
    used = 1000 * (time.process_time() - used) / len(planted)
    cuts = statistics.quantiles(took, n=100)
    _print("| what | p50 ms | p95 ms | p99 ms | goal | processor ms of Python |\n|---|--:|--:|--:|---|--:|")
    _print(
        f"| candidates of one newcomer | {cuts[49]:.1f} | {cuts[94]:.1f} | {cuts[98]:.1f} | 50 ms:"
        f" {'kept' if cuts[94] <= GOAL_MS else 'missed'} | {used:.1f} |"
    )
    _print(f"\nOthers put beside the newcomers: {others}.")
    return found


def _sweep(planted: list[Planted]) -> Counter[str]:
    from tongxin.people.actions import likenesses  # noqa: PLC0415
    from tongxin.people.models import Likeness  # noqa: PLC0415

    began, used, pairs = time.perf_counter(), time.process_time(), 0
    for step in likenesses.slices():
        pairs += likenesses.sweep(step=step, at=datetime.now(UTC))
        say(f"  {step}: {pairs:,} pairs, {time.perf_counter() - began:.0f} s")
    took, used = time.perf_counter() - began, time.process_time() - used
    kept = "kept" if took <= GOAL_SWEEP else "missed"
    _print(
        f"Full sweep: {took:.0f} s (goal {GOAL_SWEEP:.0f} s: {kept}), of which {used:.0f} s of Python's processor;"
        f" {pairs:,} pairs to ask about."
    )
    known = set(Likeness.objects.values_list("one", "other"))
    return Counter(one.kind for one in planted if (one.first, one.copy.pk) in known)


def _print(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
