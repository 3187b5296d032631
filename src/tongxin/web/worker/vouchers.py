"""我的票券: what one has, shown to be spent, given back, and what became of it."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext, gettext_noop

from tongxin.benefits.actions import holding
from tongxin.benefits.actions import vouchers as actions
from tongxin.benefits.models import Voucher
from tongxin.benefits.queries import mine
from tongxin.benefits.queries.offers import taken_at
from tongxin.benefits.queries.partners import places_of
from tongxin.benefits.queries.tickets import code_of, pools_for
from tongxin.benefits.states import VoucherState
from tongxin.kernel.refused import Refused
from tongxin.web import benefit_words
from tongxin.web.answers import render_part, render_refusal
from tongxin.web.guard import HouseRequest, OpenTo, page

LIST, ONE = "worker/vouchers/list.html", "worker/vouchers/one.html"
VERBS = {
    "issue": gettext_noop("领到"),
    "withhold": gettext_noop("暂未发放"),
    "spend": gettext_noop("使用"),
    "undo_spend": gettext_noop("撤销了这次使用"),
    "expire": gettext_noop("过期"),
    "give_back": gettext_noop("退回"),
    "refund": gettext_noop("退款"),
    "pass_on": gettext_noop("名额让给了下一位"),
}


@page(open_to=OpenTo.WORKER, methods=("GET",))
def vouchers(request: HouseRequest) -> HttpResponse:
    rows = [_row(voucher) for voucher in mine.of_person(request.actor.person_id or 0)]
    live = {VoucherState.ISSUED, VoucherState.WITHHELD}
    context = {
        "live": [row for row in rows if row["voucher"].state in live],
        "past": [row for row in rows if row["voucher"].state not in live],
    }
    return render_part(request, LIST, context)


@page(open_to=OpenTo.WORKER, methods=("GET",))
def voucher(request: HouseRequest, voucher_id: str) -> HttpResponse:
    return render_part(request, ONE, _context(request, own_voucher(request, voucher_id)))


@page(open_to=OpenTo.WORKER, methods=("POST",))
def show(request: HouseRequest, voucher_id: str) -> HttpResponse:
    """A new code each time. The page that follows can be kept open without network until the code is over."""
    own, site, day = (
        own_voucher(request, voucher_id),
        request.POST.get("site", "")[:12],
        _day(request.POST.get("day", "")),
    )
    try:
        actions.show(voucher=own, site=site, day=day, by=request.actor, at=request.now)
    except Refused as refusal:
        return refused_voucher(request, voucher_id, refusal, {"site": site, "day": day})
    return redirect("worker:voucher", voucher_id)


@page(open_to=OpenTo.WORKER, methods=("POST",))
def give_back(request: HouseRequest, voucher_id: str) -> HttpResponse:
    try:
        actions.give_back(voucher=own_voucher(request, voucher_id), by=request.actor, at=request.now)
    except Refused as refusal:
        return refused_voucher(request, voucher_id, refusal)
    messages.success(request, gettext("已退回，名额让给别人。"))
    return redirect("worker:voucher", voucher_id)


def refused_voucher(
    request: HouseRequest, voucher_id: str, refusal: Refused, chosen: dict[str, Any] | None = None
) -> HttpResponse:
    """The page as the voucher stands now, with what was chosen on it."""
    context = _context(request, own_voucher(request, voucher_id))
    return render_refusal(request, ONE, {**context, **(chosen or {})}, refusal)


def own_voucher(request: HouseRequest, voucher_id: str) -> Voucher:
    """One's own; anybody else's is not there."""
    found: Voucher = get_object_or_404(mine.of_person(request.actor.person_id or 0), public_id=voucher_id)
    return found


def _row(voucher: Voucher) -> dict[str, Any]:
    return {
        "voucher": voucher,
        "scheme": voucher.scheme,
        "what": benefit_words.what(voucher.scheme),
        "until": benefit_words.until(voucher),
    }


def _context(request: HouseRequest, voucher: Voucher) -> dict[str, Any]:
    text = mine.shown_text(voucher, request.now)
    return {
        **_row(voucher),
        "text": text,
        "digits": f"{voucher.code[:3]} {voucher.code[3:]}" if text and voucher.code else "",
        "value": benefit_words.money(voucher.value),
        "paid": benefit_words.yuan(voucher.amount) if voucher.amount is not None else "",
        "live": voucher.state == VoucherState.ISSUED,
        "sites": _sites(voucher, request.actor.on),
        "held": holding.site_of(voucher) if holding.is_held(voucher, request.now) else "",
        "held_day": holding.day_of(voucher),
        "days": _days(voucher, request.actor.on),
        **_counters(voucher, request.actor.on),
        "steps": [
            {
                "state": "done",
                "title": gettext(VERBS.get(move.verb, move.verb)),
                "at": move.at,
                "text": " ".join(filter(None, (benefit_words.yuan(move.amount) if move.amount else "", move.why))),
            }
            for move in voucher.moves.order_by("pk")
        ],
    }


def _counters(voucher: Voucher, on: date) -> dict[str, Any]:
    """Of partners: codes to take, the code that was taken, places that are gone."""
    if voucher.state != VoucherState.ISSUED:
        return {"ticket": code_of(voucher)}
    gone = [place for place in places_of(voucher.scheme, on) if place.gone_since is not None]
    return {"pools": list(pools_for(voucher, on)), "gone": gone}


def _days(voucher: Voucher, today: date) -> list[date]:
    """For which it may be opened beforehand."""
    last = min(today + holding.AHEAD, voucher.last_day)
    return [today + timedelta(days=n) for n in range((last - today).days + 1)]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _sites(voucher: Voucher, on: date) -> list[tuple[str, str]]:
    """Where it is taken: for whoever goes to a place without network, it is opened for that place beforehand."""
    return [
        (site.public_id, f"{row.partner.name} {site.name}")
        for row in taken_at(voucher.scheme, on)
        for site in row.partner.sites.all()
        if site.closed_on is None
    ]


urlpatterns = [
    path("me/vouchers/", vouchers, name="vouchers"),
    path("me/vouchers/<str:voucher_id>/", voucher, name="voucher"),
    path("me/vouchers/<str:voucher_id>/show/", show, name="voucher-show"),
    path("me/vouchers/<str:voucher_id>/give-back/", give_back, name="voucher-give-back"),
]
