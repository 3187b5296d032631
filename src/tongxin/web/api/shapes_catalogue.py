"""What the catalogue's operations answer. Amounts are texts, exact to the fen."""

from datetime import date, datetime
from typing import Any

from ninja import Field, Schema

from tongxin.benefits.promises import LineKind, Measure, Promise, Unit
from tongxin.unions.models.tree import Confidence


class TermsOut(Schema):
    """What a version says for one region. A ceiling is the most that a union may spend; nobody is owed it."""

    region: str
    region_code: str
    promise: Promise
    measure: Measure
    amount: str | None = Field(description='Yuan, exact: "200.00"; null where no number is said or known.')
    unit: Unit | None
    how: str
    document: str
    clause: str
    source: str
    confidence: Confidence


class SignatureOut(Schema):
    union: str
    code: str
    at: datetime | None


class VersionOut(Schema):
    """`ends` is half-open: the first day on which it no longer counts; null while none is known."""

    number: int
    who: str
    condition: dict[str, Any] | None = Field(description="The same as a tree of conditions; null: people judge.")
    valid_from: date
    ends: date | None
    changed: str
    note: str
    terms: list[TermsOut]
    signatures: list[SignatureOut]


class LineOut(Schema):
    id: str
    code: str
    name: str
    kind: LineKind
    ended_on: date | None
    ended_why: str
    versions: list[VersionOut]


class CatalogueOut(Schema):
    on: date
    items: list[LineOut]
