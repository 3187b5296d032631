"""Checking a card without network: the page, what it keeps, and the files that other federations take over."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.cache import cache_control

from tongxin.people.queries import passports as cards
from tongxin.web.guard import HouseRequest, OpenTo, page
from tongxin.web.passport_words import for_page

MINUTES = 300  # seconds that a list may be kept on its way


@page(open_to=OpenTo.VISITOR, methods=("GET",))
def passport(request: HouseRequest) -> HttpResponse:
    return render(request, "public/passport.html", {"words": for_page()})


@page(open_to=OpenTo.VISITOR, methods=("GET",))
@cache_control(public=True, max_age=MINUTES)
def keys(request: HouseRequest) -> HttpResponse:
    """Public halves only. The address stays; docs/operate.md names it to other federations."""
    return JsonResponse(cards.published(request.now))


@page(open_to=OpenTo.VISITOR, methods=("GET",))
@cache_control(public=True, max_age=MINUTES)
def revoked(request: HouseRequest) -> HttpResponse:
    return HttpResponse(cards.list_text(request.now), content_type="text/plain; charset=utf-8")


@page(open_to=OpenTo.VISITOR, methods=("GET",))
def worker(request: HouseRequest) -> HttpResponse:
    """Served from beside the page: a service worker serves only what lies below its own address."""
    return render(request, "public/passport_worker.js", content_type="text/javascript; charset=utf-8")


urlpatterns = [
    path("passport/", passport, name="passport"),
    path("passport/keys.json", keys, name="passport-keys"),
    path("passport/revoked.txt", revoked, name="passport-revoked"),
    path("passport/worker.js", worker, name="passport-worker"),
]
