"""At a window: who stands here? Found by name and number, verified by paper, given back a lost number."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.cache import never_cache

from tongxin.kernel.refused import Refused
from tongxin.notices.senders import sender
from tongxin.people import outside
from tongxin.people.actions import phone_changes, sign_in, verification
from tongxin.people.masks import Purpose, shown
from tongxin.people.models import Account, Membership, Person
from tongxin.people.models.persons import DocumentKind
from tongxin.people.powers import Power
from tongxin.people.queries import windows
from tongxin.web.accounts.network import network_of
from tongxin.web.answers import UNPROCESSABLE, render_form, render_part
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, page

FIND, CHECK, PHONE = "staff/window/find.html", "staff/window/check.html", "staff/window/phone.html"
HANDLE = "tx_window_phone"
NO_MEMORY = {"autocomplete": "off"}
ANSWERS = {
    outside.Answer.YES: "外部核验一致，身份已核验到最高一级。",
    outside.Answer.NO: "外部核验说姓名和号码不一致，核验程度没有变化。请对照证件看看登记。",
    outside.Answer.UNKNOWN: "外部核验查不到这个人，核验程度没有变化。",
}


class FindForm(HouseForm):
    name = forms.CharField(label="姓名", max_length=60, widget=forms.TextInput(attrs=NO_MEMORY))
    number = forms.CharField(
        label="证件号码或手机号", max_length=40, help_text="要完整的号码。", widget=forms.TextInput(attrs=NO_MEMORY)
    )


class PaperForm(HouseForm):
    name = forms.CharField(label="证件上的姓名", max_length=60, widget=forms.TextInput(attrs=NO_MEMORY))
    kind = forms.ChoiceField(label="证件类型", choices=DocumentKind.choices)
    number = forms.CharField(label="证件上的号码", max_length=40, widget=forms.TextInput(attrs=NO_MEMORY))
    why = {"number": "看着证件录入，不看屏幕：和登记的完整号码一致才算核验过。录错不会改动登记。"}


class NewPhoneForm(PaperForm):
    phone = forms.CharField(
        label="新手机号", max_length=30, widget=forms.TextInput(attrs={"inputmode": "tel", **NO_MEMORY})
    )
    code = forms.CharField(
        label="新手机收到的验证码",
        max_length=12,
        help_text="先点“发验证码”，请本人读给您听。",
        widget=forms.TextInput(attrs={"inputmode": "numeric", **NO_MEMORY}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].required = self.data.get("step") != "send"


@page(power=Power.VERIFY_PEOPLE)
@never_cache
def find(request: HouseRequest) -> HttpResponse:
    form = FindForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = windows.at_window(request.actor, Power.VERIFY_PEOPLE, **form.cleaned_data)
        if person is not None:
            return redirect("staff:person-check", person.public_id)
        form.refuse(
            Refused(
                "nobody", "没有找到姓名和号码都一致、归您办理的登记。请核对后再试，或请本人先用手机登记，再来核验。"
            )
        )
    return render_form(request, FIND, form)


@page(power=Power.VERIFY_PEOPLE)
@never_cache
def check(request: HouseRequest, public_id: str) -> HttpResponse:
    """Three ways: typed from the paper, compared with the screen, asked outside with the person's consent."""
    person = _person(request, public_id)
    way = request.POST.get("way", "")
    form = PaperForm(request.POST if way == "paper" else None)
    if request.method == "POST" and (way != "paper" or form.is_valid()):
        try:
            said = _verify(request, person, way, form)
        except Refused as refusal:
            if way != "paper":
                return render_part(
                    request, CHECK, _about(request, person) | {"form": form, "refusal": refusal}, UNPROCESSABLE
                )
            form.refuse(refusal, "number" if refusal.code.startswith(("id-", "document-n")) else None)
        else:
            messages.success(request, said)
            return redirect("staff:person-check", public_id)
    return render_form(request, CHECK, form, _about(request, person))


def _verify(request: HouseRequest, person: Person, way: str, form: PaperForm) -> str:
    if way == "paper":
        verification.confirm_on_paper(person=person, by=request.actor, at=request.now, **form.cleaned_data)
        return "已核验：证件和登记一致。"
    if way == "outside":
        consent = request.POST.get("consent") == "1"
        answer = verification.ask_outside(person=person, consent=consent, by=request.actor, at=request.now)
        return ANSWERS[answer]
    verification.confirm_on_screen(person=person, by=request.actor, at=request.now)
    return "已核验：您确认证件和屏幕一致。"


@page(power=Power.VERIFY_PEOPLE)
@never_cache
def phone(request: HouseRequest, public_id: str) -> HttpResponse:
    """The button 发验证码 sends a code to the new number; the other one changes it, paper and code being right."""
    person = _person(request, public_id)
    form = NewPhoneForm(request.POST or None)
    sent = False
    if request.method == "POST" and form.is_valid():
        try:
            if request.POST.get("step") != "send":
                return _change(request, person, form.cleaned_data)
            _send(request, form.cleaned_data["phone"])
            sent = True
        except Refused as refusal:
            form.refuse(refusal, _field(refusal.code))
    return render_form(request, PHONE, form, _about(request, person) | {"sent": sent})


def _change(request: HouseRequest, person: Person, values: dict[str, Any]) -> HttpResponse:
    handle, to = request.session.get(HANDLE, ["", ""])
    if to != values["phone"]:
        raise Refused("code-first", "这个号码还没有收到验证码，请先点“发验证码”。")
    paper = {name: values[name] for name in ("name", "kind", "number")}
    new, network = (handle, "".join(values["code"].split())), network_of(request)
    phone_changes.change_at_window(
        person=person, new=new, network=network, by=request.actor, at=request.now, **paper
    )  # fmt: skip
    request.session.pop(HANDLE, None)
    messages.success(request, "已更换登录手机号。原来的登录已退出，本人会在消息里看到。")
    return redirect("staff:person-check", person.public_id)


def _send(request: HouseRequest, number: str) -> None:
    code, digits = sign_in.issue_code(phone=number, network=network_of(request), at=request.now)
    text = f"【同心】您正在工会窗口更换登录手机号，验证码{digits}，5分钟内有效。请读给窗口的工作人员；不在窗口，请不要告诉任何人。"
    sender().send(code.phone_text(), text, at=request.now)
    request.session[HANDLE] = [code.public_id, number]


def _field(code: str) -> str | None:
    starts = {"phone-": "phone", "code-": "code", "id-": "number"}
    return next((field for start, field in starts.items() if code.startswith(start)), None)


def _person(request: HouseRequest, public_id: str) -> Person:
    person = windows.reachable(request.actor, Power.VERIFY_PEOPLE, public_id)
    if person is None:
        raise Http404
    return person


def _about(request: HouseRequest, person: Person) -> dict[str, Any]:
    fields = (("name", "姓名"), ("document", "证件号码"), ("phone", "手机号"), ("born", "出生日期"))
    return {
        "person": person,
        "facts": [(label, shown(person, field, Purpose.STAFF_DETAIL) or "没有登记") for field, label in fields],
        "checks": [(one, verification.HOW.get(one.how, f"外部核验（{one.how}）")) for one in windows.checks_of(person)],
        "account": Account.objects.filter(person=person).exists(),
        "can_ask": request.actor.holds(Power.ACT_FOR_WORKER),
        "stay": Membership.objects.filter(person=person, ends=None).first(),
        "outside": outside.service() is not None,
    }


urlpatterns = [
    path("window/", find, name="window"),
    path("people/<slug:public_id>/check/", check, name="person-check"),
    path("people/<slug:public_id>/phone/", phone, name="person-phone"),
]
