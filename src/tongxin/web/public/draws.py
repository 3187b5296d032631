"""Draws, open to everyone: what was promised, what was published, the files, and the page that checks them by itself."""

import re
from typing import Any, cast

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.cache import cache_control

from tongxin.calls.models import Draw, Round
from tongxin.calls.queries import draws
from tongxin.records.actions import documents
from tongxin.web.answers import render_part
from tongxin.web.draw_words import for_checker, name_of, shown
from tongxin.web.guard import HouseRequest, OpenTo, page
from tongxin.web.paging import paged

LIST, ONE, CHECK = "public/draws/list.html", "public/draws/one.html", "public/draws/check.html"
MINUTES = 300  # seconds: what is published does not change, but a file may have come meanwhile
OF = re.compile(r"([0-9a-z]{12})/([0-9a-z]{12})")


@page(open_to=OpenTo.VISITOR, methods=("GET",))
def all_draws(request: HouseRequest) -> HttpResponse:
    found = paged(request, draws.published())
    rows = [{"held": held, "name": name_of(held)} for held in found.rows]
    return render_part(request, LIST, {"page": found.of(rows)})


@page(open_to=OpenTo.VISITOR, methods=("GET",))
def one(request: HouseRequest, round_id: str) -> HttpResponse:
    return render_part(request, ONE, shown(_round(round_id)))


@page(open_to=OpenTo.VISITOR, methods=("GET",))
def check(request: HouseRequest) -> HttpResponse:
    """Everything is computed in the visitor's browser. `?of=` names a published file, with the digest that we published."""
    return render(request, CHECK, {"words": for_checker(), "published": _published(request.GET.get("of", ""))})


@page(open_to=OpenTo.VISITOR, methods=("GET",))
@cache_control(public=True, max_age=MINUTES)
def frozen_list(_request: HouseRequest, round_id: str, draw_id: str) -> HttpResponse:
    draw = _draw(round_id, draw_id)
    answer = HttpResponse(draw.frozen, content_type="text/plain; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="list-{draw.public_id}.txt"'
    return answer


@page(open_to=OpenTo.VISITOR, methods=("GET",))
@cache_control(public=True, max_age=MINUTES)
def file(_request: HouseRequest, round_id: str, draw_id: str) -> HttpResponse:
    draw = _draw(round_id, draw_id)
    if draw.file is None:
        raise Http404
    found = documents.path_of(draw.file).open("rb")
    answer = FileResponse(found, content_type="application/json", as_attachment=True, filename="draw.json")
    return cast("HttpResponse", answer)  # streamed: a draw among a million tickets is 170 MB


def _round(round_id: str) -> Round:
    found: Round = get_object_or_404(draws.published(), public_id=round_id)
    return found


def _draw(round_id: str, draw_id: str) -> Draw:
    rows = Draw.objects.filter(round__in=draws.published().values("pk")).select_related("file", "pool")
    found: Draw = get_object_or_404(rows, public_id=draw_id, round__public_id=round_id)
    return found


def _published(of: str) -> dict[str, Any] | None:
    found = OF.fullmatch(of)
    if found is None:
        return None
    draw = _draw(found[1], found[2])
    return {"draw": draw, "round_id": found[1]} if draw.file is not None else None


urlpatterns = [
    path("draws/", all_draws, name="draws"),
    path("draws/check/", check, name="draw-check"),
    path("draws/<slug:round_id>/", one, name="draw"),
    path("draws/<slug:round_id>/<slug:draw_id>/list.txt", frozen_list, name="draw-list"),
    path("draws/<slug:round_id>/<slug:draw_id>/draw.json", file, name="draw-file"),
]
