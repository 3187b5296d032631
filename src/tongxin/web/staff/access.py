"""Who may do what, and why this person can see this: read from the very table and function that the checks read."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from tongxin.people.authority import actor_of_person
from tongxin.people.models import Appointment, Person
from tongxin.people.powers import Power, Scope
from tongxin.people.queries import standing
from tongxin.people.roles import ROLES, Reach, RoleName
from tongxin.people.scoping import unions_within
from tongxin.unions.models import Union
from tongxin.web.answers import render_part
from tongxin.web.guard import HouseRequest, OpenTo, page
from tongxin.web.staff.choosing import asked_day, asked_union


@page(open_to=OpenTo.STAFF, methods=("GET",))
def roles(request: HouseRequest) -> HttpResponse:
    """Role × power × reach."""
    rows = [(power, power.scope, [_reach(role, power) for role in RoleName]) for power in Power]
    return render(
        request, "staff/access/roles.html", {"roles": RoleName, "rows": rows, "scopes": Scope, "reaches": Reach}
    )


@page(power=Power.EXPLAIN_ACCESS, methods=("GET",))
def why(request: HouseRequest) -> HttpResponse:
    """At one union: everyone with a power, or one person with all powers; each with its reasons."""
    union = asked_union(request, unions_within(request.actor, Power.EXPLAIN_ACCESS))
    power = request.GET.get("power", "")
    day = asked_day(request)
    chosen = Power(power) if power in Power else Power.SEE_PEOPLE
    context: dict[str, Any] = {
        "union": union,
        "text": request.GET.get("union", ""),
        "power": chosen,
        "powers": Power.choices,
        "day": day,
        "today": request.actor.on,
        "person": None,
    }
    if union is not None:
        context["holders"] = standing.holders(chosen, union, on=day)
        context |= _one_person(request, union, day)
    return render_part(request, "staff/access/why.html#answer", context)


def _one_person(request: HouseRequest, union: Union, day: Any) -> dict[str, Any]:
    """All powers of one person who can be explained here: whoever reaches the union, or has a post below the auditor."""
    asked = request.GET.get("person", "")
    if not asked:
        return {}
    posts = Appointment.objects.within(request.actor, Power.EXPLAIN_ACCESS).filter(person__public_id=asked)
    person = Person.objects.filter(public_id=asked).first()
    if person is None:
        return {}
    found = standing.whys_by_power(actor_of_person(person.pk, day), union)
    if not posts.exists() and not any(found.values()):
        return {}
    return {"person": person, "found": list(found.items())}


def _reach(role: RoleName, power: Power) -> str:
    reach = ROLES[role].reach_of(power)
    return reach.label if reach else ""


urlpatterns = [
    path("roles/", roles, name="roles"),
    path("why/", why, name="why"),
]
