"""福利互认: which federation opens its universal benefits to whose members, under which agreement, from when until when."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.benefits.actions import recognitions as actions
from tongxin.benefits.models import Recognition
from tongxin.benefits.queries.reach import in_force
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.people.powers import Power
from tongxin.people.scoping import unions_within
from tongxin.unions.models import Agreement, AgreementParty, Union
from tongxin.web import english
from tongxin.web.answers import render_form, render_part
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, page
from tongxin.web.paging import paged
from tongxin.web.staff.choosing import UnionField, union_field
from tongxin.web.staff.fields import DayField

LIST, NEW, END = "staff/recognitions/list.html", "staff/recognitions/new.html", "staff/recognitions/end.html"
UNDER = {
    "no-power": "giver", "agreement-stranger": "taker", "recognition_between_two": "taker",
    "recognition-before-agreement": "starts", "recognition_days": "ends", "recognition_once": "starts",
}  # fmt: skip


class RecogniseForm(HouseForm):
    agreement = forms.ModelChoiceField(
        Agreement.objects.none(), label=_("依据哪份协议"), to_field_name="public_id", empty_label=_("请选择")
    )
    clause = forms.CharField(label=_("哪一条"), max_length=120, required=False)
    starts = DayField(label=_("从哪天起"))
    ends = DayField(label=_("到哪天止"), required=False, help_text=_("从这一天起不再互认。不填就随协议。"))

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agreement = self.fields["agreement"]
        agreement.queryset = agreements(actor)  # type: ignore[attr-defined]
        agreement.label_from_instance = lambda row: english.plain(row.name)  # type: ignore[attr-defined]
        self.fields["giver"] = union_field(actor, Power.MANAGE_UNIONS, label=_("谁开放（我方）"))
        parties = AgreementParty.objects.filter(agreement__in=agreements(actor)).values("union")
        self.fields["taker"] = UnionField(Union.objects.filter(pk__in=parties), actor.on, label=_("向谁的会员开放"))
        self.order_fields(["agreement", "giver", "taker"])


class EndForm(HouseForm):
    on = DayField(label=_("从哪天起不再互认"), help_text=_("已经发出的券照常用到最后一天"))


@page(power=Power.MANAGE_UNIONS, methods=("GET",))
def recognitions(request: HouseRequest) -> HttpResponse:
    rows = _seen(request.actor).select_related("agreement", "giver", "taker").order_by("-starts", "-pk")
    found = paged(request, rows)
    live = set(in_force(request.actor.on).filter(pk__in=[row.pk for row in found]).values_list("pk", flat=True))
    mine = set(unions_within(request.actor, Power.MANAGE_UNIONS).values_list("pk", flat=True))
    shown = [{"row": row, "live": row.pk in live, "mine": row.giver_id in mine} for row in found]
    return render_part(request, LIST, {"page": found.of(shown), "today": request.actor.on})


@page(power=Power.MANAGE_UNIONS)
def new(request: HouseRequest) -> HttpResponse:
    form = RecogniseForm(request.actor, request.POST or None, initial={"starts": request.actor.on})
    if request.method == "POST" and form.is_valid():
        try:
            actions.recognise(**form.cleaned_data, by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal, UNDER.get(refusal.code))
        else:
            messages.success(request, gettext("已登记。协议双方都签了，从那天起对方的会员就能领我方的普惠福利。"))
            return redirect("staff:recognitions")
    return render_form(request, NEW, form)


@page(power=Power.MANAGE_UNIONS)
def end(request: HouseRequest, recognition_id: str) -> HttpResponse:
    row = get_object_or_404(_seen(request.actor), public_id=recognition_id)
    form = EndForm(request.POST or None, initial={"on": request.actor.on})
    if request.method == "POST" and form.is_valid():
        try:
            actions.end(recognition=row, on=form.cleaned_data["on"], by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal, "on")
        else:
            messages.success(request, gettext("已登记互认的结束日期。"))
            return redirect("staff:recognitions")
    return render_form(request, END, form, {"row": row})


def agreements(actor: Actor) -> QuerySet[Agreement]:
    """Those to which a union within reach is a party."""
    reach = unions_within(actor, Power.MANAGE_UNIONS).values("pk")
    return Agreement.objects.filter(pk__in=AgreementParty.objects.filter(union__in=reach).values("agreement"))


def _seen(actor: Actor) -> QuerySet[Recognition]:
    return Recognition.objects.filter(agreement__in=agreements(actor))


urlpatterns = [
    path("recognitions/", recognitions, name="recognitions"),
    path("recognitions/new/", new, name="recognition-new"),
    path("recognitions/<str:recognition_id>/end/", end, name="recognition-end"),
]
