"""What is offered, whether one may, and claiming it: nobody waits without knowing for what."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext, gettext_noop

from tongxin.benefits.models import Scheme
from tongxin.benefits.queries import offers
from tongxin.benefits.queries.catalogue import signings
from tongxin.benefits.queries.offers import May, Offer, taken_at
from tongxin.calls.actions import applications, noting
from tongxin.calls.states import ApplicationState
from tongxin.kernel.public_ids import new_public_id
from tongxin.kernel.refused import Refused
from tongxin.people.models import Person
from tongxin.web import benefit_words, call_words, catalogue_words, dates, verdict_words
from tongxin.web.answers import render_part, render_refusal, sent_key
from tongxin.web.guard import HouseRequest, OpenTo, page
from tongxin.web.paging import paged

LIST, ONE = "worker/benefits/list.html", "worker/benefits/scheme.html"
SAID = {
    ApplicationState.GRANTED: gettext_noop("领到了，在“我的票券”里。"),
    ApplicationState.WAITING: gettext_noop("已排上候补。有名额会按先后轮到您，并告诉您。"),
    ApplicationState.ENTERED: gettext_noop("已报名。结果公布时告诉您，先报后报机会一样。"),
}


@page(open_to=OpenTo.VISITOR, methods=("GET",))
def benefits(request: HouseRequest) -> HttpResponse:
    """For a worker what is theirs; `?all=1`, and for visitors: everything that is offered."""
    person = request.actor.person_id
    everything = person is None or bool(request.GET.get("all"))
    rows = (
        offers.offered(request.actor.on)
        if person is None or everything
        else offers.for_person(person, request.actor.on)
    )
    found = paged(request, offers.closed_last(rows, request.now))
    groups = offers.by_brand(offers.as_offers(found, person, request.now))
    context = {
        "page": found,
        "everything": everything,
        "groups": [(brand, [_card(offer) for offer in held]) for brand, held in groups],
        "synthetic": any(offer.scheme.union.synthetic for _, held in groups for offer in held),
    }
    return render_part(request, LIST, context)


@page(open_to=OpenTo.VISITOR, methods=("GET",))
def benefit(request: HouseRequest, scheme_id: str) -> HttpResponse:
    return render_part(request, ONE, _context(request, _scheme(scheme_id)))


@page(open_to=OpenTo.WORKER, methods=("POST",))
def claim(request: HouseRequest, scheme_id: str) -> HttpResponse:
    """For oneself alone: whose it is comes from the session, never from the form."""
    scheme = _scheme(scheme_id)
    person = Person.objects.get(account=request.user)
    key = sent_key(request)
    try:
        with noting.watched(pool=scheme.pool, by=request.actor, at=request.now):
            made = applications.apply(pool=scheme.pool, person=person, by=request.actor, at=request.now, key=key)
    except Refused as refusal:
        return render_refusal(request, ONE, _context(request, _scheme(scheme_id)), refusal)
    if words := SAID.get(ApplicationState(made.state)):
        messages.success(request, gettext(words))
    return redirect("worker:benefit", scheme_id)


@page(open_to=OpenTo.WORKER, methods=("POST",))
def leave(request: HouseRequest, scheme_id: str) -> HttpResponse:
    """Out of the line, or out of the entries before a result."""
    scheme = _scheme(scheme_id)
    (offer,) = offers.as_offers([scheme], request.actor.person_id, request.now)
    if offer.holding is None:
        return redirect("worker:benefit", scheme_id)
    try:
        applications.withdraw(application=offer.holding.application, by=request.actor, at=request.now)
    except Refused as refusal:
        return render_refusal(request, ONE, _context(request, _scheme(scheme_id)), refusal)
    messages.success(request, gettext("已退出。"))
    return redirect("worker:benefit", scheme_id)


def _scheme(scheme_id: str) -> Scheme:
    scheme: Scheme = get_object_or_404(offers.visible(), public_id=scheme_id)
    return scheme


def _card(offer: Offer) -> dict[str, Any]:
    return benefit_words.card(offer, reverse("worker:benefit", args=[offer.scheme.public_id]))


def _context(request: HouseRequest, scheme: Scheme) -> dict[str, Any]:
    person = request.actor.person_id
    (offer,) = offers.as_offers([scheme], person, request.now)
    may = offers.may(scheme, Person.objects.get(pk=person), request.now) if person is not None else None
    return {
        "scheme": scheme,
        "offer": offer,
        "stand": str(offer.stand),
        "tone": benefit_words.tone(offer),
        "state": benefit_words.state(offer),
        "what": benefit_words.what(scheme),
        "value": benefit_words.yuan(scheme.value),
        "seats": benefit_words.seats(offer),
        "note": benefit_words.note(offer),
        "facts": _facts(scheme, request.actor.on),
        "may": may,
        "barred": may is not None and not may.yes and offer.can_ask,
        "verdict": verdict_words.shown(may.verdict) if may is not None and may.verdict is not None else None,
        "limit": _limit(may) if may is not None else None,
        "places": [row.partner for row in taken_at(scheme, request.actor.on)],
        "key": new_public_id(),
    }


def _facts(scheme: Scheme, on: date) -> list[tuple[str, str]]:
    call = scheme.call
    opens, closes = (f"{dates.full_day(at)} {dates.clock(at)}" for at in (call.opens, call.closes))
    return [
        (gettext("使用日期"), benefit_words.days(scheme)),
        (gettext("在哪里用"), scheme.where),
        (gettext("领取时间"), dates.between(opens, closes)),
        (gettext("怎么给"), benefit_words.how(call)),
        (gettext("几个人一起"), call_words.party(call)),
        (gettext("抽签的机会"), call_words.chances(call)),
        (gettext("每人"), gettext("%(n)s份") % {"n": call.per_person}),
        (gettext("谁出钱"), gettext(scheme.get_fund_display())),
        *(catalogue_words.named(found) for found in signings([scheme.line] if scheme.line else [], on).values()),
        (gettext("谁办"), scheme.union.name),
    ]


def _limit(may: May) -> dict[str, Any] | None:
    if may.limit is None:
        return None
    limit = may.limit.limit
    return {
        "words": limit.words,
        "most": benefit_words.money(limit.most),
        "used": benefit_words.money(may.limit.used),
        "left": benefit_words.money(may.limit.left),
        "document": limit.document,
        "clause": limit.clause,
    }


urlpatterns = [
    path("benefits/", benefits, name="benefits"),
    path("benefits/<str:scheme_id>/", benefit, name="benefit"),
    path("benefits/<str:scheme_id>/claim/", claim, name="benefit-claim"),
    path("benefits/<str:scheme_id>/leave/", leave, name="benefit-leave"),
]
