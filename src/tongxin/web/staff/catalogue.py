"""共同目录 for staff: draft, sign for one's own federation, supersede, end. Nothing here edits what was signed."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext, ngettext

from tongxin.benefits.actions import catalogue, shipped
from tongxin.benefits.models import CatalogueLine, CatalogueVersion
from tongxin.benefits.promises import VersionState
from tongxin.benefits.queries.catalogue import (
    by_need,
    common_region,
    drifts,
    for_staff,
    history,
    in_use,
    parties_of,
    signings,
    standing,
)
from tongxin.benefits.shipped_lines import shipped as shipped_lines
from tongxin.kernel.refused import Refused
from tongxin.people.powers import Power
from tongxin.people.scoping import unions_within
from tongxin.unions import queries as unions
from tongxin.unions.models import Kind, Level, Union
from tongxin.web import catalogue_words, english
from tongxin.web.answers import render_form, render_part, render_refusal
from tongxin.web.guard import HouseRequest, page
from tongxin.web.paging import paged
from tongxin.web.staff.catalogue_forms import EndForm, LineForm, WordingForm, initial_of

SHOWN = 100  # schemes under a line
LIST, ONE, FORM = "staff/catalogue/list.html", "staff/catalogue/one.html", "staff/catalogue/form.html"
UNDER = {
    "name-missing": "name", "catalogue_name_once": "name", "catalogue-parties": "other", "who-missing": "who",
    "catalogue-order": "valid_from", "catalogue-changed": "changed", "no-power": None,
}  # fmt: skip


@page(power=Power.MANAGE_CATALOGUE, methods=("GET",))
def listing(request: HouseRequest) -> HttpResponse:
    rows = by_need(for_staff(request.actor), request.actor.on)
    mine = list(_mine(request))
    context = {
        "page": paged(request, rows), "today": request.actor.on, "can_draft": bool(mine), "mine": mine,
        "shipped_count": len(shipped_lines()), "unsigned": rows.filter(unsigned=True).count(),
    }  # fmt: skip
    return render_part(request, LIST, context)


@page(power=Power.MANAGE_CATALOGUE)
def new(request: HouseRequest) -> HttpResponse:
    form = LineForm(request.actor, request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            line = catalogue.draft_line(
                union=given["keeper"], others=[given["other"]], name=given["name"], kind=given["kind"],
                wording=form.wording(_regions([given["keeper"], given["other"]], request)),
                by=request.actor, at=request.now,
            )  # fmt: skip
        except Refused as refusal:
            form.refuse(refusal, UNDER.get(refusal.code))
        else:
            messages.success(request, gettext("已起草。双方都签了才算数。"))
            return redirect("staff:catalogue-line", line.public_id)
    return render_form(request, FORM, form, {"title": gettext("起草一项")})


@page(power=Power.MANAGE_CATALOGUE)
def next_version(request: HouseRequest, line_id: str) -> HttpResponse:
    line = _one(request, line_id)
    parties = parties_of(line)
    regions, before = _regions(parties, request), line.versions.all()[0]
    titles = [region.name for region in regions if region is not None]
    form = WordingForm(
        request.actor, request.POST or None, titles=titles, initial=initial_of(before, regions, request.actor.on)
    )
    if request.method == "POST" and form.is_valid():
        try:
            wording = form.wording(regions, before)
            catalogue.draft_version(line=line, wording=wording, by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal, UNDER.get(refusal.code))
        else:
            messages.success(request, gettext("新版本已起草。各方签齐以前，仍按原来的版本。"))
            return redirect("staff:catalogue-line", line_id)
    title = gettext("%(name)s：起草新版本") % {"name": english.plain(line.name)}
    return render_form(request, FORM, form, {"title": title, "line": line})


@page(power=Power.MANAGE_CATALOGUE, methods=("GET",))
def one(request: HouseRequest, line_id: str) -> HttpResponse:
    return render_part(request, ONE, _context(request, _one(request, line_id)))


@page(power=Power.MANAGE_CATALOGUE, methods=("POST",))
def sign(request: HouseRequest, line_id: str) -> HttpResponse:
    line = _one(request, line_id)
    try:
        version, union = _version(request, line), _party(request, line)
        signed = catalogue.sign(version=version, union=union, by=request.actor, at=request.now)
    except Refused as refusal:
        return render_refusal(request, ONE, _context(request, line), refusal)
    joint = signed.state == VersionState.JOINT
    words = gettext("%(union)s已签。各方签齐，已经公布。") if joint else gettext("%(union)s已签。等对方签。")
    messages.success(request, words % {"union": english.plain(union.name)})
    return redirect("staff:catalogue-line", line_id)


@page(power=Power.MANAGE_CATALOGUE, methods=("POST",))
def drop(request: HouseRequest, line_id: str) -> HttpResponse:
    line = _one(request, line_id)
    try:
        catalogue.drop(version=_version(request, line), by=request.actor, at=request.now)
    except Refused as refusal:
        return render_refusal(request, ONE, _context(request, line), refusal)
    messages.success(request, gettext("已撤下，没有公布过。"))
    return redirect("staff:catalogue-line", line_id)


@page(power=Power.MANAGE_CATALOGUE, methods=("POST",))
def end(request: HouseRequest, line_id: str) -> HttpResponse:
    line = _one(request, line_id)
    form = EndForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            union = _party(request, line)
            catalogue.end(
                line=line, union=union, on=given["on"], why=given["why_ended"], by=request.actor, at=request.now
            )
        except Refused as refusal:
            form.refuse(refusal, "on" if refusal.code == "catalogue-past" else None)
        else:
            messages.success(request, gettext("已结束。以前的版本仍然查得到。"))
            return redirect("staff:catalogue-line", line_id)
    return render_form(request, ONE, form, _context(request, line))


@page(power=Power.MANAGE_CATALOGUE, methods=("POST",))
def draft_shipped(request: HouseRequest) -> HttpResponse:
    """Of a province's federation with the other province's: the lines that come with the house."""
    union = _mine(request).filter(public_id=request.POST.get("union", "")).first()
    if union is None:
        raise Refused("catalogue-parties", "请由省级总工会来起草，从目录页上按它的按钮。")
    other = unions.living(request.actor.on).filter(kind=Kind.FEDERATION, level=Level.PROVINCE).exclude(pk=union.pk)
    found = other.order_by("code").first() or union  # without another, the action says so
    lines = shipped.draft_all(union=union, other=found, by=request.actor, at=request.now)
    made = ngettext("起草了%(n)s项，请逐项核对，再签。", "起草了%(n)s项，请逐项核对，再签。", len(lines)) % {
        "n": len(lines)
    }
    messages.success(request, made if lines else gettext("随系统带的各项都在目录里了。"))
    return redirect("staff:catalogue")


def _one(request: HouseRequest, line_id: str) -> CatalogueLine:
    found: CatalogueLine = get_object_or_404(for_staff(request.actor), public_id=line_id)
    return found


def _context(request: HouseRequest, line: CatalogueLine) -> dict[str, Any]:
    past = history(line, signed_only=False)
    mine = set(unions_within(request.actor, Power.MANAGE_CATALOGUE))
    return {
        "line": line, "item": standing(line, request.actor.on), "today": request.actor.on, "history": past,
        "signs": {one.union for one in past[0].version.signatures.all() if one.signed_at is None} & mine,
        "wrong": drifts(past[0].version, request.actor.on),
        "speaks_for": [one for one in parties_of(line) if one in mine],
        "end_form": EndForm(initial={"on": request.actor.on}),
        "draft": past[0].version.state == VersionState.DRAFT,
        **_used(line, request.actor.on),
    }  # fmt: skip


def _used(line: CatalogueLine, on: date) -> dict[str, Any]:
    """What is given under its name, and, where it does not count that day, why not."""
    schemes, signing = in_use(on).filter(line=line), signings([line], on)[line.pk]
    return {
        "schemes": list(schemes.select_related("union")[:SHOWN]),
        "used": schemes.count(),
        "not_joint": "" if signing.joint else catalogue_words.signing(signing),
    }


def _regions(parties: list[Union], request: HouseRequest) -> list[Union | None]:
    """In the order of the form's blocks: each party's own, then the one above all."""
    return [*parties, common_region(parties, request.actor.on)]


def _mine(request: HouseRequest) -> Any:
    """Provinces' federations for which the actor may draft."""
    return unions_within(request.actor, Power.MANAGE_CATALOGUE).filter(kind=Kind.FEDERATION, level=Level.PROVINCE)


def _version(request: HouseRequest, line: CatalogueLine) -> CatalogueVersion:
    number = request.POST.get("number", "")
    found = next((one for one in line.versions.all() if str(one.number) == number), None)
    if found is None:
        raise Refused("catalogue-version", "请从这一项的页面上，按那一版旁边的按钮来办。")
    return found


def _party(request: HouseRequest, line: CatalogueLine) -> Union:
    """For which party the actor says to speak; whether they may is the action's question."""
    chosen = request.POST.get("union", "")
    found = next((one for one in parties_of(line) if one.public_id == chosen), None)
    if found is None:
        raise Refused("catalogue-version", "请从这一项的页面上，按那一版旁边的按钮来办。")
    return found


urlpatterns = [
    path("catalogue/", listing, name="catalogue"),
    path("catalogue/new/", new, name="catalogue-new"),
    path("catalogue/shipped/", draft_shipped, name="catalogue-shipped"),
    path("catalogue/<slug:line_id>/", one, name="catalogue-line"),
    path("catalogue/<slug:line_id>/next/", next_version, name="catalogue-next"),
    path("catalogue/<slug:line_id>/sign/", sign, name="catalogue-sign"),
    path("catalogue/<slug:line_id>/drop/", drop, name="catalogue-drop"),
    path("catalogue/<slug:line_id>/end/", end, name="catalogue-end"),
]
