"""填报 of one's own unions: what is held is filled in, the rest is answered by page or by sheet."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.http import content_disposition_header

from tongxin.filings.actions.answers import answer
from tongxin.filings.models import Filler
from tongxin.filings.queries.requests import Line, lines_of, to_fill_within
from tongxin.filings.states import RequestState
from tongxin.kernel.refused import Refused
from tongxin.people.powers import Power
from tongxin.records.sheets.reading import read_sheets
from tongxin.records.sheets.writing import Column, Written, write_workbook
from tongxin.web.answer_forms import AnswersForm
from tongxin.web.answers import render_form, render_part
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, page
from tongxin.web.paging import paged

LIST, ONE = "staff/filings/list.html", "staff/filings/one.html"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NO, ANSWER = "题号", "回答"
COLUMNS = (
    Column(NO, "number"),
    Column("问题", width=40),
    Column("登记里的", width=24),
    Column(ANSWER, width=30, required=True),
)


class BackForm(HouseForm):
    file = forms.FileField(
        label="填好的表", widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv"}), max_length=255, allow_empty_file=True,
        help_text="用这里下载的表填“回答”一列，别的列不要改。",
    )  # fmt: skip


@page(power=Power.KEEP_UNION, methods=("GET",))
def listing(request: HouseRequest) -> HttpResponse:
    return render_part(request, LIST, {"page": paged(request, to_fill_within(request.actor))})


@page(power=Power.KEEP_UNION)
def one(request: HouseRequest, filler_id: str) -> HttpResponse:
    filler = _one(request, filler_id)
    lines = lines_of(filler, request.actor.on)
    form = AnswersForm(lines, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            answer(filler=filler, given=form.cleaned_data, by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse_answer(lines, refusal)
        else:
            messages.success(request, "已交上。结束前还可以改。")
            return redirect("staff:filing", filler_id)
    return _shown(request, filler, lines, form, BackForm())


@page(power=Power.KEEP_UNION, methods=("GET",))
def sheet(request: HouseRequest, filler_id: str) -> HttpResponse:
    filler = _one(request, filler_id)
    lines = lines_of(filler, request.actor.on)
    rows: list[list[Written]] = [
        [line.question.no, line.question.text, line.held, line.value] for line in lines if line.question.is_asked
    ]
    title = filler.request.title
    body = write_workbook(COLUMNS, rows, title=title, notes=[filler.request.why])
    header = content_disposition_header(as_attachment=True, filename=f"{title}.xlsx") or "attachment"
    return HttpResponse(body, content_type=XLSX, headers={"Content-Disposition": header})


@page(power=Power.KEEP_UNION, methods=("POST",))
def back(request: HouseRequest, filler_id: str) -> HttpResponse:
    """The same by sheet."""
    filler = _one(request, filler_id)
    lines = lines_of(filler, request.actor.on)
    form = BackForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            given = _given(form.cleaned_data["file"].read(), lines)
            answer(filler=filler, given=given, by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal, "file")
        else:
            messages.success(request, "已交上。结束前还可以改。")
            return redirect("staff:filing", filler_id)
    return _shown(request, filler, lines, AnswersForm(lines), form)


def _one(request: HouseRequest, filler_id: str) -> Filler:
    found: Filler = get_object_or_404(to_fill_within(request.actor), public_id=filler_id)
    return found


def _given(content: bytes, lines: list[Line]) -> dict[str, str]:
    """By question; refused where the columns are not ours."""
    sheets = read_sheets(content).sheets
    rows = sheets[0].rows if sheets else []
    heads = [str(cell).strip() for cell in rows[0]] if rows else []
    if NO not in heads or ANSWER not in heads:
        raise Refused("sheet-columns", "第一行缺少“题号”或“回答”这两列。请用这里下载的表填。")
    no, said = heads.index(NO), heads.index(ANSWER)
    texts = {_plain(row[no]): _plain(row[said]) for row in rows[1:] if len(row) > max(no, said)}
    return {line.question.public_id: texts.get(str(line.question.no), "") for line in lines if line.question.is_asked}


def _plain(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _shown(
    request: HouseRequest, filler: Filler, lines: list[Line], form: AnswersForm, by_sheet: BackForm
) -> HttpResponse:
    wrong = by_sheet if by_sheet.errors else form
    context = {
        "filler": filler,
        "given": [line for line in lines if not line.question.is_asked],
        "open": filler.request.state == RequestState.SENT,
        "answers": form,
        "by_sheet": by_sheet,
    }
    return render_form(request, ONE, wrong, context)


urlpatterns = [
    path("filings/", listing, name="filings"),
    path("filings/<str:filler_id>/", one, name="filing"),
    path("filings/<str:filler_id>/sheet/", sheet, name="filing-sheet"),
    path("filings/<str:filler_id>/back/", back, name="filing-back"),
]
