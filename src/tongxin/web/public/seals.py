"""A seal whose holder is an outsider: whoever has the link holds it. The link's secret is kept nowhere but in the link."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.views.decorators.cache import never_cache

from tongxin.calls.actions.rounds import link_digest
from tongxin.calls.models import Seal
from tongxin.web import seal_pages
from tongxin.web.guard import HouseRequest, OpenTo, page


@page(open_to=OpenTo.VISITOR)
@never_cache
def seal(request: HouseRequest, seal_link: str) -> HttpResponse:
    rows = Seal.objects.select_related("round__call", "round__union").prefetch_related("round__call__pools")
    found = get_object_or_404(rows, link_digest=link_digest(seal_link))
    return seal_pages.answer(request, found, link=seal_link)


urlpatterns = [path("seal/<slug:seal_link>/", seal, name="seal")]
