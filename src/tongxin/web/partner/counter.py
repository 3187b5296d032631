"""What every page at the counter shows on top: which device, who is on shift."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from tongxin.benefits.models import Shift
from tongxin.benefits.queries.tills import shift_of
from tongxin.web.answers import wants_part
from tongxin.web.guard import HouseRequest


def to_shift(request: HouseRequest) -> HttpResponse:
    """The PIN first; a swapped part sends the whole page there."""
    if wants_part(request):
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("partner:shift")})
    return redirect("partner:shift")


def frame(request: HouseRequest, here: str, shift: Shift | None = None) -> dict[str, Any]:
    """`here`: which tab is open."""
    device = request.device
    shift = shift or shift_of(device, request.now)
    return {"device": device, "site": device.site, "partner": device.site.partner, "shift": shift, "here": here}
