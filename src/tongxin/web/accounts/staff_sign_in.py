"""Staff sign in with login and password; the second factor follows."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from tongxin.kernel.refused import Refused
from tongxin.people.actions import sign_in
from tongxin.web.accounts.network import network_of
from tongxin.web.accounts.sessions import remember_password_proven
from tongxin.web.answers import render_form, safe_next
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, OpenTo, page
from tongxin.web.second_factor import second_factor_done


class LoginForm(HouseForm):
    login = forms.CharField(
        label=_("登录名"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=_("密码"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


@page(open_to=OpenTo.VISITOR)
def ask_password(request: HouseRequest) -> HttpResponse:
    target = safe_next(request, "/staff/")
    if request.actor.is_staff and second_factor_done(request):
        return redirect(target)
    form = LoginForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            account = sign_in.account_by_password(**form.cleaned_data, network=network_of(request), at=request.now)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            remember_password_proven(request, account, request.now)
            return redirect(f"{reverse('accounts:second-factor')}?{urlencode({'next': target})}")
    return render_form(request, "accounts/staff_sign_in.html", form, {"next": target})


urlpatterns = [path("sign-in/staff/", ask_password, name="staff-sign-in")]
