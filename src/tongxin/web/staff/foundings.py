"""Unions asked for: by those who keep a union, answered by those who manage the one above."""

from typing import Any, Final

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path

from tongxin.kernel.refused import Refused
from tongxin.people.actions import foundings as asking
from tongxin.people.authority import may
from tongxin.people.powers import Power
from tongxin.people.scoping import unions_within
from tongxin.unions.actions import founding
from tongxin.unions.models import FoundingRequest
from tongxin.unions.states import FoundingState
from tongxin.web.answers import render_form, render_part
from tongxin.web.guard import HouseRequest, page
from tongxin.web.paging import paged
from tongxin.web.staff.foundings_forms import ApproveForm, AskForm, WhyForm, upload_of

LIST, ONE, NEW = "staff/foundings/list.html", "staff/foundings/one.html", "staff/foundings/new.html"
SHOWS: Final = {"": "全部", **dict(FoundingState.choices)}


@page(power=Power.KEEP_UNION, methods=("GET",))
def foundings(request: HouseRequest) -> HttpResponse:
    """Those of the unions in reach and those to be decided there; what waits comes first by default."""
    show = request.GET.get("show", FoundingState.WAITING)
    rows = foundings_seen(request).select_related("union", "parent").order_by("-at", "-pk")
    if show in FoundingState:
        rows = rows.filter(state=show)
    return render_part(request, LIST, {"page": paged(request, rows), "show": show, "shows": SHOWS.items()})


@page(power=Power.KEEP_UNION)
def ask(request: HouseRequest) -> HttpResponse:
    initial = {name: given for name in ("union", "parent") if (given := request.GET.get("union", ""))}
    form = AskForm(request.actor, request.POST or None, request.FILES or None, initial=initial)
    context: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        wish, file = form.wish(), upload_of(form)
        uploads = [file] if file else []
        try:
            made = asking.ask(
                union=form.cleaned_data["union"], wish=wish, uploads=uploads, by=request.actor, at=request.now
            )
        except Refused as refusal:
            form.refuse(refusal, form.field_of(refusal))
            context["remarks"] = founding.remarks_on(wish, request.actor.on)
        else:
            messages.success(request, f"已提交，等{made.parent.name}批复。有结果会通知您。")
            return redirect("staff:founding", made.public_id)
    return render_form(request, NEW, form, context)


@page(power=Power.KEEP_UNION, methods=("GET",))
def one(request: HouseRequest, public_id: str) -> HttpResponse:
    found = _one(request, public_id)
    return render_part(request, ONE, _shown(request, found))


@page(power=Power.MANAGE_UNIONS, methods=("POST",))
def approve(request: HouseRequest, public_id: str) -> HttpResponse:
    found = _decided_here(request, public_id)
    form = ApproveForm(request.POST)
    if form.is_valid():
        try:
            founding.approve(request=found, by=request.actor, at=request.now, **form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal, form.field_of(refusal))
        else:
            messages.success(request, f"已批准，{found.name}已建立。接着登记班子和任期。")
            return redirect("staff:founding", public_id)
    return render_form(request, ONE, form, _shown(request, found) | {"approving": form})


@page(power=Power.MANAGE_UNIONS, methods=("POST",))
def refuse(request: HouseRequest, public_id: str) -> HttpResponse:
    found = _decided_here(request, public_id)
    form = WhyForm(request.POST)
    if form.is_valid():
        try:
            founding.refuse(request=found, why=form.cleaned_data["why_not"], by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "已答复不批准，申请的工会会收到原因。")
            return redirect("staff:founding", public_id)
    return render_form(request, ONE, form, _shown(request, found) | {"refusing": form})


@page(power=Power.KEEP_UNION, methods=("POST",))
def withdraw(request: HouseRequest, public_id: str) -> HttpResponse:
    kept = unions_within(request.actor, Power.KEEP_UNION)
    found = get_object_or_404(FoundingRequest, public_id=public_id, union__in=kept)
    founding.withdraw(request=found, by=request.actor, at=request.now)
    messages.success(request, "已撤回，可以改好再申请。")
    return redirect("staff:founding", public_id)


# ---- what the pages show ------------------------------------------------------------------------------------------


def foundings_seen(request: HouseRequest) -> Any:
    kept = unions_within(request.actor, Power.KEEP_UNION).values("pk")
    managed = unions_within(request.actor, Power.MANAGE_UNIONS).values("pk")
    return FoundingRequest.objects.filter(Q(union__in=kept) | Q(parent__in=managed))


def _one(request: HouseRequest, public_id: str) -> FoundingRequest:
    rows = foundings_seen(request).select_related("union", "parent", "founded")
    found: FoundingRequest = get_object_or_404(rows, public_id=public_id)
    return found


def _decided_here(request: HouseRequest, public_id: str) -> FoundingRequest:
    managed = unions_within(request.actor, Power.MANAGE_UNIONS)
    rows = FoundingRequest.objects.filter(parent__in=managed).select_related("union", "parent", "founded")
    found: FoundingRequest = get_object_or_404(rows, public_id=public_id)
    return found


def _shown(request: HouseRequest, found: FoundingRequest) -> dict[str, Any]:
    actor, waiting = request.actor, found.state == FoundingState.WAITING
    decides = waiting and may(actor, Power.MANAGE_UNIONS, found.parent)
    initial = {"founded_on": actor.on, "code": founding.next_code(found.parent)} if decides else {}
    return {
        "found": found,
        "files": found.files.filter(taken_back_at=None).order_by("pk"),
        "remarks": founding.remarks_on(founding.wish_of(found), actor.on) if waiting else [],
        "decides": decides,
        "withdraws": waiting and may(actor, Power.KEEP_UNION, found.union),
        "approving": ApproveForm(initial=initial),
        "refusing": WhyForm(),
    }


urlpatterns = [
    path("foundings/", foundings, name="foundings"),
    path("foundings/new/", ask, name="founding-new"),
    path("foundings/<slug:public_id>/", one, name="founding"),
    path("foundings/<slug:public_id>/approve/", approve, name="founding-approve"),
    path("foundings/<slug:public_id>/refuse/", refuse, name="founding-refuse"),
    path("foundings/<slug:public_id>/withdraw/", withdraw, name="founding-withdraw"),
]
