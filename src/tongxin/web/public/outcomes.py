"""公示: what came of a call, as it was published, with what was objected and answered. No name in full, no name of who objects."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path

from tongxin.calls.models import Publication
from tongxin.calls.queries.draws import counting_round
from tongxin.calls.queries.outcomes import WAITING
from tongxin.calls.states import ObjectionState
from tongxin.web import call_words
from tongxin.web.answers import render_part
from tongxin.web.guard import HouseRequest, OpenTo, page

SIZE = 100
ANSWERED = (ObjectionState.REJECTED, ObjectionState.UPHELD)


@page(open_to=OpenTo.VISITOR, methods=("GET",))
def outcome(request: HouseRequest, publication_id: str) -> HttpResponse:
    found = get_object_or_404(Publication.objects.select_related("call__union"), public_id=publication_id)
    return render_part(request, "public/outcome.html", shown(request, found))


@page(open_to=OpenTo.VISITOR, methods=("GET",))
def outcome_text(request: HouseRequest, publication_id: str) -> HttpResponse:  # noqa: ARG001 - a page takes its request
    """The very text whose digest is published: anyone may compute it again."""
    found = get_object_or_404(Publication, public_id=publication_id)
    return HttpResponse(found.lines.encode(), content_type="text/plain; charset=utf-8")


def shown(request: HouseRequest, found: Publication) -> dict[str, Any]:
    lines = [line.split("\t") for line in found.lines.splitlines()]
    text = request.GET.get("q", "").strip()[:64]
    if text:
        lines = [line for line in lines if any(text in cell for cell in line)]
    objections = found.objections.order_by("at", "pk")
    return {
        "found": found,
        "name": call_words.name_of(found.call),
        "held": counting_round(found.call_id),
        "waiting": WAITING,
        "manner": call_words.manner(found.call),
        "page": Paginator(lines, SIZE).get_page(request.GET.get("page")),
        "q": text,
        "open": request.now < found.until,
        "answered": objections.filter(state__in=ANSWERED),
        "pending": objections.filter(state=ObjectionState.FILED).count(),
    }


urlpatterns = [
    path("outcomes/<slug:publication_id>/", outcome, name="outcome"),
    path("outcomes/<slug:publication_id>/list.txt", outcome_text, name="outcome-text"),
]
