"""Rosters: uploaded, looked through, imported. Corrections of single rows: import_rows.py."""

from pathlib import Path
from typing import Any, Final

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache

from tongxin.kernel.refused import Refused
from tongxin.people.actions import imports
from tongxin.people.models import Account, ImportBatch
from tongxin.people.powers import Power
from tongxin.people.roster.template import template_workbook
from tongxin.web.answers import render_form, render_part, render_refusal, wants_part
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, page
from tongxin.web.paging import Page, paged
from tongxin.web.staff.choosing import union_field
from tongxin.web.staff.import_batches import BATCH, RUNNING, STEPS, batch_context, batch_within
from tongxin.web.staff.import_mapping import mapping_patterns
from tongxin.web.staff.import_missing import missing_patterns
from tongxin.web.staff.import_pieces import piece_patterns
from tongxin.web.staff.import_rows import row_patterns
from tongxin.web.staff.import_undo import undo_patterns

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STOP_POLLING: Final = 286


class UploadForm(HouseForm):
    """One file for one union."""

    file = forms.FileField(
        label="花名册文件",
        widget=forms.FileInput(attrs={"class": "tx-drop", "accept": ".xlsx,.xls,.et,.csv,.txt"}),
        help_text="Excel（.xlsx、.xls）、WPS表格（.et）或CSV，自己的表直接传，不用改格式。点下面选，或把文件拖进框里。最大256兆。",
        allow_empty_file=True,
        error_messages={"required": "请选一个文件，或把文件拖到这里。"},
        max_length=255,
    )

    def __init__(self, request: HouseRequest) -> None:
        super().__init__(request.POST or None, request.FILES or None, initial={"union": request.GET.get("union", "")})
        self.fields["union"] = union_field(request.actor, Power.IMPORT_ROSTER, label="导入到哪个工会")
        self.order_fields(["union", "file"])
        if not self.is_bound:
            self.initial = {name: value for name, value in self.initial.items() if value}

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.ROSTER_MAX_BYTES:
            raise forms.ValidationError(
                "文件超过256兆。请删掉图片和用不着的表，或分成几个文件上传。", code="file-large"
            )
        return file


@page(power=Power.IMPORT_ROSTER, methods=("GET",))
def batches(request: HouseRequest) -> HttpResponse:
    found = (
        ImportBatch.objects.within(request.actor, Power.IMPORT_ROSTER).select_related("union").order_by("-at", "-pk")
    )
    shown_here: Page[ImportBatch] = paged(request, found)
    accounts = Account.objects.filter(pk__in={one.account for one in shown_here}).select_related("person")
    who = {one.pk: one.person.name if one.person else one.login for one in accounts}
    return render(request, "staff/imports/list.html", {"page": shown_here, "who": who})


@page(power=Power.IMPORT_ROSTER)
def new(request: HouseRequest) -> HttpResponse:
    form = UploadForm(request)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            batch = imports.upload(
                union=form.cleaned_data["union"],
                file_name=file.name,
                content=content_of(file),
                by=request.actor,
                at=request.now,
            )
        except Refused as refusal:
            form.refuse(refusal, "union" if refusal.code in {"no-power", "union-not-there"} else "file")
        else:
            return redirect("staff:import", batch.public_id)
    return render_form(request, "staff/imports/new.html", form, {"steps": STEPS})


def content_of(file: Any) -> bytes | Path:
    """A large file lies on the disk already, and is not read into memory."""
    return Path(file.temporary_file_path()) if hasattr(file, "temporary_file_path") else file.read()


@page(power=Power.IMPORT_ROSTER, methods=("GET",))
@never_cache
def batch(request: HouseRequest, public_id: str) -> HttpResponse:
    """Whatever the batch needs now. While a worker is at it the part polls, and stops when the page has changed."""
    found = batch_within(request, public_id)
    running = found.state in RUNNING
    if wants_part(request) and not running:
        return HttpResponse(
            status=STOP_POLLING, headers={"HX-Redirect": reverse("staff:import", args=[found.public_id])}
        )
    return render_part(request, f"{BATCH}#progress" if running else BATCH, batch_context(request, found))


@page(power=Power.IMPORT_ROSTER, methods=("POST",))
def choose(request: HouseRequest, public_id: str) -> HttpResponse:
    found = batch_within(request, public_id)
    choices = {one["about"]: request.POST.get(f"about-{one['about']}", "") for one in found.questions}
    try:
        imports.choose(batch=found, choices=choices, by=request.actor, at=request.now)
    except Refused as refusal:
        return render_refusal(request, BATCH, batch_context(request, found) | {"chosen": choices}, refusal)
    return redirect("staff:import", public_id)


@page(power=Power.IMPORT_ROSTER, methods=("POST",))
def commit(request: HouseRequest, public_id: str) -> HttpResponse:
    found = batch_within(request, public_id)
    try:
        imports.start_commit(batch=found, by=request.actor, at=request.now)
    except Refused as refusal:
        return render_refusal(request, BATCH, batch_context(request, batch_within(request, public_id)), refusal)
    return redirect("staff:import", public_id)


@page(power=Power.IMPORT_ROSTER, methods=("POST",))
def read_anew(request: HouseRequest, public_id: str) -> HttpResponse:
    found = batch_within(request, public_id)
    imports.read_anew(batch=found, by=request.actor, at=request.now)
    return redirect("staff:import", public_id)


@page(power=Power.IMPORT_ROSTER, methods=("POST",))
def drop(request: HouseRequest, public_id: str) -> HttpResponse:
    imports.drop(batch=batch_within(request, public_id), by=request.actor, at=request.now)
    messages.success(request, "已放弃这份名册，没有导入任何人。")
    return redirect("staff:imports")


@page(power=Power.IMPORT_ROSTER, methods=("POST",))
@never_cache
def annotated(request: HouseRequest, public_id: str) -> HttpResponse:
    """By POST: the file holds full numbers, and that it was taken is written down."""
    found = batch_within(request, public_id)
    only = request.POST.get("only") == "left-out"
    content = imports.annotated(batch=found, only_left_out=only, by=request.actor, at=request.now)
    stem = found.file_name.rpartition(".")[0] or found.file_name
    return _workbook(content, f"{stem}-{'没导入的行' if only else '标注'}.xlsx")


@page(power=Power.IMPORT_ROSTER, methods=("GET",))
def template(request: HouseRequest) -> HttpResponse:  # noqa: ARG001 - the same for everybody
    return _workbook(template_workbook(), "会员花名册模板.xlsx")


def _workbook(content: bytes, name: str) -> HttpResponse:
    disposition = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": disposition})


urlpatterns = [
    path("imports/", batches, name="imports"),
    path("imports/new", new, name="import-new"),
    path("imports/template.xlsx", template, name="import-template"),
    *piece_patterns,
    path("imports/<slug:public_id>/", batch, name="import"),
    path("imports/<slug:public_id>/choose", choose, name="import-choose"),
    path("imports/<slug:public_id>/commit", commit, name="import-commit"),
    path("imports/<slug:public_id>/again", read_anew, name="import-again"),
    path("imports/<slug:public_id>/drop", drop, name="import-drop"),
    path("imports/<slug:public_id>/annotated.xlsx", annotated, name="import-annotated"),
    *mapping_patterns,
    *missing_patterns,
    *row_patterns,
    *undo_patterns,
]
