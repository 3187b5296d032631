"""The worker's own code, and the code on a room's screen."""

from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext

from tongxin.activities.actions import check_in
from tongxin.activities.models import Enrolment, Session
from tongxin.activities.queries import check_in as shown
from tongxin.activities.queries.mine import next_sessions
from tongxin.activities.states import EnrolmentState, Mark
from tongxin.kernel.refused import Refused
from tongxin.web import class_words
from tongxin.web.answers import render_part, render_refusal
from tongxin.web.guard import HouseRequest, OpenTo, page
from tongxin.web.worker import cards

TYPED: Final = 20  # characters of the screen, blanks between them included
CODE: Final = "worker/check_in/code.html#code"


@page(open_to=OpenTo.WORKER)
def code(request: HouseRequest, cohort_id: str) -> HttpResponse:
    """The QR and its characters, renewed by itself, or by its link without JavaScript.

    POST takes the eight characters of the room's screen, for phones that cannot scan it.
    """
    enrolment = get_object_or_404(
        Enrolment.objects.select_related("cohort__course", "cohort__site", "cohort__room", "cohort__term__programme"),
        cohort__public_id=cohort_id,
        person=request.actor.person_id,
        state=EnrolmentState.ENROLLED,
    )
    session = next_sessions([enrolment.cohort_id], request.now).get(enrolment.cohort_id)
    if request.method != "POST" or session is None:
        return render_part(request, CODE, _shown(request, enrolment, session))
    typed = request.POST.get("characters", "")[:TYPED]
    try:
        done = check_in.by_screen_code(
            session=session, text=f"{session.public_id}{typed}", by=request.actor, at=request.now
        )
    except Refused as refusal:
        return render_refusal(request, CODE, _shown(request, enrolment, session) | {"typed": typed}, refusal)
    messages.success(request, gettext("签到成功，记为“%(mark)s”。") % {"mark": gettext(Mark(done.mark).label)})
    return redirect("worker:class", cohort_id)


def _shown(request: HouseRequest, enrolment: Enrolment, session: Session | None) -> dict[str, Any]:
    window = shown.window_of(session) if session else None
    return {
        "cohort": enrolment.cohort,
        "session": session,
        "window": window,
        "mark": _mark(enrolment, session),
        "lesson": cards.lesson_line(session) if session else "",
        "where": class_words.where(enrolment.cohort),
        "code": shown.worker_code(enrolment=enrolment, session=session, at=request.now)
        if session and window and request.now in window
        else None,
        "synthetic": cards.synthetic([enrolment.cohort]),
    }


@page(open_to=OpenTo.WORKER)
def screen(request: HouseRequest, text: str) -> HttpResponse:
    """Where the QR on the room's screen leads: one button, so that opening a link checks nobody in."""
    session = (
        Session.objects.filter(public_id=shown.session_named_in(text))
        .select_related("cohort__course", "cohort__site", "cohort__room")
        .first()
    )
    if session is None:
        raise Http404
    context = {"session": session, "cohort": session.cohort, "lesson": cards.lesson_line(session), "text": text}
    if request.method != "POST":
        return render_part(request, "worker/check_in/screen.html", context)
    try:
        done = check_in.by_screen_code(session=session, text=text, by=request.actor, at=request.now)
    except Refused as refusal:
        return render_refusal(request, "worker/check_in/screen.html", context, refusal)
    messages.success(request, gettext("签到成功，记为“%(mark)s”。") % {"mark": gettext(Mark(done.mark).label)})
    return redirect("worker:class", session.cohort.public_id)


def _mark(enrolment: Enrolment, session: Session | None) -> str:
    """The word of this lesson's mark, if there is one."""
    found = enrolment.attendances.filter(session=session).first() if session else None
    return gettext(Mark(found.mark).label) if found else ""


urlpatterns = [
    path("classes/<str:cohort_id>/code/", code, name="code"),
    path("check-in/<str:text>/", screen, name="screen"),
]
