"""Writing a rule: a tree of conditions, changed one step at a time. Each step is a form, so it works without JavaScript."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from tongxin.kernel.refused import Refused
from tongxin.people.powers import Power
from tongxin.rulebook.actions import drafts
from tongxin.rulebook.actions import rules as actions
from tongxin.rulebook.models import Draft
from tongxin.rules import editing
from tongxin.rules.conditions import from_data, to_data
from tongxin.rules.editing import Data, Place
from tongxin.web.answers import render_form, render_part, render_refusal
from tongxin.web.guard import HouseRequest, page
from tongxin.web.staff.rules import context_of, draft_within
from tongxin.web.staff.rules_forms import LeafForm, TermsForm

DRAFT, LEAF = "staff/rules/draft.html", "staff/rules/leaf.html"
TERMS, TEXT = "staff/rules/terms.html", "staff/rules/text.html"
EMPTY_GROUPS: dict[str, Data] = {"all": {"all": []}, "any": {"any": []}}


@page(power=Power.MANAGE_RULES)
def draft(request: HouseRequest, public_id: str) -> HttpResponse:
    """GET: the tree. POST: one step, `step` at `place`, of the revision that the writer saw."""
    one = draft_within(request, public_id)
    if request.method == "POST":
        try:
            tree = _stepped(one.condition, request.POST.get("step", ""), place_of(request.POST.get("place", "")))
            _write(request, one, tree)
        except Refused as refusal:
            return render_refusal(request, DRAFT, context_of(draft_within(request, public_id)), refusal)
        return redirect("staff:rule-draft", public_id)
    return render_part(request, DRAFT, context_of(one))


@page(power=Power.MANAGE_RULES)
def leaf(request: HouseRequest, public_id: str) -> HttpResponse:
    """One comparison: a new one in the group at ?in=, or the one at ?at= again."""
    one = draft_within(request, public_id)
    group, at = request.GET.get("in"), request.GET.get("at", "")
    initial = None if group is not None else LeafForm.initial_of(_node(one, at))
    form = LeafForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = form.leaf()
            actions.check(from_data(made))
            step = editing.replace if group is None else editing.add
            _write(request, one, step(one.condition, place_of(at if group is None else group), made))
        except Refused as refusal:
            form.refuse(
                refusal, "value" if refusal.code in {"value-unread", "rule-type", "rule-value", "rule-form"} else None
            )
        else:
            return redirect("staff:rule-draft", public_id)
    return render_form(request, LEAF, form, {"rule": one.rule, "draft": one, "new": group is not None})


@page(power=Power.MANAGE_RULES)
def terms(request: HouseRequest, public_id: str) -> HttpResponse:
    one = draft_within(request, public_id)
    form = TermsForm(request.POST or None, initial=TermsForm.initial_of(one))
    if request.method == "POST" and form.is_valid():
        try:
            drafts.set_terms(draft=one, terms=form.terms(), by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal, {"period-empty": "valid_to", "draft-amount": "amount"}.get(refusal.code))
        else:
            messages.success(request, gettext("已保存。"))
            return redirect("staff:rule-draft", public_id)
    return render_form(request, TERMS, form, {"rule": one.rule, "draft": one})


@page(power=Power.MANAGE_RULES)
def text(request: HouseRequest, public_id: str) -> HttpResponse:
    """The whole tree as its data, for who would rather paste it."""
    one = draft_within(request, public_id)
    typed = request.POST.get("text") or json.dumps(one.condition, ensure_ascii=False, indent=2)
    context = {"rule": one.rule, "draft": one, "text": typed}
    if request.method == "POST":
        try:
            tree = from_data(_loaded(typed))
            actions.check(tree)
            _write(request, one, to_data(tree))
        except Refused as refusal:
            return render_refusal(request, TEXT, context, refusal)
        return redirect("staff:rule-draft", public_id)
    return render_part(request, TEXT, context)


def place_of(text: str) -> Place:
    """(1, 0) of "1.0"; nonsense is a place that is not there."""
    steps = [step for step in text.split(".") if step]
    if not all(step.isascii() and step.isdigit() and len(step) < 5 for step in steps):
        raise Refused("rule-place", "这个条件已经不在了，请看看现在的草稿再改。")
    return tuple(map(int, steps))


def _stepped(tree: Data, step: str, place: Place) -> Data:
    if step in EMPTY_GROUPS:
        return editing.add(tree, place, EMPTY_GROUPS[step])
    if step in {"to-all", "to-any"}:
        return editing.regroup(tree, place, "all" if step == "to-all" else "any")
    if step == "turn":
        return editing.turn(tree, place)
    if step == "remove":
        return editing.remove(tree, place)
    raise Refused("rule-step", "没有看懂要怎么改，请刷新页面再试。")


def _node(one: Draft, at: str) -> Data:
    node = editing.bare(editing.find(one.condition, place_of(at)))[0]
    if "fact" not in node:
        raise Refused("rule-place", "这个条件已经不在了，请看看现在的草稿再改。")
    return node


def _write(request: HouseRequest, one: Draft, tree: Data) -> None:
    revision = request.POST.get("revision", "")
    drafts.write(
        draft=one,
        condition=tree,
        revision=int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 9 else 0,
        by=request.actor,
        at=request.now,
    )


def _loaded(typed: str) -> Any:
    try:
        return json.loads(typed)
    except (ValueError, RecursionError):
        raise Refused(
            "rule-form", "规则的%(place)s写得不对：%(what)s，请改正后再存。", place=_("最外层"), what=_("不是JSON")
        ) from None


urlpatterns = [
    path("rules/<slug:public_id>/draft/", draft, name="rule-draft"),
    path("rules/<slug:public_id>/draft/condition/", leaf, name="rule-leaf"),
    path("rules/<slug:public_id>/draft/terms/", terms, name="rule-terms"),
    path("rules/<slug:public_id>/draft/text/", text, name="rule-text"),
]
