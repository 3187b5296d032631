"""我能享受什么: a few questions, and what both provinces' unions offer. No answer is written, logged or put in an address.

The answers travel in the body of a POST: an address would stay in the browser's history and in the logs of machines between.
Nothing is done with them but to draw this page, so no token guards it, and it works without cookies; the database is held
read-only. The page carries the questions with the answers, so that one goes back, changes one, and asks again.
"""

from typing import Any

from django.http import HttpResponse
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters

from tongxin.benefits.asked_facts import TOLD, USABLE, joined
from tongxin.benefits.queries.due import Answer, Due, due
from tongxin.people.facts import facts_of
from tongxin.people.models import Membership, Person
from tongxin.people.models.persons import GigGroup
from tongxin.rules.facts import Fact, Facts
from tongxin.rules.verdicts import Obstacle, Truth
from tongxin.web import dates, english
from tongxin.web.answers import render_form
from tongxin.web.guard import HouseRequest, OpenTo, page, read_only
from tongxin.web.worker.due_form import DueForm

ASKED = (
    "is_member",
    "gig_group",
    "migrant_worker",
    "model_worker",
)  # of what the house may know; the rest it never does
ONE = "worker/due.html"


@csrf_exempt
@sensitive_post_parameters()
@cache_control(private=True, no_cache=True)
@page(open_to=OpenTo.VISITOR)
def due_page(request: HouseRequest) -> HttpResponse:
    with read_only():
        recorded, stay = _recorded(request)
        known = [name for name in ASKED if recorded[name].known]
        given = request.POST if request.method == "POST" else None
        form = DueForm(given, on=request.actor.on, known=known, home=stay.union if stay else None)
        context: dict[str, Any] = {"known": [_known(recorded[name], stay) for name in known]}
        if form.is_bound and form.is_valid():
            found = due(joined(recorded, form.facts), form.where, on=request.actor.on)
            context |= {"groups": _groups(found, stay), "region": form.where}
        return render_form(request, ONE, form, context)


def _recorded(request: HouseRequest) -> tuple[Facts, Membership | None]:
    """Of someone signed in: what their record says, and where they are a member. Of a visitor: nothing."""
    if request.actor.person_id is None:
        return Facts(), None
    person = Person.objects.get(pk=request.actor.person_id)
    stay: Membership | None = Membership.objects.filter(person=person, ends=None).select_related("union").first()
    return facts_of(person, request.actor.on, wanted=ASKED), stay


def _known(fact: Fact, stay: Membership | None) -> dict[str, str]:
    value = fact.value
    labels = dict(GigGroup.choices)
    said = (
        gettext("是") if value is True else gettext("不是") if value is False else gettext(labels.get(str(value), ""))
    )
    return {"words": gettext(USABLE[fact.name].words), "said": said or str(value), "source": _source(fact, stay)}


def _source(fact: Fact, stay: Membership | None) -> str:
    """In the reader's language: the facts' own sources are Chinese."""
    if fact.source == TOLD:
        return gettext("您的回答")
    if fact.name != "is_member":
        return gettext("职工登记")
    if stay is None:
        return gettext("会籍登记里没有您现在的会籍")
    return gettext("会籍登记：%(union)s，%(day)s起") % {"union": stay.union.name, "day": dates.day(stay.starts)}


def _groups(found: list[Due], stay: Membership | None) -> list[dict[str, Any]]:
    """By answer, those that can be had first; an empty group is left out."""
    titles = {
        Answer.APPLY: (gettext("您可以申请"), "ok"),
        Answer.MAY_GIVE: (gettext("您的工会可以给"), "info"),
        Answer.UNKNOWN: (gettext("还不清楚"), "warn"),
        Answer.NOT_YOU: (gettext("这些不适合您"), ""),
    }
    return [
        {"key": answer.value, "title": title, "tone": tone, "rows": rows}
        for answer, (title, tone) in titles.items()
        if (rows := [_row(one, stay) for one in found if one.answer is answer])
    ]


def _row(one: Due, stay: Membership | None) -> dict[str, Any]:
    obstacles = [] if one.verdict is None else one.verdict.in_the_way()
    return {
        "due": one,
        "line": one.item.line,
        "missing": [obstacle.verdict.words for obstacle in obstacles if obstacle.verdict.truth is Truth.UNKNOWN],
        "against": [_contrary(obstacle) for obstacle in obstacles if obstacle.verdict.truth is not Truth.UNKNOWN],
        "because": [
            {"words": leaf.words, "source": _source(leaf.fact, stay)}
            for leaf in one.used
            if leaf.fact is not None and leaf.truth is Truth.YES
        ],
    }


def _contrary(obstacle: Obstacle) -> str:
    words = obstacle.verdict.words
    return words if obstacle.wanted is Truth.YES else gettext("不是“%(words)s”") % {"words": english.plain(words)}


urlpatterns = [path("due/", due_page, name="due")]
