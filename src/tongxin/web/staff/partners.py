"""合作商户: contracting, changing, ending; sites; which vouchers they take."""

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext, gettext_lazy

from tongxin.benefits.actions import partners
from tongxin.benefits.models import Accepts, Clerk, Device, Partner, Scheme
from tongxin.benefits.queries.partners import partners_of, schemes_for
from tongxin.benefits.queries.settlements import settlements_of, unsettled_of
from tongxin.benefits.queries.tickets import pools_of
from tongxin.people.powers import Power
from tongxin.people.scoping import unions_within
from tongxin.unions.models import Union
from tongxin.web import english
from tongxin.web.answers import render_part
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, page
from tongxin.web.paging import paged
from tongxin.web.staff.fields import DayField
from tongxin.web.staff.partner_frame import address_of, form_page, partner_of, site_of

CAP: Final = gettext_lazy(
    "没有网络时，没有为任何门店打开的券，每台设备一天最多收多少元；重复使用的损失在这个数以内由工会承担。不许就填0"
)


class ChangeForm(HouseForm):
    name = forms.CharField(
        label=gettext_lazy("名称"), max_length=60, help_text=gettext_lazy("职工怎么叫它，比如“永川影城”")
    )
    legal_name = forms.CharField(label=gettext_lazy("营业执照上的名称"), max_length=120)
    phone = forms.CharField(
        label=gettext_lazy("联系电话"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("柜台或办公室的，不填个人手机"),
    )
    offline_cap = forms.DecimalField(
        label=gettext_lazy("断网时的损失上限（元/台·天）"), max_digits=10, decimal_places=2, help_text=CAP
    )


class ContractForm(ChangeForm):
    union = forms.ModelChoiceField(
        label=gettext_lazy("签约的工会"), queryset=Union.objects.none(), to_field_name="public_id", empty_label=None
    )
    uscc = forms.CharField(label=gettext_lazy("统一社会信用代码"), max_length=40)
    starts = DayField(label=gettext_lazy("合作从哪天起"))
    ends = DayField(
        label=gettext_lazy("到哪天为止（那天起不再收券）"), required=False, help_text=gettext_lazy("没有定就空着")
    )
    account = forms.CharField(
        label=gettext_lazy("结算账户"), max_length=120, required=False, help_text=gettext_lazy("开户行和账号；加密保存")
    )
    field_order = ("union", "name", "legal_name", "uscc", "phone", "starts", "ends", "offline_cap", "account")


class AccountForm(HouseForm):
    account = forms.CharField(
        label=gettext_lazy("结算账户"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("开户行和账号；加密保存，只在结算单上用"),
    )


class EndForm(HouseForm):
    on = DayField(label=gettext_lazy("从哪天起停止合作"), help_text=gettext_lazy("那天起不再收券；以前收的照样结算"))
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200, help_text=gettext_lazy("拿着券的职工会看到"))


class SiteForm(HouseForm):
    name = forms.CharField(label=gettext_lazy("门店名称"), max_length=60)
    address = forms.CharField(label=gettext_lazy("地址"), max_length=160, required=False)


class CloseForm(HouseForm):
    on = DayField(label=gettext_lazy("从哪天起停用"), help_text=gettext_lazy("那天起这里的设备不能再收券"))


class AcceptForm(HouseForm):
    scheme = forms.ModelChoiceField(
        label=gettext_lazy("收哪一种券"), queryset=Scheme.objects.none(), to_field_name="public_id", empty_label=None
    )
    starts = DayField(label=gettext_lazy("从哪天起"))


@page(power=Power.MANAGE_PARTNERS, methods=("GET",))
def listing(request: HouseRequest) -> HttpResponse:
    return render_part(request, "staff/partners/list.html", {"page": paged(request, partners_of(request.actor))})


@page(power=Power.MANAGE_PARTNERS, methods=("GET",))
def show(request: HouseRequest, partner_id: str) -> HttpResponse:
    partner = partner_of(request, partner_id)
    sites = list(partner.sites.order_by("name"))
    devices = Device.objects.filter(site__partner=partner).select_related("site")
    return render_part(request, "staff/partners/partner.html", {
        "partner": partner, "sites": sites, "devices": list(devices.order_by("revoked_at", "site__name", "name")),
        "clerks": list(Clerk.objects.filter(partner=partner, closed_at=None).order_by("label")),
        "accepts": list(partner.accepts.select_related("scheme").order_by("ends", "scheme__name")),
        "pools": list(pools_of(partner)),
        "settlements": list(settlements_of(partner)), "unsettled": unsettled_of(partner),
        "account": bool(partner.account),
    })  # fmt: skip


@page(power=Power.MANAGE_PARTNERS)
def add(request: HouseRequest) -> HttpResponse:
    form = ContractForm(request.POST or None)
    _choices(form, "union", unions_within(request.actor, Power.MANAGE_PARTNERS).order_by("level", "name"))
    made: list[Partner] = []

    def run() -> str:
        made.append(partners.contract(**form.cleaned_data, by=request.actor, at=request.now))
        return gettext("已添加“%(name)s”。接着添加门店、收哪些券、设备和收银员。") % {"name": made[0].name}

    return form_page(request, form, run, lambda: address_of(made[0]), gettext("添加合作商户"))


@page(power=Power.MANAGE_PARTNERS)
def change(request: HouseRequest, partner_id: str, what: str) -> HttpResponse:
    """Its names and cap, its account, its end, a site, a voucher that it takes: one form each."""
    partner = partner_of(request, partner_id)
    form_class, action, title = {
        "change": (ChangeForm, partners.change, gettext("修改合作商户")),
        "account": (AccountForm, partners.set_account, gettext("改结算账户")),
        "end": (EndForm, partners.end, gettext("停止合作")),
        "site": (SiteForm, partners.add_site, gettext("添加门店")),
        "accept": (AcceptForm, partners.accept, gettext("收一种券")),
    }[what]
    initial = {"name": partner.name if what == "change" else "", "legal_name": partner.legal_name, "phone": partner.phone,
               "offline_cap": partner.offline_cap, "starts": request.actor.on}  # fmt: skip
    form = form_class(request.POST or None, initial=initial)
    if what == "accept":
        _choices(form, "scheme", schemes_for(partner, request.actor.on))

    def run() -> str:
        action(partner=partner, **form.cleaned_data, by=request.actor, at=request.now)  # type: ignore[operator]
        return gettext("已保存。")

    return form_page(request, form, run, lambda: address_of(partner), title, partner)


@page(power=Power.MANAGE_PARTNERS)
def change_site(request: HouseRequest, partner_site_id: str, what: str) -> HttpResponse:
    site = site_of(request, partner_site_id)
    form_class, action, title = {
        "change": (SiteForm, partners.change_site, gettext("修改门店：%(name)s")),
        "close": (CloseForm, partners.close_site, gettext("停用门店：%(name)s")),
    }[what]
    form = form_class(request.POST or None, initial={"name": site.name, "address": site.address})

    def run() -> str:
        action(site=site, **form.cleaned_data, by=request.actor, at=request.now)  # type: ignore[operator]
        return gettext("已保存。")

    title = title % {"name": english.plain(site.name)}
    return form_page(request, form, run, lambda: address_of(site.partner), title, site.partner)


@page(power=Power.MANAGE_PARTNERS, methods=("POST",))
def refuse(request: HouseRequest, partner_id: str) -> HttpResponse:
    """It takes one kind of voucher no more, from today."""
    partner = partner_of(request, partner_id)
    scheme = request.POST.get("scheme", "")
    for accepts in Accepts.objects.filter(partner=partner, ends=None, scheme__public_id=scheme):
        partners.refuse(accepts=accepts, on=request.actor.on, by=request.actor, at=request.now)
        messages.success(request, gettext("已停收。拿着券的职工会在“在哪里用”里看到。"))
    return redirect("staff:partner", partner_id)


def _choices(form: HouseForm, field: str, rows: Any) -> None:
    chosen: Any = form.fields[field]
    chosen.queryset = rows
    chosen.label_from_instance = lambda row: english.plain(row.name)


urlpatterns = [
    path("partners/", listing, name="partners"),
    path("partners/new/", add, name="partner-new"),
    path("partners/sites/<str:partner_site_id>/change/", change_site, {"what": "change"}, name="partner-site-change"),
    path("partners/sites/<str:partner_site_id>/close/", change_site, {"what": "close"}, name="partner-site-close"),
    path("partners/<str:partner_id>/", show, name="partner"),
    path("partners/<str:partner_id>/change/", change, {"what": "change"}, name="partner-change"),
    path("partners/<str:partner_id>/account/", change, {"what": "account"}, name="partner-account"),
    path("partners/<str:partner_id>/end/", change, {"what": "end"}, name="partner-end"),
    path("partners/<str:partner_id>/sites/new/", change, {"what": "site"}, name="partner-site-new"),
    path("partners/<str:partner_id>/accept/", change, {"what": "accept"}, name="partner-accept"),
    path("partners/<str:partner_id>/refuse/", refuse, name="partner-refuse"),
]
