"""Signing out, and changing one's password."""

from django import forms
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.password_validation import validate_password
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.kernel.refused import Refused
from tongxin.people.actions import sign_in
from tongxin.people.models import Account
from tongxin.web.answers import render_form, safe_next
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, OpenTo, page

NEW = forms.PasswordInput(attrs={"autocomplete": "new-password"})
WEAK = {
    "password_too_short": _("新密码太短，至少要10个字符。"),
    "password_too_common": _("这个密码很多人用，容易被猜到，请换一个。"),
}
FIELDS = {"old-password-wrong": "old", "password-expired": "old", "password-same": "new"}


class PasswordForm(HouseForm):
    old = forms.CharField(
        label=_("原来的密码"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=_("新密码"), strip=False, max_length=200, widget=NEW, help_text=_("至少10个字符，不要用别处用过的密码。")
    )
    again = forms.CharField(label=_("再输一次新密码"), strip=False, max_length=200, widget=NEW)

    def __init__(self, *args: object, account: Account, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.account = account
        if account.one_time_until is not None:
            self.fields["old"].label = gettext("管理员给的一次性密码")

    def clean_new(self) -> str:
        new = str(self.cleaned_data["new"])
        try:
            validate_password(new, self.account)
        except forms.ValidationError as wrong:
            codes = {error.code for error in wrong.error_list}
            raise forms.ValidationError([words for code, words in WEAK.items() if code in codes]) from None
        return new

    def clean_again(self) -> str:
        again = str(self.cleaned_data["again"])
        if "new" in self.cleaned_data and again != self.cleaned_data["new"]:
            raise forms.ValidationError(gettext("两次输入的新密码不一样，请重新输入。"))
        return again


@page(open_to=OpenTo.STAFF)
def password(request: HouseRequest) -> HttpResponse:
    """Also where the guard sends whoever came in by an administrator's one-time password: nothing else opens before."""
    first = request.user.one_time_until is not None
    form = PasswordForm(request.POST if request.method == "POST" else None, account=request.user)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            account = sign_in.change_password(
                account=request.user, old=values["old"], new=values["new"], at=request.now
            )
        except Refused as refusal:
            form.refuse(refusal, FIELDS.get(refusal.code))
        else:
            update_session_auth_hash(request, account)
            messages.success(request, gettext("密码已改好，别处的登录已退出。"))
            return redirect(safe_next(request, reverse("accounts:password")))
    return render_form(request, "accounts/password.html", form, {"next": safe_next(request, ""), "first": first})


@page(open_to=OpenTo.VISITOR)
def sign_out(request: HouseRequest) -> HttpResponse:
    if request.method == "POST":
        logout(request)
        answer = redirect("/")
        answer.delete_cookie("tx-lane", path="/lane/")  # with it the entries on this device open nothing more
        return answer
    return render(request, "accounts/sign_out.html")


urlpatterns = [
    path("staff/password/", password, name="password"),
    path("sign-out/", sign_out, name="sign-out"),
]
