"""One row of a roster corrected or answered, in place or on a page that comes back to where it was."""

from typing import Final

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import path, reverse

from tongxin.kernel.refused import Refused
from tongxin.people.actions import imports
from tongxin.people.models import ImportBatch
from tongxin.people.powers import Power
from tongxin.people.queries.imports import columns_of, rows_of, views
from tongxin.people.roster.fields import FIELDS
from tongxin.people.states import Verdict
from tongxin.web.answers import UNPROCESSABLE, safe_next, wants_part
from tongxin.web.guard import HouseRequest, page, refused_page
from tongxin.web.staff.import_batches import batch_within, tabs_of

ROW: Final = "staff/imports/row.html"


@page(power=Power.IMPORT_ROSTER)
def row(request: HouseRequest, public_id: str, row_no: int) -> HttpResponse:
    """GET: the row alone. POST: `answer`, or the cells that were typed. For htmx the row and what changed with it."""
    batch = batch_within(request, public_id)
    if request.method == "GET":
        get_object_or_404(batch.lines, row_no=row_no)
        return render(request, "staff/imports/one.html", _context(request, batch, [row_no]))
    try:
        moved = _write(request, batch, row_no)
    except Refused as refusal:
        return refused_page(request, refusal)
    batch.refresh_from_db()
    if wants_part(request):
        return _parts(request, batch, row_no, moved)
    where = reverse("staff:import", args=[batch.public_id])
    return redirect(f"{safe_next(request, where)}#row-{row_no}")


def _write(request: HouseRequest, batch: ImportBatch, row_no: int) -> list[int]:
    if "answer" in request.POST:
        answer = request.POST["answer"]
        return imports.answer(batch=batch, row_no=row_no, answer=answer, by=request.actor, at=request.now)
    typed = {name: request.POST.get(name, "") for name in request.POST if name in FIELDS}
    return imports.fix(batch=batch, row_no=row_no, typed=typed, by=request.actor, at=request.now)


def _parts(request: HouseRequest, batch: ImportBatch, row_no: int, moved: list[int]) -> HttpResponse:
    """The row itself; other rows that now stand otherwise, the figures and the button, each in its own place."""
    context = _context(request, batch, sorted({row_no, *moved}))
    shown = {one.row_no: one for one in context["rows"]}  # type: ignore[attr-defined]
    body: str = render_to_string(ROW, {**context, "row": shown[row_no], "fresh": True}, request)
    for number in sorted(shown.keys() - {row_no}):
        body += (
            f"<template>{render_to_string(ROW, {**context, 'row': shown[number], 'aside': True}, request)}</template>"
        )
    body += render_to_string("staff/imports/aside.html", context, request)
    wrong = shown[row_no].verdict == Verdict.REFUSED and "answer" not in request.POST
    return HttpResponse(body, status=UNPROCESSABLE if wrong else 200)


def _context(request: HouseRequest, batch: ImportBatch, numbers: list[int]) -> dict[str, object]:
    columns = columns_of(batch)
    lines = rows_of(batch).filter(row_no__in=numbers)
    return {
        "batch": batch,
        "columns": columns,
        "rows": views(batch, lines),
        "tabs": tabs_of(batch, request.GET.get("show", "")),
        "next": safe_next(request, reverse("staff:import", args=[batch.public_id])),
    }


row_patterns = [path("imports/<slug:public_id>/rows/<int:row_no>/", row, name="import-row")]
