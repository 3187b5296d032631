"""The tree of unions as of a day: browsed, read with its history, and changed by those who keep it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path

from tongxin.kernel.refused import Refused
from tongxin.people.authority import may
from tongxin.people.powers import Power
from tongxin.people.queries import standing
from tongxin.people.scoping import unions_within
from tongxin.unions import queries
from tongxin.unions.actions import names, tree
from tongxin.unions.models import Confidence, Union
from tongxin.web.answers import render_form, render_part
from tongxin.web.guard import HouseRequest, OpenTo, page
from tongxin.web.staff.choosing import asked_day
from tongxin.web.staff.unions_forms import FoundForm, MoveForm, RenameForm

TREE, ONE, FORM = "staff/unions/tree.html", "staff/unions/union.html", "staff/unions/form.html"
OFFERED = (
    Power.MANAGE_UNIONS,
    Power.MANAGE_PEOPLE,
    Power.FIND_PEOPLE,
    Power.APPOINT,
    Power.EXPLAIN_ACCESS,
    Power.READ_JOURNAL,
)


@page(open_to=OpenTo.STAFF, methods=("GET",))
def unions(request: HouseRequest) -> HttpResponse:
    """Where the actor's posts are, and what a search finds in reach; each branch opens in place."""
    day, text = asked_day(request), request.GET.get("q", "").strip()
    visible = standing.visible_unions(request.actor)
    if text:
        rows = queries.find(text, among=visible, day=day)
    else:
        rows = queries.standings([post.union_id for post in request.actor.posts], day)
    return render_part(request, f"{TREE}#rows", {"rows": rows, "q": text, "day": day, "today": request.actor.on})


@page(open_to=OpenTo.STAFF, methods=("GET",))
def children(request: HouseRequest, public_id: str) -> HttpResponse:
    """One branch, opened."""
    union, day = _visible(request, public_id), asked_day(request)
    context = {"rows": queries.children_on(union, day), "day": day, "union": union, "today": request.actor.on}
    return render_part(request, "staff/unions/branch.html#rows", context)


@page(open_to=OpenTo.STAFF, methods=("GET",))
def union(request: HouseRequest, public_id: str) -> HttpResponse:
    one, day = _visible(request, public_id), asked_day(request)
    actor = request.actor
    rows = queries.children_on(one, day)
    above = queries.path_on(one, day)
    shown = [row.pk for row in (*rows, *above)]
    seen = set(standing.visible_unions(actor).filter(pk__in=shown).values_list("pk", flat=True))
    context = {
        "union": one,
        "day": day,
        "today": actor.on,
        "path": above,
        "rows": rows,
        "seen": seen,
        "name": queries.name_on(one, day),
        "code": queries.code_on(one, day),
        "history": queries.history(one),
        "offered": {power.value for power in OFFERED if may(actor, power, one)},
        "sure": Confidence.SURE,
    }
    return render_part(request, f"{ONE}#children", context)


@page(power=Power.MANAGE_UNIONS)
def found_union(request: HouseRequest, public_id: str) -> HttpResponse:
    parent = _managed(request, public_id)
    form = FoundForm(request.POST or None, initial={"founded_on": request.actor.on})
    if request.method == "POST" and form.is_valid():
        try:
            new = tree.found(parent=parent, by=request.actor, at=request.now, **form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal, form.field_of(refusal))
        else:
            messages.success(request, f"已建立{new.name}。")
            return redirect("staff:union", new.public_id)
    context = {"union": parent, "title": "新建下级工会", "say": "新建"}
    return render_form(request, FORM, form, context)


@page(power=Power.MANAGE_UNIONS)
def rename_union(request: HouseRequest, public_id: str) -> HttpResponse:
    one = _managed(request, public_id)
    form = RenameForm(request.POST or None, initial={"name": one.name, "on": request.actor.on})
    if request.method == "POST" and form.is_valid():
        try:
            names.rename(union=one, by=request.actor, at=request.now, **form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal, form.field_of(refusal))
        else:
            messages.success(request, "已更名，原来的名称仍可查。")
            return redirect("staff:union", one.public_id)
    return render_form(request, FORM, form, {"union": one, "title": "更名", "say": "更名"})


@page(power=Power.MANAGE_UNIONS)
def move_union(request: HouseRequest, public_id: str) -> HttpResponse:
    one = _managed(request, public_id)
    form = MoveForm(request.actor, request.POST or None, initial={"on": request.actor.on})
    if request.method == "POST" and form.is_valid():
        try:
            tree.move(union=one, by=request.actor, at=request.now, **form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal, form.field_of(refusal))
        else:
            messages.success(request, f"已改隶属到{form.cleaned_data['parent'].name}。")
            return redirect("staff:union", one.public_id)
    return render_form(request, FORM, form, {"union": one, "title": "改变隶属", "say": "改变隶属"})


def _visible(request: HouseRequest, public_id: str) -> Union:
    return get_object_or_404(standing.visible_unions(request.actor), public_id=public_id)


def _managed(request: HouseRequest, public_id: str) -> Union:
    return get_object_or_404(unions_within(request.actor, Power.MANAGE_UNIONS), public_id=public_id)


urlpatterns = [
    path("unions/", unions, name="unions"),
    path("unions/<slug:public_id>/", union, name="union"),
    path("unions/<slug:public_id>/children/", children, name="union-children"),
    path("unions/<slug:public_id>/found/", found_union, name="union-found"),
    path("unions/<slug:public_id>/rename/", rename_union, name="union-rename"),
    path("unions/<slug:public_id>/move/", move_union, name="union-move"),
]
