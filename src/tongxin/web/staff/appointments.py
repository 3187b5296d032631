"""任命: who holds which post, given and taken by those who may."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path

from tongxin.kernel.refused import Refused
from tongxin.people.actions import appointments as actions
from tongxin.people.models import Appointment, Person
from tongxin.people.powers import Power
from tongxin.people.queries import standing
from tongxin.people.roles import FOR_INSTALLATION
from tongxin.people.scoping import unions_within
from tongxin.web.answers import render_form, render_part, render_refusal
from tongxin.web.guard import HouseRequest, page
from tongxin.web.paging import paged
from tongxin.web.staff.appointments_forms import AppointForm
from tongxin.web.staff.choosing import asked_union

LIST = "staff/appointments/list.html"


@page(power=Power.APPOINT, methods=("GET",))
def appointments(request: HouseRequest) -> HttpResponse:
    return render_part(request, f"{LIST}#rows", _listed(request))


@page(power=Power.APPOINT)
def appoint(request: HouseRequest) -> HttpResponse:
    """For the person that the address names; from that person's page, or from a search."""
    person = get_object_or_404(
        Person.objects.within(request.actor, Power.SEE_PEOPLE), public_id=request.GET.get("person", "")
    )
    form = AppointForm(request.actor, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            post = actions.appoint(person=person, by=request.actor, at=request.now, **form.values())
        except Refused as refusal:
            form.refuse(refusal, form.field_of(refusal))
        else:
            messages.success(request, f"已任命{person.name}为{post.get_role_display()}。")
            return redirect("staff:appointments")
    return render_form(request, "staff/appointments/new.html", form, {"person": person})


@page(power=Power.APPOINT, methods=("POST",))
def end(request: HouseRequest, public_id: str) -> HttpResponse:
    post = get_object_or_404(Appointment.objects.within(request.actor, Power.APPOINT), public_id=public_id)
    try:
        actions.end_appointment(appointment=post, on=request.actor.on, by=request.actor, at=request.now)
    except Refused as refusal:
        return render_refusal(request, LIST, _listed(request), refusal)
    messages.success(request, "岗位已结束，权限随即停止。")
    return redirect("staff:appointments")


def _listed(request: HouseRequest) -> dict[str, Any]:
    when = request.GET.get("when", standing.CURRENT)
    union = asked_union(request, unions_within(request.actor, Power.APPOINT))
    rows = standing.posts_within(request.actor, Power.APPOINT, when=when, union=union)
    return {
        "page": paged(request, rows),
        "when": when,
        "whens": standing.WHEN.items(),
        "union": union,
        "fixed": FOR_INSTALLATION,
        "today": request.actor.on,
    }


urlpatterns = [
    path("appointments/", appointments, name="appointments"),
    path("appointments/new/", appoint, name="appointment-new"),
    path("appointments/<slug:public_id>/end/", end, name="appointment-end"),
]
