"""配对: once, with the code that the union shows; from then on the browser is the device."""

from typing import Final

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.cache import never_cache

from tongxin.benefits.actions import tills
from tongxin.benefits.queries.tills import device_of
from tongxin.kernel.refused import Refused
from tongxin.web.accounts.network import network_of
from tongxin.web.answers import render_form
from tongxin.web.forms import HouseForm
from tongxin.web.guard import DEVICE_COOKIE, HouseRequest, OpenTo, page

LASTS: Final = 400 * 86400  # seconds: as long as browsers keep a cookie; revoking ends it before
ADDRESS: Final = "/partner/"


class PairForm(HouseForm):
    code = forms.CharField(
        label=gettext_lazy("配对码"), max_length=40, help_text=gettext_lazy("8个字母和数字，工会工作人员添加设备时显示")
    )


@page(open_to=OpenTo.VISITOR)
@never_cache
def pair(request: HouseRequest) -> HttpResponse:
    """The QR code on the staff's page leads here with the code filled in; pressing the button is what pairs."""
    form = PairForm(request.POST or None, initial={"code": request.GET.get("code", "")})
    known = device_of(request.COOKIES.get(DEVICE_COOKIE, ""))
    context = {"device": known if known and known.revoked_at is None else None}
    if request.method != "POST" or not form.is_valid():
        return render_form(request, "partner/pair.html", form, context)
    try:
        device, token = tills.pair(code=form.cleaned_data["code"], network=network_of(request), at=request.now)
    except Refused as refusal:
        form.refuse(refusal, "code")
        return render_form(request, "partner/pair.html", form, context)
    messages.success(request, gettext("这台设备已配对为“%(name)s”。") % {"name": device.name})
    answer = redirect("partner:shift")
    answer.set_cookie(
        DEVICE_COOKIE, token, max_age=LASTS, path=ADDRESS, httponly=True, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
    return answer


urlpatterns = [path("pair/", pair, name="pair")]
