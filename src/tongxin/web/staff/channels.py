"""Channels of a union, for administrators: what is connected, what it costs, this month's money, templates, order, states."""

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path

from tongxin.kernel.refused import Refused
from tongxin.notices.actions import budgets, orders, templates
from tongxin.notices.catalogue import CATALOGUE
from tongxin.notices.models import Template
from tongxin.notices.queries import channels as reads
from tongxin.notices.states import BY_MACHINE, Channel, DeliveryState, Why
from tongxin.people.masks import Purpose, shown
from tongxin.people.powers import Power
from tongxin.people.scoping import unions_within
from tongxin.unions.models import Union
from tongxin.web.answers import render_form, render_part
from tongxin.web.guard import HouseRequest, page
from tongxin.web.paging import paged
from tongxin.web.staff.channels_forms import (
    BudgetForm,
    ChannelForm,
    EndForm,
    OrderForm,
    PriceForm,
    TemplateForm,
    kind_words,
    steps_typed,
    template_typed,
)
from tongxin.web.staff.choosing import FEW, asked_union

LIST, FORM, ROWS = "staff/channels/one.html", "staff/channels/form.html", "staff/channels/deliveries.html"
POWER: Final = Power.APPROVE_SENDINGS


@page(power=POWER, methods=("GET",))
def overview(request: HouseRequest) -> HttpResponse:
    """Of the union asked for, else of the highest in reach."""
    among = unions_within(request.actor, POWER).existing(request.actor.on)
    union = asked_union(request, among) or among.order_by("level", "code").first()
    if union is None:
        return render_part(request, LIST, {"union": None})
    on = request.actor.on
    found, tallies = reads.budget_of(union, on), reads.counts(union, on)
    return render_part(request, LIST, {
        "union": union, "others": among.order_by("level", "code")[:FEW], "lanes": reads.lanes(union, on),
        "budget": found, "left": found.cap - found.spent if found else None,
        "budgets": paged(request, reads.budgets_below(union, on)),
        "templates": [(row, kind_words(row.kind)) for row in reads.templates_of(union, on)],
        "orders": reads.orders(union, on), "counts": tallies, "total": sum(one.count for one in tallies), "today": on,
    })  # fmt: skip


@page(power=POWER)
def budget(request: HouseRequest, public_id: str) -> HttpResponse:
    union = _union(request, public_id)
    form = BudgetForm(request.POST or None)

    def deed(form: BudgetForm) -> None:
        budgets.set_cap(
            union=union, month=request.actor.on, cap=form.cleaned_data["cap"], by=request.actor, at=request.now
        )

    note = f"{request.actor.on.year}年{request.actor.on.month}月"
    return _filled(request, union, form, deed, ("本月预算", "保存", "预算已改，马上生效。"), {"note": note})


@page(power=POWER)
def price(request: HouseRequest, public_id: str) -> HttpResponse:
    union, channel = _union(request, public_id), _channel(request)
    form = PriceForm(request.POST or None, initial={"valid_from": request.actor.on})

    def deed(form: PriceForm) -> None:
        budgets.set_price(union=union, channel=channel, **form.cleaned_data, by=request.actor, at=request.now)

    history = reads.price_history(union, channel)
    return _filled(request, union, form, deed, (f"{channel.label}的价格", "保存", "价格已改。"), {"history": history})


@page(power=POWER)
def template_new(request: HouseRequest, public_id: str) -> HttpResponse:
    """From an older one (?like=) where one is to be changed: the older one ends where this one begins."""
    union = _union(request, public_id)
    like = _templates(request, union).filter(public_id=request.GET.get("like", "")).first()
    initial = {"valid_from": request.actor.on} | (template_typed(like) if like else {})
    form = TemplateForm(request.POST or None, initial=initial)

    def deed(form: TemplateForm) -> None:
        day = form.cleaned_data["valid_from"]
        templates.add(union=union, words=form.words(), valid_from=day, by=request.actor, at=request.now)

    return _filled(request, union, form, deed, ("改模板" if like else "登记模板", "保存", "模板已登记。"), {})


@page(power=POWER)
def template_end(request: HouseRequest, public_id: str, template_id: str) -> HttpResponse:
    union = _union(request, public_id)
    found = get_object_or_404(Template.objects.filter(union=union), public_id=template_id)
    form = EndForm(request.POST or None, initial={"on": request.actor.on})

    def deed(form: EndForm) -> None:
        templates.end(template=found, on=form.cleaned_data["on"], by=request.actor, at=request.now)

    return _filled(request, union, form, deed, (f"停用{found.number}", "停用", "模板已停用。"), {"note": found.text})


@page(power=POWER)
def order(request: HouseRequest, public_id: str) -> HttpResponse:
    union = _union(request, public_id)
    shown_now = {one.group.name: one for one in reads.orders(union, request.actor.on)}
    asked = shown_now.get(request.GET.get("group", ""))
    initial = {"valid_from": request.actor.on} | (
        {"group": asked.group.name, **steps_typed(asked.steps)} if asked else {}
    )
    form = OrderForm(request.POST or None, initial=initial)

    def deed(form: OrderForm) -> None:
        given = {name: form.cleaned_data[name] for name in ("group", "valid_from", "source")}
        orders.set_order(union=union, steps=form.steps(), **given, by=request.actor, at=request.now)

    return _filled(request, union, form, deed, ("渠道次序", "保存", "次序已改，新的通知按它走。"), {})


@page(power=POWER, methods=("GET",))
def deliveries(request: HouseRequest, public_id: str) -> HttpResponse:
    """The rows behind a number of the overview; names masked."""
    union, asked = _union(request, public_id), request.GET
    rows = reads.month_deliveries(union, request.actor.on)
    filters = {"channel": Channel, "state": DeliveryState, "why": Why}
    for name, enum in filters.items():
        if name in asked and (asked[name] in enum.values or (name == "why" and not asked[name])):
            rows = rows.filter(**{name: asked[name]})
    found = paged(request, rows.select_related("person", "message").order_by("-at", "-pk"), total=rows.count())
    lines = [(row, shown(row.person, "name", Purpose.STAFF_LIST), _kind(row.message.kind)) for row in found]
    said: list[str] = [enum(asked[name]).label for name, enum in filters.items() if asked.get(name) in enum.values]
    return render_part(request, ROWS, {"union": union, "page": found, "lines": lines, "said": said})


def _filled(
    request: HouseRequest, union: Union, form: ChannelForm, deed: Callable[[Any], None], words: tuple[str, str, str],
    context: dict[str, Any],
) -> HttpResponse:  # fmt: skip
    """The form until it goes through: title, button, and what is said then."""
    title, say, said = words
    if request.method == "POST" and form.is_valid():
        try:
            deed(form)
        except Refused as refusal:
            form.take(refusal)
        else:
            messages.success(request, said)
            return redirect(f"/staff/channels/?union={union.public_id}")
    return render_form(request, FORM, form, {"union": union, "title": title, "say": say, **context})


def _union(request: HouseRequest, public_id: str) -> Union:
    return get_object_or_404(unions_within(request.actor, POWER), public_id=public_id)


def _templates(request: HouseRequest, union: Union) -> Any:
    return reads.templates_of(union, request.actor.on)


def _channel(request: HttpRequest) -> Channel:
    asked = request.GET.get("channel", "")
    return Channel(asked) if asked in set(map(str, BY_MACHINE)) else Channel.SMS


def _kind(kind: str) -> str:
    """What sort of notice it was; its own words are for its reader."""
    return CATALOGUE[kind].title if kind in CATALOGUE and "%(" not in CATALOGUE[kind].title else kind_words("")


urlpatterns = [
    path("channels/", overview, name="channels"),
    path("channels/<slug:public_id>/budget/", budget, name="channel-budget"),
    path("channels/<slug:public_id>/price/", price, name="channel-price"),
    path("channels/<slug:public_id>/templates/new/", template_new, name="channel-template-new"),
    path("channels/<slug:public_id>/templates/<slug:template_id>/end/", template_end, name="channel-template-end"),
    path("channels/<slug:public_id>/order/", order, name="channel-order"),
    path("channels/<slug:public_id>/deliveries/", deliveries, name="channel-deliveries"),
]
