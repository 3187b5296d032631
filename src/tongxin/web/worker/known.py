"""How well one is known here and how to be known better; and changing one's own number."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from tongxin.kernel import phones
from tongxin.kernel.refused import Refused
from tongxin.notices.senders import sender
from tongxin.people import names, outside
from tongxin.people.actions import phone_changes, sign_in, verification
from tongxin.people.models import Person
from tongxin.people.models.persons import Assurance
from tongxin.people.queries.windows import checks_of
from tongxin.web.accounts.network import network_of
from tongxin.web.answers import UNPROCESSABLE, render_form, render_part
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, OpenTo, page
from tongxin.web.second_factor import second_factor_done

KNOWN, PHONE = "worker/me/known.html", "worker/me/phone.html"
CODES = "tx_phone_codes"
STEPS = {
    Assurance.DECLARED: (_("您自己填的"), _("登录后填了姓名就是这一级。")),
    Assurance.ROSTER: (_("和工会花名册相符"), _("您的工会导入花名册时有您，自动达到；也可以请工会登记。")),
    Assurance.SEEN: (_("窗口看过证件"), _("带身份证到任何一个工会窗口，当场办好。")),
    Assurance.CONFIRMED: (_("外部核验一致"), _("经您同意，把姓名和证件号码交给核验服务核对。")),
}
ANSWERS = {
    outside.Answer.YES: _("核验一致，您的身份已到最高一级。"),
    outside.Answer.NO: _("核验服务说姓名和号码不一致。请带身份证到工会窗口看看登记。"),
    outside.Answer.UNKNOWN: _("核验服务查不到，登记没有变化。请带身份证到工会窗口核验。"),
}


class NumberForm(HouseForm):
    phone = forms.CharField(
        label=_("新手机号"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel", "type": "tel"}),
    )
    why = {"phone": _("以后用新号码登录和收通知。换好后，别处的登录会退出。")}


class CodesForm(HouseForm):
    new = forms.CharField(label=_("新手机号收到的验证码"), max_length=12)
    old = forms.CharField(label=_("原来的手机号收到的验证码"), max_length=12)

    def __init__(self, *args: Any, with_old: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs |= {"inputmode": "numeric", "autocomplete": "one-time-code", "class": "w-code6"}
        if not with_old:
            del self.fields["old"]


@page(open_to=OpenTo.WORKER)
@never_cache
def known(request: HouseRequest) -> HttpResponse:
    """The four levels, where one stands, and the next step; sent with consent, the outside service is asked."""
    person = Person.objects.get(account=request.user)
    context = _levels(person)
    if request.method == "POST":
        try:
            consent = request.POST.get("consent") == "1"
            answer = verification.ask_outside(person=person, consent=consent, by=request.actor, at=request.now)
        except Refused as refusal:
            return render_part(request, KNOWN, context | {"refusal": refusal}, UNPROCESSABLE)
        messages.info(request, ANSWERS[answer])
        return redirect("worker:known")
    return render_part(request, KNOWN, context)


def _levels(person: Person) -> dict[str, Any]:
    steps = [
        {"words": words, "how": how, "level": int(level), "reached": level <= person.assurance}
        for level, (words, how) in STEPS.items()
    ]
    checks = [one for one in checks_of(person) if one.passed]
    return {
        "person": person,
        "steps": steps,
        "next": next((step for step in steps if not step["reached"]), None),
        "checks": [(one, gettext(verification.HOW.get(one.how, "外部核验"))) for one in checks],
        "outside": outside.service() is not None
        and person.document is not None
        and person.assurance < Assurance.CONFIRMED,
    }


@page(open_to=OpenTo.WORKER)
@never_cache
def phone(request: HouseRequest) -> HttpResponse:
    """First the new number, to which (and to the old one) a code goes; then both codes."""
    held = request.user.phone is not None
    if not held and request.user.has_usable_password() and not second_factor_done(request):
        raise Refused("factor-needed", "请先用工作账号登录，再加手机号。")
    waits = request.session.get(CODES) if request.GET.get("step") == "codes" else None
    data = request.POST or None
    form: HouseForm = CodesForm(data, with_old=held) if waits else NumberForm(data)
    if request.method == "POST" and form.is_valid():
        try:
            return _change(request, form.cleaned_data, waits) if waits else _send(request, form.cleaned_data["phone"])
        except Refused as refusal:
            form.refuse(refusal, None if waits else "phone")
    mine = names.mask_phone(request.user.phone.open()) if held else ""
    return render_form(request, PHONE, form, {"mine": mine, "to": waits and waits["to"], "held": held})


def _send(request: HouseRequest, number: str) -> HttpResponse:
    new, old = phones.canonical_mobile(number), request.user.phone.open() if request.user.phone else ""
    if new == old:
        raise Refused("phone-same", "新号码和原来的一样，不用更换。")
    sent = {"new": _code(request, new), "to": names.mask_phone(new)}
    if old:
        sent["old"] = _code(request, old)
    request.session[CODES] = sent
    return redirect(f"{request.path}?step=codes")


def _code(request: HouseRequest, number: str) -> str:
    code, digits = sign_in.issue_code(phone=number, network=network_of(request), at=request.now)
    text = gettext(
        "【同心】您正在更换登录手机号，验证码是%(code)s，5分钟内有效。不是您本人操作，请不要理会，也不要告诉任何人。"
    )
    sender().send(number, text % {"code": digits}, at=request.now)
    return str(code.public_id)


def _change(request: HouseRequest, typed: dict[str, str], sent: dict[str, str]) -> HttpResponse:
    def code(name: str) -> tuple[str, str] | None:
        return (sent[name], "".join(typed[name].split())) if name in sent and name in typed else None

    new = code("new")
    assert new is not None
    network = network_of(request)
    account = phone_changes.change_own(account=request.user, new=new, old=code("old"), network=network, at=request.now)
    request.session.pop(CODES, None)
    update_session_auth_hash(request, account)
    messages.success(request, gettext("登录手机号已更换，别处的登录已退出。"))
    return redirect("worker:record")


urlpatterns = [path("me/known/", known, name="known"), path("me/phone/", phone, name="phone")]
