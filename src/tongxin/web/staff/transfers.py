"""会籍转接 at a desk: what comes in, what goes out, and asking for a worker."""

from datetime import timedelta
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.views.decorators.cache import never_cache

from tongxin.kernel.refused import Refused
from tongxin.people.actions import transfers
from tongxin.people.actions.transfers import NEW, OLD
from tongxin.people.authority import may
from tongxin.people.masks import Purpose, shown
from tongxin.people.models import Transfer
from tongxin.people.models.persons import DocumentKind
from tongxin.people.models.transfers import TransferAsker
from tongxin.people.powers import Power
from tongxin.people.queries import lookup
from tongxin.people.queries.transfers import ENDED, OVERDUE, WAITING, moves_of, to_answer, transfers_within
from tongxin.people.states import TransferAnswer, TransferState
from tongxin.unions.queries import living, named
from tongxin.web.answers import render_form, render_part
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, page
from tongxin.web.paging import paged

LIST, ONE, NEW_PAGE = "staff/transfers/list.html", "staff/transfers/one.html", "staff/transfers/new.html"
SHOWS: Final = {WAITING: "办理中", OVERDUE: "已逾期", ENDED: "已办结"}
YEAR: Final = timedelta(days=365)
SIDES: Final = {OLD: "转出", NEW: "转入"}


class AskForm(HouseForm):
    name = forms.CharField(label="姓名", max_length=40)
    number = forms.CharField(label="证件号码", max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    to_union = forms.CharField(label="转到哪个工会", max_length=120, help_text="全称或代码。")
    reason = forms.CharField(label="原因", max_length=200, required=False)


@page(power=Power.REVIEW_JOINING, methods=("GET",))
def listing(request: HouseRequest) -> HttpResponse:
    show = request.GET.get("show", WAITING)
    show = show if show in SHOWS else WAITING
    found = paged(request, to_answer(request.actor, show=show, at=request.now))
    rows = [_row(request, one) for one in found.rows]
    return render_part(request, LIST, {"page": found.of(rows), "show": show, "shows": SHOWS.items()})


@page(power=Power.REVIEW_JOINING)
def ask(request: HouseRequest) -> HttpResponse:
    """For a worker who came to the counter, by the paper that they showed."""
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = _ask(request, form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "已提出，本人和对方工会会收到通知。")
            return redirect("staff:transfer", made.public_id)
    return render_form(request, NEW_PAGE, form)


@page(power=Power.REVIEW_JOINING, methods=("GET",))
@never_cache
def transfer(request: HouseRequest, public_id: str) -> HttpResponse:
    return render_part(request, ONE, _shown(request, _one(request, public_id)))


@page(power=Power.REVIEW_JOINING, methods=("POST",))
def answer(request: HouseRequest, public_id: str) -> HttpResponse:
    one = _one(request, public_id)
    side = request.POST.get("side", "")
    if side not in SIDES:
        raise Refused("side-unknown", "请从页面上的按钮答复。")
    transfers.answer(
        transfer=one, side=side, yes=request.POST.get("yes") == "1", why=request.POST.get("why", ""),
        by=request.actor, at=request.now,
    )  # fmt: skip
    messages.success(request, "已答复，本人会收到通知。")
    return redirect("staff:transfer", public_id)


@page(power=Power.REVIEW_JOINING, methods=("POST",))
def withdraw(request: HouseRequest, public_id: str) -> HttpResponse:
    transfers.withdraw(transfer=_one(request, public_id), by=request.actor, at=request.now)
    messages.success(request, "已撤回。")
    return redirect("staff:transfer", public_id)


def _ask(request: HouseRequest, values: dict[str, str]) -> Transfer:
    """Name and number both right, as for claims: strangers learn nothing from a wrong guess."""
    person = lookup.by_document(DocumentKind.RESIDENT_ID, values["number"])
    if person is None or person.name != values["name"].strip():
        raise Refused("person-not-found", "没有找到姓名和证件号码都一致的登记，请核对证件。没有登记的，请办入会。")
    to_union = named(values["to_union"], among=living(request.actor.on), on=request.actor.on)
    if to_union is None:
        raise Refused("union-unknown", "没有找到转入的工会，请填全称或代码。")
    return transfers.ask(person=person, to_union=to_union, reason=values["reason"], by=request.actor, at=request.now)


def _one(request: HouseRequest, public_id: str) -> Transfer:
    found: Transfer = get_object_or_404(transfers_within(request.actor), public_id=public_id)
    return found


def _row(request: HouseRequest, one: Transfer) -> dict[str, Any]:
    return {
        "one": one,
        "name": shown(one.person, "name", Purpose.STAFF_LIST),
        "late": one.state == TransferState.WAITING and one.due_at <= request.now,
    }


def _shown(request: HouseRequest, one: Transfer) -> dict[str, Any]:
    waits = one.state == TransferState.WAITING
    answers = {OLD: (one.union, one.old_answer), NEW: (one.to_union, one.new_answer)}
    return _row(request, one) | {
        "waits": waits,
        "fields": [
            (label, shown(one.person, field, Purpose.STAFF_DETAIL) or "没填")
            for field, label in (("document", "证件号码"), ("phone", "手机号"), ("employer", "工作单位"))
        ],
        "sides": [
            {
                "key": side,
                "label": SIDES[side],
                "union": union,
                "said": TransferAnswer(said).label,
                "mine": waits and said == TransferAnswer.NONE and may(request.actor, Power.REVIEW_JOINING, union),
            }
            for side, (union, said) in answers.items()
        ],
        "withdraws": waits and _asked_here(request, one),
        "moves": moves_of(one.person_id, since=request.actor.on - YEAR),
        "crosses": one.person.federation != one.to_union.federation,
        "steps": one.steps.select_related("union").order_by("at", "pk"),
    }


def _asked_here(request: HouseRequest, one: Transfer) -> bool:
    union = {TransferAsker.OLD_UNION: one.union, TransferAsker.NEW_UNION: one.to_union}.get(TransferAsker(one.asker))
    return union is not None and may(request.actor, Power.REVIEW_JOINING, union)


urlpatterns = [
    path("transfers/", listing, name="transfers"),
    path("transfers/new/", ask, name="transfer-new"),
    path("transfers/<slug:public_id>/", transfer, name="transfer"),
    path("transfers/<slug:public_id>/answer/", answer, name="transfer-answer"),
    path("transfers/<slug:public_id>/withdraw/", withdraw, name="transfer-withdraw"),
]
