"""The board and the rows behind a number."""

from dataclasses import dataclass
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path

from tongxin.figures import counting, sheets
from tongxin.figures.asking import Asking, Axis
from tongxin.figures.catalogue import FIGURES, SHOWN, Figure, chosen
from tongxin.figures.ratios import FILL_RATE, RATIOS, Ratio, Share
from tongxin.figures.reach import NATIONAL
from tongxin.people.powers import Power
from tongxin.web.guard import HouseRequest, page
from tongxin.web.paging import SIZE
from tongxin.web.staff.figures.asked import BOUNDS, Asked, asked_of

MOST_COURSES: Final = 6
AXES: Final = (Axis.BRANCH, Axis.YEAR, Axis.MONTH, Axis.TERM, Axis.COURSE, Axis.SITE, Axis.COHORT, Axis.PERSON)
FIRST: Final = {"courses": Axis.COURSE, "terms": Axis.TERM}  # by what a number is first shown; else by term
NEXT: Final = {
    Axis.BRANCH: Axis.TERM, Axis.UNION: Axis.TERM, Axis.YEAR: Axis.TERM, Axis.MONTH: Axis.COHORT, Axis.TERM: Axis.COHORT,
    Axis.COURSE: Axis.COHORT, Axis.SITE: Axis.COHORT, Axis.COHORT: Axis.PERSON,
}  # fmt: skip
PARAM: Final = {axis: name for name, axis in BOUNDS.items()}


@dataclass(frozen=True, slots=True)
class Line:
    """A row as the table shows it: one cell a figure, each leading to the rows behind it."""

    label: Any
    cells: list[tuple[str, str]]  # (number, href)
    share: Share | None = None


@page(power=Power.READ_FIGURES, methods=("GET",))
def board(request: HouseRequest) -> HttpResponse:
    return render(request, "staff/figures/board.html", board_of(asked_of(request)))


@page(power=Power.READ_FIGURES, methods=("GET",))
def printed(request: HouseRequest) -> HttpResponse:
    return render(request, "staff/figures/print.html", board_of(asked_of(request)))


@page(power=Power.READ_FIGURES, methods=("GET",))
def figure(request: HouseRequest, name: str) -> HttpResponse:
    asked = asked_of(request)
    sheet, ratio = sheet_of(request, asked, name)
    number = _page_number(request)
    shown = sheet.rows[(number - 1) * SIZE : number * SIZE]
    lines = [_line(asked, sheet, row, ratio, name) for row in shown]
    return render(request, "staff/figures/rows.html", {
        "asked": asked, "sheet": sheet, "ratio": ratio, "name": name, "lines": lines, "number": number,
        "more": len(sheet.rows) > number * SIZE, "pages": -(-len(sheet.rows) // SIZE), "main": sheet.figures[0],
        "checks": sheet.checks(), "bounds": _crumbs(asked, name),
        "axes": [(axis, asked.link(name, by=axis)) for axis in _axes(asked.asking, sheet.figures)],
        "share": ratio.of(sheet.totals) if ratio else None, "sheet_href": asked.download(name, by=sheet.by),
    })  # fmt: skip


def board_of(asked: Asked) -> dict[str, Any]:
    """Every number of the board, each relation read once. Sites and courses only of one programme: of all they are too many."""
    time = Axis.TERM if asked.asking.programme else Axis.YEAR
    wants: dict[Axis, tuple[str, ...]] = {
        Axis.YEAR: ("cohorts",), time: ("cohorts", "person_times"), Axis.BRANCH: ("cohorts", "person_times"),
    }  # fmt: skip
    if asked.asking.programme:
        wants |= {Axis.SITE: ("cohorts", "person_times"), Axis.COURSE: ("person_times",)}
    totals, found = sheets.board(asked.asking, wants, (*SHOWN, FILL_RATE.numerator.name, FILL_RATE.denominator.name))
    return {
        "asked": asked,
        "cards": [(sheets.Answer(FIGURES[name], totals[name]), asked.link(name)) for name in SHOWN],
        "share": FILL_RATE.of(totals),
        "share_href": asked.link(FILL_RATE.name),
        "time": time.words,
        "years": [row.key for row in found[Axis.YEAR].rows],
        "over_time": _table(asked, found[time]),
        "chart": _chart(found[time]),
        "branches": _table(asked, found[Axis.BRANCH]),
        "sites": _table(asked, found[Axis.SITE]) if Axis.SITE in found else None,
        "courses": _most(asked, found[Axis.COURSE]) if Axis.COURSE in found else None,
    }


def sheet_of(request: HouseRequest, asked: Asked, name: str) -> tuple[sheets.Sheet, Ratio | None]:
    """The rows along the axis that the address names, or the first one for this figure."""
    ratio = RATIOS.get(name)
    if ratio is None and name not in FIGURES:
        raise Http404(name)
    names = [ratio.numerator.name, ratio.denominator.name] if ratio else [name]
    axes = _axes(asked.asking, chosen(names))
    by = request.GET.get("by", "")
    axis = Axis(by) if by in axes else _first(asked.asking, name, axes)
    return sheets.sheet(names, asked.asking, axis, reader=request.actor), ratio


def _axes(asking: Asking, figures: tuple[Figure, ...]) -> list[Axis]:
    """By what these rows may still be grouped. People come at the end, of one cohort, or where they are what is counted."""
    known = [axis for axis in AXES if axis not in asking.narrowed and all(counting.knows(one, axis) for one in figures)]
    if Axis.UNION in asking.narrowed:
        known.remove(Axis.BRANCH)
    if Axis.COHORT in asking.narrowed:
        return [axis for axis in known if axis is Axis.PERSON] or [Axis.COHORT]
    return [axis for axis in known if axis is not Axis.PERSON or figures[0].name == "headcount"]


def _first(asking: Asking, name: str, axes: list[Axis]) -> Axis:
    wanted = FIRST.get(name, Axis.TERM if asking.programme else Axis.BRANCH)
    return wanted if wanted in axes else axes[-1] if Axis.COHORT not in axes else Axis.COHORT


def _line(asked: Asked, sheet: sheets.Sheet, row: sheets.Row, ratio: Ratio | None, name: str) -> Line:
    href = _deeper(asked, sheet.by, row, name)
    cells = [(one.show(row.values[one.name]), href) for one in sheet.figures]
    return Line(row.label, cells, ratio.of(row.values) if ratio else None)


def _deeper(asked: Asked, by: Axis, row: sheets.Row, name: str) -> str:
    """Where the rows behind this row's number are; empty at the end of the way, and for records that are gone."""
    if by is Axis.BRANCH and row.key is None:
        return asked.link(name, at=asked.asking.union.code if asked.asking.union else NATIONAL, by=Axis.TERM)
    if not row.label.slug or (by is Axis.COHORT and not _has_people(name)):
        return ""
    if by is Axis.BRANCH:
        return asked.link(name, union=row.label.slug, by=Axis.BRANCH)
    return asked.link(name, **{PARAM[by]: row.label.slug}, by=NEXT[by])


def _has_people(name: str) -> bool:
    return name in FIGURES and counting.knows(FIGURES[name], Axis.PERSON)


def _table(asked: Asked, sheet: sheets.Sheet) -> dict[str, Any]:
    """A sheet on the board: each number leads to the rows behind it."""
    return {
        "sheet": sheet,
        "lines": [
            Line(
                row.label,
                [(one.show(row.values[one.name]), _deeper(asked, sheet.by, row, one.name)) for one in sheet.figures],
            )
            for row in sheet.rows
        ],
        "totals": [(answer, asked.link(answer.figure.name, by=sheet.by)) for answer in sheet.columns],
        "checks": sheet.checks("卡片上的数字"),
    }


def _most(asked: Asked, sheet: sheets.Sheet) -> dict[str, Any]:
    """The courses that served most, the longest bar first."""
    rows = sorted(sheet.rows, key=lambda row: -row.values["person_times"])[:MOST_COURSES]
    return {
        "rows": [(row.label, row.values["person_times"], _deeper(asked, Axis.COURSE, row, "person_times")) for row in rows],
        "most": rows[0].values["person_times"] if rows else 0, "count": len(sheet.rows),
        "all": asked.link("person_times", by=Axis.COURSE),
    }  # fmt: skip


def _chart(sheet: sheets.Sheet) -> dict[str, Any]:
    """The same numbers as the table beside it."""
    kinds = {"person_times": "bar", "cohorts": "line"}
    return {
        "x": [row.label.words for row in sheet.rows],
        "label": f"按{sheet.by.words}：" + "，".join(f"{row.label.words}{_spoken(sheet, row)}" for row in sheet.rows),
        "series": [
            {
                "name": one.words, "type": kinds[one.name], "unit": one.unit,
                "data": [row.values[one.name] for row in sheet.rows],
            }
            for one in reversed(sheet.figures)
        ],
    }  # fmt: skip


def _spoken(sheet: sheets.Sheet, row: sheets.Row) -> str:
    return "、".join(one.show(row.values[one.name]) for one in sheet.figures)


def _crumbs(asked: Asked, name: str) -> list[tuple[str, str]]:
    """From the whole number down to here, each with the address that shows it."""
    steps, kept = [], {key: value for key, value in asked.params.items() if key not in BOUNDS}
    for axis, label in asked.bounds():
        kept[PARAM[axis]] = label.slug
        bare = {param: kept.get(param, "") for param in BOUNDS}
        steps.append((label.words, asked.link(name, by=NEXT[axis], **bare)))
    return steps


def _page_number(request: HouseRequest) -> int:
    asked = request.GET.get("page", "")
    return max(int(asked), 1) if asked.isascii() and asked.isdigit() and len(asked) < 5 else 1


urlpatterns = [
    path("figures/", board, name="figures"),
    path("figures/print/", printed, name="figures-print"),
    path("figures/of/<slug:name>/", figure, name="figure"),
]
