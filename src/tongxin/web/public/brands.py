"""A brand's own page: what it is, what is known of it and from where, what of it is made up, and what it offers now."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse

from tongxin.benefits.models import Brand
from tongxin.benefits.queries import offers
from tongxin.benefits.states import Theme
from tongxin.web import benefit_words
from tongxin.web.answers import render_part
from tongxin.web.guard import HouseRequest, OpenTo, page


@page(open_to=OpenTo.VISITOR, methods=("GET",))
def brand(request: HouseRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Brand.objects.select_related("union"), slug=slug)
    rows = offers.as_offers(offers.offered(request.actor.on).filter(brand=found), None, request.now)
    themes = [
        (theme, [_card(offer) for offer in rows if offer.scheme.theme == theme])
        for theme in Theme
        if any(offer.scheme.theme == theme for offer in rows)
    ]
    return render_part(request, "public/brand.html", {"brand": found, "themes": themes})


def _card(offer: offers.Offer) -> dict[str, object]:
    return benefit_words.card(offer, reverse("worker:benefit", args=[offer.scheme.public_id]))


urlpatterns = [path("brands/<slug:slug>/", brand, name="brand")]
