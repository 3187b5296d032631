"""扫码签到: at the door with the worker's own code; and the code on the room's screen."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse

from tongxin.activities.actions import check_in
from tongxin.activities.models import Session
from tongxin.activities.queries.check_in import screen_code, window_of
from tongxin.activities.queries.lessons import door_of, todays_lessons
from tongxin.activities.states import Mark
from tongxin.kernel.refused import Refused
from tongxin.people.masks import Purpose, shown
from tongxin.people.powers import Power
from tongxin.web import dates
from tongxin.web.answers import UNPROCESSABLE, render_part, wants_part
from tongxin.web.guard import HouseRequest, page

DOOR = "staff/checkin/door.html"
LONGEST = 80  # of what a scanner may type


@page(power=Power.CALL_ROLL, methods=("GET",))
def choose(request: HouseRequest) -> HttpResponse:
    lessons = list(todays_lessons(request.actor, at=request.now))
    rows = [{"session": one, "window": window_of(one), "open": request.now in window_of(one)} for one in lessons]
    synthetic = next(
        (one.cohort.term.programme.synthetic for one in lessons if one.cohort.term.programme.synthetic), ""
    )
    return render_part(
        request, "staff/checkin/choose.html", {"rows": rows, "synthetic": synthetic, "today": request.actor.on}
    )


@page(power=Power.CALL_ROLL)
def door(request: HouseRequest, session_id: str) -> HttpResponse:
    """One code after the other; the input keeps the focus, and each answer says who it was."""
    session = _session(request, session_id)
    if request.method != "POST":
        return render_part(request, f"{DOOR}#door", _door(request, session))
    try:
        done = check_in.by_worker_code(
            session=session, text=request.POST.get("text", "")[:LONGEST], by=request.actor, at=request.now
        )
    except Refused as refusal:
        return render_part(request, f"{DOOR}#door", {**_door(request, session), "no": refusal}, UNPROCESSABLE)
    name, word = shown(done.person, "name", Purpose.ROLL_CALL), Mark(done.mark).label
    if wants_part(request):
        told = {"name": name, "mark": done.mark, "word": word}
        return render_part(request, f"{DOOR}#door", {**_door(request, session), "done": told})
    messages.success(request, f"{name}，记为“{word}”。")
    return redirect("staff:checkin-door", session_id)


@page(power=Power.CALL_ROLL, methods=("GET",))
def screen(request: HouseRequest, session_id: str) -> HttpResponse:
    """For a projector: the code in large, new every few seconds, and how many are in."""
    session = _session(request, session_id)
    window = window_of(session)
    context: dict[str, Any] = {**_about(session), "window": window, "door": door_of(session)}
    if request.now in window:
        code = screen_code(session=session, at=request.now)
        address = request.build_absolute_uri(reverse("worker:screen", args=[code.text]))
        context |= {"code": code, "address": address, "short": address.partition("://")[2]}
    return render_part(request, "staff/checkin/screen.html#code", context)


def _session(request: HouseRequest, session_id: str) -> Session:
    """Only today's, and only where the actor may call the roll."""
    found: Session = get_object_or_404(todays_lessons(request.actor, at=request.now), public_id=session_id)
    return found


def _about(session: Session) -> dict[str, Any]:
    cohort = session.cohort
    room = session.room.name if session.room else ""
    return {
        "session": session,
        "cohort": cohort,
        "synthetic": cohort.term.programme.synthetic,
        "when": f"{dates.full_day(session.starts_at)} {dates.hours(session.starts_at, session.ends_at)}",
        "where": f"{cohort.site.name}{room}",
    }


def _door(request: HouseRequest, session: Session) -> dict[str, Any]:
    found, window = door_of(session), window_of(session)
    latest = [(shown(one.enrolment.person, "name", Purpose.ROLL_CALL), one) for one in found.latest]
    return {**_about(session), "door": found, "latest": latest, "window": window, "open": request.now in window}


urlpatterns = [
    path("check-in/", choose, name="checkin"),
    path("check-in/<str:session_id>/", door, name="checkin-door"),
    path("check-in/<str:session_id>/screen/", screen, name="checkin-screen"),
]
