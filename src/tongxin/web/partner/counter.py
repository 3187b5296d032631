"""What every page at the counter shows on top: which device, who is on shift."""

from typing import Any

from tongxin.benefits.models import Shift
from tongxin.benefits.queries.tills import shift_of
from tongxin.web.guard import HouseRequest


def frame(request: HouseRequest, here: str, shift: Shift | None = None) -> dict[str, Any]:
    """`here`: which tab is open."""
    device = request.device
    shift = shift or shift_of(device, request.now)
    return {"device": device, "site": device.site, "partner": device.site.partner, "shift": shift, "here": here}
