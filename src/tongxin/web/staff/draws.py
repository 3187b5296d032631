"""办理抽签: announce, freeze, see to it that seals come, type the outside value, draw, void, repeat; and slips in a room."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from tongxin.calls.actions import rounds, seals, slips
from tongxin.calls.actions.rounds import Announced
from tongxin.calls.models import Call, Draw, Round, Seal
from tongxin.calls.queries import draws as published
from tongxin.calls.sources import sources
from tongxin.calls.states import BY_DRAW, CallState, How, Policy, RoundState
from tongxin.kernel.refused import Refused
from tongxin.people.models import Account
from tongxin.people.powers import Power
from tongxin.web import call_words, draw_slips
from tongxin.web.answers import render_form, render_part, render_refusal
from tongxin.web.draw_words import name_of, shown
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, page
from tongxin.web.paging import paged
from tongxin.web.staff.draws_forms import OrderForm, PlanForm, SignForm, ValueForm, VoidForm

LIST, NEW = "staff/draws/list.html", "staff/draws/new.html"
ONE, LINKS = "staff/draws/one.html", "staff/draws/links.html"
USUAL: Final = timedelta(minutes=20)  # holders are there by then
Forms = Mapping[int, HouseForm]
OPEN: Final = (RoundState.ANNOUNCED, RoundState.FROZEN, RoundState.SEALED)


@page(power=Power.HOLD_DRAWS, methods=("GET",))
def all_rounds(request: HouseRequest) -> HttpResponse:
    """Calls that draw and have no round yet come first: their time runs."""
    rows = Round.objects.within(request.actor, Power.HOLD_DRAWS).select_related("call", "union")
    found = paged(request, rows.prefetch_related("call__pools").order_by("-announced_at", "-pk"))
    listed = found.of([{"held": held, "name": name_of(held)} for held in found.rows])
    return render_part(request, LIST, {"page": listed, "due": _unannounced(request)})


@page(power=Power.HOLD_DRAWS)
@never_cache
def announce(request: HouseRequest, call_id: str) -> HttpResponse:
    call: Call = get_object_or_404(Call.objects.within(request.actor, Power.HOLD_DRAWS), public_id=call_id)
    form = PlanForm(request.POST or None, initial={"result_at": call.result_at or call.draws_after + USUAL})
    if request.method == "POST" and form.is_valid():
        try:
            made = rounds.announce(call=call, plan=form.plan(), by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal, form.field_of(refusal))
        else:
            return _handed_out(request, made)
    return render_form(request, NEW, form, {"call": call, "name": call_words.name_of(call)})


@page(power=Power.HOLD_DRAWS)
@never_cache
def repeat(request: HouseRequest, round_id: str) -> HttpResponse:
    before = _round(request, round_id)
    form = PlanForm(request.POST or None, repeats=True)
    if request.method == "POST" and form.is_valid():
        why = form.cleaned_data["reason"]
        try:
            made = rounds.repeat(before=before, plan=form.plan(), why=why, by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal, form.field_of(refusal))
        else:
            return _handed_out(request, made)
    return render_form(request, NEW, form, {"call": before.call, "name": name_of(before), "before": before})


@page(power=Power.HOLD_DRAWS, methods=("GET",))
@never_cache
def one(request: HouseRequest, round_id: str) -> HttpResponse:
    return render_part(request, ONE, _shown(request, _round(request, round_id)))


@page(power=Power.HOLD_DRAWS, methods=("POST",))
def freeze(request: HouseRequest, round_id: str) -> HttpResponse:
    return _do(request, round_id, rounds.freeze, gettext("名单已封存，校验码已公布。"))


@page(power=Power.HOLD_DRAWS, methods=("POST",))
def draw(request: HouseRequest, round_id: str) -> HttpResponse:
    return _do(request, round_id, rounds.draw, gettext("已抽出，结果和抽签文件已公布，会通知每个人。"))


@page(power=Power.HOLD_DRAWS, methods=("POST",))
def value(request: HouseRequest, round_id: str) -> HttpResponse:
    """The first time, or the second by another person."""
    held = _round(request, round_id)
    form = ValueForm(request.POST)
    if form.is_valid():
        second = bool(held.value) and held.value_account != request.actor.account_id
        deed = seals.confirm_value if second else seals.give_value
        try:
            deed(held=held, value=form.cleaned_data["value"], by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal, "value")
        else:
            messages.success(
                request, gettext("两个人输入的一样，已确认。") if second else gettext("已填。请另一个人再输入一遍。")
            )
            return redirect("staff:draw", round_id)
    return render_form(request, ONE, form, _shown(request, held) | {"value_form": form})


@page(power=Power.HOLD_DRAWS, methods=("POST",))
def void(request: HouseRequest, round_id: str) -> HttpResponse:
    held = _round(request, round_id)
    form = VoidForm(request.POST)
    if form.is_valid():
        try:
            rounds.void(held=held, why=form.cleaned_data["reason"], by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, gettext("这一轮已作废，原因已公布。请尽快定下一轮。"))
            return redirect("staff:draw", round_id)
    return render_form(request, ONE, form, _shown(request, held) | {"void_form": form})


@page(power=Power.HOLD_DRAWS, methods=("POST",))
@never_cache
def renew_link(request: HouseRequest, round_id: str, seal_id: str) -> HttpResponse:
    held, seal = _seal(request, round_id, seal_id)
    try:
        secret = seals.renew_link(seal=seal, by=request.actor, at=request.now)
    except Refused as refusal:
        return render_refusal(request, ONE, _shown(request, held), refusal)
    return _handed_out(request, Announced(held, {seal.public_id: secret}))


@page(power=Power.HOLD_DRAWS, methods=("POST",))
def withhold(request: HouseRequest, round_id: str, seal_id: str) -> HttpResponse:
    held, seal = _seal(request, round_id, seal_id)
    try:
        seals.withhold(seal=seal, by=request.actor, at=request.now)
    except Refused as refusal:
        return render_refusal(request, ONE, _shown(request, held), refusal)
    messages.success(request, gettext("已记为没有交出，这一轮作废。请尽快定下一轮。"))
    return redirect("staff:draw", round_id)


@page(power=Power.HOLD_DRAWS, methods=("GET",))
def print_slips(request: HouseRequest, round_id: str, draw_id: str) -> HttpResponse:
    held, found = _draw(request, round_id, draw_id)
    try:
        sheet = draw_slips.pdf(found, union=held.union.name)
    except Refused as refusal:
        return render_refusal(request, ONE, _shown(request, held), refusal)
    answer = HttpResponse(sheet, content_type="application/pdf")
    answer.headers["Content-Disposition"] = content_disposition_header(False, gettext("纸签.pdf")) or "inline"  # noqa: FBT003 - Django's own
    return answer


@page(power=Power.HOLD_DRAWS, methods=("POST",))
def type_order(request: HouseRequest, round_id: str, draw_id: str) -> HttpResponse:
    held, found = _draw(request, round_id, draw_id)
    form = OrderForm(request.POST, auto_id=_ids(found))
    if form.is_valid():
        try:
            slips.type_order(draw=found, numbers=form.cleaned_data["numbers"], by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal, "numbers")
        else:
            messages.success(request, gettext("已录入。请另一个在场的人核对签名。"))
            return redirect("staff:draw", round_id)
    return render_form(request, ONE, form, _shown(request, held, orders={found.pk: form}))


@page(power=Power.HOLD_DRAWS, methods=("POST",))
def sign(request: HouseRequest, round_id: str, draw_id: str) -> HttpResponse:
    held, found = _draw(request, round_id, draw_id)
    form = SignForm(request.POST, auto_id=_ids(found))
    if form.is_valid():
        try:
            slips.sign(draw=found, witnesses=form.cleaned_data["witnesses"], by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, gettext("已签名。全部签好后，可以公布结果。"))
            return redirect("staff:draw", round_id)
    return render_form(request, ONE, form, _shown(request, held, signs={found.pk: form}))


# ---- what the pages show ------------------------------------------------------------------------------------------


def _do(request: HouseRequest, round_id: str, deed: Callable[..., Round], words: str) -> HttpResponse:
    held = _round(request, round_id)
    try:
        deed(held=held, by=request.actor, at=request.now)
    except Refused as refusal:
        return render_refusal(request, ONE, _shown(request, held), refusal)
    messages.success(request, words)
    return redirect("staff:draw", round_id)


def _round(request: HouseRequest, round_id: str) -> Round:
    rows = Round.objects.within(request.actor, Power.HOLD_DRAWS).select_related("call", "union")
    found: Round = get_object_or_404(rows.prefetch_related("call__pools"), public_id=round_id)
    return found


def _seal(request: HouseRequest, round_id: str, seal_id: str) -> tuple[Round, Seal]:
    held = _round(request, round_id)
    return held, get_object_or_404(Seal.objects.select_related("round"), round=held, public_id=seal_id)


def _draw(request: HouseRequest, round_id: str, draw_id: str) -> tuple[Round, Draw]:
    held = _round(request, round_id)
    return held, get_object_or_404(Draw.objects.select_related("round", "pool"), round=held, public_id=draw_id)


def _unannounced(request: HouseRequest) -> list[dict[str, Any]]:
    rows = Call.objects.within(request.actor, Power.HOLD_DRAWS).filter(policy__in=BY_DRAW, settled_at=None, rounds=None)
    found = (
        rows.exclude(state=CallState.WITHDRAWN)
        .exclude(policy=Policy.LEVEL_START, by_lane=False)
        .prefetch_related("pools")
        .order_by("closes", "pk")[:50]
    )
    return [{"call": call, "name": call_words.name_of(call)} for call in found if call.pools.all()]


def _shown(
    request: HouseRequest, held: Round, *, orders: Forms | None = None, signs: Forms | None = None
) -> dict[str, Any]:
    """`orders`, `signs`: what was typed for a list and refused, by draw; the others of the round stay as they are."""
    state, now = RoundState(held.state), request.now
    due = state == RoundState.SEALED and now >= held.result_at
    found = shown(held)
    draws = [one.draw for one in found["draws"]]
    return found | {
        "open": state in OPEN,
        "freezes": state == RoundState.ANNOUNCED and now >= held.call.closes and held.call.policy == Policy.DRAW,
        "takes_value": due and bool(held.source) and held.confirmed_at is None,
        "second": bool(held.value) and held.value_account != request.actor.account_id,
        "hint": sources()[held.source].value_hint if held.source else "",
        "draws_now": due, "missing": _missing(held) if due else "",
        "types": due and held.how == How.SLIPS,
        "withholds": due and now >= published.patience_until(held),
        "patience": published.patience_until(held),
        "voids": state in OPEN and not published.void_hindrance(held, at=now),
        "repeats": state == RoundState.VOID and held.pk == published.rounds_of(held)[0].pk,
        "names": _typists(held),
        "value_form": ValueForm(), "void_form": VoidForm(),
        "order_forms": {one.pk: OrderForm(auto_id=_ids(one)) for one in draws} | dict(orders or {}),
        "sign_forms": {one.pk: SignForm(auto_id=_ids(one)) for one in draws} | dict(signs or {}),
    }  # fmt: skip


def _ids(draw: Draw) -> str:
    """Several lists may be typed on one page."""
    return f"id_{draw.public_id}_%s"


def _missing(held: Round) -> str:
    """What must still come before it can be drawn."""
    if held.how == How.SLIPS:
        waits = Draw.objects.filter(round=held, signed_at=None).count()
        return gettext("%(n)d份次序没有签好名") % {"n": waits} if waits else ""
    seals = Seal.objects.filter(round=held, text="").count()
    said = [gettext("%(n)d位没有交出封存的数") % {"n": seals}] if seals else []
    if held.source and held.confirmed_at is None:
        said.append(gettext("公开来源的数没有由两个人填好"))
    return gettext("、").join(said)


def _typists(held: Round) -> dict[int, str]:
    """Who typed and who signed, by account."""
    rows = Draw.objects.filter(round=held).values_list("typed_account", "signed_account")
    accounts = (held.value_account, held.confirmed_account, *(pk for row in rows for pk in row))
    found = Account.objects.filter(pk__in={pk for pk in accounts if pk}, person__isnull=False)
    return dict(found.values_list("pk", "person__name"))


def _handed_out(request: HouseRequest, made: Announced) -> HttpResponse:
    """Links are shown on this answer alone; without one there is nothing to hand over."""
    if not made.links:
        messages.success(request, gettext("抽签办法已公布，持有人会在消息里收到通知。"))
        return redirect("staff:draw", made.round.public_id)
    rows = Seal.objects.filter(public_id__in=made.links)
    links = [
        (seal, request.build_absolute_uri(reverse("public:seal", args=[made.links[seal.public_id]])))
        for seal in rows.order_by("order")
    ]
    return render(request, LINKS, {"held": made.round, "name": name_of(made.round), "links": links})


urlpatterns = [
    path("draws/", all_rounds, name="draws"),
    path("draws/new/<slug:call_id>/", announce, name="draw-new"),
    path("draws/<slug:round_id>/", one, name="draw"),
    path("draws/<slug:round_id>/freeze/", freeze, name="draw-freeze"),
    path("draws/<slug:round_id>/value/", value, name="draw-value"),
    path("draws/<slug:round_id>/hold/", draw, name="draw-hold"),
    path("draws/<slug:round_id>/void/", void, name="draw-void"),
    path("draws/<slug:round_id>/repeat/", repeat, name="draw-repeat"),
    path("draws/<slug:round_id>/seals/<slug:seal_id>/link/", renew_link, name="draw-link"),
    path("draws/<slug:round_id>/seals/<slug:seal_id>/withheld/", withhold, name="draw-withheld"),
    path("draws/<slug:round_id>/slips/<slug:draw_id>/", print_slips, name="draw-slips"),
    path("draws/<slug:round_id>/slips/<slug:draw_id>/order/", type_order, name="draw-order"),
    path("draws/<slug:round_id>/slips/<slug:draw_id>/sign/", sign, name="draw-sign"),
]
