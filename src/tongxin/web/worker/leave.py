"""请假 for a lesson to come, and taking it back: one tap each, from the class's page."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext

from tongxin.activities.actions import leave
from tongxin.activities.models import Enrolment, Session
from tongxin.kernel.refused import Refused
from tongxin.web import dates
from tongxin.web.guard import HouseRequest, OpenTo, page
from tongxin.web.worker.classes import refused_class


@page(open_to=OpenTo.WORKER, methods=("POST",))
def ask(request: HouseRequest, cohort_id: str, session_id: str) -> HttpResponse:
    said = gettext("已请假：%(lesson)s。要是又能来，上课前可以撤回，也可以直接来签到。")
    return _tapped(request, cohort_id, session_id, leave.ask_leave, said)


@page(open_to=OpenTo.WORKER, methods=("POST",))
def take_back(request: HouseRequest, cohort_id: str, session_id: str) -> HttpResponse:
    return _tapped(request, cohort_id, session_id, leave.take_back, gettext("请假已撤回：%(lesson)s，到时见。"))


def _tapped(
    request: HouseRequest, cohort_id: str, session_id: str, action: Callable[..., Any], said: str
) -> HttpResponse:
    enrolment = get_object_or_404(Enrolment, cohort__public_id=cohort_id, person=request.actor.person_id)
    session = get_object_or_404(Session, cohort=enrolment.cohort_id, public_id=session_id)
    try:
        action(enrolment=enrolment, session=session, by=request.actor, at=request.now)
    except Refused as refusal:
        return refused_class(request, cohort_id, refusal)
    lesson = f"{dates.short_day(session.starts_at)} {dates.clock(session.starts_at)}"
    messages.success(request, said % {"lesson": lesson})
    return redirect("worker:class", cohort_id)


urlpatterns = [
    path("classes/<str:cohort_id>/lessons/<str:session_id>/leave/", ask, name="leave"),
    path("classes/<str:cohort_id>/lessons/<str:session_id>/leave/back/", take_back, name="leave-back"),
]
