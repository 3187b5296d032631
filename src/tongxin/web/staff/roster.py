"""名单 and 候补: who has a place and who waits; signing up for a worker, moving, withdrawing; print and file."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.http import content_disposition_header

from tongxin.activities.actions import enrolments, exports
from tongxin.activities.models import Cohort, Enrolment
from tongxin.activities.queries.lists import RosterFilters, others_of_term, people_of
from tongxin.activities.queries.rosters import children_of, roster
from tongxin.activities.states import RUNNING, ActivityKind, EnrolmentState
from tongxin.calls import queries as calls
from tongxin.calls.states import ApplicationState
from tongxin.kernel.public_ids import new_public_id
from tongxin.kernel.refused import Refused
from tongxin.people.masks import Purpose, shown
from tongxin.people.models import Person
from tongxin.people.powers import Power
from tongxin.people.queries.search import Found, search
from tongxin.records.sheets.writing import Column, write_workbook
from tongxin.web.answers import render_part, render_refusal
from tongxin.web.guard import HouseRequest, page
from tongxin.web.paging import paged
from tongxin.web.staff.cohort_forms import IntoForm, WhyForm
from tongxin.web.staff.cohorts import form_page, frame, opened, subtitle
from tongxin.web.staff.family import SAID

PAGE = "staff/roster/roster.html"
BACK = "staff:cohort-roster"
KEY = 64
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMNS = (
    Column("序号", "number"), Column("姓名", width=14), Column("手机（遮盖）", width=16), Column("单位", width=34), Column("状态"),
    Column("报名时间", "moment"), Column("到课次数", "number"), Column("点名次数", "number"),
)  # fmt: skip


class MoveForm(IntoForm):
    into = forms.ChoiceField(label="转到哪个班")


@page(power=Power.SEE_COURSES, methods=("GET",))
def listing(request: HouseRequest, cohort_id: str) -> HttpResponse:
    return render_part(request, f"{PAGE}#rows", _context(request, opened(request, cohort_id)))


@page(power=Power.RUN_COURSES, methods=("GET",))
def line(request: HouseRequest, cohort_id: str) -> HttpResponse:
    cohort = opened(request, cohort_id, Power.RUN_COURSES)
    waiting = list(calls.line(cohort.pool)) if cohort.pool else []
    about = frame(request, cohort, "line")
    rows = [_person(one.person, about["purpose"]) | {"at": one.application.at} for one in waiting]
    return render_part(request, "staff/roster/line.html", {**about, "waiting": rows})


@page(power=Power.ACT_FOR_WORKER)
def sign_up(request: HouseRequest, cohort_id: str) -> HttpResponse:
    """Found by name or number within reach, then one press for the one who is meant."""
    cohort = opened(request, cohort_id, Power.RUN_COURSES)
    if request.method == "POST":
        return _sign_up(request, cohort)
    text = request.GET.get("q", "").strip()[:40]
    families = ActivityKind(cohort.course.kind).traits.families
    context = {**frame(request, cohort, "roster"), "q": text, "key": new_public_id(), "families": families}
    try:
        found = search(request.actor, text) if text else None
    except Refused as refusal:
        return render_refusal(request, "staff/roster/sign_up.html", context, refusal)
    context |= {"hits": _hits(cohort, found) if found else None, "more": bool(found and found.more)}
    return render_part(request, "staff/roster/sign_up.html", context)


@page(power=Power.RUN_COURSES)
def withdraw(request: HouseRequest, cohort_id: str, person_id: str) -> HttpResponse:
    """From the roster or the line."""
    cohort = opened(request, cohort_id, Power.RUN_COURSES)
    person = _someone_of(cohort, person_id)
    form = WhyForm(request.POST or None)
    name = shown(person, "name", Purpose.ROSTER_LIST)

    def run() -> str:
        enrolments.withdraw(cohort=cohort, person=person, **form.cleaned_data, by=request.actor, at=request.now)
        return f"{name}已退出这个班，本人会收到消息。有人候补的话，第一位已补上。"

    ask = f"{name}退出后，名额让给候补的第一位。上过的课照样计入。"
    return form_page(request, cohort, form, run, back=BACK, title=f"{name}退课", ask=ask, danger="确定退课")


@page(power=Power.RUN_COURSES)
def move(request: HouseRequest, cohort_id: str, enrolment_id: str) -> HttpResponse:
    cohort = opened(request, cohort_id, Power.RUN_COURSES)
    enrolment = get_object_or_404(cohort.enrolments.select_related("person"), public_id=enrolment_id)
    form = MoveForm(request.POST or None, cohorts=others_of_term(cohort))
    name = shown(enrolment.person, "name", Purpose.ROSTER_LIST)

    def run() -> str:
        into = form.chosen()
        enrolments.move(enrolment=enrolment, into=into, why=form.cleaned_data["why"], by=request.actor, at=request.now)
        return f"{name}已转到“{into.title}”，本人和老师会收到消息。"

    ask = "上过的课留在原来的班，照样计入。"
    return form_page(request, cohort, form, run, back=BACK, title=f"{name}转班", ask=ask)


@page(power=Power.SEE_COURSES, methods=("GET",))
def sheet(request: HouseRequest, cohort_id: str) -> HttpResponse:
    """签到表 on A4: names only, to be laid on the desk."""
    cohort = opened(request, cohort_id)
    whole = roster(cohort, at=request.now)
    rows = [
        (number, shown(row.enrolment.person, "name", Purpose.ROLL_CALL), row.cells)
        for number, row in enumerate((row for row in whole.rows if row.present), 1)
    ]
    return render_part(request, "staff/roster/sheet.html", {
        "cohort": cohort, "synthetic": cohort.term.programme.synthetic, "columns": whole.columns, "rows": rows,
        "sub": subtitle(cohort),
    })  # fmt: skip


@page(power=Power.RUN_COURSES, methods=("POST",))
def export(request: HouseRequest, cohort_id: str) -> HttpResponse:
    """By POST: a file with names leaves a line in the journal."""
    cohort = opened(request, cohort_id, Power.RUN_COURSES)
    rows = exports.roster(cohort=cohort, filters=_asked(request.POST), by=request.actor, at=request.now)
    title = f"{cohort.term.programme.name}第{cohort.term.ordinal}期{cohort.title}名单"
    notes = [subtitle(cohort), "手机号已遮盖。此表含个人信息，用完请删除，不要转发。", cohort.term.programme.synthetic]
    lines = [_line(number, row) for number, row in enumerate(rows, 1)]
    body = write_workbook(COLUMNS, lines, title=title, notes=[note for note in notes if note])
    header = content_disposition_header(as_attachment=True, filename=f"{title}.xlsx") or "attachment"
    return HttpResponse(body, content_type=XLSX, headers={"Content-Disposition": header})


def _line(number: int, row: Enrolment) -> list[Any]:
    fields = [shown(row.person, field, Purpose.EXPORT) for field in ("name", "phone", "employer")]
    state = EnrolmentState(row.state).label
    return [number, *fields, state, row.at, row.came, row.marked]  # type: ignore[attr-defined]


def _sign_up(request: HouseRequest, cohort: Cohort) -> HttpResponse:
    people = Person.objects.within(request.actor, Power.ACT_FOR_WORKER)
    person = get_object_or_404(people, public_id=request.POST.get("person", ""))
    key = request.POST.get("key", "")[:KEY] or None
    try:
        made = enrolments.sign_up(cohort=cohort, person=person, by=request.actor, at=request.now, key=key)
    except Refused as refusal:
        context = {**frame(request, cohort, "roster"), "q": "", "key": new_public_id()}
        return render_refusal(request, "staff/roster/sign_up.html", context, refusal)
    name = shown(person, "name", Purpose.ROSTER_LIST)
    got = SAID.get(ApplicationState(made.state))
    if got is None:  # an old page, sent once more after the worker left
        messages.info(request, f"{name}的这次报名已经退出。要再报，请重新办理。")
        return redirect(BACK, cohort.public_id)
    messages.success(request, f"{name}{got}，本人会收到消息。")
    return redirect("staff:cohort-line" if made.state == ApplicationState.WAITING else BACK, cohort.public_id)


def _context(request: HouseRequest, cohort: Cohort) -> dict[str, Any]:
    filters = _asked(request.GET)
    about = frame(request, cohort, "roster")
    rows = paged(request, people_of(cohort, filters))
    return {
        **about,
        "filters": filters,
        "page": rows,
        "running": cohort.state in RUNNING,
        "children": children_of(cohort),
        "people": [_person(row.person, about["purpose"]) | {"row": row} for row in rows],
    }


def _asked(query: QueryDict) -> RosterFilters:
    return RosterFilters(left=query.get("left") == "1", text=query.get("q", "")[:40])


def _person(person: Person, purpose: Purpose) -> dict[str, Any]:
    return {
        "id": person.public_id,
        "name": shown(person, "name", purpose),
        "phone": shown(person, "phone", purpose),
        "works": shown(person, "employer", purpose) or shown(person, "gig_group", purpose),
    }


def _someone_of(cohort: Cohort, person_id: str) -> Person:
    """On the roster, or in the line."""
    seated: Person | None = Person.objects.filter(
        pk__in=cohort.enrolments.values("person"), public_id=person_id
    ).first()
    if seated is None and cohort.pool is not None:
        waits = calls.line(cohort.pool).filter(person__public_id=person_id).first()
        seated = waits.person if waits else None
    if seated is None:
        raise Refused("not-enrolled", "名单里没有这位职工，可能已经退了，请刷新后再看。")
    return seated


def _hits(cohort: Cohort, found: Found) -> list[dict[str, Any]]:
    there = set(
        cohort.enrolments.filter(
            person__in=[hit.person.pk for hit in found.hits], state=EnrolmentState.ENROLLED
        ).values_list("person_id", flat=True)
    )
    return [
        _person(hit.person, hit.purpose) | {"union": hit.union.name, "there": hit.person.pk in there}
        for hit in found.hits
    ]


urlpatterns = [
    path("cohorts/<str:cohort_id>/roster/", listing, name="cohort-roster"),
    path("cohorts/<str:cohort_id>/roster/sheet/", sheet, name="cohort-sheet"),
    path("cohorts/<str:cohort_id>/roster/export/", export, name="cohort-export"),
    path("cohorts/<str:cohort_id>/roster/new/", sign_up, name="cohort-sign-up"),
    path("cohorts/<str:cohort_id>/roster/<str:enrolment_id>/move/", move, name="cohort-move"),
    path("cohorts/<str:cohort_id>/people/<str:person_id>/withdraw/", withdraw, name="cohort-withdraw"),
    path("cohorts/<str:cohort_id>/line/", line, name="cohort-line"),
]
