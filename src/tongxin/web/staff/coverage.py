"""覆盖面 and 需要帮一把的工会: what is known of workers and members, with sources; and who may need help."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.http import content_disposition_header

from tongxin.figures.coverage import COVERAGE, GROUPS, MEMBERS, WORKERS, Cover, Coverage, coverage
from tongxin.figures.finding import home_of
from tongxin.figures.sleeping import REASONS, lines, sleeping
from tongxin.kernel.refused import Refused
from tongxin.people.powers import Power
from tongxin.people.scoping import unions_within
from tongxin.records.sheets.writing import Column, write_workbook
from tongxin.unions.actions import workforce
from tongxin.unions.actions.workforce import Count
from tongxin.unions.models import Confidence, Union, WorkGroup
from tongxin.web.answers import render_part
from tongxin.web.dates import day as day_words
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, page
from tongxin.web.paging import paged
from tongxin.web.staff.choosing import asked_day, asked_union
from tongxin.web.staff.fields import DayField, whole
from tongxin.web.staff.union_frame import form_page, framed, union_within
from tongxin.web.staff.workforce_sheet import SheetForm, counts_of, template

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FIRST: Final = GROUPS[0]
COLUMNS: Final = (
    Column("范围", width=10), Column("工会", width=36), Column("群体", width=14), Column("会员（人）", "number", 12),
    Column("职工数（人）", "number", 12), Column("覆盖面", width=26), Column("职工数的来源", width=36),
    Column("职工数截至", "date"), Column("把握程度", width=10),
)  # fmt: skip
UNDER: Final = {
    "workforce-workers": "workers", "workforce-source": "source", "workforce-day": "as_of", "workforce-group": "group"
}  # fmt: skip


class CountForm(HouseForm):
    group = forms.ChoiceField(
        label="哪个群体", choices=[(one.value, one.label) for one in GROUPS], widget=forms.RadioSelect
    )
    workers = whole("职工数", least=0, most=workforce.MOST)
    source = forms.CharField(label="来源", max_length=200, help_text="哪个部门的哪份统计，或怎样调查的。")
    as_of = DayField(label="截至哪天")
    confidence = forms.ChoiceField(
        label="把握程度", choices=Confidence.choices, initial=Confidence.FAIRLY, widget=forms.RadioSelect
    )


@page(power=Power.READ_FIGURES, methods=("GET",))
def home(request: HouseRequest) -> HttpResponse:
    """Straight to the one union from which the reader's reach begins; else the unions of the posts to choose from."""
    one = home_of(request.actor)
    if one is not None:
        return redirect("staff:union-coverage", one.public_id)
    roots = request.actor.roots(Power.READ_FIGURES)
    unions = Union.objects.filter(pk__in=roots.here | roots.below).order_by("level", "code")
    return render_part(request, "staff/unions/coverage_home.html", {"unions": unions})


@page(power=Power.READ_FIGURES, methods=("GET",))
def of_union(request: HouseRequest, public_id: str) -> HttpResponse:
    one = union_within(request, public_id, Power.READ_FIGURES)
    found = _asked(request, one)
    context = {
        "found": found, "groups": GROUPS, "all": WorkGroup.ALL, "definitions": (MEMBERS, WORKERS), "day": found.day,
        "keeps": union_keeps(request, one),
    }  # fmt: skip
    return framed(request, "staff/unions/coverage.html", one, **context)


@page(power=Power.READ_FIGURES, methods=("GET",))
def sheet(request: HouseRequest, public_id: str) -> HttpResponse:
    one = union_within(request, public_id, Power.READ_FIGURES)
    found = _asked(request, one)
    notes = [
        f"截至{day_words(found.day)}（含当天）。",
        *(f"{f.words}：{f.definition}" for f in (MEMBERS, WORKERS)),
        WORKERS.overlap,
    ]
    body = write_workbook(COLUMNS, _lines(found), title=COVERAGE.words, notes=notes)
    return _workbook(body, f"{found.union.name}{COVERAGE.words}.xlsx")


@page(power=Power.KEEP_UNION)
def count(request: HouseRequest, public_id: str) -> HttpResponse:
    one = union_within(request, public_id, Power.KEEP_UNION)
    form = CountForm(
        request.POST or None, initial={"group": request.GET.get("group", FIRST), "as_of": request.actor.on}
    )
    if request.method == "POST" and form.is_valid():
        try:
            workforce.record(counts=[Count(union=one, **form.cleaned_data)], by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal, UNDER.get(refusal.code))
        else:
            messages.success(request, "已登记。以前登记的仍可查。")
            return redirect("staff:union-coverage", public_id)
    note = "只登记有来源的数。说不准的，把握程度选“待核实”。以后有新的数，再登记一次，不用改旧的。"
    return form_page(request, form, one, "登记职工数", "登记", note=note)


@page(power=Power.KEEP_UNION)
def count_sheet(request: HouseRequest, public_id: str) -> HttpResponse:
    one = union_within(request, public_id, Power.KEEP_UNION)
    form = SheetForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            kept = unions_within(request.actor, Power.KEEP_UNION)
            counts = counts_of(form.cleaned_data["file"].read(), among=kept)
            made = workforce.record(counts=counts, by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal, "file")
        else:
            messages.success(request, f"已登记{len(made)}行。")
            return redirect("staff:union-coverage", public_id)
    note = "一行一个工会、一个群体。有一行不对，整张表都不登记，改好再传。"
    also = ("下载模板", reverse("staff:union-workforce-template", args=[public_id]))
    return form_page(request, form, one, "用表格登记职工数", "登记", note=note, also=also)


@page(power=Power.KEEP_UNION, methods=("GET",))
def count_template(request: HouseRequest, public_id: str) -> HttpResponse:
    one = union_within(request, public_id, Power.KEEP_UNION)
    rows = unions_within(request.actor, Power.KEEP_UNION) & Union.objects.under(one, on=request.actor.on)
    ordered = rows.existing(request.actor.on).order_by("level", "code")
    return _workbook(template(ordered, request.actor.on), f"{one.name}职工数登记表.xlsx")


@page(power=Power.READ_FIGURES, methods=("GET",))
def asleep(request: HouseRequest) -> HttpResponse:
    """In reach, or below the one union that is asked for."""
    reach = unions_within(request.actor, Power.READ_FIGURES)
    union = asked_union(request, reach)
    among = reach & Union.objects.under(union, on=request.actor.on) if union else reach
    reason = request.GET.get("reason", "")
    found = paged(request, sleeping(among, request.actor.on, reason=reason))
    context = {"page": found, "lines": lines(found.rows), "reason": reason, "reasons": REASONS.items(), "union": union}
    return render_part(request, "staff/unions/sleeping.html", context)


def union_keeps(request: HouseRequest, one: Union) -> bool:
    return unions_within(request.actor, Power.KEEP_UNION).filter(pk=one.pk).exists()


def _asked(request: HouseRequest, one: Union) -> Coverage:
    """Nonsense in the address is today and the first group."""
    group = request.GET.get("group", FIRST)
    day = min(asked_day(request), request.actor.on)
    return coverage(one, day, WorkGroup(group) if group in WorkGroup else FIRST)


def _lines(found: Coverage) -> Iterator[Sequence[Any]]:
    for words, covers in (("本级及以下", found.whole), ("下级", found.below), ("行业", found.trades)):
        yield from (_line(words, cover) for cover in covers)


def _line(words: str, cover: Cover) -> Sequence[Any]:
    said = cover.said
    known: Sequence[Any] = ["", str(cover), "", "", ""]
    if said is not None:
        known = [said.workers, str(cover), said.source, said.as_of, said.get_confidence_display()]
    return [words, cover.union.name, cover.group.label, cover.members, *known]


def _workbook(body: bytes, name: str) -> HttpResponse:
    header = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return HttpResponse(body, content_type=XLSX, headers={"Content-Disposition": header})


urlpatterns = [
    path("coverage/", home, name="coverage"),
    path("sleeping/", asleep, name="sleeping"),
    path("unions/<slug:public_id>/coverage/", of_union, name="union-coverage"),
    path("unions/<slug:public_id>/coverage/sheet/", sheet, name="union-coverage-sheet"),
    path("unions/<slug:public_id>/workforce/new/", count, name="union-workforce-new"),
    path("unions/<slug:public_id>/workforce/sheet/", count_sheet, name="union-workforce-sheet"),
    path("unions/<slug:public_id>/workforce/template/", count_template, name="union-workforce-template"),
]
