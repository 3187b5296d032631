"""Yes, no, or not known yet: a verdict with each condition's own truth, the fact it used and where that came from."""

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from tongxin.rules.conditions import AllOf, AnyOf, Compare, Condition, Not, Op
from tongxin.rules.facts import Fact, Facts, Value


class Truth(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


_HOLDS: dict[Op, Callable[[Any, Any], bool]] = {  # comparable() looked at the types before
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda known, values: known in values,
    "has": operator.contains,
}
_OPPOSITE = {Truth.YES: Truth.NO, Truth.NO: Truth.YES, Truth.UNKNOWN: Truth.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Verdict:
    """One node of the answer, shaped like the condition. `fact` and `parts` are those of its own node."""

    condition: Condition
    truth: Truth
    parts: tuple["Verdict", ...] = ()
    fact: Fact | None = None

    @property
    def words(self) -> str:
        return self.condition.words if isinstance(self.condition, Compare) else ""

    @property
    def clause(self) -> str | None:
        return self.condition.clause if isinstance(self.condition, Compare) else None

    def comparisons(self) -> Iterator["Verdict"]:
        """The leaves, left to right."""
        if isinstance(self.condition, Compare):
            yield self
        for part in self.parts:
            yield from part.comparisons()

    def in_the_way(self) -> list["Obstacle"]:
        """The leaves because of which the answer is not yes. For a yes: none."""
        return list(_blocking(self, Truth.YES))


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A leaf whose truth is not the wanted one; under a "not", what is wanted is its contrary."""

    verdict: Verdict
    wanted: Truth

    @property
    def words(self) -> str:
        return self.verdict.words if self.wanted is Truth.YES else f"不是“{self.verdict.words}”"


def evaluate(condition: Condition, facts: Facts) -> Verdict:
    """Kleene's three values: unknown matters only where it could change the answer. Nothing is half-evaluated."""
    match condition:
        case Compare():
            fact = facts[condition.fact]
            return Verdict(condition, _compared(condition, fact.value), fact=fact)
        case Not(part):
            inner = evaluate(part, facts)
            return Verdict(condition, _OPPOSITE[inner.truth], (inner,))
        case AllOf(parts):
            verdicts = tuple(evaluate(part, facts) for part in parts)
            return Verdict(condition, _weakest(verdicts), verdicts)
        case AnyOf(parts):
            verdicts = tuple(evaluate(part, facts) for part in parts)
            return Verdict(condition, _strongest(verdicts), verdicts)


def _weakest(verdicts: tuple[Verdict, ...]) -> Truth:
    truths = {verdict.truth for verdict in verdicts}
    return next((truth for truth in (Truth.NO, Truth.UNKNOWN) if truth in truths), Truth.YES)


def _strongest(verdicts: tuple[Verdict, ...]) -> Truth:
    truths = {verdict.truth for verdict in verdicts}
    return next((truth for truth in (Truth.YES, Truth.UNKNOWN) if truth in truths), Truth.NO)


def _compared(condition: Compare, known: Value | None) -> Truth:
    if known is None or not comparable(known, condition):
        return Truth.UNKNOWN
    return Truth.YES if _HOLDS[condition.op](known, condition.value) else Truth.NO


def comparable(known: Value, condition: Compare) -> bool:
    """A fact of another type than the condition's is no answer to it: not known, never false."""
    if condition.op == "has":
        return isinstance(known, frozenset)
    if condition.op == "in":
        return isinstance(known, str)
    return type_of(known) == type_of(condition.value)


def type_of(value: Value) -> type:
    """Whole numbers and Decimal compare with each other; bool is no number here."""
    if isinstance(value, bool):
        return bool
    return Decimal if isinstance(value, int | Decimal) else date if isinstance(value, date) else type(value)


def _blocking(verdict: Verdict, wanted: Truth) -> Iterator[Obstacle]:
    if verdict.truth is wanted:
        return
    if not verdict.parts:
        yield Obstacle(verdict, wanted)
    inner = _OPPOSITE[wanted] if isinstance(verdict.condition, Not) else wanted
    for part in verdict.parts:
        yield from _blocking(part, inner)
