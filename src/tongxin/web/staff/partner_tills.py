"""Devices and clerks of a partner: what is shown once is shown on the answer itself, to be handed over."""

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.cache import never_cache

from tongxin.benefits.actions import shifts, tills
from tongxin.benefits.models import Clerk, Device, PartnerSite
from tongxin.kernel.refused import Refused
from tongxin.people.powers import Power
from tongxin.web.answers import render_form
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, page
from tongxin.web.staff.partner_frame import UNDER, clerk_of, device_of, partner_of, refused_to_partner

FORM: Final = "staff/partners/form.html"


class DeviceForm(HouseForm):
    site = forms.ModelChoiceField(
        label=gettext_lazy("门店"), queryset=PartnerSite.objects.none(), to_field_name="public_id", empty_label=None
    )
    name = forms.CharField(
        label=gettext_lazy("设备名称"), max_length=40, help_text=gettext_lazy("比如“1号收银台”，好认是哪一台")
    )


class ClerkForm(HouseForm):
    label = forms.CharField(
        label=gettext_lazy("柜台上的称呼"), max_length=20, help_text=gettext_lazy("比如“3号收银”，不用写全名")
    )
    signs = forms.BooleanField(label=gettext_lazy("可以替商户签结算单"), required=False)


@page(power=Power.MANAGE_PARTNERS)
@never_cache
def add_device(request: HouseRequest, partner_id: str) -> HttpResponse:
    """The pairing code and its QR stand on this one answer."""
    partner = partner_of(request, partner_id)
    form = DeviceForm(request.POST or None)
    sites: Any = form.fields["site"]
    sites.queryset = (
        PartnerSite.objects.filter(partner=partner, closed_on=None).select_related("partner").order_by("name")
    )
    if request.method == "POST" and form.is_valid():
        try:
            device, code = tills.add_device(**form.cleaned_data, by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal, UNDER.get(refusal.code))
        else:
            return _paired(request, device, code)
    return render_form(request, FORM, form, {"title": gettext("添加设备"), "partner": partner})


@page(power=Power.MANAGE_PARTNERS, methods=("POST",))
@never_cache
def renew_code(request: HouseRequest, device_id: str) -> HttpResponse:
    found = device_of(request, device_id)
    try:
        device, code = tills.renew_code(device=found, by=request.actor, at=request.now)
    except Refused as refusal:
        return refused_to_partner(request, found.site.partner, refusal)
    return _paired(request, device, code)


@page(power=Power.MANAGE_PARTNERS, methods=("POST",))
def revoke(request: HouseRequest, device_id: str) -> HttpResponse:
    device = tills.revoke(device=device_of(request, device_id), by=request.actor, at=request.now)
    words = gettext("“%(name)s”已停用，它现在什么也打不开。它断网时收的，联网后照样能交上来。")
    messages.success(request, words % {"name": device.name})
    return redirect("staff:partner", device.site.partner.public_id)


@page(power=Power.MANAGE_PARTNERS)
@never_cache
def add_clerk(request: HouseRequest, partner_id: str) -> HttpResponse:
    partner = partner_of(request, partner_id)
    form = ClerkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            clerk, pin = shifts.add_clerk(partner=partner, **form.cleaned_data, by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal, UNDER.get(refusal.code))
        else:
            return _given(request, clerk, pin)
    return render_form(request, FORM, form, {"title": gettext("添加收银员"), "partner": partner})


@page(power=Power.MANAGE_PARTNERS, methods=("POST",))
@never_cache
def change_clerk(request: HouseRequest, clerk_id: str, what: str) -> HttpResponse:
    clerk = clerk_of(request, clerk_id)
    if what == "close":
        shifts.close_clerk(clerk=clerk, by=request.actor, at=request.now)
        messages.success(request, gettext("“%(name)s”已停用，不能再开班。") % {"name": clerk.label})
        return redirect("staff:partner", clerk.partner.public_id)
    try:
        clerk, pin = shifts.give_pin(clerk=clerk, by=request.actor, at=request.now)
    except Refused as refusal:
        return refused_to_partner(request, clerk.partner, refusal)
    return _given(request, clerk, pin)


def _paired(request: HouseRequest, device: Device, code: str) -> HttpResponse:
    address = request.build_absolute_uri(f"{reverse('partner:pair')}?code={code}")
    context = {
        "device": device, "partner": device.site.partner, "code": tills.spaced(code), "address": address,
        "minutes": tills.CODE_LASTS.seconds // 60, "door": request.build_absolute_uri(reverse("partner:pair")),
    }  # fmt: skip
    return render(request, "staff/partners/paired.html", context)


def _given(request: HouseRequest, clerk: Clerk, pin: str) -> HttpResponse:
    context = {"clerk": clerk, "partner": clerk.partner, "pin": pin}
    return render(request, "staff/partners/pin.html", context)


urlpatterns = [
    path("partners/<str:partner_id>/devices/new/", add_device, name="device-new"),
    path("partners/devices/<str:device_id>/code/", renew_code, name="device-code"),
    path("partners/devices/<str:device_id>/revoke/", revoke, name="device-revoke"),
    path("partners/<str:partner_id>/clerks/new/", add_clerk, name="clerk-new"),
    path("partners/clerks/<str:clerk_id>/pin/", change_clerk, {"what": "pin"}, name="clerk-pin"),
    path("partners/clerks/<str:clerk_id>/close/", change_clerk, {"what": "close"}, name="clerk-close"),
]
