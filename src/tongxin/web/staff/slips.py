"""Slips to print for whom no machine reaches, and those whom a window tells by mouth."""

from collections.abc import Iterable
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache

from tongxin.kernel.refused import Refused
from tongxin.notices.actions import slips
from tongxin.notices.actions.slips import MOST, Printed
from tongxin.notices.models import Delivery
from tongxin.notices.queries import lines
from tongxin.notices.queries.by_hand import OPEN, in_reach, to_tell, told
from tongxin.notices.states import Channel, DeliveryState
from tongxin.people.masks import Purpose, shown
from tongxin.people.models import Account
from tongxin.people.powers import Power
from tongxin.unions.models import Union
from tongxin.web.answers import render_part, render_refusal
from tongxin.web.guard import HouseRequest, page
from tongxin.web.paging import paged

LIST, PRINT = "staff/slips/list.html", "staff/slips/print.html"
TOLD: Final = "told"
SHOWS: Final = {Channel.SLIP: "要打印的", Channel.WINDOW: "要当面告知的", TOLD: "已告知"}
GROUP: Final = 4  # letters that are read at a time


@page(power=Power.ACT_FOR_WORKER, methods=("GET",))
@never_cache
def all_slips(request: HouseRequest) -> HttpResponse:
    return render_part(request, LIST, _listed(request))


@page(power=Power.ACT_FOR_WORKER, methods=("POST",))
@never_cache
def print_slips(request: HouseRequest) -> HttpResponse:
    """POST, because printing hands out codes. Printed again, a slip has the code that it had."""
    chosen = request.POST.getlist("slip")[: MOST + 1]
    rows = in_reach(request.actor).filter(public_id__in=chosen, state__in=OPEN)
    try:
        printed = slips.print_slips(deliveries=rows, by=request.actor, at=request.now)
    except Refused as refusal:
        return render_refusal(request, LIST, _listed(request), refusal)
    address = request.build_absolute_uri(reverse("public:slip"))
    return render(
        request, PRINT, {"papers": _papers(printed, address), "address": address, "days": slips.GOOD_FOR.days}
    )


@page(power=Power.ACT_FOR_WORKER, methods=("POST",))
def tell(request: HouseRequest, public_id: str) -> HttpResponse:
    one = get_object_or_404(in_reach(request.actor), public_id=public_id)
    slips.told_by_mouth(delivery=one, by=request.actor, at=request.now)
    messages.success(request, "已记下：当面告知。")
    return redirect(f"{reverse('staff:slips')}?{urlencode({'show': one.channel})}")


def _listed(request: HttpRequest) -> dict[str, Any]:
    show = request.GET.get("show", Channel.SLIP)
    show = show if show in SHOWS else Channel.SLIP
    actor, now = request.actor, request.now  # type: ignore[attr-defined]  # behind a guard
    found = paged(request, told(actor) if show == TOLD else to_tell(actor, channel=show, at=now))
    return {"page": found.of(_rows(found.rows)), "show": show, "shows": SHOWS.items()}


def _rows(found: list[Delivery]) -> list[dict[str, Any]]:
    homes = _homes(found)
    names = _staff({row.account for row in found})
    return [
        {
            "one": row, "line": line, "name": shown(row.person, "name", Purpose.STAFF_LIST),
            "home": homes.get(row.union or 0, ""), "by": names.get(row.account or 0, ""),
            "printed": row.state == DeliveryState.ACCEPTED, "channel": Channel(row.channel).label,
        }
        for row, line in zip(found, lines([row.message for row in found]), strict=True)
    ]  # fmt: skip


def _papers(printed: list[Printed], address: str) -> list[dict[str, Any]]:
    """The name in full: the paper must find the right hand."""
    rows = Delivery.objects.select_related("message", "person").in_bulk([one.delivery.pk for one in printed])
    found = [rows[one.delivery.pk] for one in printed]
    homes = _homes(found)
    return [
        {
            "name": shown(row.person, "name", Purpose.EXPORT), "home": homes.get(row.union or 0, ""), "line": line,
            "code": "-".join(one.code[at : at + GROUP] for at in range(0, len(one.code), GROUP)),
            "link": f"{address}?{urlencode({'c': one.code})}",
        }
        for one, row, line in zip(printed, found, lines([row.message for row in found]), strict=True)
    ]  # fmt: skip


def _homes(found: Iterable[Delivery]) -> dict[int, str]:
    return dict(Union.objects.filter(pk__in={row.union for row in found if row.union}).values_list("pk", "name"))


def _staff(accounts: set[int | None]) -> dict[int, str]:
    rows = Account.objects.filter(pk__in={pk for pk in accounts if pk}, person__isnull=False)
    return dict(rows.values_list("pk", "person__name"))


urlpatterns = [
    path("slips/", all_slips, name="slips"),
    path("slips/print/", print_slips, name="slips-print"),
    path("slips/<slug:public_id>/told/", tell, name="slip-told"),
]
