"""What was decided under a rule before, asked once more of another condition: each decision on its own day."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from typing import Final, cast

from django.conf import settings
from django.utils.module_loading import import_string

from tongxin.people.queries.population import answers_then, columns_then
from tongxin.rulebook.models import Rule
from tongxin.rulebook.queries import parameters
from tongxin.rules.conditions import Condition, parameters_used
from tongxin.rules.parameters import Parameters
from tongxin.rules.statements import compiled
from tongxin.rules.verdicts import Truth

YEAR: Final = timedelta(days=365)
BATCH: Final = 10_000
KEPT: Final = 200  # differing decisions that are kept to be looked at; all are counted
TRUTHS: Final = {True: Truth.YES, False: Truth.NO, None: Truth.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Decision:
    """Somebody was let in under the rule, or refused, on that day; `union_id` opened what it was for."""

    person_id: int
    on: date
    union_id: int
    let_in: bool
    words: str


@dataclass(frozen=True, slots=True)
class Difference:
    decision: Decision
    truth: Truth


@dataclass(frozen=True, slots=True)
class Replayed:
    total: int
    differing: int
    kept: tuple[Difference, ...]


Decided = Callable[[Rule, date, date], Iterable[Decision]]


def replay(condition: Condition, rule: Rule, *, until: date, limits: Mapping[str, Decimal] | None = None) -> Replayed:
    """The decisions of the year before `until`, from every room that settings.RULE_DECISIONS names; nothing is written.

    Parameters are those of the decision's day and union, as they were for the rule that decided.
    """
    total, differing, kept = 0, 0, list[Difference]()
    decisions = _decisions(rule, until - YEAR, until)
    while batch := list(islice(decisions, BATCH)):
        total += len(batch)
        for decision, truth in _asked(condition, batch, limits or {}):
            if (truth is Truth.YES) is not decision.let_in:
                differing += 1
                kept += [Difference(decision, truth)] if len(kept) < KEPT else []
    return Replayed(total, differing, tuple(kept))


def _decisions(rule: Rule, since: date, until: date) -> Iterator[Decision]:
    for path in settings.RULE_DECISIONS:
        yield from cast("Decided", import_string(path))(rule, since, until)


def _asked(
    condition: Condition, batch: list[Decision], limits: Mapping[str, Decimal]
) -> Iterator[tuple[Decision, Truth]]:
    """One statement for all decisions that meet the same parameters; mostly there is one."""
    groups: dict[Parameters, list[Decision]] = defaultdict(list)
    keys = parameters_used(condition)
    said: dict[tuple[int, date], Parameters] = {}
    for decision in batch:
        where = (decision.union_id, decision.on) if keys else (0, date.min)
        if where not in said:
            said[where] = parameters.quoted(keys, union=decision.union_id, on=decision.on, limits=limits)
        groups[said[where]].append(decision)
    for quoted, decisions in groups.items():
        statement = compiled(condition, columns_then(), quoted)
        truths = answers_then(statement, [one.person_id for one in decisions], [one.on for one in decisions])
        yield from zip(decisions, (TRUTHS[truth] for truth in truths), strict=True)
