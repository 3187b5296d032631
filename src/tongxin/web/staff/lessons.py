"""课次: one cohort's lessons; another day for one, no day, one more."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path

from tongxin.activities.actions import sessions
from tongxin.activities.queries.lessons import lessons_of
from tongxin.activities.states import RUNNING
from tongxin.people.powers import Power
from tongxin.web import dates
from tongxin.web.answers import render_part
from tongxin.web.guard import HouseRequest, page
from tongxin.web.staff.cohort_forms import LessonForm, WhyForm
from tongxin.web.staff.cohorts import form_page, frame, opened

BACK = "staff:cohort-lessons"


@page(power=Power.SEE_COURSES, methods=("GET",))
def listing(request: HouseRequest, cohort_id: str) -> HttpResponse:
    cohort = opened(request, cohort_id)
    return render_part(request, "staff/cohorts/lessons.html", {
        **frame(request, cohort, "lessons"), "lessons": list(lessons_of(cohort)),
        "running": cohort.state in RUNNING,
    })  # fmt: skip


@page(power=Power.RUN_COURSES)
def add(request: HouseRequest, cohort_id: str) -> HttpResponse:
    cohort = opened(request, cohort_id, Power.RUN_COURSES)
    initial = {"starts_at": cohort.starts_at, "ends_at": cohort.ends_at}
    form = LessonForm(request.POST or None, cohort=cohort, on=request.actor.on, initial=initial)

    def run() -> str:
        values = form.values()
        made = sessions.add(cohort=cohort, note=values.pop("why"), **values, by=request.actor, at=request.now)
        return f"已加一次课：{dates.full_day(made.starts_at)}，并通知学员和老师。"

    return form_page(request, cohort, form, run, back=BACK, title="加一次课")


@page(power=Power.RUN_COURSES)
def reschedule(request: HouseRequest, cohort_id: str, session_id: str) -> HttpResponse:
    cohort = opened(request, cohort_id, Power.RUN_COURSES)
    session = get_object_or_404(cohort.sessions, public_id=session_id)
    initial = {"day": dates.local(session.starts_at), "starts_at": cohort.starts_at, "ends_at": cohort.ends_at}
    form = LessonForm(request.POST or None, cohort=cohort, on=request.actor.on, initial=initial)

    def run() -> str:
        moved = sessions.reschedule(session=session, **form.values(), by=request.actor, at=request.now)
        return f"第{moved.no}次课已改到{dates.full_day(moved.starts_at)}，并通知学员和老师。"

    ask = f"第{session.no}次课，原定{dates.full_day(session.starts_at)} {dates.hours(session.starts_at, session.ends_at)}。"
    return form_page(request, cohort, form, run, back=BACK, title="改这次课的时间", ask=ask)


@page(power=Power.RUN_COURSES)
def cancel(request: HouseRequest, cohort_id: str, session_id: str) -> HttpResponse:
    cohort = opened(request, cohort_id, Power.RUN_COURSES)
    session = get_object_or_404(cohort.sessions, public_id=session_id)
    form = WhyForm(request.POST or None)

    def run() -> str:
        sessions.cancel(session=session, **form.cleaned_data, by=request.actor, at=request.now)
        return f"第{session.no}次课已取消，并通知学员和老师。"

    ask = f"第{session.no}次课，{dates.full_day(session.starts_at)}。取消后教室空出，会通知学员和老师。"
    return form_page(request, cohort, form, run, back=BACK, title="取消这次课", ask=ask, danger="确定取消这次课")


urlpatterns = [
    path("cohorts/<str:cohort_id>/lessons/", listing, name="cohort-lessons"),
    path("cohorts/<str:cohort_id>/lessons/new/", add, name="lesson-new"),
    path("cohorts/<str:cohort_id>/lessons/<str:session_id>/move/", reschedule, name="lesson-move"),
    path("cohorts/<str:cohort_id>/lessons/<str:session_id>/cancel/", cancel, name="lesson-cancel"),
]
