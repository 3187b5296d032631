"""福利: schemes with their money, how far they are, and publishing, changing and stopping them."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext

from tongxin.benefits.actions import schemes
from tongxin.benefits.models import Brand, Scheme
from tongxin.benefits.queries.catalogue import Signing, signings
from tongxin.benefits.queries.totals import Totals, totals
from tongxin.benefits.states import SchemeState, VoucherState
from tongxin.calls.actions import busy
from tongxin.calls.models import Call
from tongxin.calls.states import BY_SPEED
from tongxin.kernel.refused import Refused
from tongxin.people.authority import may
from tongxin.people.powers import Power
from tongxin.rulebook.models import ParameterKey
from tongxin.web import benefit_words, catalogue_words, dates, english
from tongxin.web.answers import render_form, render_part, render_refusal
from tongxin.web.forms import HouseForm
from tongxin.web.guard import HouseRequest, page
from tongxin.web.paging import paged
from tongxin.web.staff.benefits_forms import UNDER, NewForm, PlanForm, WhyForm, WindowForm, initial_of
from tongxin.web.wording import say

LIST, ONE, FORM = "staff/benefits/list.html", "staff/benefits/scheme.html", "staff/benefits/form.html"
RELATED = ("union", "brand", "line", "pool", "call__rule_version__rule")


@page(power=Power.SEE_BENEFITS, methods=("GET",))
def benefits(request: HouseRequest) -> HttpResponse:
    rows = Scheme.objects.within(request.actor, Power.SEE_BENEFITS).select_related(*RELATED)
    if (state := request.GET.get("state", "")) in SchemeState.values:
        rows = rows.filter(state=state)
    if (brand := Brand.objects.filter(slug=request.GET.get("brand", "")).first()) is not None:
        rows = rows.filter(brand=brand)
    shown = paged(request, rows.order_by("-starts", "-pk"))
    found = totals(scheme.pk for scheme in shown)
    context = {
        "page": shown.of([{"scheme": scheme, **_sums(scheme, found[scheme.pk])} for scheme in shown]),
        "states": SchemeState.choices,
        "state": state,
        "brand": brand,
        "runs": request.actor.holds(Power.RUN_BENEFITS),
    }
    return render_part(request, LIST, context)


@page(power=Power.SEE_BENEFITS, methods=("GET",))
def benefit(request: HouseRequest, scheme_id: str) -> HttpResponse:
    return render_part(request, ONE, _context(request, opened(request, scheme_id)))


@page(power=Power.RUN_BENEFITS)
def new(request: HouseRequest) -> HttpResponse:
    form = NewForm(request.actor, request.POST or None, initial={"starts": request.actor.on})
    if request.method == "POST" and form.is_valid():
        try:
            union = form.cleaned_data["union"]
            made = schemes.draft(
                union=union, plan=form.plan(), release=form.release(), by=request.actor, at=request.now
            )
        except Refused as refusal:
            form.refuse(refusal, UNDER.get(refusal.code))
        else:
            messages.success(request, gettext("已起草。核对无误后公布。"))
            return redirect("staff:benefit", made.public_id)
    return render_form(request, FORM, form, {"title": gettext("办一项福利"), "say": gettext("起草")})


@page(power=Power.RUN_BENEFITS)
def edit(request: HouseRequest, scheme_id: str) -> HttpResponse:
    scheme = opened(request, scheme_id, Power.RUN_BENEFITS)
    form = PlanForm(request.POST or None, initial=initial_of(scheme))
    if request.method == "POST" and form.is_valid():
        try:
            schemes.edit(scheme=scheme, plan=form.plan(), by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal, UNDER.get(refusal.code))
        else:
            return _done(request, scheme, gettext("已保存。"))
    return _form(request, scheme, form, gettext("改内容"), gettext("保存"))


@page(power=Power.RUN_BENEFITS)
def window(request: HouseRequest, scheme_id: str) -> HttpResponse:
    scheme = opened(request, scheme_id, Power.RUN_BENEFITS)
    now = {"places": scheme.pool.units, "opens": scheme.call.opens, "closes": scheme.call.closes}
    form = WindowForm(request.POST or None, initial=now)
    if request.method == "POST" and form.is_valid():
        try:
            schemes.set_release(scheme=scheme, **form.cleaned_data, by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal, UNDER.get(refusal.code))
        else:
            return _done(request, scheme, gettext("已改好名额和时间。"))
    return _form(request, scheme, form, gettext("改名额和时间"), gettext("保存"))


@page(power=Power.RUN_BENEFITS, methods=("POST",))
def publish(request: HouseRequest, scheme_id: str) -> HttpResponse:
    scheme = opened(request, scheme_id, Power.RUN_BENEFITS)
    try:
        schemes.publish(scheme=scheme, by=request.actor, at=request.now)
    except Refused as refusal:
        return render_refusal(request, ONE, _context(request, opened(request, scheme_id)), refusal)
    return _done(request, scheme, gettext("已公布。到领取时间，职工就能领。"))


@page(power=Power.RUN_BENEFITS, methods=("POST",))
def lane(request: HouseRequest, scheme_id: str) -> HttpResponse:
    scheme = opened(request, scheme_id, Power.RUN_BENEFITS)
    try:
        schemes.open_lane(scheme=scheme, by=request.actor, at=request.now)
    except Refused as refusal:
        return render_refusal(request, ONE, _context(request, opened(request, scheme_id)), refusal)
    return _done(request, scheme, gettext("已走快速通道：职工提前领入场凭证，开始后从通道进入。"))


@page(power=Power.RUN_BENEFITS)
def withdraw(request: HouseRequest, scheme_id: str) -> HttpResponse:
    scheme = opened(request, scheme_id, Power.RUN_BENEFITS)
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            schemes.withdraw(scheme=scheme, why=form.cleaned_data["why_"], by=request.actor, at=request.now)
        except Refused as refusal:
            form.refuse(refusal, "why_")
        else:
            return _done(request, scheme, gettext("已停发。候补的人会收到消息，已发的照常用。"))
    ask = gettext("停发以后不能恢复；已经发出的照常用到最后一天。")
    return _form(request, scheme, form, gettext("停发"), gettext("确定停发"), ask)


@page(power=Power.RUN_BENEFITS, methods=("POST",))
def close(request: HouseRequest, scheme_id: str) -> HttpResponse:
    scheme = opened(request, scheme_id, Power.RUN_BENEFITS)
    try:
        schemes.close(scheme=scheme, by=request.actor, at=request.now)
    except Refused as refusal:
        return render_refusal(request, ONE, _context(request, opened(request, scheme_id)), refusal)
    return _done(request, scheme, gettext("已结清。"))


def opened(request: HouseRequest, scheme_id: str, power: Power = Power.SEE_BENEFITS) -> Scheme:
    rows = Scheme.objects.within(request.actor, power).select_related(*RELATED)
    scheme: Scheme = get_object_or_404(rows, public_id=scheme_id)
    return scheme


def _context(request: HouseRequest, scheme: Scheme) -> dict[str, Any]:
    found = totals([scheme.pk])[scheme.pk]
    signing = signings([scheme.line], request.actor.on)[scheme.line.pk] if scheme.line else None
    return {
        "scheme": scheme,
        "runs": may(request.actor, Power.RUN_BENEFITS, scheme.union_id),
        "acts": may(request.actor, Power.ACT_FOR_WORKER, scheme.union_id),
        "can_lane": _can_lane(scheme, request),
        "reach": "、".join(row.union.name for row in scheme.reaches.select_related("union")),
        "facts": _facts(scheme, signing),
        "sums": _sums(scheme, found),
        "ends": _ends(scheme, found),
        "figures": _figures(scheme, found),
        "state": str(scheme.state),
        "not_then": _not_then(scheme, request),
        "unsigned": _unsigned(scheme, signing),
    }


def _not_then(scheme: Scheme, request: HouseRequest) -> str:
    """Said while it is a draft, and not only when it is published."""
    against = busy.against(scheme.call, at=request.now) if scheme.state == SchemeState.DRAFT else None
    return say(against) if against else ""


def _unsigned(scheme: Scheme, signing: Signing | None) -> str:
    """It may be published all the same; whoever does so knows, and so does whoever reads it."""
    if signing is None or signing.joint or scheme.state not in {SchemeState.DRAFT, SchemeState.PUBLISHED}:
        return ""
    words = gettext(
        "目录项“%(line)s”：%(state)s。签齐以前可以照常发放，但职工看到的是“等两地总工会签署”，不写“两地共同目录”。"
    )
    return words % {"line": english.plain(signing.line.name), "state": catalogue_words.signing(signing)}


def _line(signing: Signing | None) -> str:
    if signing is None:
        return gettext("还没选，公布前要选")
    parts = {"line": english.plain(signing.line.name), "why": catalogue_words.signing(signing)}
    return gettext("%(line)s（%(why)s）") % parts


def _can_lane(scheme: Scheme, request: HouseRequest) -> bool:
    """Before it opens, where quick hands decide."""
    call = scheme.call
    return call.policy in BY_SPEED and not call.by_lane and request.now < call.opens


def _facts(scheme: Scheme, signing: Signing | None) -> list[tuple[str, str]]:
    call = scheme.call
    return [
        (gettext("发的是什么"), benefit_words.what(scheme)),
        (gettext("使用日期"), benefit_words.days(scheme)),
        (gettext("领到后"), gettext("%(n)s天内有效") % {"n": scheme.good_days} if scheme.good_days else ""),
        (gettext("在哪里用"), scheme.where),
        (gettext("领取时间"), dates.between(dates.moment(call.opens), dates.moment(call.closes))),
        (gettext("怎么给"), benefit_words.how(call)),
        (gettext("公布结果"), dates.moment(call.result_at) if call.result_at else ""),
        (gettext("谁可以领"), _rule(call)),
        (gettext("每人最多"), gettext("%(n)s份") % {"n": call.per_person}),
        (gettext("谁出钱"), gettext(scheme.get_fund_display())),
        (gettext("年度上限"), _limit_words(scheme)),
        (gettext("共同目录"), _line(signing)),
        (gettext("所属品牌"), scheme.brand.name if scheme.brand else ""),
        (gettext("普惠互认"), gettext("对方会员凭协议也能领") if scheme.universal else ""),
    ]


def _rule(call: Call) -> str:
    if (version := call.rule_version) is None:
        return gettext("会员都可以")
    return gettext("《%(rule)s》第%(n)s版") % {"rule": english.plain(version.rule.name), "n": version.number}


def _limit_words(scheme: Scheme) -> str:
    """What the limit is called, not by which key it is kept."""
    key = ParameterKey.objects.filter(key=scheme.limit_key).first() if scheme.limit_key else None
    return key.words if key else scheme.limit_key


def _sums(scheme: Scheme, found: Totals) -> dict[str, Any]:
    return {
        "issued": found.issued,
        "redeemed": found.count(VoucherState.REDEEMED),
        "live": found.live,
        "budget": benefit_words.money(scheme.budget),
        "bound": benefit_words.money(scheme.bound),
        "left": benefit_words.money(scheme.budget - scheme.bound),
        "paid": benefit_words.money(found.paid),
        "unspent": benefit_words.money(found.unspent),
        "withheld": found.count(VoucherState.WITHHELD),
    }


def _ends(scheme: Scheme, found: Totals) -> list[dict[str, Any]]:
    """One line for each end, and their sum, which is what was issued."""
    order = ("redeemed", "refunded", "expired", "returned", "issued")
    href = reverse("staff:benefit-vouchers", args=[scheme.public_id])
    return [
        {
            "label": VoucherState(state).label,
            "count": found.count(VoucherState(state)),
            "value": benefit_words.money(found.value(VoucherState(state))),
            "href": f"{href}?state={state}",
        }
        for state in order
    ] + [
        {
            "label": gettext("已发放合计"),
            "count": found.issued,
            "value": benefit_words.money(found.issued_value),
            "href": href,
        }
    ]


def _figures(scheme: Scheme, found: Totals) -> list[dict[str, Any]]:
    href = reverse("staff:benefit-vouchers", args=[scheme.public_id])
    return [
        {"label": gettext("已发放"), "value": f"{found.issued:,}", "unit": gettext("张"), "href": href},
        {
            "label": gettext("已使用"),
            "value": f"{found.count(VoucherState.REDEEMED):,}",
            "unit": gettext("张"),
            "href": f"{href}?state=redeemed",
        },
        {
            "label": gettext("预算还剩"),
            "value": benefit_words.money(scheme.budget - scheme.bound),
            "unit": gettext("元"),
        },
        {"label": gettext("名额还剩"), "value": f"{scheme.pool.left:,}", "unit": gettext("份")},
    ]


def _form(request: HouseRequest, scheme: Scheme, form: HouseForm, title: str, say: str, ask: str = "") -> HttpResponse:
    return render_form(request, FORM, form, {"scheme": scheme, "title": title, "say": say, "ask": ask})


def _done(request: HouseRequest, scheme: Scheme, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("staff:benefit", scheme.public_id)


urlpatterns = [
    path("benefits/", benefits, name="benefits"),
    path("benefits/new/", new, name="benefit-new"),
    path("benefits/<str:scheme_id>/", benefit, name="benefit"),
    path("benefits/<str:scheme_id>/edit/", edit, name="benefit-edit"),
    path("benefits/<str:scheme_id>/window/", window, name="benefit-window"),
    path("benefits/<str:scheme_id>/publish/", publish, name="benefit-publish"),
    path("benefits/<str:scheme_id>/lane/", lane, name="benefit-lane"),
    path("benefits/<str:scheme_id>/withdraw/", withdraw, name="benefit-withdraw"),
    path("benefits/<str:scheme_id>/close/", close, name="benefit-close"),
]
