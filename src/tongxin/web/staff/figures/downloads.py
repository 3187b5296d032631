"""The same numbers as workbooks."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse
from django.urls import path
from django.utils.http import content_disposition_header

from tongxin.figures.asking import Axis
from tongxin.figures.ratios import FILL_RATE, Ratio
from tongxin.figures.sheets import Sheet
from tongxin.people.powers import Power
from tongxin.records.sheets.writing import Column, write_workbook
from tongxin.web.dates import day
from tongxin.web.guard import HouseRequest, page
from tongxin.web.staff.figures.asked import Asked, asked_of
from tongxin.web.staff.figures.pages import board_of, sheet_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BOARD = (
    Column("数据"), Column("数值", "number"), Column("单位"), Column("回答的问题", width=34), Column("口径", width=80),
    Column("口径版本", "number"), Column("来源", width=24),
)  # fmt: skip


@page(power=Power.READ_FIGURES, methods=("GET",))
def board_sheet(request: HouseRequest) -> HttpResponse:
    asked = asked_of(request)
    found = board_of(asked)
    rows: list[Sequence[Any]] = [
        (one.figure.words, one.value, one.figure.unit, one.figure.question, one.figure.definition, one.figure.version,
         one.figure.source)
        for one, _ in found["cards"]
    ]  # fmt: skip
    rows.append(
        (FILL_RATE.words, str(found["share"]), "", FILL_RATE.question, FILL_RATE.definition, FILL_RATE.version, "")
    )
    return _workbook(f"{_subject(asked)}数据", BOARD, rows, _notes(asked))


@page(power=Power.READ_FIGURES, methods=("GET",))
def rows_sheet(request: HouseRequest, name: str) -> HttpResponse:
    asked = asked_of(request)
    sheet, ratio = sheet_of(request, asked, name)
    words = ratio.words if ratio else sheet.figures[0].words
    checks = [check.words for check in sheet.checks()]
    bounds = [f"{axis.words}：{label.words}" for axis, label in asked.bounds()]
    definition = [f"口径：{one.words}，{one.definition}（第{one.version}版）" for one in sheet.figures]
    title = f"{_subject(asked)}{words}按{sheet.by.words}"
    return _workbook(
        title, _columns(sheet, ratio), _rows(sheet, ratio), [*_notes(asked), *bounds, *definition, *checks]
    )


def _columns(sheet: Sheet, ratio: Ratio | None) -> list[Column]:
    numbers = [Column(f"{one.words}（{one.unit}）", "number", 16) for one in sheet.figures]
    shares = [Column(ratio.words, width=28)] if ratio else []
    head = Column(sheet.by.words, width=30)
    return [head, *([] if sheet.by is Axis.PERSON else [Column("说明", width=40)]), *numbers, *shares]


def _rows(sheet: Sheet, ratio: Ratio | None) -> Iterable[Sequence[Any]]:
    notes = sheet.by is not Axis.PERSON
    for row in sheet.rows:
        numbers = [row.values[one.name] for one in sheet.figures]
        yield [
            row.label.words,
            *([row.label.note] if notes else []),
            *numbers,
            *([str(ratio.of(row.values))] if ratio else []),
        ]
    totals = [sheet.totals[one.name] for one in sheet.figures]
    yield ["总数", *([""] if notes else []), *totals, *([str(ratio.of(sheet.totals))] if ratio else [])]


def _subject(asked: Asked) -> str:
    return asked.asking.programme.name if asked.asking.programme else ""


def _notes(asked: Asked) -> list[str]:
    asking = asked.asking
    where = asking.union.name if asking.union else "您能看的全部工会"
    notes = [f"范围：{where}及以下。截至{day(asking.as_of)}（含当天）。由记录算出，不是手填。"]
    if asking.programme and asking.programme.synthetic:
        notes.append(asking.programme.synthetic)
    return notes


def _workbook(
    title: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]], notes: Sequence[str]
) -> HttpResponse:
    body = write_workbook(columns, rows, title=title, notes=notes)
    header = content_disposition_header(as_attachment=True, filename=f"{title}.xlsx") or "attachment"
    return HttpResponse(body, content_type=XLSX, headers={"Content-Disposition": header})


urlpatterns = [
    path("figures/sheet/", board_sheet, name="figures-sheet"),
    path("figures/of/<slug:name>/sheet/", rows_sheet, name="figure-sheet"),
]
