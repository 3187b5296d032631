"""The same condition as SQL, for everybody at once. What cannot be said in SQL is refused, never half-evaluated.

SQL's own three values are Kleene's: true, false and NULL for what is not known. So a tree becomes AND, OR and NOT as it stands,
and `rules.verdicts.evaluate` for one person and the statement for a million say the same (a property test holds them to it).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from tongxin.kernel.refused import Refused
from tongxin.rules.conditions import ORDERED, AllOf, AnyOf, Compare, Condition, Not, Op
from tongxin.rules.facts import Value
from tongxin.rules.parameters import NONE_SAID, Param, Parameters
from tongxin.rules.verdicts import type_of

_SIGNS: Final = {"=": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


@dataclass(frozen=True, slots=True)
class Column:
    """A fact of each row: `sql` gives its value, NULL where it is not known. No placeholders in it.

    Of a fact that is a set `sql` says whether one value is in it: a test with one placeholder. `compare` says a comparison
    with a number in another way that means the same and costs less.
    """

    type: type
    sql: str
    compare: Callable[[Op, Decimal], "Statement"] | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """A boolean of SQL with its parameters; NULL means not known."""

    sql: str
    params: tuple[Any, ...]


def compiled(condition: Condition, columns: Mapping[str, Column], parameters: Parameters = NONE_SAID) -> Statement:
    """Refused: "rule-not-countable", with the fact, when a comparison has no meaning over the columns."""
    match condition:
        case Compare():
            return _comparison(condition, columns, parameters)
        case Not(part):
            inner = compiled(part, columns, parameters)
            return Statement(f"(NOT {inner.sql})", inner.params)
        case AllOf(parts):
            return _joined(" AND ", [compiled(part, columns, parameters) for part in parts])
        case AnyOf(parts):
            return _joined(" OR ", [compiled(part, columns, parameters) for part in parts])


def _comparison(condition: Compare, columns: Mapping[str, Column], parameters: Parameters) -> Statement:
    column = columns.get(condition.fact)
    if column is None:
        raise _not_countable(condition)
    value = condition.value
    if isinstance(value, Param):
        said = parameters[value.key].value
        if said is None:
            return Statement("NULL::boolean", ())  # the parameter is not known on that day
        value = said
    if not _meets(condition.op, value, column.type):
        raise _not_countable(condition)
    if condition.op == "has":
        return Statement(f"({column.sql})", (value,))
    if isinstance(value, frozenset):
        return Statement(f"({column.sql} = ANY(%s))", (sorted(value),))
    if column.compare is not None and isinstance(value, int | Decimal):
        return column.compare(condition.op, Decimal(value))
    return Statement(f"({column.sql} {_SIGNS[condition.op]} %s)", (value,))


def _meets(op: str, value: Value, column: type) -> bool:
    if op == "has":
        return column is frozenset and isinstance(value, str)
    wanted = str if op == "in" else type_of(value)
    return wanted is column and (op not in ORDERED or wanted is not str)


def _not_countable(condition: Compare) -> Refused:
    return Refused(
        "rule-not-countable",
        "“%(said)s”用到的“%(fact)s”现在不能一次算出所有人，请改用别的条件，或一个一个看。",
        said=condition.words,
        fact=condition.fact,
    )


def _joined(word: str, parts: list[Statement]) -> Statement:
    return Statement(
        f"({word.join(part.sql for part in parts)})", tuple(param for part in parts for param in part.params)
    )
