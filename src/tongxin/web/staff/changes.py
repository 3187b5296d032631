"""设置: one cohort's sign-up, places, room, teacher and hours; and how it ends."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path

from tongxin.activities.actions import cohorts, endings, openings
from tongxin.activities.models import Cohort
from tongxin.activities.queries.lists import others_of_term
from tongxin.activities.queries.standing import stands
from tongxin.activities.states import COHORT_MOVES, RUNNING, EnrolmentState
from tongxin.kernel.refused import Refused
from tongxin.people.powers import Power
from tongxin.web import dates
from tongxin.web.answers import render_part, render_refusal
from tongxin.web.guard import HouseRequest, page
from tongxin.web.staff.cohort_forms import ChangeForm, DescribeForm, IntoForm, PlacesForm, WhyForm
from tongxin.web.staff.cohorts import form_page, frame, opened

PAGE = "staff/cohorts/settings.html"
BACK = "staff:cohort-settings"


@page(power=Power.RUN_COURSES, methods=("GET",))
def settings(request: HouseRequest, cohort_id: str) -> HttpResponse:
    return render_part(request, PAGE, _context(request, opened(request, cohort_id, Power.RUN_COURSES)))


@page(power=Power.RUN_COURSES, methods=("POST",))
def turn(request: HouseRequest, cohort_id: str, verb: str) -> HttpResponse:
    """What needs no more than one press: open, close, finish."""
    action, words = {
        "open": (openings.open_cohort, "已开放报名。"),
        "close": (openings.close_cohort, "已停止报名。候补的人保留位置，有人退课照样递补。"),
        "finish": (endings.finish, "已结课。"),
    }[verb]
    cohort = opened(request, cohort_id, Power.RUN_COURSES)
    try:
        action(cohort=cohort, by=request.actor, at=request.now)
    except Refused as refusal:
        fresh = opened(request, cohort_id, Power.RUN_COURSES)
        return render_refusal(request, PAGE, _context(request, fresh), refusal)
    messages.success(request, words)
    return redirect(BACK, cohort_id)


@page(power=Power.RUN_COURSES)
def describe(request: HouseRequest, cohort_id: str) -> HttpResponse:
    cohort = opened(request, cohort_id, Power.RUN_COURSES)
    form = DescribeForm(request.POST or None, initial={"name": cohort.name, "fee": cohort.fee})

    def run() -> str:
        cohorts.edit(cohort=cohort, **form.cleaned_data, by=request.actor, at=request.now)
        return "已保存。"

    return form_page(request, cohort, form, run, back=BACK, title="改班名和费用")


@page(power=Power.RUN_COURSES)
def change(request: HouseRequest, cohort_id: str) -> HttpResponse:
    cohort = opened(request, cohort_id, Power.RUN_COURSES)
    form = ChangeForm(request.POST or None, cohort=cohort, on=request.actor.on)

    def run() -> str:
        cohorts.change(cohort=cohort, **form.values(), by=request.actor, at=request.now)
        return "已保存。还没上的课都按新的安排，有变化的已通知学员和老师。"

    ask = f"只改还没上的课。有变化时会通知{_told(cohort)}。"
    return form_page(request, cohort, form, run, back=BACK, title="改教室、老师和时间", ask=ask)


@page(power=Power.RUN_COURSES)
def places(request: HouseRequest, cohort_id: str) -> HttpResponse:
    cohort = opened(request, cohort_id, Power.RUN_COURSES)
    form = PlacesForm(request.POST or None, initial={"units": cohort.units})

    def run() -> str:
        changed = openings.resize(cohort=cohort, units=form.cleaned_data["units"], by=request.actor, at=request.now)
        return f"名额已改为{changed.units}个。"

    return form_page(request, cohort, form, run, back=BACK, title="改名额")


@page(power=Power.RUN_COURSES)
def cancel(request: HouseRequest, cohort_id: str) -> HttpResponse:
    cohort = opened(request, cohort_id, Power.RUN_COURSES)
    form = WhyForm(request.POST or None)
    told = _told(cohort)

    def run() -> str:
        endings.cancel(cohort=cohort, **form.cleaned_data, by=request.actor, at=request.now)
        return f"已取消这个班，并通知{told}。"

    ask = f"取消后不能恢复：名额全部收回，课次取消，教室空出。会通知{told}。"
    return form_page(request, cohort, form, run, back=BACK, title="取消这个班", ask=ask, danger="确定取消，并通知大家")


@page(power=Power.RUN_COURSES)
def end_early(request: HouseRequest, cohort_id: str) -> HttpResponse:
    cohort = opened(request, cohort_id, Power.RUN_COURSES)
    form = WhyForm(request.POST or None)
    told = _told(cohort)

    def run() -> str:
        endings.end_early(cohort=cohort, **form.cleaned_data, by=request.actor, at=request.now)
        return f"已提前结课，并通知{told}。"

    ask = f"余下的课取消，上过的课照样计入。会通知{told}。"
    return form_page(request, cohort, form, run, back=BACK, title="提前结课", ask=ask, danger="确定提前结课")


@page(power=Power.RUN_COURSES)
def merge(request: HouseRequest, cohort_id: str) -> HttpResponse:
    cohort = opened(request, cohort_id, Power.RUN_COURSES)
    form = IntoForm(request.POST or None, cohorts=others_of_term(cohort))
    told = _told(cohort)

    def run() -> str:
        endings.merge(cohort=cohort, into=form.chosen(), why=form.cleaned_data["why"], by=request.actor, at=request.now)
        return f"已并到“{form.chosen().title}”，并通知{told}。"

    ask = f"这个班的人全部转过去，候补的人排到那边候补的末尾。会通知{told}。"
    return form_page(request, cohort, form, run, back=BACK, title="并班", ask=ask, danger="确定并班")


def _told(cohort: Cohort) -> str:
    """28名学员、3名候补和老师."""
    enrolled = cohort.enrolments.filter(state=EnrolmentState.ENROLLED).count()
    waiting = cohort.pool.waiting if cohort.pool else 0
    parts = [f"{enrolled}名学员", *([f"{waiting}名候补"] if waiting else [])]
    return "、".join(parts) + ("和老师" if cohort.teacher_id else "")


def _context(request: HouseRequest, cohort: Cohort) -> dict[str, Any]:
    verbs = set(COHORT_MOVES.verbs(cohort.state))
    return {
        **frame(request, cohort, "settings"),
        "facts": _facts(cohort),
        "standing": stands(cohort, request.now),
        "running": cohort.state in RUNNING,
        "can_open": bool(verbs & {"open", "reopen"}),
        "can_close": "close" in verbs,
        "can_finish": "finish" in verbs,
        "can_cancel": "cancel" in verbs,
        "told": _told(cohort),
    }


def _facts(cohort: Cohort) -> list[tuple[str, str]]:
    fee = f"{cohort.fee.normalize():f}元" if cohort.fee else "免费"
    taken = cohort.pool.taken if cohort.pool else 0
    return [
        ("课程", cohort.course.name), ("班名", cohort.name), ("地点", f"{cohort.site.name} {cohort.room or '不定教室'}"),
        ("老师", cohort.teacher_name or "还没定"),
        ("时间", f"{dates.weekday(cohort.weekday)} {dates.hours(cohort.starts_at, cohort.ends_at)}"),
        ("起止", f"{dates.span(cohort.first_day, cohort.last_day)}，共{cohort.session_count}次"),
        ("名额", f"{cohort.units}个，已录取{taken}人"), ("费用", fee),
        ("并到", cohort.merged_into.title if cohort.merged_into else ""), ("原因", cohort.ended_why),
    ]  # fmt: skip


urlpatterns = [
    path("cohorts/<str:cohort_id>/settings/", settings, name="cohort-settings"),
    path("cohorts/<str:cohort_id>/open/", turn, {"verb": "open"}, name="cohort-open"),
    path("cohorts/<str:cohort_id>/close/", turn, {"verb": "close"}, name="cohort-close"),
    path("cohorts/<str:cohort_id>/finish/", turn, {"verb": "finish"}, name="cohort-finish"),
    path("cohorts/<str:cohort_id>/describe/", describe, name="cohort-describe"),
    path("cohorts/<str:cohort_id>/change/", change, name="cohort-change"),
    path("cohorts/<str:cohort_id>/places/", places, name="cohort-places"),
    path("cohorts/<str:cohort_id>/cancel/", cancel, name="cohort-cancel"),
    path("cohorts/<str:cohort_id>/end-early/", end_early, name="cohort-end-early"),
    path("cohorts/<str:cohort_id>/merge/", merge, name="cohort-merge"),
]
