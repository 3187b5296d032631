"""A release for workers: before (what, when, may I), the entry taken days ahead, the waiting page, and what came of it.

The claim itself goes to the lane (web/lane), not here: these pages may be slow at the moment, and nothing is lost by it.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext

from tongxin.calls.actions import lanes
from tongxin.calls.entries import Passes
from tongxin.calls.models import Lane
from tongxin.calls.queries import lane as reads
from tongxin.calls.queries.lane import Mine, Release, Stand
from tongxin.kernel.refused import Refused
from tongxin.people.models import Person
from tongxin.store.keys import ring
from tongxin.web import dates, release_words
from tongxin.web.answers import render_refusal
from tongxin.web.guard import HouseRequest, OpenTo, page
from tongxin.web.lane.answers import SAID
from tongxin.web.paging import paged

ONE = "worker/releases/one.html"
SHORTEST_JITTER, LEVEL_JITTER = 2_000, 20_000  # milliseconds over which pages enter by themselves


@page(open_to=OpenTo.VISITOR, methods=("GET",))
def releases(request: HouseRequest) -> HttpResponse:
    found = paged(request, reads.closed_last(request.now))
    rows = [release_words.card(reads.release_of(lane, request.now)) for lane in found]
    return render(request, "worker/releases/list.html", {"page": found.of(rows)})


@page(open_to=OpenTo.VISITOR, methods=("GET",))
def release(request: HouseRequest, release_id: str) -> HttpResponse:
    """Where one was led back to by the lane, `said` is why."""
    found = _release(request, release_id)
    mine = _mine(request, found)
    said = SAID.get(request.GET.get("said", ""))
    context = _context(found, mine) | {"said": gettext(said.words) if said else ""}
    return _with_passes(request, render(request, ONE, context), found, mine)


@page(open_to=OpenTo.WORKER, methods=("POST",))
def enter(request: HouseRequest, release_id: str) -> HttpResponse:
    """The entry, for oneself alone: whose it is comes from the session."""
    found = _release(request, release_id)
    try:
        person = Person.objects.get(account=request.user)
        lanes.let_in(pool=found.pool, person=person, by=request.actor, at=request.now)
    except Refused as refusal:
        return render_refusal(request, ONE, _context(found, _mine(request, found)), refusal)
    messages.success(request, gettext("入场凭证已领取，存在这台设备上。到时间从这里进入就行。"))
    answer = redirect("worker:release", release_id)
    return _with_passes(request, answer, found, _mine(request, found))


@page(open_to=OpenTo.VISITOR, methods=("GET",))
def waiting(request: HouseRequest, release_id: str) -> HttpResponse:
    """Alike for everyone, and given from memory by the lane's shelf: nothing of who looks may stand here."""
    found = _release(request, release_id)
    jitter = LEVEL_JITTER if found.level_ends else SHORTEST_JITTER
    words = release_words.for_script()
    return render(request, "worker/releases/waiting.html", _facts(found) | {"jitter": jitter, "words": words})


@page(open_to=OpenTo.WORKER, methods=("GET",))
def receipt(request: HouseRequest, release_id: str) -> HttpResponse:
    """As a file, to keep and to check later without us."""
    mine = _mine(request, _release(request, release_id))
    if mine is None or not mine.receipt:
        raise Http404
    answer = HttpResponse(mine.receipt + "\n", content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="receipt-{release_id}.txt"'
    return answer


def _release(request: HouseRequest, release_id: str) -> Release:
    lane: Lane | None = reads.releases().filter(pool__public_id=release_id).first()
    if lane is None:
        raise Http404
    return reads.release_of(lane, request.now)


def _mine(request: HouseRequest, found: Release) -> Mine | None:
    person = request.actor.person_id
    return None if person is None else reads.mine(found, person, request.now)


def _facts(found: Release, mine: Mine | None = None) -> dict[str, Any]:
    call, held = found.pool.call, reads.round_of(found)
    return {
        "held": held, "drawn_at": _moment(held.drawn_at or held.result_at) if held else "",
        "release": found, "pool": found.pool, "call": call, "stage": str(found.stage),
        "opens": _moment(call.opens), "seconds": _seconds(found),
        "level": dates.clock(found.level_ends) if found.level_ends else "", "units": found.pool.units,
        "entrance": f"/lane/{found.pool.public_id}", "steps": release_words.steps(found, held),
        "synthetic": found.pool.union.synthetic, "reserves": release_words.reserves(found.pool, mine),
    }  # fmt: skip


def _context(found: Release, mine: Mine | None) -> dict[str, Any]:
    outcome = mine is not None and mine.stand is not Stand.OUT
    stand, why = release_words.standing(mine, found.pool.call)
    return _facts(found, mine) | {
        "mine": mine, "outcome": outcome, "stand": stand, "why": why, "left": found.pool.left,
        "rows": release_words.rows(found, mine) if mine is not None else [],
        "onward": release_words.onward(found.pool.call),
    }  # fmt: skip


def _moment(at: datetime) -> str:
    return f"{dates.full_day(at)} {dates.clock(at)}"


def _seconds(found: Release) -> int:
    return max(0, int((found.pool.call.opens - found.at).total_seconds()))


def _with_passes(request: HouseRequest, answer: HttpResponse, found: Release, mine: Mine | None) -> HttpResponse:
    """What the lane checks without asking: both texts live on this device, sent to the lane's addresses and nowhere else."""
    if mine is None or mine.entry is None:
        return answer
    passes, person = Passes(ring()), mine.entry.person_id
    session = passes.session(person, int(request.session.get_expiry_date().timestamp()))
    entry = passes.entry(found.pool.pk, person, mine.entry.assurance, int(mine.entry.ends_at.timestamp()))
    secure = settings.SESSION_COOKIE_SECURE
    for name, text, where in (
        ("tx-lane", session, "/lane/"),
        ("tx-entry", entry, f"/lane/{found.pool.public_id}"),
    ):
        answer.set_cookie(
            name, text, path=where, httponly=True, samesite="Lax", secure=secure, expires=mine.entry.ends_at
        )
    return answer


urlpatterns = [
    path("releases/", releases, name="releases"),
    path("releases/<slug:release_id>/", release, name="release"),
    path("releases/<slug:release_id>/enter/", enter, name="release-enter"),
    path("releases/<slug:release_id>/waiting/", waiting, name="release-waiting"),
    path("releases/<slug:release_id>/receipt.txt", receipt, name="release-receipt"),
]
