"""票码: a sheet of the partner's own codes, taken in; more of them later."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext, gettext_lazy

from tongxin.benefits.actions import tickets
from tongxin.benefits.models import Partner, Scheme, TicketPool
from tongxin.benefits.queries.partners import accepted
from tongxin.people.powers import Power
from tongxin.web import english
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, page
from tongxin.web.staff.fields import DayField
from tongxin.web.staff.partner_frame import address_of, form_page, partner_of


class MoreForm(HouseForm):
    file = forms.FileField(
        label=gettext_lazy("票码表"), widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv"}), max_length=255,
        help_text=gettext_lazy("每行一个码，放在第一列；.xlsx、.xls、.csv都行，有没有表头都行。重复的不会再加。"),
    )  # fmt: skip


class TicketsForm(MoreForm):
    scheme = forms.ModelChoiceField(
        label=gettext_lazy("用哪种券换"), queryset=Scheme.objects.none(), to_field_name="public_id", empty_label=None
    )
    name = forms.CharField(
        label=gettext_lazy("名称"), max_length=60, help_text=gettext_lazy("职工会看到，比如“永川影城2D兑换码（6月）”")
    )
    how_to = forms.CharField(
        label=gettext_lazy("怎么用"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("比如“在影院自助取票机输入”"),
    )
    last_day = DayField(label=gettext_lazy("最后一天"))
    field_order = ("scheme", "name", "how_to", "last_day", "file")


@page(power=Power.MANAGE_PARTNERS)
def upload(request: HouseRequest, partner_id: str) -> HttpResponse:
    partner = partner_of(request, partner_id)
    form = TicketsForm(request.POST or None, request.FILES or None)
    chosen: Any = form.fields["scheme"]
    chosen.queryset = Scheme.objects.filter(pk__in=accepted(partner, request.actor.on).values("scheme"))
    chosen.label_from_instance = lambda scheme: english.plain(scheme.name)

    def run() -> str:
        values = dict(form.cleaned_data)
        content = values.pop("file").read()
        return _told(tickets.open_pool(partner=partner, **values, content=content, by=request.actor, at=request.now))

    return form_page(request, form, run, lambda: address_of(partner), gettext("上传票码"), partner)


@page(power=Power.MANAGE_PARTNERS)
def add(request: HouseRequest, ticket_pool_id: str) -> HttpResponse:
    reach = Partner.objects.within(request.actor, Power.MANAGE_PARTNERS)
    rows = TicketPool.objects.filter(partner__in=reach).select_related("partner__union")
    pool: TicketPool = get_object_or_404(rows, public_id=ticket_pool_id)
    form = MoreForm(request.POST or None, request.FILES or None)

    def run() -> str:
        content = form.cleaned_data["file"].read()
        return _told(tickets.add(pool=pool, content=content, by=request.actor, at=request.now))

    title = gettext("补充票码：%(name)s") % {"name": english.plain(pool.name)}
    return form_page(request, form, run, lambda: address_of(pool.partner), title, pool.partner)


def _told(taken: tickets.Taken) -> str:
    if taken.known:
        words = gettext("已加%(n)s个票码，%(known)s个以前有过，没有再加。")
        return words % {"n": taken.added, "known": taken.known}
    return gettext("已加%(n)s个票码。") % {"n": taken.added}


urlpatterns = [
    path("partners/<str:partner_id>/tickets/new/", upload, name="tickets-new"),
    path("partners/tickets/<str:ticket_pool_id>/add/", add, name="tickets-add"),
]
