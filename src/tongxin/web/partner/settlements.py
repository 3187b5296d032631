"""结算单 at the counter: what the union drew up, looked at and signed by who may sign for the partner."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from tongxin.benefits.actions import settlements
from tongxin.benefits.models import Settlement
from tongxin.benefits.queries.settlements import (
    differences_of,
    disputed_of,
    groups_of,
    lines_of,
    settlements_of,
    total,
    unsettled_of,
)
from tongxin.benefits.queries.tills import clerks_of
from tongxin.kernel.refused import Refused
from tongxin.web.answers import render_form, render_part
from tongxin.web.guard import HouseRequest, OpenTo, page
from tongxin.web.partner.counter import frame
from tongxin.web.partner.shift import PinForm


@page(open_to=OpenTo.DEVICE, methods=("GET",))
@never_cache
def listing(request: HouseRequest) -> HttpResponse:
    partner = request.device.site.partner
    context = {"rows": list(settlements_of(partner)), "due": unsettled_of(partner)}
    return render_part(request, "partner/settlements.html", {**frame(request, "settlements"), **context})


@page(open_to=OpenTo.DEVICE)
@never_cache
def show(request: HouseRequest, settlement_id: str) -> HttpResponse:
    partner = request.device.site.partner
    one: Settlement = get_object_or_404(settlements_of(partner), public_id=settlement_id)
    form = PinForm(request.POST or None, clerks=clerks_of(request.device).filter(signs=True))
    if request.method == "POST" and form.is_valid():
        try:
            settlements.sign_for_partner(settlement=one, device=request.device, **form.cleaned_data, at=request.now)
        except Refused as refusal:
            form.refuse(refusal, "pin" if refusal.code in {"shift-wrong", "pin-closed"} else None)
        else:
            messages.success(request, gettext("第%(n)d期结算单已签字。") % {"n": one.number})
            return redirect("partner:settlement", one.public_id)
    return render_form(request, "partner/settlement.html", form, _context(request, one))


def _context(request: HouseRequest, one: Settlement) -> dict[str, Any]:
    found = lines_of(one)
    return {
        **frame(request, "settlements"), "one": one, "groups": groups_of(found), "sum": total(found),
        "differences": differences_of(one, found), "disputed": list(disputed_of(one.partner)),
    }  # fmt: skip


urlpatterns = [
    path("settlements/", listing, name="settlements"),
    path("settlements/<str:settlement_id>/", show, name="settlement"),
]
