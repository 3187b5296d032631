"""Doors: where a code on a wall or a link in an official account's menu leads. No app, no sign-in to look in."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.http import urlencode

from tongxin.people.queries.joining import heir_of
from tongxin.unions.models import Union
from tongxin.venues.models import Site
from tongxin.web.guard import HouseRequest, OpenTo, page
from tongxin.web.navigation import address


@page(open_to=OpenTo.VISITOR, methods=("GET",))
def union_door(request: HouseRequest, public_id: str) -> HttpResponse:
    """What one may do at this union: join, and look at its classes. A poster outlives its union: then at its heir."""
    printed = get_object_or_404(Union, public_id=public_id)
    union = heir_of(printed, request.actor.on)
    if union is None:
        raise Http404
    if union != printed:
        return redirect("public:door-union", union.public_id)
    asked = urlencode({"union": union.public_id})
    join = address("worker:join")
    return render(
        request,
        "public/door.html",
        {
            "union": union,
            "join": f"{join}?{asked}" if join else "",
            "classes": f"{reverse('worker:classes')}?{urlencode({'place': union.public_id})}",
        },
    )


@page(open_to=OpenTo.VISITOR, methods=("GET",))
def site_door(_request: HouseRequest, public_id: str) -> HttpResponse:
    """The classes at this site."""
    site = get_object_or_404(Site.objects.filter(closed_on=None), public_id=public_id)
    return redirect(f"{reverse('worker:classes')}?{urlencode({'place': site.public_id})}")


urlpatterns = [
    path("at/union/<slug:public_id>/", union_door, name="door-union"),
    path("at/site/<slug:public_id>/", site_door, name="door-site"),
]
