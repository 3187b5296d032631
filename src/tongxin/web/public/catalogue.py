"""共同服务目录: what two federations signed together, for everyone to read, print and take along; and how it changed."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path

from tongxin.benefits.promises import LineKind
from tongxin.benefits.queries.catalogue import history, in_force, public_lines, standing
from tongxin.web import catalogue_words, english
from tongxin.web.answers import render_part
from tongxin.web.guard import HouseRequest, OpenTo, page

LONGEST = 40


@page(open_to=OpenTo.VISITOR, methods=("GET",))
def listing(request: HouseRequest) -> HttpResponse:
    return render_part(request, "public/catalogue/list.html#rows", _context(request))


@page(open_to=OpenTo.VISITOR, methods=("GET",))
def table(request: HouseRequest) -> HttpResponse:
    """For the printer and for large screens."""
    return render_part(request, "public/catalogue/table.html", _context(request))


@page(open_to=OpenTo.VISITOR, methods=("GET",))
def sheet(request: HouseRequest) -> HttpResponse:
    return catalogue_words.sheet(_context(request)["items"], request.actor.on)


@page(open_to=OpenTo.VISITOR, methods=("GET",))
def one(request: HouseRequest, line_id: str) -> HttpResponse:
    line = get_object_or_404(public_lines(request.actor.on), public_id=line_id)
    context = {
        "line": line,
        "item": standing(line, request.actor.on),
        "history": history(line),
        "today": request.actor.on,
    }
    return render_part(request, "public/catalogue/one.html", context)


def _context(request: HouseRequest) -> dict[str, Any]:
    text = request.GET.get("q", "").strip()[:LONGEST]
    kind = next((one for one in LineKind if one == request.GET.get("kind")), None)
    items = in_force(request.actor.on, kind=kind, text=text, read=english.plain)
    return {"items": items, "q": text, "kind": kind, "kinds": list(LineKind), "today": request.actor.on}


urlpatterns = [
    path("catalogue/", listing, name="catalogue"),
    path("catalogue/table/", table, name="catalogue-table"),
    path("catalogue/sheet/", sheet, name="catalogue-sheet"),
    path("catalogue/<slug:line_id>/", one, name="catalogue-line"),
]
