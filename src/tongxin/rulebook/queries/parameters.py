"""Which value of a parameter holds at a union on a day: the nearest region up the tree that says one."""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal

from django.db.models import F, OuterRef, Q, Subquery

from tongxin.rulebook.models import Parameter, ParameterKey
from tongxin.rules.parameters import Parameters, Quoted
from tongxin.unions.models import Closure, Union


def value(key: str, *, union: Union | int, on: date) -> Parameter | None:
    """The row that holds there; None: nobody has said one. A row whose `value` is None says that it is not known."""
    return rows([key], union=union, on=on).get(key)


def rows(keys: Collection[str], *, union: Union | int, on: date) -> dict[str, Parameter]:
    """By key, in one query; none for no keys."""
    if not keys:
        return {}
    above = Closure.objects.as_of(on).filter(descendant=union)
    depth = Subquery(above.filter(ancestor=OuterRef("region")).values("depth")[:1])
    found = (
        Parameter.objects.filter(Q(valid_to=None) | Q(valid_to__gt=on), key__key__in=keys, valid_from__lte=on)
        .filter(Q(region=None) | Q(region__in=above.values("ancestor")))
        .annotate(depth=depth)
        .select_related("key", "region")
        .order_by(F("depth").desc(nulls_first=True))  # the nearest last, so that it stays
    )
    return {row.key.key: row for row in found}


def quoted(
    keys: Collection[str], *, union: Union | int, on: date, limits: Mapping[str, Decimal] | None = None
) -> Parameters:
    """As a rule uses them. `limits`: what if these were the values; the rest is as it stands."""
    said = rows(keys, union=union, on=on)
    found = [quote(row) for row in said.values()]
    if missing := set(keys) - said.keys():
        unsaid = ParameterKey.objects.filter(key__in=missing)
        found += [Quoted(key.key, words=key.words, unit=key.unit) for key in unsaid]
    supposed = {key: limits[key] for key in keys if limits and key in limits}
    return Parameters(
        *(one for one in found if one.key not in supposed), *(Quoted(key, value) for key, value in supposed.items())
    )


def quote(row: Parameter) -> Quoted:
    return Quoted(
        key=row.key.key,
        value=row.value,
        words=row.key.words,
        unit=row.unit,
        document=row.document,
        clause=row.clause,
        certainty=row.get_certainty_display(),
        since=row.valid_from,
    )
