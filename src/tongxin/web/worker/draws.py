"""My tickets: each number to keep, whether it stands in the frozen list, what came out."""

import json
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.timezone import localtime
from django.views.decorators.cache import never_cache

from tongxin.calls.models import Applicant, Application
from tongxin.calls.queries import draws, outcomes
from tongxin.calls.receipts import receipt_of
from tongxin.calls.sources import words_of
from tongxin.calls.states import BY_DRAW, ApplicationState
from tongxin.web.guard import HouseRequest, OpenTo, page

LIST, ONE = "worker/draws/list.html", "worker/draws/one.html"
LEFT: Final = {ApplicationState.WITHDRAWN, ApplicationState.ENDED, ApplicationState.REFUSED, ApplicationState.LAPSED}


@page(open_to=OpenTo.WORKER, methods=("GET",))
@never_cache
def mine(request: HouseRequest) -> HttpResponse:
    assert request.actor.person_id is not None
    held = draws.seals_held_by(request.actor.person_id)[:20]
    rows = [{"one": row, "name": _wished(row)} for row in draws.mine(request.actor.person_id)]
    return render(request, LIST, {"rows": rows, "seals": held})


@page(open_to=OpenTo.WORKER, methods=("GET",))
@never_cache
def one(request: HouseRequest, ticket_id: str) -> HttpResponse:
    return render(request, ONE, _shown(_application(request, ticket_id)))


@page(open_to=OpenTo.WORKER, methods=("GET",))
@never_cache
def receipt(request: HouseRequest, ticket_id: str) -> HttpResponse:
    """A file to keep, signed: who is left out of a list can prove that they had entered."""
    told = receipt_of(_application(request, ticket_id), on=request.actor.on)
    text = json.dumps(told, ensure_ascii=False, indent=1)
    answer = HttpResponse(text, content_type="application/json; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="ticket-{ticket_id}.json"'
    return answer


def _wished(application: Application) -> str:
    return "、".join(wish.pool.name for wish in sorted(application.preferences.all(), key=lambda wish: wish.rank))


def _application(request: HouseRequest, ticket_id: str) -> Application:
    own = Applicant.objects.filter(person=request.actor.person_id).values("application")
    rows = Application.objects.filter(pk__in=own, ticket__isnull=False, call__policy__in=BY_DRAW)
    found: Application = get_object_or_404(
        rows.select_related("call", "union").prefetch_related("preferences__pool"), public_id=ticket_id
    )
    return found


def _shown(application: Application) -> dict[str, Any]:
    stands = draws.standing(application)
    held = stands.round
    return {
        "application": application,
        "ticket": application.ticket,
        "held": held,
        "source": words_of(held.source, held.event) if held else "",
        "draws": stands.draws,
        "name": _wished(application),
        "left": application.state in LEFT,
        "result_at": held.result_at if held else application.call.result_at,
        "entered": localtime(application.at),
        "groups": "、".join(outcomes.groups_called(application)),
    }


urlpatterns = [
    path("me/draws/", mine, name="draws"),
    path("me/draws/<slug:ticket_id>/", one, name="draw"),
    path("me/draws/<slug:ticket_id>/receipt.json", receipt, name="draw-receipt"),
]
