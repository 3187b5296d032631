"""收券: one code after the other; green with the amount, or red with the reason and what to do."""

import secrets
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from tongxin.benefits.actions import redemptions
from tongxin.benefits.models import Redemption
from tongxin.benefits.queries.partners import accepted
from tongxin.benefits.queries.tills import shift_of
from tongxin.kernel.refused import Refused
from tongxin.people.masks import Purpose, shown
from tongxin.web import till_words
from tongxin.web.answers import UNPROCESSABLE, render_part, wants_part
from tongxin.web.guard import HouseRequest, OpenTo, page
from tongxin.web.partner.counter import frame, to_shift

TILL: Final = "partner/till.html#till"
LONGEST: Final = 1_200  # of what a scanner types
KEY: Final = 40


@page(open_to=OpenTo.DEVICE)
@never_cache
def till(request: HouseRequest) -> HttpResponse:
    """Waits for a code. After a redemption without JavaScript it comes back here with `?done=`."""
    shift = shift_of(request.device, request.now)
    if shift is None:
        return to_shift(request)
    done = _taken(request).filter(public_id=request.GET.get("done", "")).first()
    return render_part(request, TILL, {**_context(request), **_done(request, done)})


@page(open_to=OpenTo.DEVICE, methods=("POST",))
@never_cache
def redeem(request: HouseRequest) -> HttpResponse:
    shift = shift_of(request.device, request.now)
    if shift is None:
        return to_shift(request)
    text, key = request.POST.get("text", "")[:LONGEST], request.POST.get("key", "")[:KEY]
    try:
        found = redemptions.redeem(
            shift=shift, text=text, request=key or _key(), bill=_bill(request.POST.get("bill", "")), at=request.now
        )
    except Refused as refusal:
        typed = {"typed": text if len(text) <= 12 else "", "bill": request.POST.get("bill", "")}
        return render_part(request, TILL, {**_context(request), "no": refusal, **typed}, UNPROCESSABLE)
    if not wants_part(request):
        return redirect(f"/partner/?done={found.public_id}")
    return render_part(request, TILL, {**_context(request), **_done(request, _taken(request).get(pk=found.pk))})


@page(open_to=OpenTo.DEVICE, methods=("POST",))
@never_cache
def undo(request: HouseRequest, redemption_id: str) -> HttpResponse:
    redemption = get_object_or_404(_taken(request), public_id=redemption_id)
    shift = shift_of(request.device, request.now)
    if shift is None:
        return to_shift(request)
    redemptions.undo(redemption=redemption, shift=shift, at=request.now)
    words = gettext("已撤销%(amount)s元，这张券又可以用了。")
    messages.success(request, words % {"amount": redemption.amount})
    return redirect("partner:till")


def _taken(request: HouseRequest) -> Any:
    """Only what this device took itself."""
    return Redemption.objects.filter(device=request.device).select_related("voucher__person", "scheme", "partner")


def _context(request: HouseRequest) -> dict[str, Any]:
    schemes = [one.scheme for one in accepted(request.device.site.partner, request.actor.on)]
    return {**frame(request, "till"), "key": _key(), "schemes": schemes, "words": till_words.for_page()}


def _done(request: HouseRequest, redemption: Redemption | None) -> dict[str, Any]:
    if redemption is None:
        return {}
    name = shown(redemption.voucher.person, "name", Purpose.STAFF_LIST)
    undoable = redemption.undone_at is None and request.now <= redemption.at + redemptions.UNDO
    return {"done": redemption, "name": name, "undoable": undoable}


def _bill(text: str) -> Decimal | None:
    """What is to be paid; empty where the clerk did not say. Refused: "bill-unread"."""
    if not (plain := text.strip().removesuffix("元").replace(",", "")):
        return None
    try:
        amount = Decimal(plain)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or abs(amount) >= 10**8 or amount != round(amount, 2):
        raise Refused("bill-unread", "没看懂应付金额，请写成88或88.50这样；不需要就空着。")
    return amount


def _key() -> str:
    return secrets.token_urlsafe(18)


urlpatterns = [
    path("", till, name="till"),
    path("redeem/", redeem, name="redeem"),
    path("taken/<str:redemption_id>/undo/", undo, name="undo"),
]
