"""所思所想所盼 on the phone: what one's union asks, one answer each, changed as often as one likes until it ends."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext

from tongxin.activities.actions import polls
from tongxin.activities.models import Poll
from tongxin.activities.queries.polls import of_person, open_to, own_answer, results
from tongxin.kernel.refused import Refused
from tongxin.people.models import Person
from tongxin.web.answers import render_part, render_refusal
from tongxin.web.guard import HouseRequest, OpenTo, page

LIST, ONE = "worker/polls/list.html", "worker/polls/one.html"


@page(open_to=OpenTo.WORKER, methods=("GET",))
def listing(request: HouseRequest) -> HttpResponse:
    rows = of_person(request.actor.person_id or 0, on=request.actor.on, at=request.now)
    return render_part(request, LIST, {"polls": rows, "now": request.now})


@page(open_to=OpenTo.WORKER)
def one(request: HouseRequest, poll_id: str) -> HttpResponse:
    person = Person.objects.get(pk=request.actor.person_id or 0)
    poll = get_object_or_404(open_to(person.pk, on=request.actor.on), public_id=poll_id)
    chosen, words = own_answer(poll, person.pk)
    if request.method == "POST":
        given = _numbers(request), request.POST.get("words", "")
        try:
            polls.answer(poll=poll, person=person, chosen=given[0], words=given[1], by=request.actor, at=request.now)
        except Refused as refusal:
            return render_refusal(request, ONE, _context(request, poll, *given), refusal)
        messages.success(request, gettext("收到了。截止以前都可以回来改。"))
        return redirect("worker:poll", poll_id)
    return render_part(request, ONE, _context(request, poll, chosen, words))


def _context(request: HouseRequest, poll: Poll, chosen: list[int], words: str) -> dict[str, Any]:
    over = poll.closes <= request.now
    return {
        "poll": poll, "begun": poll.opens <= request.now, "over": over, "chosen": chosen, "words": words,
        "choices": list(poll.choices.order_by("no")), "results": results(poll, at=request.now) if over else None,
    }  # fmt: skip


def _numbers(request: HouseRequest) -> list[int]:
    return [int(text) for text in request.POST.getlist("choice") if text.isascii() and text.isdigit() and len(text) < 4]


urlpatterns = [
    path("polls/", listing, name="polls"),
    path("polls/<slug:poll_id>/", one, name="poll"),
]
