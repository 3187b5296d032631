"""结算单: drawn up, looked at line by line, signed for the union, taken away as a sheet."""

from datetime import timedelta
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext, gettext_lazy, override

from tongxin.benefits.actions import settlements
from tongxin.benefits.counter_states import How, Outcome
from tongxin.benefits.models import Partner, Redemption, Settlement
from tongxin.benefits.queries.settlements import (
    Line,
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
from tongxin.records.sheets.writing import Column, Written, write_workbook
from tongxin.store.fields import Sealed
from tongxin.web import dates, english
from tongxin.web.answers import render_part
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, page
from tongxin.web.staff.fields import DayField
from tongxin.web.staff.partner_frame import form_page, partner_of, refused_to_partner

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMNS: Final = (
    Column("时间", "moment"), Column("门店", width=18), Column("收银员", width=12), Column("福利", width=26), Column("券号后四位"),
    Column("方式", width=10), Column("核销（元）", "money"), Column("撤销或退款（元）", "money"), Column("说明", width=30),
)  # fmt: skip


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
    """In Chinese whatever the reader's language: it is the paper that both keep."""
    one = _settlement(request, settlement_id)
    found = lines_of(one)
    name = f"结算单-{one.partner.name}-第{one.number}期"
    with override("zh-hans"):
        notes = _notes(one, found)
        body = write_workbook(COLUMNS, [*map(_row, found), _sums(one)], title=f"第{one.number}期", notes=notes)
    header = content_disposition_header(as_attachment=True, filename=f"{name}.xlsx") or "attachment"
    return HttpResponse(body, content_type=XLSX, headers={"Content-Disposition": header})


def _row(line: Line) -> list[Written]:
    taken = line.sign > 0
    words = "撤销或退款" if not taken else "" if line.outcome == Outcome.SPENT else Outcome(line.outcome).label
    amounts = (line.amount, None) if taken else (None, line.amount)
    return [line.at, line.site, line.clerk, line.scheme, line.voucher, How(line.how).label, *amounts, words]


def _sums(one: Settlement) -> list[Written]:
    return ["合计", "", "", "", "", f"{one.lines}行", one.redeemed, one.reversed, f"应付{one.total}元"]


def _notes(one: Settlement, found: list[Line]) -> list[str]:
    """What stands on paper besides the rows: who is paid what, who signed, what differs."""
    apart = differences_of(one, found)
    signed = [
        ("工会", one.union_signed_at, _signer(one)),
        ("商户", one.partner_signed_at, one.clerk.label if one.clerk else ""),
    ]
    notes = [
        f"{one.union.name}与{one.partner.legal_name}（{one.partner.uscc}）",
        dates.span(one.starts, dates.last_day(one.ends)),
        f"核销{one.redeemed}元，撤销或退款{one.reversed}元，应付{one.total}元",
        *(f"{who}签字：{name} {dates.moment(at)}" if at else f"{who}签字：还没有" for who, at, name in signed),
        f"明细的SHA-256：{bytes(one.digest).hex()}",
    ]
    for shift in apart.shifts:
        counted = "没有清点" if shift.counted is None else f"清点{shift.counted}元"
        notes.append(
            f"交班不符：{shift.device.site.name} {shift.clerk.label} 系统{shift.expected}元，{counted} {shift.remark}"
        )
    notes += [f"晚到的核销：{dates.moment(line.at)} {line.site} {line.amount}元" for line in apart.late]
    notes += [
        f"由工会承担（券在别处用过或已过期）：{dates.moment(line.at)} {line.site} {line.amount}元"
        for line in apart.borne
    ]
    return notes


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
