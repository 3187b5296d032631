"""Objections against what one's union published: answered with a reason; upheld, the award that is named stands still."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext, gettext_lazy

from tongxin.calls.actions import awards, publications
from tongxin.calls.models import Objection, Publication
from tongxin.calls.queries.lists import objections_within
from tongxin.calls.states import AwardState, ObjectionState
from tongxin.kernel.refused import Refused
from tongxin.people.powers import Power
from tongxin.web.answers import render_form, render_part
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, page
from tongxin.web.paging import paged

LIST, ONE, NEW = "staff/calls/objections.html", "staff/calls/objection.html", "staff/calls/objection_new.html"
UNDER = {"words-missing": "words", "ticket-unknown": "ticket"}


class AnswerForm(HouseForm):
    upheld = forms.ChoiceField(
        label=gettext_lazy("答复"),
        choices=[("no", gettext_lazy("不成立")), ("yes", gettext_lazy("成立"))],
        widget=forms.RadioSelect,
        help_text=gettext_lazy("成立的：写了票号的那份名额先暂停；整个结果有问题的，要另行公告，不会自动重抽。"),
    )
    words = forms.CharField(
        label=gettext_lazy("理由"),
        max_length=1000,
        widget=forms.Textarea,
        help_text=gettext_lazy("所有人都会看到，不要写姓名、电话和证件号码。"),
    )


class NewForm(HouseForm):
    came_by = forms.CharField(
        label=gettext_lazy("怎样收到的"), max_length=60, help_text=gettext_lazy("比如来电、来信、窗口。不记名字。")
    )
    ticket = forms.CharField(label=gettext_lazy("票号"), max_length=32, required=False)
    words = forms.CharField(label=gettext_lazy("说了什么"), max_length=1000, widget=forms.Textarea)


class DecideForm(HouseForm):
    deed = forms.ChoiceField(
        label=gettext_lazy("暂停的名额"),
        choices=[("restore", gettext_lazy("恢复")), ("revoke", gettext_lazy("收回，给候补的下一位"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200, help_text=gettext_lazy("本人会看到。"))


@page(power=Power.RUN_CALLS, methods=("GET",))
def objections(request: HouseRequest) -> HttpResponse:
    answered = request.GET.get("show") == "answered"
    found = paged(request, objections_within(request.actor, answered=answered))
    return render_part(request, LIST, {"page": found.of(list(found.rows)), "answered": answered})


@page(power=Power.RUN_CALLS)
def objection(request: HouseRequest, objection_id: str) -> HttpResponse:
    one = _one(request, objection_id)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        upheld, words = form.cleaned_data["upheld"] == "yes", form.cleaned_data["words"]
        try:
            publications.answer(objection=one, upheld=upheld, words=words, by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal, UNDER.get(refusal.code))
        else:
            messages.success(request, gettext("已答复，公示页上能看到。"))
            return redirect("staff:objection", objection_id)
    return render_form(request, ONE, form, _shown(one) | {"decide": DecideForm()})


@page(power=Power.RUN_CALLS, methods=("POST",))
def decide(request: HouseRequest, objection_id: str) -> HttpResponse:
    """What becomes of the award that stands still."""
    one, form = _one(request, objection_id), DecideForm(request.POST)
    if form.is_valid() and one.award is not None:
        deed = awards.restore if form.cleaned_data["deed"] == "restore" else awards.revoke
        try:
            deed(award=one.award, why=form.cleaned_data["reason"], by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, gettext("已办好，本人会收到消息。"))
            return redirect("staff:objection", objection_id)
    return render_form(request, ONE, form, _shown(_one(request, objection_id)) | {"decide": form})


@page(power=Power.RUN_CALLS)
def note(request: HouseRequest, publication_id: str) -> HttpResponse:
    """One that came by phone or letter."""
    rows = Publication.objects.within(request.actor, Power.RUN_CALLS)
    found: Publication = get_object_or_404(rows, public_id=publication_id)
    form = NewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            publications.object_to(publication=found, **form.cleaned_data, by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal, UNDER.get(refusal.code))
        else:
            messages.success(request, gettext("已登记。"))
            return redirect("staff:objections")
    return render_form(request, NEW, form, {"found": found})


def _one(request: HouseRequest, objection_id: str) -> Objection:
    rows = Objection.objects.within(request.actor, Power.RUN_CALLS)
    found: Objection = get_object_or_404(
        rows.select_related("publication__call__union", "award__application", "person"), public_id=objection_id
    )
    return found


def _shown(one: Objection) -> dict[str, Any]:
    return {
        "one": one,
        "waits": one.state == ObjectionState.FILED,
        "suspended": one.award is not None and one.award.state == AwardState.SUSPENDED,
    }


urlpatterns = [
    path("objections/", objections, name="objections"),
    path("objections/<slug:objection_id>/", objection, name="objection"),
    path("objections/<slug:objection_id>/decide/", decide, name="objection-decide"),
    path("outcomes/<slug:publication_id>/objection/", note, name="objection-new"),
]
