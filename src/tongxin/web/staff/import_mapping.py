"""Which column of a sheet is which field, corrected by the cadre and remembered for the union's next list."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path

from tongxin.kernel.refused import Refused
from tongxin.people.actions import imports
from tongxin.people.powers import Power
from tongxin.people.queries.lists import column_choices, fields_to_choose
from tongxin.web.answers import render_part, render_refusal
from tongxin.web.guard import HouseRequest, page
from tongxin.web.staff.import_batches import STEPS, batch_within

PAGE = "staff/imports/mapping.html"


@page(power=Power.IMPORT_ROSTER)
def mapping(request: HouseRequest, public_id: str) -> HttpResponse:
    """POST: `column-C` names the field of column C, or nothing."""
    found = batch_within(request, public_id)
    chosen = {letter: request.POST.get(f"column-{letter}", "") for letter, _, _ in found.columns}
    context = {
        "batch": found,
        "columns": column_choices(found, chosen if request.method == "POST" else None),
        "fields": fields_to_choose(),
        "steps": STEPS,
    }
    if request.method == "GET":
        return render_part(request, PAGE, context)
    try:
        imports.map_columns(batch=found, fields=chosen, by=request.actor, at=request.now)
    except Refused as refusal:
        return render_refusal(request, PAGE, context, refusal)
    return redirect("staff:import", public_id)


mapping_patterns = [path("imports/<slug:public_id>/columns/", mapping, name="import-mapping")]
