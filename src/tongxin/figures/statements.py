"""The SQL of a pass. Texts come from `facts` and `catalogue` alone; whatever anyone typed travels as a parameter."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from django.core.exceptions import EmptyResultSet

from tongxin.figures.asking import Asking, Axis
from tongxin.figures.facts import Fact
from tongxin.unions.models import Union

NATIONAL: Final = "000000"
Statement = tuple[str, list[Any]]

_SEEN: Final = "seen AS MATERIALIZED (SELECT id FROM unions_union WHERE {})"  # once a statement, not once a row
_TREE: Final = """tree AS MATERIALIZED (
        SELECT below.descendant_id AS member, child.descendant_id AS branch
        FROM unions_closure child JOIN unions_closure below ON below.ancestor_id = child.descendant_id
        WHERE child.ancestor_id = %s AND child.depth = 1
          AND child.valid_from <= %s AND (child.valid_to IS NULL OR child.valid_to > %s)
          AND below.valid_from <= %s AND (below.valid_to IS NULL OR below.valid_to > %s)
    )"""


def plain(fact: Fact, aggregates: Sequence[str], asking: Asking, axes: Sequence[Axis | None]) -> Statement:
    """GROUPING, one column for each axis, then the numbers; the whole is one row more if `axes` holds None."""
    grouped = [axis for axis in axes if axis is not None]
    numbers = ", ".join(aggregates)
    tables, given = _tables(asking, grouped)
    counted, params = _counted(fact, asking, grouped)
    if not grouped:
        return f"{tables}SELECT 0, {numbers} {counted}", given + params
    keys = [_key(fact, axis) for axis in grouped]
    sets = ", ".join([f"({key})" for key in keys] + ["()"] * (None in axes))
    shown = f"SELECT GROUPING({', '.join(keys)}), {', '.join(keys)}, {numbers}"
    return f"{tables}{shown} {counted} GROUP BY GROUPING SETS ({sets})", given + params


def by_person(fact: Fact, aggregate: str, asking: Asking, axis: Axis | None) -> Statement:
    """Key and number. Each person's quantities are summed within the key first, as `q`."""
    grouped = [axis] if axis is not None else []
    key = _key(fact, axis) if axis is not None else "NULL::text"
    tables, given = _tables(asking, grouped)
    counted, params = _counted(fact, asking, grouped)
    inner = f"SELECT {key} AS k, sum({fact.quantity}) AS q {counted} GROUP BY 1, {fact.columns[Axis.PERSON]}"
    shown, end = ("k", " GROUP BY 1") if grouped else ("NULL", "")
    numbers = f"SELECT {shown}, {aggregate}"
    return f"{tables}{numbers} FROM ({inner}) p{end}", given + params


def _key(fact: Fact, axis: Axis) -> str:
    return "tree.branch" if axis is Axis.BRANCH else fact.columns[axis]


def _tables(asking: Asking, axes: Sequence[Axis]) -> Statement:
    """Unions in reach and the branches of the tree that day, worked out before the rows are met."""
    texts: list[str] = []
    params: list[Any] = []
    if members := list(_members(asking)):
        texts.append(_SEEN.format(" AND ".join(f"id IN ({text})" for text, _ in members)))
        params += [value for _, values in members for value in values]
    if Axis.BRANCH in axes:
        root = asking.union or Union.objects.get(code=NATIONAL)
        texts.append(_TREE)
        params += [root.pk, *[asking.as_of] * 4]
    return f"WITH {', '.join(texts)} " if texts else "", params


def _counted(fact: Fact, asking: Asking, axes: Sequence[Axis]) -> Statement:
    """FROM and WHERE."""
    needed = {*asking.narrowed, *axes}
    relation = fact.source + (fact.joined if needed & fact.needs_join else "")
    if Axis.BRANCH in axes:
        relation += f" LEFT JOIN tree ON tree.member = {fact.columns[Axis.UNION]}"
    params: list[Any] = [fact.bound(asking.as_of)] * (fact.source.count("%s") + 1)
    texts = [f"({fact.counted})"]
    if asking.programme is not None:
        texts.append(f"{fact.programme} = %s")
        params.append(asking.programme.pk)
    for axis, key in asking.narrowed.items():
        texts.append(f"{fact.columns[axis]} IS NOT DISTINCT FROM %s")
        params.append(key)
    if asking.scope is not None or asking.union is not None:
        texts.append(f"{fact.columns[Axis.UNION]} IN (SELECT id FROM seen)")  # noqa: S608  a constant of `facts`
    return f"FROM {relation} WHERE {' AND '.join(texts)}", params


def _members(asking: Asking) -> Iterator[Statement]:
    """What the reader may see, and what stood under the union asked about."""
    if asking.scope is not None:
        yield _ids(asking.scope)
    if asking.union is not None:
        yield _ids(Union.objects.under(asking.union, on=asking.as_of))


def _ids(unions: Any) -> Statement:
    try:
        text, params = unions.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return "SELECT NULL::bigint WHERE false", []
    return text, list(params)
