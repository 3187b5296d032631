"""阵地与教室: adding, naming, closing; and the door's plan of a room."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse

from tongxin.activities.days import parse_day
from tongxin.kernel.refused import Refused
from tongxin.people.powers import Power
from tongxin.unions.models import Union
from tongxin.venues.actions import rooms, sites
from tongxin.venues.models import Room, Site, SiteKind
from tongxin.venues.queries import plan_of, sites_of
from tongxin.web import dates
from tongxin.web.answers import render_form, render_part
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, page
from tongxin.web.paging import paged
from tongxin.web.staff.fields import DayField, whole

UNDER = {
    "name-missing": "name", "site_name_once": "name", "room_name_once": "name", "room_seats": "seats", "site-booked": "on",
    "room-booked": "on",
}  # fmt: skip


class NameForm(HouseForm):
    name = forms.CharField(label="名称", max_length=80)


class SiteForm(NameForm):
    union = forms.ModelChoiceField(Union.objects.none(), label="所属工会", to_field_name="public_id", empty_label=None)
    kind = forms.ChoiceField(label="种类", choices=SiteKind)
    address = forms.CharField(label="地址", max_length=160, required=False)
    phone = forms.CharField(label="电话", max_length=40, required=False)
    field_order = ("union", "kind", "name", "address", "phone")


class ContactForm(HouseForm):
    address = forms.CharField(label="地址", max_length=160, required=False)
    phone = forms.CharField(label="电话", max_length=40, required=False)


class RoomForm(HouseForm):
    name = forms.CharField(label="教室名称", max_length=60)
    seats = whole("座位数", required=False, help_text="不清楚可以不填；填了，班次名额不能超过它")


class CloseForm(HouseForm):
    on = DayField(label="从哪天起停用", help_text="那天起不能再安排；已有安排的，先调走")


@page(power=Power.MANAGE_SITES, methods=("GET",))
def listing(request: HouseRequest) -> HttpResponse:
    rows = paged(request, sites_of(request.actor, Power.MANAGE_SITES).prefetch_related("rooms"))
    return render_part(
        request, "staff/sites/list.html", {"page": rows, "synthetic": any(row.synthetic for row in rows)}
    )


@page(power=Power.MANAGE_SITES, methods=("GET",))
def show(request: HouseRequest, site_id: str) -> HttpResponse:
    site = _site(request, site_id)
    return render_part(request, "staff/sites/site.html", {"site": site, "rooms": site.rooms.order_by("name")})


@page(power=Power.MANAGE_SITES)
def add(request: HouseRequest) -> HttpResponse:
    form = SiteForm(request.POST or None)
    roots = request.actor.roots(Power.MANAGE_SITES)
    form.fields["union"].queryset = Union.objects.filter(pk__in=roots.here | roots.below)  # type: ignore[attr-defined]
    made: list[Site] = []

    def run() -> str:
        values = {**form.cleaned_data, "kind": SiteKind(form.cleaned_data["kind"])}
        made.append(sites.add(**values, by=request.actor, at=request.now))
        return f"已添加“{made[0].name}”。接着添加教室。"

    return _form(request, form, run, lambda: reverse("staff:site", args=[made[0].public_id]), title="添加阵地")


@page(power=Power.MANAGE_SITES)
def change(request: HouseRequest, site_id: str, what: str) -> HttpResponse:
    """Rename, contact, close: one form each."""
    site = _site(request, site_id)
    form_class, action, title = {
        "rename": (NameForm, sites.rename, "改名称"),
        "contact": (ContactForm, sites.set_contact, "改地址和电话"),
        "close": (CloseForm, sites.close, "停用阵地"),
    }[what]
    initial = {"name": site.name, "address": site.address, "phone": site.phone}
    form = form_class(request.POST or None, initial=initial)

    def run() -> str:
        action(site=site, **form.cleaned_data, by=request.actor, at=request.now)  # type: ignore[operator]
        return "已保存。"

    return _form(request, form, run, lambda: reverse("staff:site", args=[site_id]), title=title, site=site)


@page(power=Power.MANAGE_SITES)
def add_room(request: HouseRequest, site_id: str) -> HttpResponse:
    site = _site(request, site_id)
    form = RoomForm(request.POST or None)

    def run() -> str:
        return f"已添加“{rooms.add(site=site, **form.cleaned_data, by=request.actor, at=request.now).name}”。"

    return _form(request, form, run, lambda: reverse("staff:site", args=[site_id]), title="添加教室", site=site)


@page(power=Power.MANAGE_SITES)
def change_room(request: HouseRequest, room_id: str, what: str) -> HttpResponse:
    room = _room(request, room_id)
    form_class, action, title = {
        "change": (RoomForm, rooms.change, "改教室"), "close": (CloseForm, rooms.close, "停用教室"),
    }[what]  # fmt: skip
    form = form_class(request.POST or None, initial={"name": room.name, "seats": room.seats})

    def run() -> str:
        action(room=room, **form.cleaned_data, by=request.actor, at=request.now)  # type: ignore[operator]
        return "已保存。"

    back = reverse("staff:site", args=[room.site.public_id])
    return _form(request, form, run, lambda: back, title=f"{title}：{room.name}", site=room.site)


@page(power=Power.MANAGE_SITES, methods=("GET",))
def plan(request: HouseRequest, room_id: str) -> HttpResponse:
    """门牌表: a week of one room, to be hung at its door."""
    room = _room(request, room_id)
    monday = _monday(request)
    found = list(plan_of(room, monday))
    days = [monday + timedelta(days=n) for n in range(7)]
    week = [(day, [one for one in found if dates.local(one.starts_at) == day], day == request.actor.on) for day in days]
    return render_part(request, "staff/sites/plan.html", {
        "room": room, "site": room.site, "week": week, "count": len(found), "first": monday, "last": days[-1],
        "before": (monday - timedelta(days=7)).isoformat(), "after": (monday + timedelta(days=7)).isoformat(),
    })  # fmt: skip


def _monday(request: HouseRequest) -> date:
    """Of the week asked for; a day that cannot be read is this week."""
    try:
        day = parse_day(request.GET.get("week", ""))
    except Refused:
        day = request.actor.on
    return day - timedelta(days=day.weekday()) if day.year in range(1990, 2200) else request.actor.on


def _site(request: HouseRequest, site_id: str) -> Site:
    rows = Site.objects.within(request.actor, Power.MANAGE_SITES).select_related("union")
    found: Site = get_object_or_404(rows, public_id=site_id)
    return found


def _room(request: HouseRequest, room_id: str) -> Room:
    reach = Site.objects.within(request.actor, Power.MANAGE_SITES)
    found: Room = get_object_or_404(
        Room.objects.filter(site__in=reach).select_related("site__union"), public_id=room_id
    )
    return found


def _form(
    request: HouseRequest, form: HouseForm, run: Callable[[], str], then: Callable[[], str], **context: Any
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, run())
        except Refused as refusal:
            field = UNDER.get(refusal.code)
            form.refuse(refusal, field if field in form.fields else None)
        else:
            return redirect(then())
    return render_form(request, "staff/sites/form.html", form, context)


urlpatterns = [
    path("sites/", listing, name="sites"),
    path("sites/new/", add, name="site-new"),
    path("sites/rooms/<str:room_id>/plan/", plan, name="room-plan"),
    path("sites/rooms/<str:room_id>/change/", change_room, {"what": "change"}, name="room-change"),
    path("sites/rooms/<str:room_id>/close/", change_room, {"what": "close"}, name="room-close"),
    path("sites/<str:site_id>/", show, name="site"),
    path("sites/<str:site_id>/rename/", change, {"what": "rename"}, name="site-rename"),
    path("sites/<str:site_id>/contact/", change, {"what": "contact"}, name="site-contact"),
    path("sites/<str:site_id>/close/", change, {"what": "close"}, name="site-close"),
    path("sites/<str:site_id>/rooms/new/", add_room, name="room-new"),
]
