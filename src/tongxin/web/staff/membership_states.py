"""One stay at a desk: retained, retired, resumed; reminded and, in the end, lapsed. Each step is a person's."""

from collections.abc import Callable
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.views.decorators.cache import never_cache

from tongxin.kernel.refused import Refused
from tongxin.people.actions import membership_states as states
from tongxin.people.membership_rules import rule
from tongxin.people.models import Membership
from tongxin.people.models.memberships import RetainReason
from tongxin.people.powers import Power
from tongxin.web.answers import render_part
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, page
from tongxin.web.staff.people_forms import day_input

PAGE: Final = "staff/people/state.html"


class RetainForm(HouseForm):
    on = forms.DateField(label="从哪天起", widget=day_input())
    because = forms.ChoiceField(label="原因", choices=[("", "请选择"), *RetainReason.choices])


class RetireForm(HouseForm):
    on = forms.DateField(label="退休日期", widget=day_input())


class RemindForm(HouseForm):
    idle_since = forms.DateField(
        label="从哪天起没有交会费、没有参加",
        widget=day_input(),
        help_text="要满6个月。这里记着参加过活动的，提醒不了。",
    )


class NoForm(HouseForm):
    pass


FORMS: Final[dict[str, type[HouseForm]]] = {
    "retain": RetainForm, "retire": RetireForm, "remind": RemindForm,
    "resume": NoForm, "stay": NoForm, "lapse": NoForm,
}  # fmt: skip
DEEDS: Final[dict[str, Callable[..., Membership]]] = {
    "retain": states.retain, "retire": states.retire, "remind": states.remind,
    "resume": states.resume, "stay": states.stay_on, "lapse": states.lapse,
}  # fmt: skip
SAID: Final = {
    "retain": "已办会籍保留，本人会收到通知。",
    "retire": "已记为退休会员，本人会收到通知。",
    "resume": "会籍已恢复。",
    "remind": "已提醒本人。",
    "stay": "提醒已撤下，会籍照常。",
    "lapse": "已按自动退会结束，历史仍可查。",
}


@page(power=Power.MANAGE_PEOPLE)
@never_cache
def state(request: HouseRequest, public_id: str) -> HttpResponse:
    stays = Membership.objects.within(request.actor, Power.MANAGE_PEOPLE).select_related("person", "union")
    stay = get_object_or_404(stays, person__public_id=public_id, ends=None)
    verb = request.POST.get("verb", "")
    if request.method != "POST":
        return render_part(request, PAGE, _shown(request, stay))
    if verb not in DEEDS:
        raise Refused("verb-unknown", "请从页面上的按钮办理。")
    form = FORMS[verb](request.POST, prefix=verb)
    if form.is_valid():
        try:
            DEEDS[verb](membership=stay, by=request.actor, at=request.now, **_values(form))
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, SAID[verb])
            return redirect("staff:people") if verb == "lapse" else redirect("staff:person-state", public_id)
    return render_part(request, PAGE, _shown(request, stay, verb, form), 422)


def _values(form: HouseForm) -> dict[str, Any]:
    """`why` is what a form calls its explanations."""
    return {"why" if name == "because" else name: value for name, value in form.cleaned_data.items()}


def _shown(request: HouseRequest, stay: Membership, verb: str = "", form: HouseForm | None = None) -> dict[str, Any]:
    initial = {"on": request.actor.on}
    offered = {name: kind(prefix=name, initial=initial) for name, kind in FORMS.items()}
    if form is not None:
        offered[verb] = form
    return {
        "stay": stay, "person": stay.person, "rule": rule(stay.state, request.actor.on), "verb": verb, "form": form,
        "forms": offered,
        "answer_by": states.answer_by(stay) if stay.reminded_on else None,
        "may_lapse": stay.reminded_on is not None and states.answer_by(stay) <= request.now,
    }  # fmt: skip


urlpatterns = [path("people/<slug:public_id>/state/", state, name="person-state")]
