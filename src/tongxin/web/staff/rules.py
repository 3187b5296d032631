"""Rules: the list, one with its versions, begun and published. A draft is written in rules_draft, counted in rules_rehearsal."""

from typing import Any

from django.contrib import messages
from django.db.models import Max
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext

from tongxin.kernel.refused import Refused
from tongxin.people.authority import may
from tongxin.people.powers import Power
from tongxin.rulebook.actions import drafts
from tongxin.rulebook.actions import rules as actions
from tongxin.rulebook.models import Draft, Rule
from tongxin.rulebook.queries import version_in_force
from tongxin.web import rule_words
from tongxin.web.answers import render_form, render_part
from tongxin.web.guard import HouseRequest, page
from tongxin.web.paging import paged
from tongxin.web.staff.rules_forms import RuleForm

LIST, ONE, NEW = "staff/rules/list.html", "staff/rules/rule.html", "staff/rules/new.html"


@page(power=Power.MANAGE_RULES, methods=("GET",))
def rules(request: HouseRequest) -> HttpResponse:
    rows = (
        Rule.objects.within(request.actor, Power.MANAGE_RULES)
        .select_related("union")
        .annotate(last=Max("versions__number"))
        .order_by("union__level", "union__code", "name")
    )
    return render_part(request, LIST, {"page": paged(request, rows)})


@page(power=Power.MANAGE_RULES)
def new_rule(request: HouseRequest) -> HttpResponse:
    form = RuleForm(request.actor, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add_rule(**form.cleaned_data, by=request.actor, at=request.now)
            drafts.begin(rule=made, by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal, "name" if refusal.code.startswith("name") else None)
        else:
            messages.success(request, gettext("已建好。现在写条件。"))
            return redirect("staff:rule-draft", made.public_id)
    return render_form(request, NEW, form)


@page(power=Power.MANAGE_RULES, methods=("GET",))
def rule(request: HouseRequest, public_id: str) -> HttpResponse:
    found = rule_within(request, public_id)
    rows = list(found.versions.order_by("-number"))
    called = rule_words.called_in(one.condition for one in rows)
    versions = [(one, rule_words.lines(one.condition, called)) for one in rows]
    context = {
        "rule": found,
        "versions": versions,
        "in_force": version_in_force(found, request.actor.on),
        "draft": open_draft(found),
    }
    return render_part(request, ONE, context)


@page(power=Power.MANAGE_RULES, methods=("POST",))
def begin(request: HouseRequest, public_id: str) -> HttpResponse:
    drafts.begin(rule=rule_within(request, public_id), by=request.actor, at=request.now)
    return redirect("staff:rule-draft", public_id)


@page(power=Power.MANAGE_RULES, methods=("POST",))
def drop(request: HouseRequest, public_id: str) -> HttpResponse:
    drafts.drop(draft=draft_within(request, public_id), by=request.actor, at=request.now)
    messages.success(request, gettext("草稿已放弃，现行的版本没有变。"))
    return redirect("staff:rule", public_id)


@page(power=Power.MANAGE_RULES, methods=("POST",))
def publish(request: HouseRequest, public_id: str) -> HttpResponse:
    version = drafts.publish(draft=draft_within(request, public_id), by=request.actor, at=request.now)
    words = gettext("第%(n)s版已发布。以前的版本还在，用它做过的决定不变。")
    messages.success(request, words % {"n": version.number})
    return redirect("staff:rule", public_id)


def rule_within(request: HouseRequest, public_id: str) -> Rule:
    rows = Rule.objects.within(request.actor, Power.MANAGE_RULES).select_related("union")
    found: Rule = get_object_or_404(rows, public_id=public_id)
    return found


def open_draft(found: Rule) -> Draft | None:
    rows = Draft.objects.filter(rule=found, version=None, dropped_at=None).select_related("rule__union", "amount_key")
    draft: Draft | None = rows.first()
    return draft


def draft_within(request: HouseRequest, public_id: str) -> Draft:
    """The open draft of a rule in reach."""
    draft = open_draft(rule_within(request, public_id))
    if draft is None:
        raise Refused("draft-closed", "这份草稿已经发布或放弃，请从规则页重新开始。")
    return draft


def names_may_be_read(request: HouseRequest, found: Rule) -> bool:
    return may(request.actor, Power.DRILL_TO_NAMES, found.union_id)


def context_of(draft: Draft) -> dict[str, Any]:
    called = rule_words.called_in([draft.condition])
    return {"rule": draft.rule, "draft": draft, "root": rule_words.lines(draft.condition, called)}


urlpatterns = [
    path("rules/", rules, name="rules"),
    path("rules/new/", new_rule, name="rule-new"),
    path("rules/<slug:public_id>/", rule, name="rule"),
    path("rules/<slug:public_id>/begin/", begin, name="rule-begin"),
    path("rules/<slug:public_id>/drop/", drop, name="rule-drop"),
    path("rules/<slug:public_id>/publish/", publish, name="rule-publish"),
]
