"""会籍凭证 on the phone: a code that is signed anew for each two minutes, opened by its holder and ended by them."""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from tongxin.kernel.refused import Refused
from tongxin.people import passport_card
from tongxin.people.actions import passports
from tongxin.people.models import Person
from tongxin.people.models.transfers import PassportKind
from tongxin.people.queries import passports as cards
from tongxin.web.answers import render_part, render_refusal
from tongxin.web.guard import HouseRequest, OpenTo, page

CARD: Final = "worker/me/card.html#code"
RENEW: Final = 60  # seconds: each code is shown for half of its time, so that a slow window can still read it


@page(open_to=OpenTo.WORKER)
@never_cache
def card(request: HouseRequest) -> HttpResponse:
    """GET shows the code of now; POST opens a card, or a fresh one (the earlier one counts no more)."""
    if request.method != "POST":
        return render_part(request, CARD, _shown(request))
    assert request.actor.person_id is not None
    person = Person.objects.get(pk=request.actor.person_id)
    try:
        passports.issue(person=person, kind=PassportKind.SCREEN, by=request.actor, at=request.now)
    except Refused as refusal:
        return render_refusal(request, CARD, _shown(request), refusal)
    return redirect("worker:card")


@page(open_to=OpenTo.WORKER, methods=("POST",))
def end(request: HouseRequest) -> HttpResponse:
    """挂失: phone and paper both."""
    assert request.actor.person_id is not None
    for passport in cards.issued_to(request.actor.person_id, most=20):
        if passport.revoked_at is None:
            passports.revoke(passport=passport, why="本人作废", by=request.actor, at=request.now)
    messages.success(request, gettext("凭证已作废。窗口更新名单后，旧的码和纸质凭证都不能用。"))
    return redirect("worker:card")


def _shown(request: HouseRequest) -> dict[str, Any]:
    assert request.actor.person_id is not None
    passport = cards.current(request.actor.person_id, PassportKind.SCREEN, request.now)
    paper = cards.current(request.actor.person_id, PassportKind.PAPER, request.now)
    text = cards.text_of(passport, request.now) if passport else ""
    return {
        "passport": passport,
        "paper": paper,
        "text": text,
        "characters": passport_card.spaced(text),
        "renew": RENEW,
    }


urlpatterns = [path("me/card/", card, name="card"), path("me/card/end/", end, name="card-end")]
