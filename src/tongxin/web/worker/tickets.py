"""取票码: a voucher exchanged for a partner's own code."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path

from tongxin.benefits.actions import tickets
from tongxin.benefits.models import TicketPool, Voucher
from tongxin.benefits.queries.tickets import pools_for
from tongxin.kernel.refused import Refused
from tongxin.web.guard import HouseRequest, OpenTo, page
from tongxin.web.worker.vouchers import own_voucher, refused_voucher


@page(open_to=OpenTo.WORKER, methods=("POST",))
def take(request: HouseRequest, voucher_id: str) -> HttpResponse:
    """The code stands on the voucher's page from then on."""
    voucher = own_voucher(request, voucher_id)
    try:
        tickets.give(voucher=voucher, pool=_pool(request, voucher), by=request.actor, at=request.now)
    except Refused as refusal:
        return refused_voucher(request, voucher_id, refusal)
    return redirect("worker:voucher", voucher_id)


def _pool(request: HouseRequest, voucher: Voucher) -> TicketPool:
    rows = pools_for(voucher, request.actor.on).filter(public_id=request.POST.get("pool", ""))
    found: TicketPool | None = rows.first()
    if found is None:
        raise Refused("no-such-codes", "这一种票码现在取不了，请在下面重新选。")
    return found


urlpatterns = [path("me/vouchers/<str:voucher_id>/ticket/", take, name="voucher-ticket")]
