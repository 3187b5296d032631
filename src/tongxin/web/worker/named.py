"""A place for which one's union named one: what it is, and declining it with one tap."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext

from tongxin.activities.actions import collective
from tongxin.activities.models import NamedPlace
from tongxin.activities.queries.naming import place_of
from tongxin.calls.states import LIVE
from tongxin.kernel.refused import Refused
from tongxin.web import class_words
from tongxin.web.answers import render_part, render_refusal
from tongxin.web.guard import HouseRequest, OpenTo, page
from tongxin.web.worker import cards

ONE = "worker/named/one.html"


@page(open_to=OpenTo.WORKER, methods=("GET",))
def named(request: HouseRequest, named_id: str) -> HttpResponse:
    return render_part(request, ONE, _context(request, _own(request, named_id)))


@page(open_to=OpenTo.WORKER, methods=("POST",))
def decline(request: HouseRequest, named_id: str) -> HttpResponse:
    try:
        collective.decline(place=_own(request, named_id), by=request.actor, at=request.now)
    except Refused as refusal:
        return render_refusal(request, ONE, _context(request, _own(request, named_id)), refusal)
    messages.success(request, gettext("已谢绝，名额会让给别的工友。"))
    return redirect("worker:named", named_id)


def _own(request: HouseRequest, named_id: str) -> NamedPlace:
    assert request.actor.person_id is not None
    found = place_of(request.actor.person_id, named_id)
    if found is None:
        raise Http404
    return found


def _context(request: HouseRequest, place: NamedPlace) -> dict[str, Any]:
    live = place.application.state in LIVE
    return {
        "place": place,
        "cohort": place.cohort,
        "synthetic": cards.synthetic([place.cohort]),
        "state": place.application.state,
        "live": live,
        "until": collective.last_day(place.group),
        "can_decline": live and place.declined_at is None and request.now < place.group.decline_until,
        "facts": [
            (gettext("时间"), class_words.when(place.cohort)),
            (gettext("地点"), class_words.where(place.cohort)),
            (gettext("地址"), place.cohort.site.address),
        ],
    }


urlpatterns = [
    path("named/<str:named_id>/", named, name="named"),
    path("named/<str:named_id>/decline/", decline, name="named-decline"),
]
