"""群发: what was written, what it would cost and how it would read, a second person's answer, how far it is, the stop."""

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.views.decorators.cache import never_cache

from tongxin.kernel.refused import Refused
from tongxin.notices import previews
from tongxin.notices.actions import sendings
from tongxin.notices.models import Sending
from tongxin.notices.queries.audience import roster_of
from tongxin.notices.queries.progress import progress
from tongxin.notices.states import Audience, SendingState
from tongxin.people.authority import may
from tongxin.people.masks import Purpose, shown
from tongxin.people.models import Account
from tongxin.people.powers import Power
from tongxin.people.scoping import ScopedQuerySet
from tongxin.unions.models import Union
from tongxin.web.answers import render_form, render_part, render_refusal
from tongxin.web.guard import HouseRequest, page
from tongxin.web.paging import paged
from tongxin.web.staff.sendings_forms import DeclineForm, DraftForm, typed

LIST, NEW, ONE = "staff/sendings/list.html", "staff/sendings/form.html", "staff/sendings/one.html"
SHOWS: Final = {"": "全部", **dict(SendingState.choices)}
OUT: Final = {SendingState.RUNNING, SendingState.STOPPED, SendingState.DONE}


@page(power=Power.SEND_NOTICES, methods=("GET",))
def all_sendings(request: HouseRequest) -> HttpResponse:
    show = request.GET.get("show", "")
    rows = _seen(request).select_related("union").order_by("-at", "-pk")
    if show in SendingState:
        rows = rows.filter(state=show)
    return render_part(request, LIST, {"page": paged(request, rows), "show": show, "shows": SHOWS.items()})


@page(power=Power.SEND_NOTICES)
def new(request: HouseRequest) -> HttpResponse:
    roster = request.GET.get("cohort", "")
    initial = {"roster": roster, "audience": Audience.ROSTER} if roster else {}
    form = DraftForm(request.actor, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            union = form.cleaned_data["union"]
            made = sendings.write(union=union, draft=form.draft(), by=request.actor, at=request.now)
        except Refused as refusal:
            form.take(refusal)
        else:
            messages.success(request, "草稿已存。请看人数、费用和样例，再送批。")
            return redirect("staff:sending", made.public_id)
    return render_form(request, NEW, form)


@page(power=Power.SEND_NOTICES)
def edit(request: HouseRequest, public_id: str) -> HttpResponse:
    one = _one(request, public_id)
    form = DraftForm(request.actor, request.POST or None, initial=typed(one), fixed=True)
    if request.method == "POST" and form.is_valid():
        try:
            sendings.change(sending=one, draft=form.draft(), by=request.actor, at=request.now)
        except Refused as refusal:
            form.take(refusal)
        else:
            messages.success(request, "已改好。请再看一遍样例。")
            return redirect("staff:sending", public_id)
    return render_form(request, NEW, form, {"one": one})


@page(power=Power.SEND_NOTICES, methods=("GET",))
@never_cache
def sending(request: HouseRequest, public_id: str) -> HttpResponse:
    return render_part(request, f"{ONE}#progress", _about(request, _one(request, public_id)))


@page(power=Power.SEND_NOTICES, methods=("POST",))
def ask(request: HouseRequest, public_id: str) -> HttpResponse:
    return _do(request, public_id, sendings.ask, "已送批。批准的人会收到消息，有结果会告诉您。")


@page(power=Power.SEND_NOTICES, methods=("POST",))
def take_back(request: HouseRequest, public_id: str) -> HttpResponse:
    return _do(request, public_id, sendings.take_back, "已撤回，可以再改。")


@page(power=Power.SEND_NOTICES, methods=("POST",))
def stop(request: HouseRequest, public_id: str) -> HttpResponse:
    return _do(request, public_id, sendings.stop, "已停止。还没有发出去的不再发。")


@page(power=Power.APPROVE_SENDINGS, methods=("POST",))
def approve(request: HouseRequest, public_id: str) -> HttpResponse:
    return _do(request, public_id, sendings.approve, "已批准，马上开始发。发现不对，可以随时停止。")


@page(power=Power.APPROVE_SENDINGS, methods=("POST",))
def decline(request: HouseRequest, public_id: str) -> HttpResponse:
    one, form = _one(request, public_id), DeclineForm(request.POST)
    if form.is_valid():
        try:
            why = form.cleaned_data["why_not"]
            sendings.decline(sending=one, why=why, by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "已答复，写的人会看到原因。")
            return redirect("staff:sending", public_id)
    return render_form(request, ONE, form, _about(request, one) | {"form": form})


def _do(request: HouseRequest, public_id: str, deed: Callable[..., object], said: str) -> HttpResponse:
    """The page again with the words, where the deed was refused."""
    one = _one(request, public_id)
    try:
        deed(sending=one, by=request.actor, at=request.now)
    except Refused as refusal:
        return render_refusal(request, ONE, _about(request, one), refusal)
    messages.success(request, said)
    return redirect("staff:sending", public_id)


def _seen(request: HouseRequest) -> ScopedQuerySet:
    """What one may write there, and what one may approve there."""
    rows = Sending.objects.within(request.actor, Power.SEND_NOTICES)
    return rows | Sending.objects.within(request.actor, Power.APPROVE_SENDINGS)


def _one(request: HouseRequest, public_id: str) -> Sending:
    found: Sending = get_object_or_404(_seen(request).select_related("union"), public_id=public_id)
    return found


def _about(request: HouseRequest, one: Sending) -> dict[str, Any]:
    actor = request.actor
    mine = one.account == actor.account_id or (actor.person_id is not None and one.person == actor.person_id)
    over = may(actor, Power.APPROVE_SENDINGS, one.union_id)
    far = progress(one) if one.state in OUT else None
    return {
        "one": one, "mine": mine, "whom": _whom(one), "writer": _name(one.account), "decider": _name(one.decided_account),
        "asks": mine and one.can("ask"), "changes": mine and one.can("change"), "takes_back": mine and one.can("take-back"),
        "decides": over and not mine and one.can("approve"), "waits_for_other": mine and over and one.can("approve"),
        "stops": (mine or over) and (one.state == SendingState.RUNNING or _left_by_hand(one, far)),
        "far": far, "form": DeclineForm(), **({} if far else _preview(request, one)),
    }  # fmt: skip


def _left_by_hand(one: Sending, far: Any) -> bool:
    """All is sent, but slips wait for whoever prints them."""
    return one.state == SendingState.DONE and any(lane.waiting for lane in far.lanes)


def _preview(request: HouseRequest, one: Sending) -> dict[str, Any]:
    found = previews.samples(one, at=request.now)
    homes = dict(Union.objects.filter(pk__in=[row.home for row in found if row.home]).values_list("pk", "name"))
    samples = [
        {"name": shown(row.person, "name", Purpose.STAFF_LIST), "home": homes.get(row.home or 0, ""), "row": row}
        for row in found
    ]
    return {"estimate": previews.estimate(one, on=request.actor.on), "samples": samples}


def _whom(one: Sending) -> str:
    if one.audience == Audience.ROSTER:
        roster = roster_of(one.roster_kind, one.roster)
        return f"名单“{roster.name}”上的人" if roster else "名单已经不在"
    whom = f"{one.union.name}{'和它下面各级' if one.audience == Audience.BELOW else ''}的会员"
    return f"{whom}，只限{one.get_gig_group_display()}" if one.gig_group else whom


def _name(account: int | None) -> str:
    """Staff stand by name: their posts are public."""
    found = Account.objects.filter(pk=account).select_related("person").first() if account is not None else None
    return found.person.name if found is not None and found.person is not None else "系统"


urlpatterns = [
    path("sendings/", all_sendings, name="sendings"),
    path("sendings/new/", new, name="sending-new"),
    path("sendings/<slug:public_id>/", sending, name="sending"),
    path("sendings/<slug:public_id>/edit/", edit, name="sending-edit"),
    path("sendings/<slug:public_id>/ask/", ask, name="sending-ask"),
    path("sendings/<slug:public_id>/take-back/", take_back, name="sending-take-back"),
    path("sendings/<slug:public_id>/approve/", approve, name="sending-approve"),
    path("sendings/<slug:public_id>/decline/", decline, name="sending-decline"),
    path("sendings/<slug:public_id>/stop/", stop, name="sending-stop"),
]
