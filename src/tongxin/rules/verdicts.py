"""Yes, no, or not known yet: a verdict with each condition's own truth, the fact it used and where that came from."""

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from tongxin.rules.conditions import ORDERED, AllOf, AnyOf, Compare, Condition, Not, Op
from tongxin.rules.facts import Fact, Facts, Value
from tongxin.rules.parameters import NONE_SAID, Param, Parameters, Quoted


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
OPPOSITE = {Truth.YES: Truth.NO, Truth.NO: Truth.YES, Truth.UNKNOWN: Truth.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Verdict:
    """One node of the answer, shaped like the condition. `fact`, `parameter` and `parts` are those of its own node."""

    condition: Condition
    truth: Truth
    parts: tuple["Verdict", ...] = ()
    fact: Fact | None = None
    parameter: Quoted | None = None

    @property
    def words(self) -> str:
        return self.condition.words if isinstance(self.condition, Compare) else ""

    @property
    def clause(self) -> str | None:
        """What the rule itself quotes, and else what its parameter stands on."""
        if not isinstance(self.condition, Compare):
            return None
        if self.condition.clause is not None or self.parameter is None:
            return self.condition.clause
        return " ".join(filter(None, [self.parameter.document, self.parameter.clause])) or None

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


def evaluate(condition: Condition, facts: Facts, parameters: Parameters = NONE_SAID) -> Verdict:
    """Kleene's three values: unknown matters only where it could change the answer. Nothing is half-evaluated."""
    match condition:
        case Compare():
            return _leaf(condition, facts[condition.fact], parameters)
        case Not(part):
            inner = evaluate(part, facts, parameters)
            return Verdict(condition, OPPOSITE[inner.truth], (inner,))
        case AllOf(parts):
            verdicts = tuple(evaluate(part, facts, parameters) for part in parts)
            return Verdict(condition, _weakest(verdicts), verdicts)
        case AnyOf(parts):
            verdicts = tuple(evaluate(part, facts, parameters) for part in parts)
            return Verdict(condition, _strongest(verdicts), verdicts)


def _leaf(condition: Compare, fact: Fact, parameters: Parameters) -> Verdict:
    if not isinstance(condition.value, Param):
        return Verdict(condition, _compared(condition.op, fact.value, condition.value), fact=fact)
    quoted = parameters[condition.value.key]
    return Verdict(condition, _compared(condition.op, fact.value, quoted.value), fact=fact, parameter=quoted)


def _weakest(verdicts: tuple[Verdict, ...]) -> Truth:
    truths = {verdict.truth for verdict in verdicts}
    return next((truth for truth in (Truth.NO, Truth.UNKNOWN) if truth in truths), Truth.YES)


def _strongest(verdicts: tuple[Verdict, ...]) -> Truth:
    truths = {verdict.truth for verdict in verdicts}
    return next((truth for truth in (Truth.YES, Truth.UNKNOWN) if truth in truths), Truth.NO)


def _compared(op: Op, known: Value | None, wanted: Value | None) -> Truth:
    if known is None or wanted is None or not comparable(op, known, wanted):
        return Truth.UNKNOWN
    return Truth.YES if _HOLDS[op](known, wanted) else Truth.NO


def comparable(op: Op, known: Value, wanted: Value) -> bool:
    """A fact of another type than the condition's is no answer to it: not known, never false."""
    if op == "has":
        return isinstance(known, frozenset) and isinstance(wanted, str)
    if op == "in":
        return isinstance(known, str) and isinstance(wanted, frozenset)
    return type_of(known) == type_of(wanted) and (op not in ORDERED or type_of(wanted) in {Decimal, date})


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
    inner = OPPOSITE[wanted] if isinstance(verdict.condition, Not) else wanted
    for part in verdict.parts:
        yield from _blocking(part, inner)
