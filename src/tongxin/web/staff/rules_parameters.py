"""Parameters: what holds where today, since when and by which clause; a change is a new row."""

from django.contrib import messages
from django.db.models import F, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext

from tongxin.kernel.refused import Refused
from tongxin.people.powers import Power
from tongxin.rulebook.actions import parameters as actions
from tongxin.rulebook.models import Parameter, ParameterKey
from tongxin.web.answers import render_form, render_part
from tongxin.web.guard import HouseRequest, page
from tongxin.web.staff.rules_forms import ParameterForm, ParameterKeyForm

LIST, ONE, NEW = "staff/rules/parameters.html", "staff/rules/parameter.html", "staff/rules/parameter_new.html"


@page(power=Power.MANAGE_RULES, methods=("GET",))
def parameters(request: HouseRequest) -> HttpResponse:
    """All of them for whoever makes rules: ceilings are public law, not anyone's own."""
    on = request.actor.on
    rows = Parameter.objects.filter(Q(valid_to=None) | Q(valid_to__gt=on), valid_from__lte=on)
    rows = rows.select_related("key", "region").order_by("key__words", F("region__level").asc(nulls_first=True), "pk")
    return render_part(request, LIST, {"rows": rows})


@page(power=Power.MANAGE_RULES)
def new_parameter(request: HouseRequest) -> HttpResponse:
    form = ParameterKeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.define(**form.cleaned_data, by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal, "key" if refusal.code.startswith("key") else None)
        else:
            messages.success(request, gettext("已建好。现在登记它的值。"))
            return redirect("staff:parameter", made.key)
    return render_form(request, NEW, form)


@page(power=Power.MANAGE_RULES)
def parameter(request: HouseRequest, key: str) -> HttpResponse:
    """One with its history, and a form for what holds from a day on."""
    found = get_object_or_404(ParameterKey, key=key)
    form = ParameterForm(request.actor, found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _change(request, form)
        except Refused as refusal:
            form.refuse(refusal, {"parameter-value": "value", "parameter-same-day": "valid_from"}.get(refusal.code))
        else:
            messages.success(request, gettext("已登记。原来的值留在下面。"))
            return redirect("staff:parameter", key)
    rows = found.rows.select_related("region", "key").order_by("region__level", "region", "-valid_from")
    return render_form(request, ONE, form, {"key": found, "rows": rows, "today": request.actor.on})


def _change(request: HouseRequest, form: ParameterForm) -> None:
    given = form.cleaned_data
    try:
        actions.change(
            key=form.key,
            region=given["region"],
            said=form.said(),
            valid_from=given["valid_from"],
            by=request.actor,
            at=request.now,
        )
    except Refused as refusal:
        if refusal.code in {"parameter-same-day", "parameter_one_a_day"}:  # two sources, one day: someone should look
            actions.note_refused(
                key=form.key, region=given["region"], refusal=refusal, by=request.actor, at=request.now
            )
        raise


urlpatterns = [
    path("parameters/", parameters, name="parameters"),
    path("parameters/new/", new_parameter, name="parameter-new"),
    path("parameters/<slug:key>/", parameter, name="parameter"),
]
