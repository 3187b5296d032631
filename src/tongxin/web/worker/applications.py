"""One's own application, of whatever kind: where it stands, why not the first wish, its yes in time. Its party: parties.py."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.calls.actions import applications, entries, offers, reviews
from tongxin.calls.models import Applicant, Application, Award, Pool
from tongxin.calls.queries import place_in_line
from tongxin.calls.queries.outcomes import Wish, wishes_of
from tongxin.calls.queries.parties import Party, party_of
from tongxin.calls.states import BY_DRAW, BY_ENTRY, ENTRY, LIVE, ApplicationState, AwardState
from tongxin.kernel.refused import Refused
from tongxin.people.masks import Purpose, shown
from tongxin.web import call_words, dates
from tongxin.web.answers import render_form, render_part, render_refusal
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, OpenTo, page
from tongxin.web.worker import awaited

ONE = "worker/applications/one.html"
WISHES = "worker/applications/wishes.html"
# They had their turn, or left: nothing is to be explained.
GAVE_UP = {ApplicationState.WITHDRAWN, ApplicationState.LAPSED}
TOLD_WHY = set(ApplicationState) - set(ENTRY) - GAVE_UP
RANKS = (_("第一志愿"), _("第二志愿"), _("第三志愿"))


class WishesForm(HouseForm):
    """As many fields as the call takes wishes; the first must be filled."""

    def __init__(self, *args: Any, pools: Sequence[Pool], most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pools = {pool.public_id: pool for pool in pools}
        offered = [("", gettext("不选")), *((pool.public_id, pool.name) for pool in pools)]
        for n, label in enumerate(RANKS[:most]):
            self.fields[f"wish{n}"] = forms.ChoiceField(label=label, choices=offered, required=n == 0)

    @property
    def chosen(self) -> list[Pool]:
        return [self.pools[value] for value in self.cleaned_data.values() if value]


@page(open_to=OpenTo.WORKER, methods=("GET",))
def application(request: HouseRequest, application_id: str) -> HttpResponse:
    return render_part(request, ONE, context(request, own_of(request, application_id)))


@page(open_to=OpenTo.WORKER)
def wishes(request: HouseRequest, application_id: str) -> HttpResponse:
    own = own_of(request, application_id)
    pools = list(Pool.objects.filter(call=own.call, closed_at=None).order_by("name", "pk"))
    initial = {f"wish{n}": wish.pool.public_id for n, wish in enumerate(wishes_of(own))}
    form = WishesForm(request.POST or None, pools=pools, most=own.call.choices, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            entries.change_wishes(application=own, wishes=form.chosen, by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, gettext("志愿已改好。"))
            return redirect("worker:application", application_id)
    return render_form(request, WISHES, form, {"own": own})


@page(open_to=OpenTo.WORKER, methods=("POST",))
def accept(request: HouseRequest, application_id: str) -> HttpResponse:
    return _done(request, application_id, offers.accept, gettext("已确认，名额是您的。"))


@page(open_to=OpenTo.WORKER, methods=("POST",))
def decline(request: HouseRequest, application_id: str) -> HttpResponse:
    return _done(request, application_id, offers.decline, gettext("已谢绝，名额会给候补的下一位。"))


@page(open_to=OpenTo.WORKER, methods=("POST",))
def withdraw(request: HouseRequest, application_id: str) -> HttpResponse:
    return _done(request, application_id, applications.withdraw, gettext("已退出。"))


@page(open_to=OpenTo.WORKER, methods=("POST",))
def mend(request: HouseRequest, application_id: str) -> HttpResponse:
    return _done(request, application_id, reviews.mend, gettext("已再次提交，从原来的地方接着审。"))


def _done(request: HouseRequest, application_id: str, deed: Callable[..., Application], words: str) -> HttpResponse:
    try:
        deed(application=own_of(request, application_id), by=request.actor, at=request.now)
    except Refused as refusal:
        return render_refusal(request, ONE, context(request, own_of(request, application_id)), refusal)
    messages.success(request, words)
    return redirect("worker:application", application_id)


def shown_all() -> Any:
    return Application.objects.select_related("call__union", "reviewer")


def own_of(request: HouseRequest, application_id: str) -> Application:
    mine = Applicant.objects.filter(person=request.actor.person_id).values("application")
    found: Application = get_object_or_404(shown_all(), public_id=application_id, pk__in=mine)
    return found


def context(request: HouseRequest, own: Application) -> dict[str, Any]:
    call, state = own.call, ApplicationState(own.state)
    wished = wishes_of(own)
    pages = awaited.page_of(wish.pool.pk for wish in wished)
    offer = Award.objects.filter(application=own, state=AwardState.OFFERED).order_by("pk").first()
    party = party_of(own, request.now)
    lead = party.lead is not None and party.lead.pk == request.actor.person_id
    takes = state in ENTRY and call.frozen_at is None and request.now < call.closes
    return {
        "own": own,
        "title": next((wish.pool.name for wish in wished if wish.got), wished[0].pool.name if wished else ""),
        "state": str(state),
        "lead": lead,
        "live": state in LIVE,
        "entered": call.policy in BY_ENTRY,
        "drawn": bool(own.ticket) and call.policy in BY_DRAW,
        "until": dates.moment(offer.accept_by) if offer and offer.accept_by else "",
        "can_wish": takes and lead and call.choices > 1,
        "can_join": lead and party.grows,
        "can_leave": not lead and party.shrinks,
        "party": _party(party, request) if own.size > 1 else None,
        "wishes": [
            {
                "wish": wish,
                "page": pages.get(wish.pool.pk, ""),
                "place": place_in_line(own, wish.pool) if wish.waits else None,
                "why": call_words.why_not(wish, call.policy, better=_better(wish, wished)) if state in TOLD_WHY else "",
            }
            for wish in wished
        ],
        "facts": _facts(own),
        "steps": own.steps.select_related("union").exclude(verdict="").order_by("at", "pk"),
        "outcome": call.publications.filter(application=None).order_by("-at").first(),
        "many": Application.objects.filter(call=call, state__in=ENTRY).count() if takes else 0,
    }


def _party(party: Party, request: HouseRequest) -> dict[str, Any]:
    """By name to one another, masked: they may have met by a link."""
    return {
        "people": [
            {"name": shown(one, "name", Purpose.STAFF_LIST), "me": one.pk == request.actor.person_id}
            for one in party.people
        ],
        "companions": party.companions,
    }


def _better(wish: Wish, wished: Sequence[Wish]) -> bool:
    return any(other.got and other.rank < wish.rank for other in wished)


def _facts(own: Application) -> list[tuple[str, str]]:
    call = own.call
    return [
        (gettext("录取办法"), call_words.manner(call)),
        (gettext("志愿"), call_words.wishes(call)),
        (gettext("几个人一起"), call_words.party(call)),
        (gettext("抽签的机会"), call_words.chances(call)),
        (gettext("报名截止"), dates.moment(call.closes)),
        (gettext("一起参加"), gettext("%(n)d人") % {"n": own.size} if own.size > 1 else ""),
        (gettext("现在由谁审核"), own.reviewer.name if own.reviewer else ""),
        (gettext("主办"), call.union.name),
    ]


urlpatterns = [
    path("applications/<slug:application_id>/", application, name="application"),
    path("applications/<slug:application_id>/wishes/", wishes, name="application-wishes"),
    path("applications/<slug:application_id>/accept/", accept, name="application-accept"),
    path("applications/<slug:application_id>/decline/", decline, name="application-decline"),
    path("applications/<slug:application_id>/withdraw/", withdraw, name="application-withdraw"),
    path("applications/<slug:application_id>/mend/", mend, name="application-mend"),
]
