"""上级表: the upper office's own workbook, handed in, looked at before it is filled, filled and downloaded."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.http import content_disposition_header

from tongxin.filings import catalogue
from tongxin.filings.actions import sheets
from tongxin.filings.actions.sheets import Sheet
from tongxin.filings.queries.previews import preview
from tongxin.filings.shipped import SHIPPED
from tongxin.kernel.refused import Refused
from tongxin.people.authority import may
from tongxin.people.powers import Power
from tongxin.people.scoping import unions_within
from tongxin.unions.models import Union
from tongxin.web.answers import render_form, render_part
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, page
from tongxin.web.paging import paged
from tongxin.web.staff.choosing import asked_union, union_field

LIST, NEW = "staff/sheets/list.html", "staff/sheets/new.html"
ONE, FIELDS = "staff/sheets/one.html", "staff/sheets/fields.html"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class KeepForm(HouseForm):
    name = forms.CharField(label="表名", max_length=120, required=False, help_text="不填就用文件名。")
    file = forms.FileField(
        label="上级下发的空表", widget=forms.FileInput(attrs={"accept": ".xlsx"}), max_length=255, allow_empty_file=True,
        help_text="只收.xlsx，最大10兆。要填的格子里写｛｛会员数｝｝这样的标记；名单只要在第一行写｛｛姓名｝｝等标记。花括号全角半角都行。",
    )  # fmt: skip

    def __init__(self, request: HouseRequest, *args: Any) -> None:
        super().__init__(*args)
        self.fields["union"] = union_field(request.actor, Power.KEEP_UNION, label="由哪个工会交来")
        self.order_fields(["union"])


class FillForm(HouseForm):
    full = forms.BooleanField(label="写完整号码", required=False, help_text="不勾就只写前几位和后几位。")
    purpose = forms.CharField(
        label="用途", max_length=200, required=False,
        help_text="写完整号码时要填，至少4个字。每位会员都能看到是谁、为什么取了号码。",
    )  # fmt: skip

    def __init__(self, *args: Any, may_reveal: bool) -> None:
        super().__init__(*args)
        if not may_reveal:
            del self.fields["full"], self.fields["purpose"]


@page(power=Power.KEEP_UNION, methods=("GET",))
def listing(request: HouseRequest) -> HttpResponse:
    context = {"page": paged(request, sheets.offered(request.actor)), "shipped": SHIPPED.values()}
    return render_part(request, LIST, context)


@page(power=Power.KEEP_UNION, methods=("GET",))
def fields(request: HouseRequest) -> HttpResponse:
    """The catalogue: by which names a mark is known, and what the house does not hold."""
    return render_part(request, FIELDS, {"fields": catalogue.ALL, "member": catalogue.About.MEMBER})


@page(power=Power.KEEP_UNION)
def new(request: HouseRequest) -> HttpResponse:
    form = KeepForm(request, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file, union = form.cleaned_data["file"], form.cleaned_data["union"]
        try:
            made = sheets.keep(
                union=union, name=form.cleaned_data["name"], file_name=file.name, content=file.read(),
                by=request.actor, at=request.now,
            )  # fmt: skip
        except Refused as refusal:
            form.refuse(refusal, "name" if refusal.code == "sheet-name" else "file")
        else:
            messages.success(request, "已收下，本会和下级工会都能用它填。")
            return redirect("staff:sheet", made.public_id)
    return render_form(request, NEW, form)


@page(power=Power.KEEP_UNION, methods=("GET",))
def one(request: HouseRequest, sheet_id: str) -> HttpResponse:
    """What will be written and what is not held; nothing is written yet."""
    sheet = _opened(request, sheet_id)
    return _shown(request, sheet, _union(request, request.GET.get("union", "")), None)


@page(power=Power.KEEP_UNION, methods=("POST",))
def fill(request: HouseRequest, sheet_id: str) -> HttpResponse:
    """By POST: a file that leaves the house is journalled."""
    sheet = _opened(request, sheet_id)
    union = _union(request, request.POST.get("union", ""))
    if union is None:
        return _shown(request, sheet, None, None)
    form = FillForm(request.POST, may_reveal=may(request.actor, Power.REVEAL_NUMBERS, union))
    form.is_valid()
    full, purpose = form.cleaned_data.get("full", False), form.cleaned_data.get("purpose", "")
    try:
        body = sheets.fill(sheet=sheet, union=union, full=full, purpose=purpose, by=request.actor, at=request.now)
    except Refused as refusal:
        form.refuse(refusal, "purpose" if refusal.code == "purpose-missing" else None)
        return _shown(request, sheet, union, form)
    name = f"{sheet.name}（{union.name}）.xlsx"
    header = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return HttpResponse(body, content_type=XLSX, headers={"Content-Disposition": header})


@page(power=Power.KEEP_UNION, methods=("POST",))
def withdraw(request: HouseRequest, sheet_id: str) -> HttpResponse:
    mine = unions_within(request.actor, Power.KEEP_UNION).values("pk")
    row = get_object_or_404(sheets.offered(request.actor).filter(union__in=mine), public_id=sheet_id)
    sheets.withdraw(sheet=row, by=request.actor, at=request.now)
    messages.success(request, "已撤下，不再提供。填好的表不受影响。")
    return redirect("staff:sheets")


def _opened(request: HouseRequest, sheet_id: str) -> Sheet:
    found = sheets.opened(sheet_id, request.actor)
    if found is None:
        raise Http404
    return found


def _union(request: HouseRequest, public_id: str) -> Union | None:
    """The one asked for, or the only one in reach."""
    mine = unions_within(request.actor, Power.KEEP_UNION).existing(request.actor.on)
    if public_id:
        found = asked_union(request, mine) or mine.filter(public_id=public_id).first()
        if found is None:
            raise Http404
        return found
    few = list(mine[:2])
    return few[0] if len(few) == 1 else None


def _shown(request: HouseRequest, sheet: Sheet, union: Union | None, form: FillForm | None) -> HttpResponse:
    """Choosing a union first, where there are several."""
    choosing = HouseForm(request.GET if "union" in request.GET else None)
    choosing.fields["union"] = union_field(request.actor, Power.KEEP_UNION, label="为哪个工会填")
    context: dict[str, Any] = {"sheet": sheet, "union": union, "choosing": choosing}
    context["withdraws"] = sheet.row is not None and may(request.actor, Power.KEEP_UNION, sheet.row.union_id)
    if union is None:
        return render_part(request, ONE, context, 422 if request.method == "POST" else 200)
    seen = preview(sheets.marks_of(sheet.content), union, request.actor)
    context |= {"seen": seen, "form": form or FillForm(may_reveal=seen.may_reveal)}
    return render_part(request, ONE, context, 422 if form is not None and form.errors else 200)


urlpatterns = [
    path("sheets/", listing, name="sheets"),
    path("sheets/fields/", fields, name="sheet-fields"),
    path("sheets/new/", new, name="sheet-new"),
    path("sheets/<slug:sheet_id>/", one, name="sheet"),
    path("sheets/<slug:sheet_id>/fill/", fill, name="sheet-fill"),
    path("sheets/<slug:sheet_id>/withdraw/", withdraw, name="sheet-withdraw"),
]
