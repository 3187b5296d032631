"""The tree of Sichuan and Chongqing with its history, and many grass-roots unions at once: loaders, run by the operator."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from tongxin.kernel.public_ids import new_public_id
from tongxin.store.atomic import atomic
from tongxin.unions.actions.closure import derive, hold_tree
from tongxin.unions.lives import Life, Place, Stretch, lives, successions
from tongxin.unions.models import (
    LONG_AGO,
    Confidence,
    Kind,
    Level,
    Parenthood,
    Succession,
    Union,
    UnionCode,
    UnionName,
)

BATCH = 2000


@dataclass(frozen=True, slots=True)
class Seedling:
    """A grass-roots union to come: for demos and benches, which say that it is synthetic."""

    parent: Union
    kind: str
    name: str
    code: str
    founded_on: date = LONG_AGO
    level: int = Level.GRASSROOTS
    synthetic: bool = True


@atomic
def load_divisions() -> int:
    """The federations of 国家统计局's divisions, with names, codes and parents of their time. What is there stays.

    Returns how many unions are new: 4,387 of today and those that have ended, then 0.
    """
    hold_tree()
    known = set(Union.objects.values_list("code", flat=True))
    new = [life for life in lives() if life.code not in known]
    if not new:
        return 0
    unions = _plant(new)
    by_code = {union.code: union for union in Union.objects.filter(code__in={life.code for life in lives()})}
    _date_names(new, by_code)
    _date_codes(new, by_code)
    _date_parents(new, by_code)
    _succeed(by_code, {life.code for life in new})
    derive([union.pk for union in unions])
    return len(unions)


@atomic
def plant_many(seedlings: Sequence[Seedling]) -> list[Union]:
    """Tens of thousands at once, without journal: synthetic unions are no deeds. In the order given."""
    hold_tree(growing=True)
    unions = Union.objects.bulk_create(
        [
            Union(
                kind=s.kind,
                level=s.level,
                name=s.name,
                code=s.code,
                founded_on=s.founded_on,
                synthetic=s.synthetic,
                name_basis="synthetic",
                federation=s.parent.federation,
            )
            for s in seedlings
        ],
        batch_size=BATCH,
    )
    pairs = list(zip(unions, seedlings, strict=True))
    UnionName.objects.bulk_create(
        [UnionName(union=u, name=u.name, valid_from=u.founded_on, source="synthetic") for u, _ in pairs],
        batch_size=BATCH,
    )
    Parenthood.objects.bulk_create(
        [Parenthood(child=u, parent=s.parent, valid_from=u.founded_on, source="synthetic") for u, s in pairs],
        batch_size=BATCH,
    )
    derive([union.pk for union in unions], afresh=False)
    _gather_statistics()
    return unions


def _plant(new: Sequence[Life]) -> list[Union]:
    keys = _reserve(len(new))
    federations = dict(Union.objects.filter(level__lte=Level.PROVINCE).values_list("code", "pk"))
    for life, key in zip(new, keys, strict=True):
        if life.level <= Level.PROVINCE:
            federations[life.code] = key
    rows = [
        Union(
            pk=key,
            public_id=new_public_id(),
            federation=federations[life.federation_code],
            kind=Kind(life.kind),
            level=life.level,
            name=life.names[-1].value,
            code=life.code,
            founded_on=life.begins,
            dissolved_on=life.ends,
            name_basis=life.name_basis,
        )
        for life, key in zip(new, keys, strict=True)
    ]
    return Union.objects.bulk_create(rows, batch_size=BATCH)


def _date_names(new: Iterable[Life], by_code: dict[str, Union]) -> None:
    UnionName.objects.bulk_create(
        [UnionName(union=by_code[life.code], name=name.value, **_days(name)) for life in new for name in life.names],
        batch_size=BATCH,
    )


def _date_codes(new: Iterable[Life], by_code: dict[str, Union]) -> None:
    rows = [
        UnionCode(
            union=by_code[life.code],
            code=code.value,
            area_name=code.area_name,
            precision=code.precision,
            system=UnionCode.System.AREA if len(code.value) == 6 else UnionCode.System.STATISTICS,
            **_days(code),
        )
        for life in new
        for code in life.codes
    ]
    UnionCode.objects.bulk_create(rows, batch_size=BATCH)


def _date_parents(new: Iterable[Life], by_code: dict[str, Union]) -> None:
    rows = [
        Parenthood(child=by_code[life.code], parent=by_code[place.value], **_days(place))
        for life in new
        for place in life.places
    ]
    Parenthood.objects.bulk_create(rows, batch_size=BATCH)


def _succeed(by_code: dict[str, Union], new: set[str]) -> None:
    rows = [
        Succession(
            how=step.how,
            predecessor=by_code[step.predecessor],
            successor=by_code[step.successor],
            on=step.on,
            source=step.source,
            confidence=Confidence(step.confidence),
        )
        for step in successions()
        if step.successor in new
    ]
    Succession.objects.bulk_create(rows, batch_size=BATCH)


def _days(row: Stretch | Place) -> dict[str, Any]:
    return {
        "valid_from": row.begins,
        "valid_to": row.ends,
        "source": row.source,
        "confidence": Confidence(row.confidence),
    }


def _reserve(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('unions_union', 'id')) FROM generate_series(1, %s)", [count]
        )
        return [row[0] for row in cursor.fetchall()]


def _gather_statistics() -> None:
    """The planner should know of the new rows before the first page asks."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE unions_union, unions_parenthood, unions_closure")
