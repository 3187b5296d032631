"""From what is asked to numbers: one statement a relation, whatever is grouped by."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connection

from tongxin.figures.asking import Asking, Axis, Key
from tongxin.figures.catalogue import Figure
from tongxin.figures.facts import Fact
from tongxin.unions.models import Union

Values = dict[str, int]
NATIONAL: Final = "000000"

_SEEN: Final = "seen AS MATERIALIZED (SELECT id FROM unions_union WHERE {})"  # once a statement, not once a row
_TREE: Final = """tree AS MATERIALIZED (
        SELECT below.descendant_id AS member, child.descendant_id AS branch
        FROM unions_closure child JOIN unions_closure below ON below.ancestor_id = child.descendant_id
        WHERE child.ancestor_id = %s AND child.depth = 1
          AND child.valid_from <= %s AND (child.valid_to IS NULL OR child.valid_to > %s)
          AND below.valid_from <= %s AND (below.valid_to IS NULL OR below.valid_to > %s)
    )"""


def total(figures: Sequence[Figure], asking: Asking) -> Values:
    """Each figure's number by name."""
    found: Values = {}
    for of_fact in _by_fact(figures):
        [(_, values)] = _ask(of_fact, asking, None)
        found |= values
    return found


def rows(figures: Sequence[Figure], asking: Asking, by: Axis) -> dict[Key, Values]:
    """Each figure's number by name, for every key that the axis has. Figures without a row there count 0."""
    found: dict[Key, Values] = {}
    zero = dict.fromkeys((figure.name for figure in figures), 0)
    for of_fact in _by_fact(figures):
        for key, values in _ask(of_fact, asking, by):
            found.setdefault(key, dict(zero)).update(values)
    return {key: values for key, values in found.items() if any(values.values())}


def knows(figure: Figure, axis: Axis) -> bool:
    """Whether the figure's rows can be grouped so: a cohort has no one person."""
    return (Axis.UNION if axis is Axis.BRANCH else axis) in figure.fact.columns


def _by_fact(figures: Sequence[Figure]) -> Iterator[list[Figure]]:
    ordered = sorted(figures, key=lambda figure: figure.fact.name)
    for _, group in groupby(ordered, key=attrgetter("fact.name")):
        yield list(group)


def _ask(figures: Sequence[Figure], asking: Asking, by: Axis | None) -> Iterator[tuple[Key, Values]]:
    sql, params = statement(figures, asking, by)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        for key, *numbers in cursor.fetchall():
            yield key, {figure.name: int(number) for figure, number in zip(figures, numbers, strict=True)}


def statement(figures: Sequence[Figure], asking: Asking, by: Axis | None) -> tuple[str, list[Any]]:
    """The SQL for figures of one relation. Texts come from `facts` and `catalogue` alone, values go as parameters."""
    fact = figures[0].fact
    tables, given = _tables(asking, by)
    relation, bounds = _relation(fact, asking, by)
    conditions, more = _conditions(fact, asking)
    key = "NULL::text" if by is None else "tree.branch" if by is Axis.BRANCH else fact.columns[by]
    counted = f"FROM {relation} WHERE {' AND '.join(conditions)}"
    if fact.quantity:
        counted = f"FROM ({_quantities(figures, fact, key, counted)}) p"
        key = "k"
    numbers = ", ".join(figure.aggregate for figure in figures)
    shown, grouped = ("NULL", "") if by is None else (key, " GROUP BY 1")
    return f"{tables}SELECT {shown}, {numbers} {counted}{grouped}", given + bounds + more


def _quantities(figures: Sequence[Figure], fact: Fact, key: str, counted: str) -> str:
    """Summed by person only where a figure asks for people: it costs a sort of all rows."""
    if any(figure.by_person for figure in figures):
        return f"SELECT {key} AS k, sum({fact.quantity}) AS q {counted} GROUP BY 1, {fact.columns[Axis.PERSON]}"
    return f"SELECT {key} AS k, {fact.quantity} AS q {counted}"


def _tables(asking: Asking, by: Axis | None) -> tuple[str, list[Any]]:
    """Unions in reach and the branches of the tree that day, worked out before the rows are met."""
    texts: list[str] = []
    params: list[Any] = []
    members = [_members(unions) for unions in _bounds(asking)]
    if members:
        texts.append(_SEEN.format(" AND ".join(f"id IN ({text})" for text, _ in members)))
        params += [value for _, values in members for value in values]
    if by is Axis.BRANCH:
        root = asking.union or Union.objects.get(code=NATIONAL)
        texts.append(_TREE)
        params += [root.pk, *[asking.as_of] * 4]
    return (f"WITH {', '.join(texts)} " if texts else ""), params


def _relation(fact: Fact, asking: Asking, by: Axis | None) -> tuple[str, list[Any]]:
    axes = {*asking.narrowed, *([by] if by else [])}
    text = fact.source + (fact.joined if axes & fact.needs_join else "")
    if by is Axis.BRANCH:
        text += f" LEFT JOIN tree ON tree.member = {fact.columns[Axis.UNION]}"
    return text, [fact.bound(asking.as_of)] * fact.source.count("%s")


def _conditions(fact: Fact, asking: Asking) -> tuple[list[str], list[Any]]:
    texts = [f"({fact.counted})"]
    params: list[Any] = [fact.bound(asking.as_of)]
    if asking.programme is not None:
        texts.append(f"{fact.programme} = %s")
        params.append(asking.programme.pk)
    for axis, key in asking.narrowed.items():
        texts.append(f"{fact.columns[axis]} IS NOT DISTINCT FROM %s")
        params.append(key)
    if asking.scope is not None or asking.union is not None:
        texts.append(f"{fact.columns[Axis.UNION]} IN (SELECT id FROM seen)")  # noqa: S608  a constant of `facts`
    return texts, params


def _bounds(asking: Asking) -> Iterator[Any]:
    if asking.scope is not None:
        yield asking.scope
    if asking.union is not None:
        yield Union.objects.under(asking.union, on=asking.as_of)


def _members(unions: Any) -> tuple[str, list[Any]]:
    try:
        text, params = unions.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return "SELECT NULL::bigint WHERE false", []
    return text, list(params)
