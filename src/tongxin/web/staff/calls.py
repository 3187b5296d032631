"""Calls that are given later or by reserves: what was promised, who entered by groups, ranking, publishing, reserves.

Who entered, marks and chances: calls_entries.py; marks by a list: calls_mark_list.py; entering for others: calls_enter.py.
"""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext, gettext_lazy

from tongxin.calls.actions import publications, ranking, reserves
from tongxin.calls.models import Application, Call, Pool, Reserve
from tongxin.calls.queries import is_open as call_is_open
from tongxin.calls.queries.lists import calls_within, pools_of
from tongxin.calls.queries.outcomes import counts_by_group
from tongxin.calls.states import BY_ENTRY, ENTRY, CallState, Policy, Spill, When
from tongxin.kernel.refused import Refused
from tongxin.people.authority import may
from tongxin.people.powers import Power
from tongxin.rulebook.models import RuleVersion
from tongxin.web import call_words, english
from tongxin.web.answers import render_form, render_part, render_refusal
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, page
from tongxin.web.paging import paged
from tongxin.web.staff.calls_frame import opened
from tongxin.web.staff.fields import whole

LIST, ONE = "staff/calls/list.html", "staff/calls/one.html"
RESERVE = "staff/calls/reserve.html"
UNDER = {
    "reserve_name": "name", "reserve_name_once": "name", "reserve-rule": "name", "reserves-too-many": "units",
    "lane-reserve-rule": "rule", "rule-not-countable": "rule",
}  # fmt: skip


class ReserveForm(HouseForm):
    words = forms.CharField(
        label=gettext_lazy("留给谁"), max_length=120, help_text=gettext_lazy("职工看到的说法，比如“快递小哥”。")
    )
    name = forms.CharField(
        label=gettext_lazy("名单里的组名"),
        max_length=60,
        help_text=gettext_lazy("写进公布的票号名单，不能有空格、逗号、加号和等号。"),
    )
    units = whole(gettext_lazy("预留几个名额"))
    rule = forms.ModelChoiceField(
        label=gettext_lazy("按哪条规则认人"),
        queryset=RuleVersion.objects.none(),
        required=False,
        help_text=gettext_lazy("不选就由工作人员标，一个一个标，或按名单一起标。"),
    )
    when = forms.ChoiceField(label=gettext_lazy("先后"), choices=When, initial=When.FIRST)
    spill = forms.ChoiceField(label=gettext_lazy("没用完的"), choices=Spill, initial=Spill.OPEN)

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = RuleVersion.objects.filter(rule__union_id=call.union_id).select_related("rule")
        field = self.fields["rule"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = rows.order_by("rule__name", "-number")
        field.empty_label = gettext("不用规则")
        if call.policy == Policy.LEVEL_START:
            field.help_text = gettext("同时起步来的人多，来不及标，要选一条规则。")
        field.label_from_instance = lambda row: english.plain(row.rule.name)  # type: ignore[method-assign, assignment]

    def plan(self) -> reserves.Plan:
        data = self.cleaned_data
        return reserves.Plan(
            name=data["name"], words=data["words"], units=data["units"], rule_version=data["rule"],
            when=When(data["when"]), spill=Spill(data["spill"]),
        )  # fmt: skip


@page(power=Power.RUN_CALLS, methods=("GET",))
def calls_(request: HouseRequest) -> HttpResponse:
    found = paged(request, calls_within(request.actor))
    return render_part(request, LIST, {"page": found.of([_row(one, request) for one in found.rows])})


@page(power=Power.RUN_CALLS, methods=("GET",))
def call(request: HouseRequest, call_id: str) -> HttpResponse:
    return render_part(request, ONE, _context(request, opened(request, call_id)))


@page(power=Power.RUN_CALLS, methods=("POST",))
def settle(request: HouseRequest, call_id: str) -> HttpResponse:
    one = opened(request, call_id)
    try:
        settled = ranking.settle(call=one, by=request.actor, at=request.now)
    except Refused as refusal:
        return render_refusal(request, ONE, _context(request, opened(request, call_id)), refusal)
    said = {"given": len(settled.places), "waiting": settled.waiting}
    messages.success(request, gettext("已按名次给出%(given)d份名额，%(waiting)d份排候补。") % said)
    return redirect("staff:call", call_id)


@page(power=Power.RUN_CALLS, methods=("POST",))
def publish(request: HouseRequest, call_id: str) -> HttpResponse:
    one = opened(request, call_id)
    try:
        why = request.POST.get("full_names_why", "")
        found = publications.publish(call=one, full_names_why=why, by=request.actor, at=request.now)
    except Refused as refusal:
        return render_refusal(request, ONE, _context(request, opened(request, call_id)), refusal)
    messages.success(request, gettext("结果已公示，姓名只显示一部分。"))
    return redirect("public:outcome", found.public_id)


@page(power=Power.RUN_CALLS)
def add_reserve(request: HouseRequest, call_id: str, pool_id: str) -> HttpResponse:
    one = opened(request, call_id)
    pool = get_object_or_404(Pool, call=one, public_id=pool_id)
    form = ReserveForm(request.POST or None, call=one)
    if request.method == "POST" and form.is_valid():
        try:
            plans = [*_plans(pool), form.plan()]
            reserves.keep(pool=pool, plans=plans, by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal, UNDER.get(refusal.code))
        else:
            messages.success(request, gettext("已预留。"))
            return redirect("staff:call", call_id)
    return render_form(request, RESERVE, form, {"call": one, "pool": pool})


@page(power=Power.RUN_CALLS, methods=("POST",))
def drop_reserve(request: HouseRequest, call_id: str, pool_id: str, reserve_id: str) -> HttpResponse:
    one = opened(request, call_id)
    reserve = get_object_or_404(
        Reserve.objects.select_related("pool"), pool__call=one, pool__public_id=pool_id, public_id=reserve_id
    )
    try:
        plans = _plans(reserve.pool, without=reserve_id)
        reserves.keep(pool=reserve.pool, plans=plans, by=request.actor, at=request.now)
    except Refused as refusal:
        return render_refusal(request, ONE, _context(request, opened(request, call_id)), refusal)
    messages.success(request, gettext("已不再预留。"))
    return redirect("staff:call", call_id)


def _plans(pool: Pool, *, without: str = "") -> list[reserves.Plan]:
    rows = Reserve.objects.filter(pool=pool).exclude(public_id=without).select_related("rule_version").order_by("order")
    return [
        reserves.Plan(row.name, row.words, row.units, row.rule_version, When(row.when), Spill(row.spill))
        for row in rows
    ]


def _row(one: Call, request: HouseRequest) -> dict[str, Any]:
    return {"one": one, "name": call_words.name_of(one), "next": _next(one, request)}


def _next(one: Call, request: HouseRequest) -> str:
    """What is due, in a few words."""
    if one.state != CallState.PUBLISHED:
        return gettext("还没有公布") if one.state == CallState.DRAFT else gettext("已撤下")
    if request.now < one.opens:
        return gettext("等开放")
    if request.now < one.closes:
        return gettext("报名中")
    if one.policy in {Policy.DRAW, Policy.RANKED} and one.settled_at is None:
        return gettext("等抽签") if one.policy == Policy.DRAW else gettext("等排名")
    return gettext("已截止")


def _context(request: HouseRequest, one: Call) -> dict[str, Any]:
    groups = counts_by_group(one)
    words = dict(Reserve.objects.filter(pool__call=one).values_list("name", "words"))
    entered = Application.objects.filter(call=one, state__in=ENTRY).count()
    return {
        "call": one,
        "name": call_words.name_of(one),
        "next": _next(one, request),
        "manner": call_words.manner(one),
        "pools": pools_of(one),
        "entered": entered,
        "groups": [(words.get(name, name) or gettext("不在任何一组"), many) for name, many in groups.items() if many],
        "publications": one.publications.filter(application=None).order_by("-at"),
        "published": one.publications.filter(application=None, until__gt=request.now).first(),
        "ranked": one.policy == Policy.RANKED and one.settled_at is None and request.now >= one.closes,
        "given": any(pool.taken for pool in pools_of(one)),
        "fixed": one.settled_at is not None or one.applications.exists() or _is_fixed_by_lane(one, request.now),
        "awaits": one.policy in BY_ENTRY and one.settled_at is None,
        "enters": call_is_open(one, request.now)
        and not one.by_lane
        and one.frozen_at is None
        and may(request.actor, Power.ACT_FOR_WORKER, one.union_id),
    }


def _is_fixed_by_lane(one: Call, now: datetime) -> bool:
    """By the lane a level start alone keeps places, and no more once people enter."""
    return one.by_lane and (one.policy != Policy.LEVEL_START or now >= one.opens)


urlpatterns = [
    path("calls/", calls_, name="calls"),
    path("calls/<slug:call_id>/", call, name="call"),
    path("calls/<slug:call_id>/settle/", settle, name="call-settle"),
    path("calls/<slug:call_id>/publish/", publish, name="call-publish"),
    path("calls/<slug:call_id>/pools/<slug:pool_id>/reserve/", add_reserve, name="call-reserve"),
    path("calls/<slug:call_id>/pools/<slug:pool_id>/<slug:reserve_id>/drop/", drop_reserve, name="call-reserve-drop"),
]
