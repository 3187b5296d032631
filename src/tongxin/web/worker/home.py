"""The home of workers and visitors: first what needs you, then services, then what is given out soon, then what is open."""

from collections.abc import Sequence
from typing import Any

from django.core.cache import caches
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from tongxin.activities.queries.classes import Filters, ListedClass, as_theirs, class_list, holds
from tongxin.activities.queries.mine import MyThings, my_things
from tongxin.calls.models import Lane
from tongxin.calls.queries import lane
from tongxin.notices.queries import unread
from tongxin.people.models import Membership, Person
from tongxin.people.queries.joining import waiting_of
from tongxin.web import dates, release_words
from tongxin.web.guard import HouseRequest, OpenTo, page
from tongxin.web.shared_pages import render_shared
from tongxin.web.worker import awaited, cards
from tongxin.web.worker.listing import FRESH

SHOWN = 3
COMING = 20  # seconds: what is given out next changes when it is published
HOME = "worker/home.html"


@page(open_to=OpenTo.VISITOR, methods=("GET",))
def home(request: HouseRequest) -> HttpResponse:
    person = request.actor.person_id
    if person is None and not request.GET:
        kind = request.user.is_authenticated
        return render_shared(
            request, HOME, lambda: _classes(_open_now(request)) | _coming(request), seconds=FRESH, kind=kind
        )
    own = {} if person is None else _own(request, person)
    return render(request, HOME, _classes(_open_classes(request)) | _coming(request) | own)


def _classes(listed: Sequence[ListedClass]) -> dict[str, Any]:
    return {"cards": cards.cards(listed), "synthetic": cards.synthetic(row.cohort for row in listed)}


def _open_now(request: HouseRequest) -> Sequence[ListedClass]:
    return class_list(at=request.now, filters=Filters(open_only=True), size=SHOWN).rows


def _open_classes(request: HouseRequest) -> Sequence[ListedClass]:
    """Chosen once for all readers every two seconds; what the reader holds of them is as it stands now."""
    kept = caches["process"]
    listed: Sequence[ListedClass] | None = kept.get("home-open")
    if listed is None:
        listed = _open_now(request)
        kept.set("home-open", listed, FRESH)
    if (person := request.actor.person_id) is None:
        return listed
    theirs = as_theirs(listed, holds(person), person=person, at=request.now)
    return [theirs.get(one.cohort.pool_id or 0, one) for one in listed]


def _coming(request: HouseRequest) -> dict[str, Any]:
    """The release that is on or comes next, if there is one."""
    kept = caches["process"]
    found: Sequence[Lane] | None = kept.get("home-coming")
    if found is None:
        found = list(lane.releases().filter(pool__call__closes__gt=request.now).order_by("pool__call__opens", "pk")[:1])
        kept.set("home-coming", found, COMING)
    shown = [lane.release_of(one, request.now) for one in found]
    return {"coming": [release_words.card(one) for one in shown if one.stage is not lane.Stage.OVER]}


def _own(request: HouseRequest, person_id: int) -> dict[str, Any]:
    things = my_things(person_id, at=request.now)
    membership = Membership.objects.filter(person=person_id, ends=None).select_related("union").first()
    return {
        "me": Person.objects.only("name", "public_id").get(pk=person_id),
        "membership": membership,
        "joining": None if membership else waiting_of(person_id),
        "asked": awaited.to_do(person_id),
        "todo": _todo(things, request),
        "unread": unread(person_id),
    }


def _todo(things: MyThings, request: HouseRequest) -> list[dict[str, Any]]:
    """The next lesson of each class, the nearest first."""
    lessons = [
        {
            "cohort": one.cohort,
            "title": one.cohort.title,
            "code": one.can_check_in,
            "when": dates.near(one.next.starts_at, request.now) if one.next else "",
            "no": one.next.no if one.next else None,
        }
        for one in things.current
        if one.next is not None
    ]
    return lessons[:SHOWN]


urlpatterns = [path("", home, name="home")]
