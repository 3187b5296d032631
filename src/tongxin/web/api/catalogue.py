"""The joint catalogue for machines: open, as the page is."""

from datetime import date
from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Query, Router
from ninja.errors import HttpError

from tongxin.benefits.models import CatalogueTerms, CatalogueVersion
from tongxin.benefits.promises import LineKind, Measure, Promise, Unit
from tongxin.benefits.queries.catalogue import Item, history, in_force, public_lines
from tongxin.unions.models.tree import Confidence
from tongxin.web.api.doors import anyone
from tongxin.web.api.shapes import RefusalOut
from tongxin.web.api.shapes_catalogue import CatalogueOut, LineOut, SignatureOut, TermsOut, VersionOut
from tongxin.web.guard import read_only

router = Router(tags=["catalogue"])
LineId = Annotated[str, Path(pattern=r"^[0-9a-z]{12}$", description="An item's public id.")]


@router.get("/catalogue", response={200: CatalogueOut, 422: RefusalOut}, auth=None, summary="Items in force today")
def catalogue(request: HttpRequest, kind: Annotated[LineKind | None, Query()] = None) -> CatalogueOut:
    on = anyone(request).on
    with read_only():
        return CatalogueOut(on=on, items=[_line(item) for item in in_force(on, kind=LineKind(kind) if kind else None)])


@router.get(
    "/catalogue/{line_id}", response={200: LineOut, 404: RefusalOut, 422: RefusalOut}, auth=None,
    summary="One item with all its signed versions, also after its end",
)  # fmt: skip
def line(request: HttpRequest, line_id: LineId) -> LineOut:
    on = anyone(request).on
    with read_only():
        found = public_lines(on).filter(public_id=line_id).first()
        if found is None:
            raise HttpError(404, "line")
        past = history(found)
        return LineOut(
            id=found.public_id, code=found.code, name=found.name, kind=LineKind(found.kind), ended_on=found.ended_on,
            ended_why=found.ended_why, versions=[_version(one.version, one.ends) for one in past],
        )  # fmt: skip


def _line(item: Item) -> LineOut:
    line = item.line
    return LineOut(
        id=line.public_id, code=line.code, name=line.name, kind=LineKind(line.kind), ended_on=line.ended_on,
        ended_why=line.ended_why, versions=[_version(item.version, item.ends)],
    )  # fmt: skip


def _version(version: CatalogueVersion, ends: date | None) -> VersionOut:
    return VersionOut(
        number=version.number, who=version.who, condition=version.condition, valid_from=version.valid_from, ends=ends,
        changed=version.changed, note=version.note, terms=[_terms(one) for one in version.terms.all()],
        signatures=[SignatureOut(union=one.union.name, code=one.union.code, at=one.signed_at) for one in version.signatures.all()],
    )  # fmt: skip


def _terms(terms: CatalogueTerms) -> TermsOut:
    return TermsOut(
        region=terms.region.name, region_code=terms.region.code, promise=Promise(terms.promise), measure=Measure(terms.measure),
        amount=None if terms.amount is None else f"{terms.amount:.2f}", unit=Unit(terms.unit) if terms.unit else None,
        how=terms.how, document=terms.document, clause=terms.clause, source=terms.source, confidence=Confidence(terms.confidence),
    )  # fmt: skip
