"""Keys for machines that act for one's own account."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext_lazy as _

from tongxin.kernel.refused import Refused
from tongxin.people.actions import tokens
from tongxin.people.models import ApiToken
from tongxin.web.answers import render_form
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, OpenTo, page

TEMPLATE = "staff/tokens.html"


class TokenForm(HouseForm):
    name = forms.CharField(label=_("给哪个系统用"), max_length=60)
    days = forms.IntegerField(label=_("有效天数"), min_value=1, max_value=tokens.LONGEST.days, initial=90)


@page(open_to=OpenTo.STAFF)
def token_list(request: HouseRequest) -> HttpResponse:
    form = TokenForm(request.POST if request.method == "POST" else None)
    key = ""
    if request.method == "POST" and form.is_valid():
        try:
            _token, key = tokens.issue(account=request.user, by=request.actor, at=request.now, **form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            form = TokenForm()
    rows = ApiToken.objects.filter(account=request.user).order_by("-made_at")
    return render_form(request, TEMPLATE, form, {"tokens": rows, "key": key, "now": request.now})


@page(open_to=OpenTo.STAFF, methods=("POST",))
def revoke(request: HouseRequest, token_id: str) -> HttpResponse:
    token = get_object_or_404(ApiToken.objects.filter(account=request.user), public_id=token_id)
    tokens.revoke(token=token, by=request.actor, at=request.now)
    messages.success(request, _("已停用，用这个密钥的系统从现在起进不来。"))
    return redirect("staff:tokens")


urlpatterns = [
    path("tokens/", token_list, name="tokens"),
    path("tokens/<str:token_id>/revoke/", revoke, name="token-revoke"),
]
