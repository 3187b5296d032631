"""集体报名: a list of people of one's own union for a class: pasted or as a sheet, looked at row by row, committed."""

from collections import Counter
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path

from tongxin.activities.actions import collective
from tongxin.activities.actions.collective import Judged
from tongxin.activities.models import Cohort
from tongxin.activities.queries.classes import Filters, class_list, visible
from tongxin.activities.queries.naming import groups_within, nearest_district, places_of
from tongxin.activities.states import TAKEN_IN, Named
from tongxin.kernel.public_ids import new_public_id
from tongxin.kernel.refused import Refused
from tongxin.people import name_lists
from tongxin.people.masks import Purpose, shown
from tongxin.people.name_lists import Line
from tongxin.people.powers import Power
from tongxin.people.scoping import unions_within
from tongxin.unions.models import Union
from tongxin.web import dates
from tongxin.web.answers import render_form, render_part
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, page
from tongxin.web.paging import paged
from tongxin.web.staff.choosing import union_field

LIST, NEW, ONE = "staff/collective/list.html", "staff/collective/new.html", "staff/collective/one.html"
PREVIEW = "staff/collective/preview.html"
KEY = 64


class NamesForm(HouseForm):
    names = forms.CharField(
        label="名单", required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 8}),
        help_text="每行一人：姓名，逗号，证件号码或手机号的后4位以上。例：王小华,1234",
    )  # fmt: skip
    file = forms.FileField(
        label="或传一张表", required=False, widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv"}), max_length=255,
        allow_empty_file=True, help_text="要有“姓名”一列，和证件号码或手机号一列（写后4位也行）。",
    )  # fmt: skip

    def __init__(self, request: HouseRequest, *args: Any) -> None:
        super().__init__(*args)
        self.fields["union"] = union_field(request.actor, Power.ACT_FOR_WORKER, label="哪个工会的会员")
        self.order_fields(["union"])

    def lines(self) -> list[Line]:
        """Refused: "names-none", "names-many", and what cannot be read."""
        file = self.cleaned_data.get("file")
        return name_lists.of_sheet(file.read()) if file else name_lists.of_text(self.cleaned_data["names"])


@page(power=Power.ACT_FOR_WORKER, methods=("GET",))
def groups(request: HouseRequest) -> HttpResponse:
    """Classes of the own district that take sign-ups (all, by name), and the lists of before."""
    text = request.GET.get("q", "").strip()[:40]
    area = None if text else nearest_district(request.actor)
    listed = class_list(at=request.now, filters=Filters(open_only=True, text=text, area=area))
    context = {
        "classes": listed.rows,
        "more": listed.more,
        "q": text,
        "page": paged(request, groups_within(request.actor)),
    }
    return render_part(request, LIST, context)


@page(power=Power.ACT_FOR_WORKER)
def new(request: HouseRequest, cohort_id: str) -> HttpResponse:
    """POST looks at the list; nothing is changed yet."""
    cohort = _open(cohort_id)
    form = NamesForm(request, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        union = form.cleaned_data["union"]
        try:
            rows = collective.judge(cohort=cohort, union=union, given=form.lines(), by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal, "names" if refusal.code.startswith("names-") else None)
        else:
            return render_part(request, PREVIEW, _preview(cohort, union, rows))
    return render_form(request, NEW, form, {"cohort": cohort})


@page(power=Power.ACT_FOR_WORKER, methods=("POST",))
def commit(request: HouseRequest, cohort_id: str) -> HttpResponse:
    cohort = _open(cohort_id)
    union = get_object_or_404(
        unions_within(request.actor, Power.ACT_FOR_WORKER), public_id=request.POST.get("union", "")
    )
    key = request.POST.get("key", "")[:KEY] or None
    try:
        done = collective.sign_up(
            cohort=cohort, union=union, people=request.POST.getlist("person"), key=key, by=request.actor, at=request.now
        )
    except Refused as refusal:
        form = NamesForm(request, {"union": union.public_id})
        form.refuse(refusal)
        return render_form(request, NEW, form, {"cohort": cohort})
    left = f"有{done.left_out}人没有报上：他们刚刚自己报了、退过，或条件不符。" if done.left_out else ""
    messages.success(
        request, f"已报名，每个人都会收到消息，最晚{dates.short_day(collective.last_day(done.group))}可以谢绝。{left}"
    )
    return redirect("staff:collective-one", done.group.public_id)


@page(power=Power.ACT_FOR_WORKER, methods=("GET",))
def one(request: HouseRequest, group_id: str) -> HttpResponse:
    group = get_object_or_404(groups_within(request.actor), public_id=group_id)
    rows = [
        {"name": shown(place.person, "name", Purpose.ROSTER_LIST), "place": place, "state": place.application}
        for place in places_of(group)
    ]
    return render_part(
        request,
        ONE,
        {"group": group, "rows": rows, "until": collective.last_day(group), "open": request.now < group.decline_until},
    )


def _open(cohort_id: str) -> Cohort:
    """Classes are for everybody, once they are published."""
    found: Cohort = get_object_or_404(visible(), public_id=cohort_id)
    return found


def _preview(cohort: Cohort, union: Union, rows: list[Judged]) -> dict[str, Any]:
    counts = Counter(row.named for row in rows)
    return {
        "cohort": cohort,
        "union": union,
        "rows": [_row(row) for row in rows],
        "counts": [(named.label, counts[named]) for named in Named if counts[named]],
        "taken": sum(counts[named] for named in TAKEN_IN),
        "skipped": len(rows) - sum(counts[named] for named in TAKEN_IN),
        "key": new_public_id(),
    }


def _row(row: Judged) -> dict[str, Any]:
    """The name as it was typed; nothing of the record but that it was found."""
    return {
        "no": row.line.no,
        "name": row.line.name,
        "named": row.named,
        "tone": {Named.PLACE: "ok", Named.LINE: "warn", Named.UNSURE: "warn", Named.NOBODY: "zhu"}.get(row.named, ""),
        "refusal": row.refusal,
        "person": row.person.public_id if row.person and row.named in TAKEN_IN else "",
    }


urlpatterns = [
    path("collective/", groups, name="collective"),
    path("collective/new/<str:cohort_id>/", new, name="collective-new"),
    path("collective/new/<str:cohort_id>/commit/", commit, name="collective-commit"),
    path("collective/<str:group_id>/", one, name="collective-one"),
]
