"""The SQL of a pass. Texts come from `facts` and `catalogue` alone; whatever anyone typed travels as a parameter."""

from collections.abc import Sequence
from typing import Any, Final

from tongxin.figures.asking import Asking, Axis
from tongxin.figures.facts import Fact
from tongxin.figures.reach import Reach

Statement = tuple[str, list[Any]]

_TREE: Final = " LEFT JOIN unnest(%s::bigint[], %s::bigint[]) AS tree (member, branch) ON tree.member = "
_DAILY: Final = frozenset({Axis.UNION, Axis.BRANCH, Axis.YEAR, Axis.MONTH})  # what a union and a day decide


def plain(
    fact: Fact, aggregates: Sequence[str], asking: Asking, axes: Sequence[Axis | None], reach: Reach
) -> Statement:
    """GROUPING, one column for each axis, then the numbers; the whole is one row more if `axes` holds None."""
    grouped = [axis for axis in axes if axis is not None]
    numbers = ", ".join(aggregates)
    if not grouped:
        counted, params = _counted(fact, asking, [], reach)
        return f"SELECT 0, {numbers} {counted}", params
    daily = fact.quantity and {*grouped, *asking.narrowed} <= _DAILY
    counted, params = (_daily if daily else _counted)(fact, asking, grouped, reach)
    keys = [_key(fact, axis) for axis in grouped]
    sets = ", ".join([f"({key})" for key in keys] + ["()"] * (None in axes))
    return (
        f"SELECT GROUPING({', '.join(keys)}), {', '.join(keys)}, {numbers} {counted} GROUP BY GROUPING SETS ({sets})",
        params,
    )


def by_person(fact: Fact, aggregate: str, asking: Asking, axis: Axis | None, reach: Reach) -> Statement:
    """Key and number. Each person's quantities are summed within the key first, as `q`.

    Rows are sorted before they are summed: most people have one, and a hash of as many groups as rows costs twice as much.
    """
    grouped = [axis] if axis is not None else []
    key = _key(fact, axis) if axis is not None else "NULL::text"
    counted, params = _counted(fact, asking, grouped, reach)
    rows = f"SELECT {key} AS k, {fact.columns[Axis.PERSON]} AS p, {fact.quantity} AS q {counted} ORDER BY 1, 2"
    summed = f"SELECT k, sum(q) AS q FROM ({rows}) r GROUP BY k, p"  # noqa: S608  constants of `facts`
    shown, end = ("k", " GROUP BY 1") if grouped else ("NULL", "")
    return f"SELECT {shown}, {aggregate} FROM ({summed}) p{end}", params  # noqa: S608  and of `catalogue`


def _key(fact: Fact, axis: Axis) -> str:
    return "tree.branch" if axis is Axis.BRANCH else fact.columns[axis]


def _counted(fact: Fact, asking: Asking, axes: Sequence[Axis], reach: Reach) -> Statement:
    """FROM and WHERE."""
    needed = {*asking.narrowed, *axes}
    relation = fact.source + (fact.joined if needed & fact.needs_join else "")
    params: list[Any] = [fact.bound(asking.as_of)] * fact.source.count("%s")
    if Axis.BRANCH in axes:
        tree, given = _tree(fact, reach)
        relation, params = relation + tree, params + given
    texts = [f"({fact.counted})"]
    params.append(fact.bound(asking.as_of))
    if asking.programme is not None:
        texts.append(f"{fact.programme} = %s")
        params.append(asking.programme.pk)
    for axis, key in asking.narrowed.items():
        texts.append(f"{fact.columns[axis]} IS NOT DISTINCT FROM %s")
        params.append(key)
    if reach.unions is not None:
        texts.append(f"{fact.columns[Axis.UNION]} = ANY(%s::bigint[])")
        params.append(list(reach.unions))
    return f"FROM {relation} WHERE {' AND '.join(texts)}", params


def _daily(fact: Fact, asking: Asking, axes: Sequence[Axis], reach: Reach) -> Statement:
    """The ledger's rows of a union and a day summed first, so that a million of them meet years and branches as thousands."""
    counted, params = _counted(fact, asking, [], reach)
    tree, given = _tree(fact, reach) if Axis.BRANCH in axes else ("", [])
    summed = f'SELECT s."union", s.day, sum({fact.quantity}) AS quantity {counted} GROUP BY 1, 2'
    return f"FROM ({summed}) s{tree}", params + given


def _tree(fact: Fact, reach: Reach) -> Statement:
    members, branches = [member for member, _ in reach.branches], [branch for _, branch in reach.branches]
    return _TREE + fact.columns[Axis.UNION], [members, branches]
