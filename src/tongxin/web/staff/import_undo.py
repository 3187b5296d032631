"""An import taken back, as long as that is possible. Who and what stayed is listed by the batch's own page."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path

from tongxin.kernel.refused import Refused
from tongxin.people.actions import imports
from tongxin.people.powers import Power
from tongxin.people.states import BatchState
from tongxin.web.answers import render_refusal
from tongxin.web.guard import HouseRequest, page
from tongxin.web.staff.import_batches import BATCH, batch_context, batch_within


@page(power=Power.IMPORT_ROSTER, methods=("POST",))
def undo(request: HouseRequest, public_id: str) -> HttpResponse:
    found = batch_within(request, public_id)
    if found.state == BatchState.UNDONE:  # pressed twice, or by two people
        messages.info(request, "这次导入已经撤销过了。")
        return redirect("staff:import", public_id)
    try:
        imports.start_undo(batch=found, by=request.actor, at=request.now)
    except Refused as refusal:
        return render_refusal(request, BATCH, batch_context(request, batch_within(request, public_id)), refusal)
    return redirect("staff:import", public_id)


undo_patterns = [path("imports/<slug:public_id>/undo", undo, name="import-undo")]
