"""Figures for machines: the same names, numbers and definitions as page and command line."""

from datetime import date
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router
from ninja.errors import HttpError

from tongxin.figures import catalogue, finding, sheets
from tongxin.people.powers import Power
from tongxin.web.api.doors import SIGNED_IN
from tongxin.web.api.shapes import FigureOut, FiguresOut, RefusalOut
from tongxin.web.guard import read_only

router = Router(tags=["figures"])


@router.get(
    "/figures",
    response={200: FiguresOut, 401: RefusalOut, 403: RefusalOut, 404: RefusalOut, 422: RefusalOut},
    auth=SIGNED_IN,
    summary="A programme's figures",
)
def figures(
    request: HttpRequest,
    programme: Annotated[str, Query(pattern=r"^[0-9a-z]{12}$", description="A programme's public id.")],
    union: Annotated[
        str | None, Query(pattern=r"^[0-9A-Z-]{6,20}$", description="The code of a union: it and all below.")
    ] = None,
    as_of: Annotated[date | None, Query(description="As it stood on that day; today if left out.")] = None,
) -> FiguresOut:
    actor = request.auth  # type: ignore[attr-defined]
    if not actor.holds(Power.READ_FIGURES):
        raise HttpError(403, "power")
    with read_only():
        asking = finding.asking_of(actor, programme=programme, union=union or "", as_of=as_of or actor.on)
        found = sheets.answers(catalogue.STABLE, asking)
    return FiguresOut(
        programme=str(asking.programme),
        union=asking.union.code if asking.union else None,
        as_of=asking.as_of,
        figures=[
            FigureOut(
                name=one.figure.name,
                value=one.value,
                unit=one.figure.unit,
                definition=one.figure.definition,
                version=one.figure.version,
            )
            for one in found
        ],
    )
