"""One call as its pages open it: within reach, else as if it were not there."""

from django.shortcuts import get_object_or_404

from tongxin.calls.models import Call
from tongxin.calls.queries.lists import calls_within
from tongxin.web.guard import HouseRequest


def opened(request: HouseRequest, call_id: str) -> Call:
    found: Call = get_object_or_404(calls_within(request.actor), public_id=call_id)
    return found
