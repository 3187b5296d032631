"""What the pages about partners share: finding one within reach, and a form that ends at its page."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from tongxin.benefits.models import Clerk, Device, Partner, PartnerSite
from tongxin.kernel.refused import Refused
from tongxin.people.powers import Power
from tongxin.web.answers import render_form
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest
from tongxin.web.wording import say

UNDER = {
    "name-missing": "name", "uscc-length": "uscc", "uscc-chars": "uscc", "uscc-check": "uscc", "partner-there": "uscc",
    "partner_cap": "offline_cap", "period-empty": "ends", "reason-missing": "reason", "end-past": "on",
    "partner_days": "on", "partner_site_once": "name", "device_name_once": "name", "clerk_label_once": "label",
    "ticket_pool_once": "name", "tickets-none-read": "file", "period-not-over": "last",
}  # fmt: skip


def partner_of(request: HouseRequest, partner_id: str) -> Partner:
    rows = Partner.objects.within(request.actor, Power.MANAGE_PARTNERS).select_related("union")
    found: Partner = get_object_or_404(rows, public_id=partner_id)
    return found


def site_of(request: HouseRequest, site_id: str) -> PartnerSite:
    rows = PartnerSite.objects.filter(partner__in=_reach(request)).select_related("partner__union")
    found: PartnerSite = get_object_or_404(rows, public_id=site_id)
    return found


def device_of(request: HouseRequest, device_id: str) -> Device:
    rows = Device.objects.filter(site__partner__in=_reach(request)).select_related("site__partner__union")
    found: Device = get_object_or_404(rows, public_id=device_id)
    return found


def clerk_of(request: HouseRequest, clerk_id: str) -> Clerk:
    rows = Clerk.objects.filter(partner__in=_reach(request)).select_related("partner__union")
    found: Clerk = get_object_or_404(rows, public_id=clerk_id)
    return found


def address_of(partner: Partner) -> str:
    return reverse("staff:partner", args=[partner.public_id])


def form_page(
    request: HouseRequest,
    form: HouseForm,
    run: Callable[[], str],
    then: Callable[[], str],
    title: str,
    partner: Partner | None = None,
    **context: Any,
) -> HttpResponse:
    """`run` does it and says so; a refusal stands under its field, and nothing typed is lost."""
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, run())
        except Refused as refusal:
            field = UNDER.get(refusal.code)
            form.refuse(refusal, field if field in form.fields else None)
        else:
            return redirect(then())
    return render_form(request, "staff/partners/form.html", form, {"title": title, "partner": partner, **context})


def _reach(request: HouseRequest) -> Any:
    return Partner.objects.within(request.actor, Power.MANAGE_PARTNERS)


def refused_to_partner(request: HouseRequest, partner: Partner, refusal: Refused) -> HttpResponse:
    """A button of the partner's page that could not do it: its words, on that page."""
    messages.error(request, say(refusal))
    return redirect("staff:partner", partner.public_id)
