"""今天: what this device took, newest first, and its sum."""

from datetime import timedelta
from decimal import Decimal

from django.http import HttpResponse
from django.urls import path
from django.views.decorators.cache import never_cache

from tongxin.benefits.actions.redemptions import UNDO
from tongxin.benefits.counter_states import PAID
from tongxin.benefits.models import Redemption
from tongxin.people.masks import Purpose, shown
from tongxin.store.moments import start_of
from tongxin.web.answers import render_part
from tongxin.web.guard import HouseRequest, OpenTo, page
from tongxin.web.partner.counter import frame


@page(open_to=OpenTo.DEVICE, methods=("GET",))
@never_cache
def today(request: HouseRequest) -> HttpResponse:
    begins = start_of(request.actor.on)
    since = min(begins, request.now - UNDO)  # after midnight too, what can still be undone is here
    rows = Redemption.objects.filter(device=request.device, at__gte=since, at__lt=begins + timedelta(days=1))
    found = list(rows.select_related("voucher__person", "scheme", "shift__clerk").order_by("-at", "-pk"))
    lines = [
        {
            "one": one,
            "name": shown(one.voucher.person, "name", Purpose.STAFF_LIST),
            "undoable": one.undone_at is None and one.settlement_id is None and request.now <= one.at + UNDO,
        }
        for one in found
    ]
    standing = [one for one in found if one.at >= begins and one.undone_at is None and one.outcome in PAID]
    total = sum((one.amount for one in standing), Decimal("0.00"))
    context = {**frame(request, "today"), "lines": lines, "count": len(standing), "total": total}
    return render_part(request, "partner/today.html", context)


urlpatterns = [path("today/", today, name="today")]
