"""结算单: drawn up, looked at line by line, signed for the union, taken away as a sheet."""

from datetime import timedelta
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext, gettext_lazy

from tongxin.benefits.actions import settlements
from tongxin.benefits.counter_states import Outcome
from tongxin.benefits.models import Partner, Redemption, Settlement
from tongxin.benefits.queries.settlements import (
    differences_of,
    disputed_of,
    groups_of,
    lines_of,
    total,
    unsettled_of,
)
from tongxin.kernel.refused import Refused
from tongxin.people.models import Account
from tongxin.people.powers import Power
from tongxin.store.fields import Sealed
from tongxin.web import english
from tongxin.web.answers import render_part
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, page
from tongxin.web.staff import settlement_sheet
from tongxin.web.staff.fields import DayField
from tongxin.web.staff.partner_frame import form_page, partner_of, refused_to_partner

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class DrawForm(HouseForm):
    last = DayField(
        label=gettext_lazy("结算到哪一天（含）"), help_text=gettext_lazy("最晚到昨天；以前没有结算的都算在内")
    )


class AgreeForm(HouseForm):
    reason = forms.CharField(label=gettext_lazy("为什么由工会承担"), max_length=200)


@page(power=Power.MANAGE_PARTNERS)
def draw_up(request: HouseRequest, partner_id: str) -> HttpResponse:
    partner = partner_of(request, partner_id)
    form = DrawForm(request.POST or None, initial={"last": request.actor.on - timedelta(days=1)})
    made: list[Settlement] = []

    def run() -> str:
        made.append(settlements.draw_up(partner=partner, **form.cleaned_data, by=request.actor, at=request.now))
        return gettext("已生成第%(n)s期结算单，请核对后签字。") % {"n": made[0].number}

    context = {"due": unsettled_of(partner), "verb": gettext("做结算单")}
    return form_page(request, form, run, lambda: _address(made[0]), gettext("做结算单"), partner, **context)


@page(power=Power.MANAGE_PARTNERS, methods=("GET",))
def show(request: HouseRequest, settlement_id: str) -> HttpResponse:
    one = _settlement(request, settlement_id)
    found = lines_of(one)
    return render_part(request, "staff/partners/settlement.html", {
        "one": one, "partner": one.partner, "groups": groups_of(found), "sum": total(found),
        "differences": differences_of(one, found), "disputed": list(disputed_of(one.partner)),
        "signer": _signer(one), "digest": bytes(one.digest).hex(), "account": _account(one),
    })  # fmt: skip


@page(power=Power.MANAGE_PARTNERS, methods=("POST",))
def sign(request: HouseRequest, settlement_id: str) -> HttpResponse:
    one = _settlement(request, settlement_id)
    try:
        settlements.sign_for_union(settlement=one, by=request.actor, at=request.now)
    except Refused as refusal:
        return refused_to_partner(request, one.partner, refusal)
    messages.success(request, gettext("工会已签字。请商户负责人在收券设备的“结算单”里签。"))
    return redirect(_address(one))


@page(power=Power.MANAGE_PARTNERS, methods=("POST",))
def discard(request: HouseRequest, settlement_id: str) -> HttpResponse:
    one = _settlement(request, settlement_id)
    try:
        settlements.discard(settlement=one, by=request.actor, at=request.now)
    except Refused as refusal:
        return refused_to_partner(request, one.partner, refusal)
    messages.success(request, gettext("第%(n)s期结算单已作废，里面的核销重新等待结算。") % {"n": one.number})
    return redirect("staff:partner", one.partner.public_id)


@page(power=Power.MANAGE_PARTNERS)
def agree(request: HouseRequest, disputed_id: str) -> HttpResponse:
    rows = Redemption.objects.filter(partner__in=_partners(request), outcome=Outcome.OVER_CAP)
    one: Redemption = get_object_or_404(rows.select_related("partner__union", "scheme"), public_id=disputed_id)
    form = AgreeForm(request.POST or None)

    def run() -> str:
        settlements.agree(redemption=one, why=form.cleaned_data["reason"], by=request.actor, at=request.now)
        return gettext("已同意由工会承担%(sum)s元，记入下一期结算单。") % {"sum": one.amount}

    back = reverse("staff:partner", args=[one.partner.public_id])
    words = gettext("由工会承担：%(name)s ¥%(sum)s")
    title = words % {"name": english.plain(one.scheme.name), "sum": one.amount}
    return form_page(request, form, run, lambda: back, title, one.partner, verb=gettext("由工会承担"))


@page(power=Power.MANAGE_PARTNERS, methods=("GET",))
def sheet(request: HouseRequest, settlement_id: str) -> HttpResponse:
    one = _settlement(request, settlement_id)
    name, body = settlement_sheet.of(one, signer=_signer(one))
    header = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return HttpResponse(body, content_type=XLSX, headers={"Content-Disposition": header})


def _signer(one: Settlement) -> str:
    found = Account.objects.filter(pk=one.account or 0).values_list("person__name", flat=True).first()
    return found or ""


def _account(one: Settlement) -> str:
    sealed = one.partner.account
    return sealed.open() if isinstance(sealed, Sealed) else ""


def _settlement(request: HouseRequest, settlement_id: str) -> Settlement:
    rows = Settlement.objects.within(request.actor, Power.MANAGE_PARTNERS).select_related(
        "partner__union", "union", "clerk"
    )
    found: Settlement = get_object_or_404(rows, public_id=settlement_id)
    return found


def _partners(request: HouseRequest) -> Any:
    return Partner.objects.within(request.actor, Power.MANAGE_PARTNERS)


def _address(one: Settlement) -> str:
    return reverse("staff:settlement", args=[one.public_id])


urlpatterns = [
    path("partners/<str:partner_id>/settle/", draw_up, name="settlement-new"),
    path("partners/settlements/<str:settlement_id>/", show, name="settlement"),
    path("partners/settlements/<str:settlement_id>/sign/", sign, name="settlement-sign"),
    path("partners/settlements/<str:settlement_id>/discard/", discard, name="settlement-discard"),
    path("partners/settlements/<str:settlement_id>/sheet/", sheet, name="settlement-sheet"),
    path("partners/disputed/<str:disputed_id>/agree/", agree, name="redemption-agree"),
]
