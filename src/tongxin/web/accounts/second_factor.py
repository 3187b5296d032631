"""The second step of staff: a one-time code, and setting it up at the first sign-in."""

from allauth.mfa.utils import decrypt, encrypt
from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from tongxin.kernel import one_time_codes
from tongxin.kernel.refused import Refused
from tongxin.people.actions import second_factor
from tongxin.people.models import Account
from tongxin.web.accounts.sessions import add_second_factor, open_for_staff, password_recently, pending_account
from tongxin.web.answers import render_form, safe_next
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, OpenTo, page
from tongxin.web.second_factor import second_factor_done

SECRET = "tx_factor_secret"  # noqa: S105 - a key of the session, where the secret waits until it is proven
CODES = "tx_recovery_codes"
ISSUER = "同心"


class FactorForm(HouseForm):
    code = forms.CharField(
        label=_("动态口令"),
        max_length=20,
        help_text=_("口令应用里的6位数字，每30秒换一次。手机不在身边，用一个恢复码。"),
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "w-code6", "autofocus": True}
        ),
    )


class EnrolForm(FactorForm):
    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = _("加好以后，输入应用里显示的6位数字。")


@page(open_to=OpenTo.VISITOR)
def second_step(request: HouseRequest) -> HttpResponse:
    """For whoever proved a password a moment ago, or is signed in already: asks the code, or leads through the set-up."""
    target = safe_next(request, "/staff/")
    pending = pending_account(request, request.now)
    account = pending or (request.user if isinstance(request.user, Account) else None)
    if account is None:
        return redirect(f"{reverse('accounts:staff-sign-in')}?{urlencode({'next': target})}")
    if pending is None and second_factor_done(request):
        return redirect(target)
    if second_factor.has_factor(account):
        return _ask(request, account, target, fresh=pending is not None)
    if pending is None and not password_recently(request):
        return redirect(f"{reverse('accounts:staff-sign-in')}?{urlencode({'next': target})}")
    return _enrol(request, account, target, fresh=pending is not None)


def _ask(request: HouseRequest, account: Account, target: str, *, fresh: bool) -> HttpResponse:
    form = FactorForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            second_factor.prove(account=account, code=form.cleaned_data["code"], at=request.now)
        except Refused as refusal:
            form.refuse(refusal, "code" if refusal.code == "factor-wrong" else None)
        else:
            _open(request, account, fresh=fresh)
            return redirect(target)
    return render_form(request, "accounts/second_factor.html", form, {"next": target})


def _enrol(request: HouseRequest, account: Account, target: str, *, fresh: bool) -> HttpResponse:
    secret = _waiting_secret(request)
    form = EnrolForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            codes = second_factor.enrol(account=account, secret=secret, code=form.cleaned_data["code"], at=request.now)
        except Refused as refusal:
            form.refuse(refusal, "code")
        else:
            _open(request, account, fresh=fresh)
            request.session.pop(SECRET, None)
            return _recovery_codes(request, codes, target)
    return render_form(request, "accounts/enrol.html", form, {"next": target, **_secret(secret, account)})


def _waiting_secret(request: HouseRequest) -> str:
    """The same one until it is proven; sealed, for sessions lie in the database."""
    if SECRET not in request.session:
        request.session[SECRET] = encrypt(one_time_codes.new_secret())
    return str(decrypt(request.session[SECRET]))


def _secret(secret: str, account: Account) -> dict[str, str]:
    groups = " ".join(secret[n : n + 4] for n in range(0, len(secret), 4))
    return {"secret": groups, "address": one_time_codes.address(secret, issuer=ISSUER, account=account.login)}


def _open(request: HouseRequest, account: Account, *, fresh: bool) -> None:
    if fresh:
        open_for_staff(request, account)
    else:
        add_second_factor(request, account)


def _recovery_codes(request: HouseRequest, codes: list[str], target: str) -> HttpResponse:
    """Shown once, in the answer itself: they are kept nowhere in the clear."""
    response = render(request, "accounts/recovery_codes.html", {"codes": codes, "next": target})
    response.headers["Cache-Control"] = "no-store"
    return response


@page(open_to=OpenTo.STAFF)
def recovery_codes(request: HouseRequest) -> HttpResponse:
    """Ten new ones for whoever lost theirs; the old ones end."""
    if request.method == "POST":
        codes = second_factor.renew_recovery_codes(account=request.user, at=request.now)
        return _recovery_codes(request, codes, "/staff/")
    return render(request, "accounts/renew_recovery_codes.html")


urlpatterns = [
    path("staff/second-factor/", second_step, name="second-factor"),
    path("staff/second-factor/recovery-codes/", recovery_codes, name="recovery-codes"),
]
