"""品牌: a page that several schemes share."""

from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tongxin.benefits.actions import brands as actions
from tongxin.benefits.models import Brand, Scheme
from tongxin.benefits.queries.totals import Totals, totals
from tongxin.benefits.states import VoucherState
from tongxin.kernel.refused import Refused
from tongxin.people.powers import Power
from tongxin.web import benefit_words
from tongxin.web.answers import render_form, render_part
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, page
from tongxin.web.paging import paged
from tongxin.web.staff.choosing import union_field

LIST, FORM = "staff/brands/list.html", "staff/benefits/form.html"
UNDER = {"name-missing": "name", "brand-slug": "slug", "no-power": "union"}


class BrandForm(HouseForm):
    why: ClassVar[dict[str, Any]] = {"made_up": _("演示里虚构的要说出来，读的人才不会当真。")}
    name = forms.CharField(label=_("名称"), max_length=60)
    about = forms.CharField(label=_("一句话说明"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    said = forms.CharField(label=_("已知的，和出处"), required=False, widget=forms.Textarea(attrs={"rows": 4}))
    made_up = forms.CharField(label=_("哪些是虚构的"), required=False, widget=forms.Textarea(attrs={"rows": 3}))


class NewBrandForm(BrandForm):
    slug = forms.SlugField(
        label=_("网址里的名字"), max_length=40, help_text=_("小写字母、数字和连字符，例如you-bashu"),
        error_messages={"invalid": _("只能用小写字母、数字和连字符。")},
    )  # fmt: skip


@page(power=Power.RUN_BENEFITS, methods=("GET",))
def brands(request: HouseRequest) -> HttpResponse:
    rows = Brand.objects.within(request.actor, Power.RUN_BENEFITS).select_related("union").order_by("name", "pk")
    shown = paged(request, rows)
    found = _sums(request, [brand.pk for brand in shown])
    return render_part(request, LIST, {"page": shown.of([{"brand": one, **found[one.pk]} for one in shown])})


def _sums(request: HouseRequest, brands: list[int]) -> dict[int, dict[str, Any]]:
    """What its schemes came to, of those that whoever looks may see. Two queries."""
    seen = Scheme.objects.within(request.actor, Power.SEE_BENEFITS).filter(brand__in=brands)
    rows = list(seen.values_list("pk", "brand", "union"))
    each = totals(pk for pk, _, _ in rows)
    return {
        brand: _sum([each[pk] for pk, of, _ in rows if of == brand], {u for _, of, u in rows if of == brand})
        for brand in brands
    }


def _sum(parts: list[Totals], unions: set[int]) -> dict[str, Any]:
    return {
        "schemes": len(parts),
        "unions": len(unions),
        "issued": sum(one.issued for one in parts),
        "redeemed": sum(one.count(VoucherState.REDEEMED) for one in parts),
        "paid": benefit_words.money(sum((one.paid for one in parts), Decimal(0))),
    }


@page(power=Power.RUN_BENEFITS)
def new(request: HouseRequest) -> HttpResponse:
    form = NewBrandForm(request.POST or None)
    form.fields["union"] = union_field(request.actor, Power.RUN_BENEFITS, label=_("由哪个工会维护"))
    form.order_fields(["union", "name", "slug"])
    if request.method == "POST" and form.is_valid():
        try:
            actions.add(**form.cleaned_data, by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal, UNDER.get(refusal.code))
        else:
            messages.success(request, gettext("已添加品牌。办福利时可以选它。"))
            return redirect("staff:brands")
    return render_form(request, FORM, form, {"title": gettext("添加品牌"), "say": gettext("添加")})


@page(power=Power.RUN_BENEFITS)
def edit(request: HouseRequest, slug: str) -> HttpResponse:
    brand = get_object_or_404(Brand.objects.within(request.actor, Power.RUN_BENEFITS), slug=slug)
    initial = {name: getattr(brand, name) for name in BrandForm.base_fields}
    form = BrandForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit(brand=brand, **form.cleaned_data, by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal, UNDER.get(refusal.code))
        else:
            messages.success(request, gettext("已保存。"))
            return redirect("staff:brands")
    return render_form(request, FORM, form, {"title": gettext("改品牌"), "say": gettext("保存")})


urlpatterns = [
    path("brands/", brands, name="brands"),
    path("brands/new/", new, name="brand-new"),
    path("brands/<slug:slug>/edit/", edit, name="brand-edit"),
]
