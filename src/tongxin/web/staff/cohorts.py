"""Cohorts in reach, and the frame around one: title, tabs, what the actor may do there."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse

from tongxin.activities.actions.attendance import may_call_roll
from tongxin.activities.models import Cohort
from tongxin.activities.queries.lists import RUNS, cohorts_of
from tongxin.activities.queries.overviews import lines
from tongxin.activities.states import EnrolmentState
from tongxin.kernel.refused import Refused
from tongxin.people.authority import may
from tongxin.people.masks import Purpose
from tongxin.people.powers import Power
from tongxin.web import dates
from tongxin.web.answers import render_form, render_part
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, page
from tongxin.web.paging import paged
from tongxin.web.staff.cohort_forms import UNDER
from tongxin.web.staff.cohort_lines import shown
from tongxin.web.staff.terms import choices, filters_of

_SHOWN = ("course", "site", "room", "teacher", "term__programme", "term__call", "pool", "union", "merged_into__course")
_RUNNING = ((RUNS, "没结束的"),)


@page(power=Power.SEE_COURSES, methods=("GET",))
def listing(request: HouseRequest) -> HttpResponse:
    filters = filters_of(request.GET, default=RUNS)
    chosen = paged(request, cohorts_of(request.actor, filters, at=request.now))
    found = lines(chosen.rows, at=request.now)
    synthetic = next((line.synthetic for line in found if line.synthetic), "")
    return render_part(request, "staff/cohorts/list.html#rows", {
        "page": chosen.of(shown(found)), "filters": choices(filters, also=_RUNNING), "synthetic": synthetic,
        "clear": reverse("staff:cohorts"),
    })  # fmt: skip


def opened(request: HouseRequest, cohort_id: str, power: Power = Power.SEE_COURSES) -> Cohort:
    """The cohort if the actor reaches it by that power, else 404."""
    rows = Cohort.objects.within(request.actor, power).select_related(*_SHOWN)
    found: Cohort = get_object_or_404(rows, public_id=cohort_id)
    return found


def frame(request: HouseRequest, cohort: Cohort, tab: str) -> dict[str, Any]:
    """What every page of a cohort shows; `runs` and `calls` say what the actor may do here."""
    runs = may(request.actor, Power.RUN_COURSES, cohort.union_id)
    enrolled = cohort.enrolments.filter(state=EnrolmentState.ENROLLED).count()
    return {
        "cohort": cohort,
        "synthetic": cohort.term.programme.synthetic,
        "runs": runs,
        "calls": may_call_roll(request.actor, cohort),
        "enrolled": enrolled,
        "sub": subtitle(cohort),
        "purpose": Purpose.ROSTER_LIST if runs else Purpose.ROLL_CALL,
        "tabs": _tabs(cohort, tab, enrolled, runs=runs),
    }


def form_page(
    request: HouseRequest, cohort: Cohort, form: HouseForm, run: Callable[[], str], *, back: str, **words: Any
) -> HttpResponse:
    """One form, one action. `run` calls it and says what was done; `back` names the page to go to then."""
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, run())
        except Refused as refusal:
            field = UNDER.get(refusal.code)
            form.refuse(refusal, field if field in form.fields else None)
        else:
            return redirect(back, cohort.public_id)
    context = {**frame(request, cohort, ""), "back": reverse(back, args=[cohort.public_id]), **words}
    return render_form(request, "staff/cohorts/form.html", form, context)


def subtitle(cohort: Cohort) -> str:
    """第27期·周二 19:00—20:30·职工服务中心舞蹈室·孟老师."""
    hours = f"{dates.weekday(cohort.weekday)} {dates.hours(cohort.starts_at, cohort.ends_at)}"
    place = f"{cohort.site.name}{cohort.room.name}" if cohort.room else cohort.site.name
    parts = [f"第{cohort.term.ordinal}期", hours, place, cohort.teacher_name]
    return "·".join(part for part in parts if part)


def _tabs(cohort: Cohort, tab: str, enrolled: int, *, runs: bool) -> list[tuple[str, str, bool, int | None]]:
    waiting = cohort.pool.waiting if cohort.pool else 0
    entries: list[tuple[str, str, str, int | None]] = [
        ("roll", "点名", "staff:cohort", None), ("roster", "名单", "staff:cohort-roster", enrolled),
    ]  # fmt: skip
    if runs:
        entries.append(("line", "候补", "staff:cohort-line", waiting))
    entries.append(("lessons", "课次", "staff:cohort-lessons", cohort.session_count))
    if runs:
        entries.append(("settings", "设置", "staff:cohort-settings", None))
    return [(label, reverse(name, args=[cohort.public_id]), key == tab, count) for key, label, name, count in entries]


urlpatterns = [path("cohorts/", listing, name="cohorts")]
