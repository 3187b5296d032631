"""A seal that is held by someone with a record, who is signed in: a worker, a member of staff, an auditor."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.views.decorators.cache import never_cache

from tongxin.calls.models import Seal
from tongxin.web import seal_pages
from tongxin.web.guard import HouseRequest, OpenTo, page


@page(open_to=OpenTo.WORKER)
@never_cache
def seal(request: HouseRequest, seal_id: str) -> HttpResponse:
    rows = Seal.objects.filter(person=request.actor.person_id).select_related("round__call", "round__union")
    found = get_object_or_404(rows.prefetch_related("round__call__pools"), public_id=seal_id)
    return seal_pages.answer(request, found)


urlpatterns = [path("me/seals/<slug:seal_id>/", seal, name="seal")]
