"""Lines that come with the house (data/catalogue.toml): texts with sources, to be drafted by a federation and signed by both."""

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Final

from tongxin.benefits.promises import LineKind, Measure, Promise, Unit
from tongxin.kernel.refused import Refused
from tongxin.unions.models import Kind, Union
from tongxin.unions.models.tree import Confidence

NATION: Final = "nation"


@dataclass(frozen=True, slots=True)
class ShippedTerms:
    region: str  # a union's code, or NATION
    promise: Promise
    measure: Measure
    amount: Decimal | None
    unit: Unit | None
    confidence: Confidence
    texts: Mapping[str, str]  # how, document, clause, source, parameter


@dataclass(frozen=True, slots=True)
class ShippedLine:
    code: str
    name: str
    kind: LineKind
    who: str
    since: date
    note: str
    condition: Mapping[str, object] | None
    terms: Sequence[ShippedTerms]


@cache
def shipped() -> tuple[ShippedLine, ...]:
    data = tomllib.loads((files("tongxin.benefits") / "data" / "catalogue.toml").read_text("utf-8"))
    return tuple(_line(one) for one in data["line"])


def regions(codes: Collection[str]) -> dict[str, Union]:
    """The unions for those codes. Refused: "catalogue-region" when one is not in the tree."""
    found = {union.code: union for union in Union.objects.filter(code__in=codes)}
    if NATION in codes and (nation := Union.objects.filter(kind=Kind.ACFTU).order_by("pk").first()):
        found[NATION] = nation
    if missing := sorted(set(codes) - set(found)):
        raise Refused("catalogue-region", "组织里还没有这些地区的工会：%(codes)s，请先建好。", codes="、".join(missing))
    return found


def _line(one: Mapping[str, Any]) -> ShippedLine:
    return ShippedLine(
        code=one["code"],
        name=one["name"],
        kind=LineKind(one["kind"]),
        who=one["who"],
        since=date.fromisoformat(one["since"]),
        note=one.get("note", ""),
        condition=one.get("condition"),
        terms=[_terms(terms) for terms in one["terms"]],
    )


def _terms(one: Mapping[str, Any]) -> ShippedTerms:
    return ShippedTerms(
        region=one["region"],
        promise=Promise(one["promise"]),
        measure=Measure(one["measure"]),
        amount=Decimal(one["amount"]) if "amount" in one else None,
        unit=Unit(one["unit"]) if "unit" in one else None,
        confidence=Confidence(one["confidence"]),
        texts={name: one.get(name, "") for name in ("how", "document", "clause", "source", "parameter")},
    )
