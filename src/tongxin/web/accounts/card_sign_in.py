"""卡号登录: for those without a phone, by the card number and PIN that a window handed over."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.kernel.refused import Refused
from tongxin.people.actions import pins
from tongxin.web.accounts.network import network_of
from tongxin.web.accounts.sessions import keep_language, open_for_worker
from tongxin.web.answers import render_form, safe_next
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, OpenTo, page


class CardForm(HouseForm):
    card = forms.CharField(
        label=_("卡号"),
        max_length=20,
        help_text=_("纸条上的10位数字。"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "username"}),
    )
    pin = forms.CharField(
        label=_("6位密码"),
        max_length=12,
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "current-password"}),
    )
    own_device = forms.BooleanField(label=_("这是我自己的设备，90天内不用再登录"), required=False)

    def clean_card(self) -> str:
        card = str(self.cleaned_data["card"])
        if not pins.is_card(card):
            raise forms.ValidationError(gettext("卡号不对，请看纸条核对这10位数字。"))
        return card


@page(open_to=OpenTo.VISITOR)
def ask_card(request: HouseRequest) -> HttpResponse:
    target = safe_next(request)
    if request.user.is_authenticated:
        return redirect(target)
    form = CardForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            account = pins.account_by_pin(
                card=values["card"], digits=values["pin"], network=network_of(request), at=request.now
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            open_for_worker(request, account, way="pin", own_device=values["own_device"])
            response = redirect(target)
            keep_language(request, response, account)
            return response
    return render_form(request, "accounts/card.html", form, {"next": target})


urlpatterns = [path("sign-in/card/", ask_card, name="sign-in-card")]
