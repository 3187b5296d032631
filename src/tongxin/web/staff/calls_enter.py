"""Entering people for them: found by name or number, gathered into one party, their wishes said, entered together or not at all."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext, gettext_noop

from tongxin.calls.actions import parties
from tongxin.calls.models import Call, Pool
from tongxin.calls.states import ApplicationState
from tongxin.kernel.public_ids import new_public_id
from tongxin.kernel.refused import Refused
from tongxin.people.masks import Purpose, shown
from tongxin.people.models import Person
from tongxin.people.powers import Power
from tongxin.people.queries.search import Found, search
from tongxin.web import call_words, english
from tongxin.web.answers import UNPROCESSABLE, render_part
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, page
from tongxin.web.staff.calls_frame import opened
from tongxin.web.wording import say

PAGE = "staff/calls/enter.html"
KEY, TEXT, MOST = 64, 40, 20
RANKS = (gettext_noop("第一志愿"), gettext_noop("第二志愿"), gettext_noop("第三志愿"))
SAID = {
    ApplicationState.GRANTED: gettext_noop("已报上，名额已给。每个人都会收到消息。"),
    ApplicationState.WAITING: gettext_noop("名额不够这些人，已排候补。每个人都会收到消息。"),
    ApplicationState.ENTERED: gettext_noop("已报上，等结果。每个人都会收到消息。"),
}


class PartyForm(HouseForm):
    """As many fields as the call takes wishes; the first must be filled."""

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pools = Pool.objects.filter(call=call, closed_at=None).order_by("name", "pk")
        self.pools = {pool.public_id: pool for pool in pools}
        offered = [(key, english.plain(pool.name)) for key, pool in self.pools.items()]
        for n, label in enumerate(RANKS[: call.choices]):
            empty = [] if n == 0 and len(offered) == 1 else [("", gettext("请选一个") if n == 0 else gettext("不选"))]
            self.fields[f"wish{n}"] = forms.ChoiceField(
                label=gettext(label) if call.choices > 1 else gettext("报的是"),
                choices=[*empty, *offered],
                required=n == 0,
            )

    @property
    def chosen(self) -> list[Pool]:
        return [self.pools[value] for value in self.cleaned_data.values() if value]


@page(power=Power.ACT_FOR_WORKER)
def enter(request: HouseRequest, call_id: str) -> HttpResponse:
    """The party stands in the address while it is gathered (`with`): a step back loses nobody."""
    call = opened(request, call_id)
    sent = request.POST if request.method == "POST" else request.GET
    party = _party(request, sent.getlist("with"))
    form = PartyForm(request.POST or None, call=call)
    if request.method == "POST" and form.is_valid():
        key = request.POST.get("key", "")[:KEY] or None
        try:
            made = parties.enter(
                call=call, wishes=form.chosen, persons=party, key=key, by=request.actor, at=request.now
            )
        except Refused as refusal:
            form.refuse(refusal, "wish0" if refusal.code in {"wishes", "pool-closed"} else None)
        else:
            messages.success(request, gettext(SAID[ApplicationState(made.state)]))
            return redirect("staff:call-entries", call_id)
    context = {"call": call, "form": form, "key": request.POST.get("key") or new_public_id()}
    context |= _gathered(request, call, party)
    return render_part(request, PAGE, context, UNPROCESSABLE if form.errors or context["unread"] else 200)


def _party(request: HouseRequest, ids: list[str]) -> list[Person]:
    """Those within reach, in the order in which they were put together; a stranger's id finds nobody."""
    asked = list(dict.fromkeys(ids))[:MOST]
    people = Person.objects.within(request.actor, Power.ACT_FOR_WORKER).filter(public_id__in=asked)
    found = {person.public_id: person for person in people}
    return [found[one] for one in asked if one in found]


def _gathered(request: HouseRequest, call: Call, party: list[Person]) -> dict[str, Any]:
    text = request.GET.get("q", "").strip()[:TEXT]
    found, unread = None, ""
    try:
        found = search(request.actor, text) if text else None
    except Refused as refusal:
        unread = say(refusal)
    ids = [person.public_id for person in party]
    return {
        "q": text,
        "unread": unread,
        "manner": call_words.manner(call),
        "party": [_one(person, ids) for person in party],
        "ids": ids,
        "full": len(party) >= call.party_most,
        "hits": None if found is None else _hits(request, found, ids),
        "more": bool(found and found.more),
    }


def _one(person: Person, ids: list[str]) -> dict[str, Any]:
    """`without`: the others, for the link that takes this one out again."""
    return {
        "name": shown(person, "name", Purpose.STAFF_LIST),
        "id": person.public_id,
        "without": [one for one in ids if one != person.public_id],
    }


def _hits(request: HouseRequest, found: Found, ids: list[str]) -> list[dict[str, Any]]:
    """Whom one may only find but not act for can be seen here, and not be chosen."""
    pks = [hit.person.pk for hit in found.hits]
    acted = set(
        Person.objects.within(request.actor, Power.ACT_FOR_WORKER).filter(pk__in=pks).values_list("pk", flat=True)
    )
    return [
        {
            "name": shown(hit.person, "name", hit.purpose),
            "phone": shown(hit.person, "phone", hit.purpose),
            "union": hit.union.name,
            "id": hit.person.public_id,
            "there": hit.person.public_id in ids,
            "acts": hit.person.pk in acted,
        }
        for hit in found.hits
    ]


urlpatterns = [path("calls/<slug:call_id>/enter/", enter, name="call-enter")]
