"""点名: the grid. One cell by htmx, one column by a plain form, the rest at once after a second look."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse

from tongxin.activities.actions import attendance
from tongxin.activities.models import Cohort, Enrolment, Session
from tongxin.activities.queries.rosters import Cell, Column, Roster, RosterRow, roster
from tongxin.activities.states import Mark, SessionState
from tongxin.kernel.refused import Refused
from tongxin.people.masks import Purpose, shown
from tongxin.people.powers import Power
from tongxin.web import dates
from tongxin.web.answers import render_part, render_refusal, wants_part
from tongxin.web.guard import HouseRequest, page
from tongxin.web.staff.cohorts import frame, opened

PAGE = "staff/rollcall/grid.html"
COLUMN = "staff/rollcall/column.html"
CSS = {Mark.PRESENT: "p", Mark.LATE: "l", Mark.LEAVE: "l", Mark.ABSENT: "a"}
ORDER = list(Mark)


@dataclass(frozen=True, slots=True)
class GridCell:
    """`way`: press (today), reason (a past day), or nothing to press."""

    session: Session
    enrolment: Enrolment
    mark: str
    word: str
    css: str
    way: str
    next: str  # what one press makes of it
    today: bool
    label: str


@dataclass(frozen=True, slots=True)
class GridRow:
    row: RosterRow
    name: str
    cells: Sequence[GridCell]


@dataclass(frozen=True, slots=True)
class Head:
    column: Column
    today: bool
    past: bool


@page(power=Power.SEE_COURSES, methods=("GET",))
def grid(request: HouseRequest, cohort_id: str) -> HttpResponse:
    return render_part(request, PAGE, _context(request, opened(request, cohort_id)))


@page(power=Power.CALL_ROLL, methods=("POST",))
def mark(request: HouseRequest, cohort_id: str, session_id: str, enrolment_id: str) -> HttpResponse:
    """One cell: the cell again for htmx, with the sums it changes; else the grid."""
    cohort = opened(request, cohort_id, Power.CALL_ROLL)
    session = get_object_or_404(cohort.sessions, public_id=session_id)
    enrolment = get_object_or_404(cohort.enrolments.select_related("person"), public_id=enrolment_id)
    refusal = None
    try:
        attendance.mark(
            session=session,
            enrolment=enrolment,
            mark=_mark(request.POST.get("mark", "")),
            reason=request.POST.get("reason", ""),
            by=request.actor,
            at=request.now,
        )
    except Refused as refused:
        refusal = refused
    if refusal is None and not wants_part(request):
        return redirect("staff:cohort", cohort_id)
    return _answer(request, cohort, session, enrolment, refusal)


@page(power=Power.CALL_ROLL)
def column(request: HouseRequest, cohort_id: str, session_id: str) -> HttpResponse:
    """One lesson's column as a form: without JavaScript, on a phone, and for a day that is over."""
    cohort = opened(request, cohort_id, Power.CALL_ROLL)
    session = get_object_or_404(cohort.sessions, public_id=session_id)
    if request.method != "POST":
        return render_part(request, COLUMN, _column(request, cohort, session))
    reason = request.POST.get("reason", "")
    try:
        marks = _typed(request, cohort)
        changed = attendance.mark_many(session=session, marks=marks, reason=reason, by=request.actor, at=request.now)
    except Refused as refusal:
        return render_refusal(request, COLUMN, _column(request, cohort, session), refusal)
    messages.success(request, f"已保存，改动{changed}人。" if changed else "没有改动。")
    return redirect("staff:cohort", cohort_id)


@page(power=Power.CALL_ROLL, methods=("POST",))
def rest(request: HouseRequest, cohort_id: str, session_id: str) -> HttpResponse:
    cohort = opened(request, cohort_id, Power.CALL_ROLL)
    session = get_object_or_404(cohort.sessions, public_id=session_id)
    try:
        count = attendance.mark_rest_present(session=session, by=request.actor, at=request.now)
    except Refused as refusal:
        return render_refusal(request, PAGE, _context(request, cohort), refusal)
    messages.success(request, f"其余{count}人都记为“到”。" if count else "大家都点过名了，没有改动。")
    return redirect("staff:cohort", cohort_id)


def _context(request: HouseRequest, cohort: Cohort) -> dict[str, Any]:
    about, whole, today = frame(request, cohort, "roll"), roster(cohort, at=request.now), request.actor.on
    heads = [_head(one, today) for one in whole.columns]
    now = next((head.column for head in heads if head.today), None)
    return {
        **about,
        "roster": whole,
        "heads": heads,
        "now": now,
        "strip": _strip(cohort, whole, now, runs=about["runs"]),
        "rows": [_row(row, today, calls=about["calls"]) for row in whole.rows],
        "rest": whole.enrolled - now.marked if now else 0,
        "marks": [(one.value, one.label, CSS[one]) for one in Mark],
    }


def _head(one: Column, today: date) -> Head:
    day, cancelled = dates.local(one.session.starts_at), one.session.state == SessionState.CANCELLED
    return Head(one, today == day and not cancelled, day < today and not cancelled)


def _row(row: RosterRow, today: date, *, calls: bool) -> GridRow:
    name = shown(row.enrolment.person, "name", Purpose.ROLL_CALL)
    return GridRow(row, name, [_cell(one, row, name, today, calls=calls) for one in row.cells])


def _cell(one: Cell, row: RosterRow, name: str, today: date, *, calls: bool) -> GridCell:
    mark = Mark(one.mark) if one.mark else None
    word = mark.label if mark else ("·" if one.locked else "—")
    way = "" if one.locked or not calls or not (row.present or mark) else "press" if one.free else "reason"
    following = ORDER[(ORDER.index(mark) + 1) % len(ORDER)] if mark else Mark.PRESENT
    said = mark.label if mark else "未点"
    return GridCell(
        one.session,
        row.enrolment,
        one.mark,
        word,
        CSS[mark] if mark else "",
        way,
        following.value,
        dates.local(one.session.starts_at) == today,
        f"{name} 第{one.session.no}次 {said}",
    )


def _strip(cohort: Cohort, whole: Roster, now: Column | None, *, runs: bool) -> list[dict[str, Any]]:
    roster_page = reverse("staff:cohort-roster", args=[cohort.public_id])
    here = reverse("staff:cohort", args=[cohort.public_id])
    line_page = reverse("staff:cohort-line", args=[cohort.public_id]) if runs else ""
    waiting = cohort.pool.waiting if cohort.pool else 0
    full = "，满员" if whole.enrolled >= cohort.units else f" / {cohort.units}个名额"
    came = {"value": now.attended, "unit": f"/ {whole.enrolled}人"} if now else {"value": "—", "unit": "今天没有课"}
    share = f"{100 * whole.attended / whole.marked:.1f}%" if whole.marked else "—"
    base = f"{whole.attended} / {whole.marked}次" if whole.marked else "还没点过名"
    return [
        {"label": "在册", "value": whole.enrolled, "unit": f"人{full}", "href": roster_page},
        {"label": "今天已到", **came, "href": f"{here}#roll"},
        {"label": "累计出勤率", "value": share, "unit": base, "href": f"{here}#roll"},
        {"label": "候补", "value": waiting, "unit": "人", "href": line_page},
    ]


def _answer(
    request: HouseRequest, cohort: Cohort, session: Session, enrolment: Enrolment, refusal: Refused | None
) -> HttpResponse:
    """The grid as it stands now; to htmx the one cell and the sums of its row, its column and the whole."""
    context = _context(request, cohort)
    rows = {row.row.enrolment.pk: row for row in context["rows"]}
    if (line := rows.get(enrolment.pk)) is None:
        raise refusal or Refused("not-on-roster", "这位职工那天不在这个班的名单里。")
    cells = {cell.session.pk: cell for cell in line.cells}
    context |= {
        "line": line,
        "cell": cells[session.pk],
        "aside": True,
        "head": next(head for head in context["heads"] if head.column.session.pk == session.pk),
    }
    if refusal is not None:
        return render_refusal(request, f"{PAGE}#answer", context, refusal)
    return render_part(request, f"{PAGE}#answer", context)


def _column(request: HouseRequest, cohort: Cohort, session: Session) -> dict[str, Any]:
    context = _context(request, cohort)
    head = next(head for head in context["heads"] if head.column.session.pk == session.pk)
    lines = [(row, cell) for row in context["rows"] for cell in row.cells if cell.session.pk == session.pk and cell.way]
    kept = {
        row.row.enrolment.public_id: request.POST.get(f"m-{row.row.enrolment.public_id}", cell.mark)
        for row, cell in lines
    }
    return {
        **context, "session": session, "head": head, "lines": lines, "kept": kept,
        "reason": request.POST.get("reason", ""), "when": f"{dates.full_day(session.starts_at)} "
        f"{dates.hours(session.starts_at, session.ends_at)}",
    }  # fmt: skip


def _typed(request: HouseRequest, cohort: Cohort) -> dict[Enrolment, Mark]:
    typed = {name[2:]: value for name, value in request.POST.items() if name.startswith("m-") and value}
    rows = cohort.enrolments.filter(public_id__in=list(typed))
    return {row: _mark(str(typed[row.public_id])) for row in rows}


def _mark(text: str) -> Mark:
    if text not in Mark:
        raise Refused("mark-unknown", "请选到、迟、假、缺中的一个。")
    return Mark(text)


urlpatterns = [
    path("cohorts/<str:cohort_id>/", grid, name="cohort"),
    path("cohorts/<str:cohort_id>/roll/<str:session_id>/", column, name="roll-column"),
    path("cohorts/<str:cohort_id>/roll/<str:session_id>/rest/", rest, name="roll-rest"),
    path("cohorts/<str:cohort_id>/roll/<str:session_id>/<str:enrolment_id>/", mark, name="roll-mark"),
]
