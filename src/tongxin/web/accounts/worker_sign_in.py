"""Workers sign in with a phone number and a code. There is no separate page to open an account."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.kernel.refused import Refused
from tongxin.notices.senders import sender
from tongxin.people.actions import sign_in
from tongxin.people.models.sign_in import SignInCode
from tongxin.people.queries.sign_in_codes import code_of
from tongxin.web.accounts.network import network_of
from tongxin.web.accounts.outside_sign_in import found_before, link_found, ways
from tongxin.web.accounts.owner import ask_owner
from tongxin.web.accounts.sessions import keep_language, open_for_worker
from tongxin.web.answers import UNPROCESSABLE, render_form, safe_next
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, OpenTo, page
from tongxin.web.shared_pages import render_shared

HANDLE = "tx_sign_in"
STAYS = 60  # seconds: these pages change with a release only


class PhoneForm(HouseForm):
    phone = forms.CharField(
        label=_("手机号"),
        max_length=40,
        help_text=_("中国大陆11位手机号。第一次用，验证后自动开通。"),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel", "type": "tel"}),
    )
    why = {
        "phone": _("用来登录和接收您报名、上课的通知。号码加密保存，任课老师看不到。填错了收不到验证码，改好重发就行。")
    }


class CodeForm(HouseForm):
    code = forms.CharField(
        label=_("6位验证码"),
        max_length=12,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "w-code6", "autofocus": True}
        ),
    )

    own_device = forms.BooleanField(label=_("这是我自己的手机，90天内不用再登录"), required=False, initial=True)

    def clean_code(self) -> str:
        digits = "".join(str(self.cleaned_data["code"]).split())
        if not (digits.isascii() and digits.isdigit() and len(digits) == sign_in.DIGITS):
            raise forms.ValidationError(gettext("验证码是6位数字，请看短信重新输入。"))
        return digits


@page(open_to=OpenTo.VISITOR)
def ask_phone(request: HouseRequest) -> HttpResponse:
    target = safe_next(request)
    if request.user.is_authenticated:
        return redirect(target)
    if request.method != "POST":
        return render_shared(request, "accounts/sign_in.html", lambda: _asking(PhoneForm(), target), seconds=STAYS)
    form = PhoneForm(request.POST)
    if form.is_valid():
        try:
            _send(request, form.cleaned_data["phone"])
        except Refused as refusal:
            form.refuse(refusal, None if refusal.code in {"too-often", "no-sender"} else "phone")
        else:
            return redirect(f"{reverse('accounts:sign-in-code')}?{urlencode({'next': target})}")
    return render_form(request, "accounts/sign_in.html", form, _asking(form, target))


@page(open_to=OpenTo.VISITOR)
def ask_code(request: HouseRequest) -> HttpResponse:
    target = safe_next(request)
    if request.user.is_authenticated:
        return redirect(target)
    if request.method != "POST":
        return _show_code(request, target)
    form = CodeForm(request.POST)
    if HANDLE in request.session and form.is_valid():
        try:
            return _enter(request, form.cleaned_data, target)
        except Refused as refusal:
            form.refuse(refusal, "code" if refusal.code == "code-wrong" else None)
    if (code := _code(request)) is None:
        return _from_the_start(target)
    return render_form(request, "accounts/code.html", form, {"next": target, **_about(request, code)})


@page(open_to=OpenTo.VISITOR, methods=("POST",))
def resend(request: HouseRequest) -> HttpResponse:
    """A new code to the same number; the one before it stays good until it ends."""
    target, code = safe_next(request), _code(request)
    if code is None:
        return _from_the_start(target)
    try:
        _send(request, code.phone_text())
    except Refused as refusal:
        told = {"next": target, **_about(request, code), "form": CodeForm(), "refusal": refusal}
        return render(request, "accounts/code.html", told, status=UNPROCESSABLE)
    return redirect(f"{reverse('accounts:sign-in-code')}?{urlencode({'next': target})}")


def _asking(form: PhoneForm, target: str) -> dict[str, object]:
    return {"form": form, "next": target, "outside": ways(target)}


def _show_code(request: HouseRequest, target: str) -> HttpResponse:
    if (code := _code(request)) is None:
        return _from_the_start(target)
    about = _about(request, code)
    own = about if about["wait"] else {"ends": about["ends"]}  # the template looks whether there is a wait
    return render_shared(
        request, "accounts/code.html", lambda: {"form": CodeForm(), "next": target, **about},
        seconds=STAYS, own=own, kind=bool(about["wait"]),
    )  # fmt: skip


def _from_the_start(target: str) -> HttpResponse:
    return redirect(f"{reverse('accounts:sign-in')}?{urlencode({'next': target})}")


def _send(request: HouseRequest, phone: str) -> None:
    code, digits = sign_in.issue_code(phone=phone, network=network_of(request), at=request.now)
    text = gettext("【同心】您的登录验证码是%(code)s，5分钟内有效。不要告诉任何人，工会工作人员不会向您要。")
    sender().send(code.phone_text(), text % {"code": digits}, at=request.now)
    request.session[HANDLE] = code.public_id


def _enter(request: HouseRequest, values: dict[str, Any], target: str) -> HttpResponse:
    account = sign_in.account_by_code(
        handle=request.session.get(HANDLE, ""), digits=values["code"], network=network_of(request), at=request.now
    )
    if sign_in.owner_unsure(account, request.now):
        return ask_owner(request, account, target, own_device=values["own_device"])
    outside = found_before(request.session)
    open_for_worker(request, account, own_device=values["own_device"])
    link_found(outside, account, request)
    request.session.pop(HANDLE, None)
    response = redirect(target)
    keep_language(request, response, account)
    return response


def _code(request: HouseRequest) -> SignInCode | None:
    """The code that this browser asked for, used up or not."""
    handle = request.session.get(HANDLE, "")
    return code_of(handle) if handle else None


def _about(request: HouseRequest, code: SignInCode) -> dict[str, object]:
    number = code.phone_text()
    return {
        "ends": f"{number[-4:]}",
        "wait": max(0, round((code.sent_at + sign_in.RESEND - request.now).total_seconds())),
    }


urlpatterns = [
    path("sign-in/", ask_phone, name="sign-in"),
    path("sign-in/code/", ask_code, name="sign-in-code"),
    path("sign-in/code/again/", resend, name="sign-in-again"),
]
