"""A brand's own page: what it is, what is known of it and from where, what of it is made up, and what it offers now."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse

from tongxin.benefits.models import Brand, Scheme
from tongxin.benefits.queries import limits, offers
from tongxin.benefits.queries.offers import Offer
from tongxin.benefits.states import Theme
from tongxin.rulebook.models import Parameter
from tongxin.rulebook.queries import parameters
from tongxin.web import benefit_words
from tongxin.web.answers import render_part
from tongxin.web.guard import HouseRequest, OpenTo, page


@page(open_to=OpenTo.VISITOR, methods=("GET",))
def brand(request: HouseRequest, slug: str) -> HttpResponse:
    """For a worker what they may have stands first in each part, and what is for others says so."""
    found = get_object_or_404(Brand.objects.select_related("union"), slug=slug)
    on, person = request.actor.on, request.actor.person_id
    offered = offers.closed_last(offers.offered(on).filter(brand=found), request.now)
    rows = offers.as_offers(offered, person, request.now)
    mine = (
        None if person is None else set(offers.for_person(person, on).filter(brand=found).values_list("pk", flat=True))
    )
    context = {
        "brand": found,
        "themes": _themes(rows, mine),
        "limits": _limits([offer.scheme for offer in rows], person, on),
        "unions": len({offer.scheme.union_id for offer in rows}),
        "count": len(rows),
    }
    return render_part(request, "public/brand.html", context)


def _themes(rows: Iterable[Offer], mine: set[int] | None) -> list[tuple[Theme, list[dict[str, Any]]]]:
    found: dict[str, list[tuple[bool, dict[str, Any]]]] = {}
    for offer in rows:
        theirs = mine is None or offer.scheme.pk in mine or offer.holding is not None
        href = reverse("worker:benefit", args=[offer.scheme.public_id])
        found.setdefault(offer.scheme.theme, []).append((theirs, benefit_words.card(offer, href, theirs=theirs)))
    ordered = {theme: sorted(cards, key=lambda card: not card[0]) for theme, cards in found.items()}
    return [(theme, [card for _, card in ordered[theme]]) for theme in Theme if theme in ordered]


def _limits(schemes: Iterable[Scheme], person: int | None, on: date) -> list[dict[str, Any]]:
    """Each year's limit that is held against what it offers, once, with its paper; and for a worker what is left of it."""
    named = {scheme.limit_key: scheme for scheme in schemes if scheme.limit_key}
    found = []
    for key, scheme in sorted(named.items()):
        row = parameters.value(key, union=scheme.union_id, on=on)
        if row is not None and row.number is not None:
            found.append({**_said(row), **_left(row, person, on)})
    return found


def _said(row: Parameter) -> dict[str, Any]:
    return {
        "words": row.key.words,
        "value": benefit_words.money(row.number) if row.number is not None else "",
        "unit": row.unit,
        "document": row.document,
        "clause": row.clause,
        "certainty": row.get_certainty_display(),
    }


def _left(row: Parameter, person: int | None, on: date) -> dict[str, str]:
    if person is None or row.number is None:
        return {}
    used = limits.used(row.key.key, [person], on.year).get(person)
    return {"used": benefit_words.money(used)} if used else {}


urlpatterns = [path("brands/<slug:slug>/", brand, name="brand")]
