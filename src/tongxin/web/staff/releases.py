"""发放: which pools are entered by the release lane, how far they are, and the rehearsal before."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext
from procrastinate.contrib.django import app

from tongxin.calls.actions import lanes, rehearsals
from tongxin.calls.models import Entry, Lane, Pool, Rehearsal
from tongxin.calls.queries import lane as reads
from tongxin.calls.states import BY_SPEED, Policy, RehearsalState
from tongxin.kernel.refused import Refused
from tongxin.people.authority import may
from tongxin.people.powers import Power
from tongxin.web import release_words
from tongxin.web.answers import render_refusal
from tongxin.web.guard import HouseRequest, page
from tongxin.web.jobs import REHEARSE_JOB
from tongxin.web.paging import paged

ONE = "staff/releases/one.html"
SAFE = 0.7  # of what a rehearsal reached: the rest is for pages, and for what a rehearsal does not know


@page(power=Power.RUN_BENEFITS, methods=("GET",))
def releases(request: HouseRequest) -> HttpResponse:
    """Those that are entered by the lane, and those that still could be."""
    rows = _pools(request).filter(Q(call__by_lane=True) | Q(call__policy__in=BY_SPEED, call__opens__gt=request.now))
    shown = paged(request, rows.select_related("call", "union").order_by("-call__opens", "-pk"))
    return render(request, "staff/releases/list.html", {"page": shown})


@page(power=Power.RUN_BENEFITS, methods=("GET",))
def release(request: HouseRequest, release_id: str) -> HttpResponse:
    return render(request, ONE, _context(request, _pool(request, release_id)))


@page(power=Power.RUN_BENEFITS, methods=("POST",))
def open_lane(request: HouseRequest, release_id: str) -> HttpResponse:
    pool = _pool(request, release_id)
    try:
        lanes.open_lane(pool=pool, by=request.actor, at=request.now)
    except Refused as refusal:
        return render_refusal(request, ONE, _context(request, pool), refusal)
    messages.success(request, gettext("已改走快速通道。职工从发放页面提前领入场凭证，到时间进入。"))
    return redirect("staff:release", release_id)


@page(power=Power.RUN_BENEFITS, methods=("POST",))
def rehearse(request: HouseRequest, release_id: str) -> HttpResponse:
    """The button: the job does the rest, in less than a minute."""
    pool = _pool(request, release_id)
    try:
        made = rehearsals.begin(pool=pool, by=request.actor, at=request.now)
    except Refused as refusal:
        return render_refusal(request, ONE, _context(request, pool), refusal)
    app.configure_task(REHEARSE_JOB).defer(rehearsal=made.pk)
    messages.success(request, gettext("演练已开始，不到一分钟就有结果，刷新这一页看。"))
    return redirect("staff:release", release_id)


def _pools(request: HouseRequest) -> Any:
    return Pool.objects.within(request.actor, Power.RUN_BENEFITS)


def _pool(request: HouseRequest, release_id: str) -> Pool:
    pool: Pool = get_object_or_404(_pools(request).select_related("call", "union"), public_id=release_id)
    return pool


def _context(request: HouseRequest, pool: Pool) -> dict[str, Any]:
    lane = Lane.objects.select_related("pool__call", "pool__intake").filter(pool=pool).first()
    done = Rehearsal.objects.filter(pool=pool).order_by("-pk").first()
    entries = Entry.objects.filter(pool=pool).count()
    found = reads.release_of(lane, request.now) if lane else None
    return {
        "held": reads.round_of(found) if found else None,
        "draws": may(request.actor, Power.HOLD_DRAWS, pool.union_id),
        "pool": pool,
        "call": pool.call,
        "reserves": release_words.reserves(pool),
        "keeps": _keeps(request, pool),
        "lane": lane,
        "found": found,
        "entries": entries,
        "rehearsal": done,
        "running": done is not None and done.state == RehearsalState.RUNNING,
        "stated": _stated(done, max(entries, done.crowd)) if done and done.state == RehearsalState.DONE else None,
    }


def _keeps(request: HouseRequest, pool: Pool) -> bool:
    """Whether this reader may still change for whom places are kept."""
    call = pool.call
    fits = call.policy == Policy.LEVEL_START and request.now < call.opens and pool.closed_at is None
    return fits and may(request.actor, Power.RUN_CALLS, call.union_id)


def _stated(done: Rehearsal, crowd: int) -> dict[str, Any]:
    """What the numbers mean for the release: how fast, how long the queue, how long the last one waits."""
    safe = SAFE * done.rate
    return {
        "safe": int(safe),
        "rate": int(done.rate),
        "crowd": crowd,
        "queue": max(0, int(crowd - safe * 2)),  # pages enter by themselves within two seconds
        "seconds": int(crowd / safe) + 1 if safe else 0,
        "share": round(100 * done.rate / done.empty_rate) if done.empty_rate else 0,
        "lost": done.answered - done.stored,
    }


urlpatterns = [
    path("releases/", releases, name="releases"),
    path("releases/<slug:release_id>/", release, name="release"),
    path("releases/<slug:release_id>/open/", open_lane, name="release-open"),
    path("releases/<slug:release_id>/rehearse/", rehearse, name="release-rehearse"),
]
