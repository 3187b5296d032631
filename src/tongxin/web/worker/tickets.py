"""取票码: a voucher exchanged for a partner's own code; and which places do not take it any more."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext

from tongxin.benefits.actions import tickets
from tongxin.benefits.models import TicketPool, Voucher
from tongxin.benefits.queries import mine
from tongxin.benefits.queries.partners import places_of
from tongxin.benefits.queries.tickets import code_of, pools_for
from tongxin.benefits.states import VoucherState
from tongxin.kernel.refused import Refused
from tongxin.web.guard import HouseRequest, OpenTo, page
from tongxin.web.wording import say


@page(open_to=OpenTo.WORKER, methods=("POST",))
def take(request: HouseRequest, voucher_id: str) -> HttpResponse:
    """The code stands on the voucher's page from then on."""
    voucher: Voucher = get_object_or_404(mine.of_person(request.actor.person_id or 0), public_id=voucher_id)
    pool: TicketPool | None = (
        pools_for(voucher, request.actor.on).filter(public_id=request.POST.get("pool", "")).first()
    )
    if pool is None:
        messages.error(request, gettext("这一种票码现在取不了，请在下面重新选。"))
        return redirect("worker:voucher", voucher_id)
    try:
        tickets.give(voucher=voucher, pool=pool, by=request.actor, at=request.now)
    except Refused as refusal:
        messages.error(request, say(refusal))
    return redirect("worker:voucher", voucher_id)


def counters(voucher: Voucher, on: date) -> dict[str, Any]:
    """What a voucher's page shows of partners: codes to take, the code that was taken, places that are gone."""
    if voucher.state != VoucherState.ISSUED:
        return {"ticket": code_of(voucher)}
    gone = [place for place in places_of(voucher.scheme, on) if place.gone_since is not None]
    return {"pools": list(pools_for(voucher, on)), "gone": gone}


urlpatterns = [path("me/vouchers/<str:voucher_id>/ticket/", take, name="voucher-ticket")]
