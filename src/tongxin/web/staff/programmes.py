"""Programmes: their terms and courses, a new term, and last term once more."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse

from tongxin.activities.actions import programmes, terms
from tongxin.activities.models import Course, Programme
from tongxin.activities.queries.previews import Copied, copy_preview, last_term
from tongxin.activities.queries.programmes import courses_of, programmes_of, terms_of
from tongxin.activities.states import ActivityKind
from tongxin.kernel.refused import Refused
from tongxin.people.authority import may
from tongxin.people.powers import Power
from tongxin.unions.models import Union
from tongxin.web.answers import render_form, render_part
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, page
from tongxin.web.staff.fields import DayField, whole

FORM = "staff/programmes/form.html"
NAME = 60
UNDER = {  # which field a refusal of the actions speaks of
    "name-missing": "name", "name-long": "name", "programme_name_once": "name", "course_name_once": "name",
    "term_ordinal_once": "ordinal", "term-ordinal": "ordinal", "term_days": "ends",
    "course-offered": "kind", "programme_late_after": "late_after",
}  # fmt: skip


class ProgrammeForm(HouseForm):
    name = forms.CharField(label="名称", max_length=NAME)
    about = forms.CharField(label="介绍", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    late_after = whole("开课几分钟后签到算迟到", least=0, most=120, initial=programmes.LATE_AFTER)


class NewProgrammeForm(ProgrammeForm):
    union = forms.ModelChoiceField(Union.objects.none(), label="主办工会", to_field_name="public_id", empty_label=None)
    began_on = DayField(label="开办日期")
    field_order = ("union", "name", "began_on", "about", "late_after")


class CourseForm(HouseForm):
    name = forms.CharField(label="课程名称", max_length=NAME)
    kind = forms.TypedChoiceField(
        label="种类", choices=ActivityKind, coerce=ActivityKind, initial=ActivityKind.LESSONS,
        help_text="课程上多次；活动只办一场。亲子活动报名时问带几个孩子，不登记孩子。",
    )  # fmt: skip
    topic = forms.CharField(label="类别", max_length=20, help_text="职工按它找课，如健身、文化艺术、技能")
    about = forms.CharField(label="课上学什么", required=False, widget=forms.Textarea(attrs={"rows": 4}))


class DaysForm(HouseForm):
    starts = DayField(label="开始日期")
    ends = DayField(label="结束日期", help_text="最后一天，当天算在内")


class TermForm(DaysForm):
    ordinal = whole("期数", help_text="第几期；期数不能重复")
    field_order = ("ordinal", "starts", "ends")


class CopyForm(DaysForm):
    source = forms.CharField(widget=forms.HiddenInput)


@page(power=Power.SEE_COURSES, methods=("GET",))
def listing(request: HouseRequest) -> HttpResponse:
    rows = list(programmes_of(request.actor))
    synthetic = next((row.synthetic for row in rows if row.synthetic), "")
    return render_part(request, "staff/programmes/list.html", {
        "programmes": rows, "synthetic": synthetic, "runs": request.actor.holds(Power.RUN_COURSES),
    })  # fmt: skip


@page(power=Power.SEE_COURSES, methods=("GET",))
def show(request: HouseRequest, programme_id: str) -> HttpResponse:
    rows = Programme.objects.within(request.actor, Power.SEE_COURSES).select_related("union")
    programme = get_object_or_404(rows, public_id=programme_id)
    return render_part(request, "staff/programmes/programme.html", {
        "programme": programme, "synthetic": programme.synthetic, "terms": list(terms_of(programme)),
        "courses": list(courses_of(programme)), "runs": may(request.actor, Power.RUN_COURSES, programme.union_id),
    })  # fmt: skip


@page(power=Power.RUN_COURSES)
def start(request: HouseRequest) -> HttpResponse:
    form = NewProgrammeForm(request.POST or None)
    roots = request.actor.roots(Power.RUN_COURSES)
    form.fields["union"].queryset = Union.objects.filter(pk__in=roots.here | roots.below)  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        try:
            made = programmes.start(**form.cleaned_data, by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal, UNDER.get(refusal.code))
        else:
            messages.success(request, f"已开办“{made.name}”。接着添加课程，再新建一期。")
            return redirect("staff:programme", made.public_id)
    return _form(request, form, "开办项目", None)


@page(power=Power.RUN_COURSES)
def edit(request: HouseRequest, programme_id: str) -> HttpResponse:
    programme = _mine(request, programme_id)
    initial = {"name": programme.name, "about": programme.about, "late_after": programme.late_after}
    form = ProgrammeForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            programmes.edit(programme=programme, **form.cleaned_data, by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal, UNDER.get(refusal.code))
        else:
            return _done(request, programme, "已保存。")
    return _form(request, form, "修改项目", programme)


@page(power=Power.RUN_COURSES)
def add_course(request: HouseRequest, programme_id: str) -> HttpResponse:
    programme = _mine(request, programme_id)
    form = CourseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = programmes.add_course(programme=programme, **form.cleaned_data, by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal, UNDER.get(refusal.code))
        else:
            return _done(request, programme, f"已添加课程“{made.name}”。")
    return _form(request, form, "添加课程", programme)


@page(power=Power.RUN_COURSES)
def edit_course(request: HouseRequest, course_id: str) -> HttpResponse:
    rows = Course.objects.within(request.actor, Power.RUN_COURSES).select_related("programme__union")
    course = get_object_or_404(rows, public_id=course_id)
    form = CourseForm(request.POST or None, initial={
        "name": course.name, "kind": course.kind, "topic": course.topic, "about": course.about,
    })  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            programmes.edit_course(course=course, **form.cleaned_data, by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal, UNDER.get(refusal.code))
        else:
            return _done(request, course.programme, "已保存。")
    return _form(request, form, "修改课程", course.programme)


@page(power=Power.RUN_COURSES)
def add_term(request: HouseRequest, programme_id: str) -> HttpResponse:
    programme = _mine(request, programme_id)
    last = last_term(programme)
    form = TermForm(request.POST or None, initial={"ordinal": last.ordinal + 1 if last else 1})
    if request.method == "POST" and form.is_valid():
        try:
            term = terms.add(programme=programme, **form.cleaned_data, by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal, UNDER.get(refusal.code))
        else:
            messages.success(request, f"已新建第{term.ordinal}期。接着设报名时间、添加班次，都好了再公布。")
            return redirect("staff:term", term.public_id)
    return _form(request, form, "新建一期", programme)


@page(power=Power.RUN_COURSES)
def copy(request: HouseRequest, programme_id: str) -> HttpResponse:
    """Two steps: the days first, then what would be made of them; the second press makes it."""
    programme = _mine(request, programme_id)
    last = last_term(programme)
    if last is None:
        raise Refused("no-term-yet", "这个项目还没有往期可以复制，请先新建一期。")
    form = CopyForm(request.POST or None, initial={"source": last.public_id})
    copied: list[Copied] = []
    if request.method == "POST" and form.is_valid():
        try:
            if request.POST.get("step") == "make":
                return _copy(request, programme, form)
            copied = _preview(form, last)
        except Refused as refusal:
            form.refuse(refusal, UNDER.get(refusal.code))
    context = {"programme": programme, "synthetic": programme.synthetic, "last": last, "copied": copied}
    return render_form(request, "staff/programmes/copy.html", form, context)


def _preview(form: CopyForm, last: Any) -> list[Copied]:
    starts, ends = form.cleaned_data["starts"], form.cleaned_data["ends"]
    if ends < starts:
        raise Refused("term_days", "结束日期不能早于开始日期。")
    return copy_preview(last, starts=starts, ends=ends)


def _copy(request: HouseRequest, programme: Programme, form: CopyForm) -> HttpResponse:
    source = get_object_or_404(programme.terms, public_id=form.cleaned_data["source"])
    term = terms.copy_last(
        programme=programme,
        starts=form.cleaned_data["starts"],
        ends=form.cleaned_data["ends"],
        source=source,
        by=request.actor,
        at=request.now,
    )
    messages.success(request, f"已按第{source.ordinal}期新建第{term.ordinal}期。请核对班次，设好报名时间再公布。")
    return redirect("staff:term", term.public_id)


def _mine(request: HouseRequest, programme_id: str) -> Programme:
    rows = Programme.objects.within(request.actor, Power.RUN_COURSES).select_related("union")
    found: Programme = get_object_or_404(rows, public_id=programme_id)
    return found


def _done(request: HouseRequest, programme: Programme, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("staff:programme", programme.public_id)


def _form(request: HouseRequest, form: HouseForm, title: str, programme: Programme | None) -> HttpResponse:
    back = reverse("staff:programme", args=[programme.public_id]) if programme else reverse("staff:programmes")
    return render_form(request, FORM, form, {
        "title": title, "programme": programme, "back": back, "synthetic": programme.synthetic if programme else "",
    })  # fmt: skip


urlpatterns = [
    path("programmes/", listing, name="programmes"),
    path("programmes/new/", start, name="programme-new"),
    path("programmes/courses/<str:course_id>/", edit_course, name="course-edit"),
    path("programmes/<str:programme_id>/", show, name="programme"),
    path("programmes/<str:programme_id>/edit/", edit, name="programme-edit"),
    path("programmes/<str:programme_id>/courses/new/", add_course, name="course-new"),
    path("programmes/<str:programme_id>/terms/new/", add_term, name="term-new"),
    path("programmes/<str:programme_id>/terms/copy/", copy, name="term-copy"),
]
