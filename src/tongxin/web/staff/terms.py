"""One term: its cohorts, its sign-up window, publishing it, and adding a cohort with its days shown first."""

from dataclasses import asdict
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse

from tongxin.activities.actions import cohorts, terms
from tongxin.activities.models import Term
from tongxin.activities.queries.lists import CohortFilters, term_cohorts, totals
from tongxin.activities.queries.overviews import lines
from tongxin.activities.queries.previews import Preview
from tongxin.activities.states import CohortState, TermState
from tongxin.calls.actions import busy, calls
from tongxin.calls.models import Call
from tongxin.calls.states import CallState, Policy
from tongxin.kernel.refused import Refused
from tongxin.people.authority import may
from tongxin.people.models.persons import Assurance
from tongxin.people.powers import Power
from tongxin.rulebook.models import Rule, RuleVersion
from tongxin.rulebook.queries.verdicts import rules_usable, version_in_force
from tongxin.web.answers import render_form, render_part, render_refusal
from tongxin.web.dates import WEEKDAYS
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, page
from tongxin.web.paging import paged
from tongxin.web.staff import cohort_lines
from tongxin.web.staff.cohort_forms import UNDER, CohortForm
from tongxin.web.staff.fields import MomentField, whole
from tongxin.web.staff.programmes import DaysForm
from tongxin.web.wording import say

FORM = "staff/terms/form.html"
PAGE = "staff/terms/term.html"
UNDER_WINDOW = {
    "window-order": "closes",
    "per-person": "per_person",
    "window-fixed": "per_person",
    "entry-short": "closes",
    "result-missing": "result_at",
    "manner-fixed": "policy",
    "call_policy_reason": "policy_reason",
    "call_choices": "choices",
    "call_result_at": "result_at",
    "busy-hours": "opens",
    "call_party_most": "party_most",
    "call_chances": "chances",
}
MANNER = ("policy", "policy_reason", "choices", "party_most", "chances", "result_at", "accept_hours", "notice_days")


_LEAST = {"choices": 1, "party_most": 1, "chances": 1, "accept_hours": 0, "notice_days": 0}


class WindowForm(HouseForm):
    """A draw unless something else is said: nobody then needs to be quick."""

    opens = MomentField(label="开始报名")
    closes = MomentField(label="截止报名", help_text="到这一刻就不再接受报名")
    per_person = whole("每人最多报几个班", most=50, initial=terms.PER_PERSON)
    assurance = forms.TypedChoiceField(
        label="报名的人身份要核验到",
        coerce=int,
        choices=Assurance.choices,
        initial=Assurance.DECLARED,
        required=False,
        empty_value=None,
        help_text="一般选“本人填报”。要求越高，越多人要先去窗口；已报上的人不受影响。",
    )
    policy = forms.ChoiceField(
        label="录取办法",
        choices=[(one.value, one.label) for one in (Policy.DRAW, Policy.ORDER_OF_ARRIVAL, Policy.REVIEW)],
        initial=Policy.DRAW,
        required=False,
        help_text="名额紧的用抽签：报名开放一天以上，截止后抽，手慢的人不吃亏。公布以后不能再改。",
    )
    policy_reason = forms.CharField(
        label="为什么先到先得", max_length=300, required=False, help_text="选先到先得才填，职工会看到。"
    )
    choices = whole("每份报名可选几个志愿", most=3, initial=1, required=False)
    party_most = whole(
        "一份报名最多几个人",
        most=20,
        initial=1,
        required=False,
        help_text="一家人或几个同事一起来的，几个人占几个名额。填1就是各报各的。",
    )
    chances = whole(
        "没抽中过的最多几次机会",
        most=9,
        initial=1,
        required=False,
        help_text="只用于抽签：本会以前同类抽签里，从上次抽中以后每没抽中1次，多1次机会。填1就是人人一样。",
    )
    result_at = MomentField(label="公布结果的时间", required=False, help_text="抽签要填，随报名一起公布。")
    accept_hours = whole(
        "轮到后几小时内确认", least=0, most=720, initial=0, required=False, help_text="填0表示轮到就直接录取。"
    )
    notice_days = whole("结果公示几天", least=0, most=60, initial=0, required=False)

    def __init__(self, term: Term, on: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rule"] = forms.ModelChoiceField(
            rules_usable(term.union, on),
            to_field_name="public_id",
            label="谁可以报",
            required=False,
            empty_label="不设条件，谁都可以报",
            help_text="用规则里现行的一版。公布以后不能再换。",
        )
        self.fields["rule"].label_from_instance = lambda rule: rule.name  # type: ignore[attr-defined]

    def said(self, call: Call | None, on: date) -> dict[str, Any]:
        """As the action takes it. What a short form leaves out stays as the house has it."""
        data = dict(self.cleaned_data)
        data["rule_version"] = self._version(data.pop("rule"), call, on)
        manner = {name: data.pop(name) for name in MANNER}
        if not manner["policy"]:
            return data
        manner["policy"] = Policy(manner["policy"])
        manner |= {name: manner[name] or least for name, least in _LEAST.items()}
        return data | {"manner": calls.Manner(**manner)}

    def _version(self, rule: Rule | None, call: Call | None, on: date) -> RuleVersion | None:
        """The rule's version in force; the one that is used already, once it is published."""
        used = call.rule_version if call else None
        if "rule" not in self.data:
            return used
        if rule is None:
            return None
        fixed = call is not None and call.state != CallState.DRAFT and used is not None and used.rule_id == rule.pk
        return used if fixed else version_in_force(rule, on)


@page(power=Power.SEE_COURSES, methods=("GET",))
def show(request: HouseRequest, term_id: str) -> HttpResponse:
    return render_part(request, f"{PAGE}#rows", _context(request, _term(request, term_id, Power.SEE_COURSES)))


@page(power=Power.RUN_COURSES)
def window(request: HouseRequest, term_id: str) -> HttpResponse:
    term = _term(request, term_id)
    call = term.call
    initial = {"opens": call.opens, "closes": call.closes, "per_person": call.per_person} if call else {}
    initial |= {"assurance": call.assurance, **asdict(calls.manner_of(call))} if call else {}
    initial |= {"rule": call.rule_version.rule.public_id} if call and call.rule_version else {}
    form = WindowForm(term, request.actor.on, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            terms.set_window(term=term, **form.said(call, request.actor.on), by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal, UNDER_WINDOW.get(refusal.code))
        else:
            messages.success(request, "已设好报名时间。")
            return redirect("staff:term", term_id)
    return _form(request, form, "设报名时间", term)


@page(power=Power.RUN_COURSES)
def days(request: HouseRequest, term_id: str) -> HttpResponse:
    term = _term(request, term_id)
    form = DaysForm(request.POST or None, initial={"starts": term.starts, "ends": term.ends})
    if request.method == "POST" and form.is_valid():
        try:
            terms.edit(term=term, **form.cleaned_data, by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal, {"term_days": "ends"}.get(refusal.code))
        else:
            messages.success(request, "已改好本期日期。")
            return redirect("staff:term", term_id)
    return _form(request, form, "改本期日期", term)


@page(power=Power.RUN_COURSES, methods=("POST",))
def publish(request: HouseRequest, term_id: str) -> HttpResponse:
    term = _term(request, term_id)
    try:
        terms.publish(term=term, by=request.actor, at=request.now)
    except Refused as refusal:
        return render_refusal(request, PAGE, _context(request, _term(request, term_id)), refusal)
    messages.success(request, "已公布。职工现在能看到这一期，到报名时间就能报名。")
    return redirect("staff:term", term_id)


@page(power=Power.RUN_COURSES, methods=("POST",))
def finish(request: HouseRequest, term_id: str) -> HttpResponse:
    term = _term(request, term_id)
    try:
        terms.finish(term=term, by=request.actor, at=request.now)
    except Refused as refusal:
        return render_refusal(request, PAGE, _context(request, _term(request, term_id)), refusal)
    messages.success(request, "这一期已结束。")
    return redirect("staff:term", term_id)


@page(power=Power.RUN_COURSES)
def add_cohort(request: HouseRequest, term_id: str) -> HttpResponse:
    """The button 看看上课日期 (or a change, by htmx) shows the days; the other one adds the cohort."""
    term = _term(request, term_id)
    form = CohortForm(request.POST or None, term=term, on=request.actor.on)
    shown: Preview | None = None
    if request.method == "POST" and form.is_valid():
        try:
            if request.POST.get("step") != "look":
                made = cohorts.add(term=term, plan=form.plan(), by=request.actor, at=request.now)
                messages.success(request, f"已添加“{made.title}”，共{made.session_count}次课。")
                return redirect("staff:cohort", made.public_id)
            shown = form.preview()
        except Refused as refusal:
            form.refuse(refusal, UNDER.get(refusal.code))
    context = {**_about(request, term), "shown": shown, "title": "添加班次"}
    return render_form(request, "staff/terms/cohort_new.html", form, context)


@page(power=Power.RUN_COURSES, methods=("POST",))
def preview_days(request: HouseRequest, term_id: str) -> HttpResponse:
    """Only the days, while the form is still being filled in; what is missing is no fault yet."""
    form = CohortForm(request.POST, term=_term(request, term_id), on=request.actor.on)
    form.is_valid()
    try:
        shown = form.preview()
    except Refused as refusal:
        return render_part(request, "staff/terms/preview.html", {"why_not": refusal})
    return render_part(request, "staff/terms/preview.html", {"shown": shown})


def filters_of(query: QueryDict, default: str = "") -> CohortFilters:
    """As they stand in the address; what cannot be read is no filter."""
    weekday = query.get("weekday", "")
    return CohortFilters(
        state=query.get("state", default),
        weekday=int(weekday) if weekday in set("1234567") else None,
        site=query.get("site", "")[:12],
        programme=query.get("programme", "")[:12],
        text=query.get("q", "")[:40],
    )


def choices(filters: CohortFilters, *, also: tuple[tuple[str, str], ...] = ()) -> dict[str, Any]:
    states = [*also, *((state.value, state.label) for state in CohortState)]
    return {
        "states": [(value, label, value == filters.state) for value, label in states],
        "weekdays": [(n, name, n == filters.weekday) for n, name in enumerate(WEEKDAYS, 1)],
        "q": filters.text,
        "filtered": any((filters.state, filters.weekday, filters.text, filters.site)),
    }


def _context(request: HouseRequest, term: Term) -> dict[str, Any]:
    filters = filters_of(request.GET)
    rows = term_cohorts(term, filters)
    sums = totals(rows)
    chosen = paged(request, rows, total=sums["cohorts"])
    return {
        **_about(request, term),
        "page": chosen.of(cohort_lines.shown(lines(chosen.rows, at=request.now), programmes=False)),
        "sums": sums,
        "filters": choices(filters),
        "draft": term.state == TermState.DRAFT,
        "not_then": _not_then(request, term),
        "published": term.state == TermState.PUBLISHED,
        "clear": reverse("staff:term", args=[term.public_id]),
    }


def _not_then(request: HouseRequest, term: Term) -> str:
    """Said while it is a draft, and not only when it is published."""
    asked = term.call if term.state == TermState.DRAFT else None
    against = busy.against(asked, at=request.now) if asked else None
    return say(against) if against else ""


def _about(request: HouseRequest, term: Term) -> dict[str, Any]:
    return {
        "term": term,
        "programme": term.programme,
        "synthetic": term.programme.synthetic,
        "runs": may(request.actor, Power.RUN_COURSES, term.union_id),
    }


def _term(request: HouseRequest, term_id: str, power: Power = Power.RUN_COURSES) -> Term:
    rows = Term.objects.within(request.actor, power).select_related("programme", "call__rule_version__rule", "union")
    found: Term = get_object_or_404(rows, public_id=term_id)
    return found


def _form(request: HouseRequest, form: HouseForm, title: str, term: Term) -> HttpResponse:
    return render_form(request, FORM, form, {**_about(request, term), "title": title})


urlpatterns = [
    path("programmes/terms/<str:term_id>/", show, name="term"),
    path("programmes/terms/<str:term_id>/window/", window, name="term-window"),
    path("programmes/terms/<str:term_id>/days/", days, name="term-days"),
    path("programmes/terms/<str:term_id>/publish/", publish, name="term-publish"),
    path("programmes/terms/<str:term_id>/finish/", finish, name="term-finish"),
    path("programmes/terms/<str:term_id>/cohorts/new/", add_cohort, name="cohort-new"),
    path("programmes/terms/<str:term_id>/cohorts/preview/", preview_days, name="cohort-preview"),
]
