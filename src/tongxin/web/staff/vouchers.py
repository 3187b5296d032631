"""Who got what: a scheme's vouchers, their ends, a refund, and a paper slip for someone without a phone."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.timezone import localdate
from django.utils.translation import gettext, gettext_noop

from tongxin.benefits.actions import exports, redemptions
from tongxin.benefits.actions import vouchers as actions
from tongxin.benefits.counter_states import Outcome
from tongxin.benefits.models import Redemption, Scheme, Voucher
from tongxin.benefits.queries import mine
from tongxin.benefits.states import VoucherState
from tongxin.kernel.refused import Refused
from tongxin.people.authority import may
from tongxin.people.masks import Purpose, shown
from tongxin.people.powers import Power
from tongxin.store.moments import start_of
from tongxin.web import benefit_words
from tongxin.web.answers import render_form, render_part, render_refusal
from tongxin.web.guard import HouseRequest, page
from tongxin.web.paging import paged
from tongxin.web.staff.benefits import opened
from tongxin.web.staff.benefits_forms import WhyForm
from tongxin.web.staff.vouchers_sheet import sheet

LIST, ONE, FORM = "staff/benefits/vouchers.html", "staff/benefits/voucher.html", "staff/benefits/form.html"
VERBS = {
    "issue": gettext_noop("发给本人"), "withhold": gettext_noop("暂未发放"), "spend": gettext_noop("已核销"),
    "undo_spend": gettext_noop("撤销核销"), "expire": gettext_noop("过期"), "give_back": gettext_noop("退回"),
    "refund": gettext_noop("退款"), "pass_on": gettext_noop("名额让给下一位"),
}  # fmt: skip


@page(power=Power.SEE_BENEFITS, methods=("GET",))
def vouchers(request: HouseRequest, scheme_id: str) -> HttpResponse:
    scheme = opened(request, scheme_id)
    state = request.GET.get("state", "")
    state = state if state in VoucherState.values else ""
    rows = Voucher.objects.filter(scheme=scheme).select_related("person").order_by("-at", "-pk")
    found = paged(request, rows.filter(state=state) if state else rows)
    context = {
        "scheme": scheme,
        "page": found.of([_row(voucher, Purpose.STAFF_LIST) for voucher in found]),
        "states": VoucherState.choices,
        "state": state,
    }
    return render_part(request, LIST, context)


@page(power=Power.SEE_BENEFITS, methods=("POST",))
def export(request: HouseRequest, scheme_id: str) -> HttpResponse:
    """By POST: a file with names leaves a line in the journal."""
    scheme = opened(request, scheme_id)
    state = request.POST.get("state", "")
    state = state if state in VoucherState.values else ""
    return sheet(scheme, exports.vouchers(scheme=scheme, state=state, by=request.actor, at=request.now))


@page(power=Power.SEE_BENEFITS, methods=("GET",))
def voucher(request: HouseRequest, voucher_id: str) -> HttpResponse:
    return render_part(request, ONE, _context(request, _voucher(request, voucher_id)))


@page(power=Power.ACT_FOR_WORKER, methods=("POST",))
def show(request: HouseRequest, voucher_id: str) -> HttpResponse:
    """For someone without a phone: on paper, good until the day ends."""
    found = _voucher(request, voucher_id)
    try:
        actions.show(voucher=found, by=request.actor, at=request.now)
    except Refused as refusal:
        return render_refusal(request, ONE, _context(request, _voucher(request, voucher_id)), refusal)
    return redirect("staff:voucher", voucher_id)


@page(power=Power.RUN_BENEFITS)
def refund(request: HouseRequest, voucher_id: str) -> HttpResponse:
    found = _voucher(request, voucher_id, Power.RUN_BENEFITS)
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _refund(found, form.cleaned_data["why_"], request)
        except Refused as refusal:
            form.refuse(refusal, "why_")
        else:
            messages.success(request, gettext("已退款，预算和本人的年度额度都已放回。"))
            return redirect("staff:voucher", voucher_id)
    ask = gettext("商家没能提供时用：钱退回工会，本人可以再领。已结算的，从下一次结算里扣。")
    return render_form(
        request,
        FORM,
        form,
        {"scheme": found.scheme, "title": gettext("办理退款"), "say": gettext("确定退款"), "ask": ask},
    )


def _refund(voucher: Voucher, why: str, request: HouseRequest) -> None:
    """By way of its redemption, so that the partner's next settlement takes it off."""
    taken = Redemption.objects.filter(voucher=voucher, undone_at=None, outcome=Outcome.SPENT).first()
    if taken is not None:
        redemptions.refund(redemption=taken, why=why, by=request.actor, at=request.now)
    else:
        actions.refund(voucher=voucher, why=why, by=request.actor, at=request.now)


@page(power=Power.ACT_FOR_WORKER)
def give_back(request: HouseRequest, voucher_id: str) -> HttpResponse:
    found = _voucher(request, voucher_id)
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.give_back(voucher=found, why=form.cleaned_data["why_"], by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal, "why_")
        else:
            messages.success(request, gettext("已替本人退回，本人会收到消息。"))
            return redirect("staff:voucher", voucher_id)
    return render_form(
        request, FORM, form, {"scheme": found.scheme, "title": gettext("替本人退回"), "say": gettext("确定退回")}
    )


def _voucher(request: HouseRequest, voucher_id: str, power: Power = Power.SEE_BENEFITS) -> Voucher:
    rows = Voucher.objects.within(request.actor, power)
    related = ("scheme__union", "person", "award__application")
    found: Voucher = get_object_or_404(rows.select_related(*related), public_id=voucher_id)
    return found


def _row(voucher: Voucher, purpose: Purpose) -> dict[str, Any]:
    return {
        "voucher": voucher,
        "name": shown(voucher.person, "name", purpose),
        "employer": shown(voucher.person, "employer", purpose),
        "value": benefit_words.money(voucher.value),
        "amount": benefit_words.money(voucher.amount) if voucher.amount is not None else "",
    }


def _context(request: HouseRequest, voucher: Voucher) -> dict[str, Any]:
    scheme: Scheme = voucher.scheme
    acts = may(request.actor, Power.ACT_FOR_WORKER, voucher.union_id)
    on_paper = voucher.code_until is not None and voucher.code_until == start_of(localdate(voucher.code_until))
    steps = [
        {"state": "done", "title": VERBS.get(move.verb, move.verb), "at": move.at, "text": move.why}
        for move in voucher.moves.order_by("pk")
    ]
    return {
        **_row(voucher, Purpose.STAFF_LIST),
        "scheme": scheme,
        "steps": steps,
        "text": mine.shown_text(voucher, request.now) if on_paper and acts else "",  # whoever reads it can spend it
        "runs": may(request.actor, Power.RUN_BENEFITS, voucher.union_id),
        "acts": acts,
        "state": str(voucher.state),
    }


urlpatterns = [
    path("benefits/<str:scheme_id>/vouchers/", vouchers, name="benefit-vouchers"),
    path("benefits/<str:scheme_id>/vouchers/export/", export, name="benefit-export"),
    path("vouchers/<str:voucher_id>/", voucher, name="voucher"),
    path("vouchers/<str:voucher_id>/show/", show, name="voucher-show"),
    path("vouchers/<str:voucher_id>/refund/", refund, name="voucher-refund"),
    path("vouchers/<str:voucher_id>/give-back/", give_back, name="voucher-give-back"),
]
