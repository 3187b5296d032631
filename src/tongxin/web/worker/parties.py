"""Going together: asking others to come along, joining by one's own hand, leaving; who entered answers for the whole."""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.calls.actions import parties
from tongxin.calls.models import Application
from tongxin.calls.queries.outcomes import wishes_of
from tongxin.calls.queries.parties import party_of
from tongxin.calls.states import LIVE
from tongxin.kernel.refused import Refused
from tongxin.people.models import Person
from tongxin.web import call_words
from tongxin.web.answers import render_form, render_part, render_refusal
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, OpenTo, page
from tongxin.web.worker.applications import ONE, context, own_of, shown_all

JOIN, INVITE = "worker/applications/join.html", "worker/applications/invite.html"


class InviteForm(HouseForm):
    why: ClassVar[dict[str, Any]] = {
        "number": _("只用来找到这一位，不会显示给您，也不告诉您有没有找到：免得有人拿号码去试。"),
    }
    name = forms.CharField(label=_("姓名"), max_length=40)
    number = forms.CharField(label=_("手机号或证件号码"), max_length=40, help_text=_("写完整，和登记的一致。"))


@page(open_to=OpenTo.WORKER)
def invite(request: HouseRequest, application_id: str) -> HttpResponse:
    """By who entered. The answer is the same whether or not there is such a person."""
    own = own_of(request, application_id)
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            parties.invite(application=own, **form.cleaned_data, by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal, "number" if refusal.code == "number-short" else None)
        else:
            said = gettext("已办。姓名和号码与登记一致的，本人会收到消息，点开就能加入；没收到的，把链接发给对方。")
            messages.success(request, said)
            return redirect("worker:application", application_id)
    return render_form(request, INVITE, form, {"own": own, "rule": call_words.party(own.call)})


@page(open_to=OpenTo.WORKER)
def join(request: HouseRequest, application_id: str) -> HttpResponse:
    """Whoever has the link of who entered goes along, by their own hand; the page says nothing of who entered."""
    found: Application = get_object_or_404(
        shown_all(), public_id=application_id, state__in=LIVE, call__party_most__gt=1
    )
    shown = {
        "found": found, "wishes": wishes_of(found), "rule": call_words.party(found.call),
        "grows": party_of(found, request.now).grows,
    }  # fmt: skip
    if request.method == "POST":
        person = Person.objects.get(account=request.user)
        try:
            parties.join(application=found, person=person, by=request.actor, at=request.now)
        except Refused as refusal:
            return render_refusal(request, JOIN, shown, refusal)
        messages.success(request, gettext("已加入。"))
        return redirect("worker:application", application_id)
    return render_part(request, JOIN, shown)


@page(open_to=OpenTo.WORKER, methods=("POST",))
def leave(request: HouseRequest, application_id: str) -> HttpResponse:
    own = own_of(request, application_id)
    person = Person.objects.get(account=request.user)
    try:
        parties.leave(application=own, person=person, by=request.actor, at=request.now)
    except Refused as refusal:
        return render_refusal(request, ONE, context(request, own_of(request, application_id)), refusal)
    messages.success(request, gettext("已退出这一组。"))
    return redirect("worker:me")


urlpatterns = [
    path("applications/<slug:application_id>/invite/", invite, name="application-invite"),
    path("applications/<slug:application_id>/join/", join, name="application-join"),
    path("applications/<slug:application_id>/leave/", leave, name="application-leave"),
]
