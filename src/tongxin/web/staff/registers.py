"""台账 of a union: what is signed and until when it holds, with what the law remarks; each correction stays readable."""

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path

from tongxin.kernel.refused import Refused
from tongxin.people.powers import Power
from tongxin.unions.actions import registers
from tongxin.unions.actions.registers import FIELDS, Paper
from tongxin.unions.models import Register, RegisterEntry, Union, UnionFile
from tongxin.unions.register_rules import hints
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, page
from tongxin.web.paging import paged
from tongxin.web.staff.fields import DayField, whole
from tongxin.web.staff.union_frame import form_page, framed, union_within

LABELS: Final = {
    "title": "名称", "signed_on": "签订日期", "filed_on": "报送日期", "effective_on": "生效日期", "ends_on": "到期日",
    "remind_days": "提前几天提醒", "note": "备注", "file": "文件",
}  # fmt: skip
UNDER: Final = {
    "register-title": "title", "register-kind": "register", "register-day": "signed_on", "register_days": "ends_on",
    "register-why": "why_ended", "register-file": "file",
}  # fmt: skip


class PaperForm(HouseForm):
    title = forms.CharField(label=LABELS["title"], max_length=120)
    signed_on = DayField(label="签订日期", help_text="会议填召开日期，制度填通过日期。")
    filed_on = DayField(label="报送日期", required=False, help_text="集体合同签订后10日内报送人社部门。")
    effective_on = DayField(label="生效日期", required=False, help_text="报送后15日内没有异议即生效。")
    ends_on = DayField(label="到期日", required=False, help_text="从这一天起不再有效。")
    remind_days = whole("提前几天提醒", least=0, most=365, initial=60)
    note = forms.CharField(
        label="备注",
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="不要写个人信息。",
    )
    file = forms.ModelChoiceField(
        UnionFile.objects.none(), label="文件", required=False, to_field_name="public_id", empty_label="不附文件",
        help_text="先在“文件”里上传。",
    )  # fmt: skip

    def __init__(self, union: Union, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        files = UnionFile.objects.filter(union=union, taken_back_at=None).order_by("-at")
        self.fields["file"].queryset = files  # type: ignore[attr-defined]
        self.fields["file"].label_from_instance = lambda file: file.title  # type: ignore[attr-defined]

    def paper(self) -> Paper:
        return Paper(**{name: self.cleaned_data[name] for name in FIELDS})


class EnterForm(PaperForm):
    register = forms.ChoiceField(label="登记哪一种", choices=Register.choices)
    field_order = ("register",)


class CloseForm(HouseForm):
    on = DayField(label="从哪天起结束")
    why_ended = forms.CharField(label="为什么结束", max_length=200, help_text="例如提前解除、登记错了。")


@page(power=Power.KEEP_UNION, methods=("GET",))
def listing(request: HouseRequest, public_id: str) -> HttpResponse:
    one = union_within(request, public_id, Power.KEEP_UNION)
    rows = RegisterEntry.objects.filter(union=one).order_by("closed_on", "-signed_on", "-pk").select_related("file")
    shown = paged(request, rows)
    lines = [(row, hints(row, request.actor.on)) for row in shown]
    return framed(request, "staff/unions/registers.html", one, page=shown, lines=lines)


@page(power=Power.KEEP_UNION)
def enter(request: HouseRequest, public_id: str) -> HttpResponse:
    one = union_within(request, public_id, Power.KEEP_UNION)
    form = EnterForm(one, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = registers.enter(
                union=one, register=form.cleaned_data["register"], paper=form.paper(), by=request.actor, at=request.now
            )
        except Refused as refusal:
            _refuse(form, refusal)
        else:
            messages.success(request, "已登记。到期前会提醒。")
            return redirect("staff:union-register", public_id, made.public_id)
    return form_page(request, form, one, "登记台账", "登记")


@page(power=Power.KEEP_UNION, methods=("GET",))
def entry(request: HouseRequest, public_id: str, entry_id: str) -> HttpResponse:
    one, found = _found(request, public_id, entry_id)
    changes = [(LABELS[row.field], row) for row in found.changes.order_by("-at", "-pk")]
    context = {"entry": found, "hints": hints(found, request.actor.on), "changes": changes}
    return framed(request, "staff/unions/register.html", one, **context)


@page(power=Power.KEEP_UNION)
def correct(request: HouseRequest, public_id: str, entry_id: str) -> HttpResponse:
    one, found = _found(request, public_id, entry_id)
    initial = {name: getattr(found, name) for name in FIELDS} | {"file": found.file.public_id if found.file else ""}
    form = PaperForm(one, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            registers.correct(entry=found, paper=form.paper(), by=request.actor, at=request.now)
        except Refused as refusal:
            _refuse(form, refusal)
        else:
            messages.success(request, "已更正，原来的内容仍可查。")
            return redirect("staff:union-register", public_id, entry_id)
    return form_page(request, form, one, f"更正：{found.title}", "保存")


@page(power=Power.KEEP_UNION)
def close(request: HouseRequest, public_id: str, entry_id: str) -> HttpResponse:
    one, found = _found(request, public_id, entry_id)
    form = CloseForm(request.POST or None, initial={"on": request.actor.on})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            registers.close(entry=found, on=values["on"], why=values["why_ended"], by=request.actor, at=request.now)
        except Refused as refusal:
            _refuse(form, refusal)
        else:
            messages.success(request, "已结束，记录仍可查。")
            return redirect("staff:union-register", public_id, entry_id)
    return form_page(request, form, one, f"结束：{found.title}", "结束")


def _refuse(form: HouseForm, refusal: Refused) -> None:
    field = UNDER.get(refusal.code)
    form.refuse(refusal, field if field in form.fields else None)


def _found(request: HouseRequest, public_id: str, entry_id: str) -> tuple[Union, RegisterEntry]:
    one = union_within(request, public_id, Power.KEEP_UNION)
    rows = RegisterEntry.objects.filter(union=one).select_related("union", "file")
    found: RegisterEntry = get_object_or_404(rows, public_id=entry_id)
    return one, found


urlpatterns = [
    path("unions/<slug:public_id>/registers/", listing, name="union-registers"),
    path("unions/<slug:public_id>/registers/new/", enter, name="union-register-new"),
    path("unions/<slug:public_id>/registers/<slug:entry_id>/", entry, name="union-register"),
    path("unions/<slug:public_id>/registers/<slug:entry_id>/correct/", correct, name="union-register-correct"),
    path("unions/<slug:public_id>/registers/<slug:entry_id>/close/", close, name="union-register-close"),
]
