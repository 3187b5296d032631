"""The parameters that the house brings along (`data/parameters.csv`), once the tree stands to which they belong."""

import csv
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from importlib.resources import files

from django.db import transaction

from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.rulebook.actions import parameters
from tongxin.rulebook.actions.parameters import Said
from tongxin.rulebook.models import Parameter, ParameterKey, ValueType
from tongxin.store.atomic import atomic
from tongxin.unions.models import Union

Row = dict[str, str]


@atomic
def load_parameters(*, by: Actor, at: datetime) -> int:
    """Returns how many rows are new. A row of the same key, region and first day stays as it is, and one that would run into
    what a union entered itself is left out and journalled: someone should look which is right.
    """
    shipped = list(_rows())
    regions = {union.code: union for union in Union.objects.filter(code__in={row["region"] for row in shipped})}
    known = set(Parameter.objects.values_list("key__key", "region__code", "valid_from"))
    added = 0
    for row in shipped:
        if row["region"] and row["region"] not in regions:
            continue  # a house without that province's tree
        if (row["key"], row["region"] or None, date.fromisoformat(row["valid_from"])) not in known:
            added += _load(row, regions.get(row["region"]), by, at)
    return added


def _load(row: Row, region: Union | None, by: Actor, at: datetime) -> int:
    key = _key(row, by, at)
    try:
        with transaction.atomic():
            parameters.enter(
                key=key,
                region=region,
                said=_said(row),
                valid_from=date.fromisoformat(row["valid_from"]),
                valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
                by=by,
                at=at,
            )
    except Refused as refusal:
        parameters.note_refused(key=key, region=region, refusal=refusal, by=by, at=at)
        return 0
    return 1


def _key(row: Row, by: Actor, at: datetime) -> ParameterKey:
    known: ParameterKey | None = ParameterKey.objects.filter(key=row["key"]).first()
    return known or parameters.define(
        key=row["key"], words=row["words"], type=row["type"], unit=row["unit"], by=by, at=at
    )


def _said(row: Row) -> Said:
    text = row["value"]
    value = None if not text else text if row["type"] == ValueType.TEXT else Decimal(text)
    return Said(value, row["document"], row["clause"], row["certainty"], row["note"])


def _rows() -> Iterator[Row]:
    with (files("tongxin.rulebook") / "data" / "parameters.csv").open(encoding="utf-8") as file:
        yield from csv.DictReader(file)
