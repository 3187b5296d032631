"""Schemes and vouchers in words that every face says alike."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext

from tongxin.benefits.models import Scheme, Voucher
from tongxin.benefits.queries.offers import Offer, Stand
from tongxin.benefits.states import SchemeKind
from tongxin.calls.models import Call
from tongxin.calls.states import Policy
from tongxin.web import dates, english

_TONES = {
    Stand.OPEN: "ok",
    Stand.GOT: "ok",
    Stand.OFFERED: "zhu",
    Stand.FULL: "warn",
    Stand.ENTERED: "info",
    Stand.WAITING: "info",
    Stand.NOT_YET: "info",
}


def money(amount: Decimal) -> str:
    """120 or 99.50: exact, without needless zeros."""
    return f"{amount:,.0f}" if amount == amount.to_integral_value() else f"{amount:,.2f}"


def yuan(amount: Decimal) -> str:
    return gettext("%(amount)s元") % {"amount": money(amount)}


def what(scheme: Scheme) -> str:
    """100元券，满200元可用; or the thing itself."""
    if scheme.kind == SchemeKind.ITEM:
        return scheme.item
    if scheme.least_spend:
        return gettext("%(value)s元券，满%(least)s元可用") % {
            "value": money(scheme.value),
            "least": money(scheme.least_spend),
        }
    return gettext("%(value)s元券") % {"value": money(scheme.value)}


def until(voucher: Voucher) -> str:
    return gettext("有效期至%(day)s") % {"day": dates.day(voucher.last_day)}


def days(scheme: Scheme) -> str:
    return dates.between(dates.day(scheme.starts), dates.day(scheme.last_day))


def how(call: Call) -> str:
    """By what order it is given, with the reason where quick hands decide."""
    words = {
        Policy.ORDER_OF_ARRIVAL: gettext("先到先得，领完后排候补"),
        Policy.LEVEL_START: gettext("同时起步：开始后%(n)s分钟内到的都算同时到，抽签排先后，谁都可以自己复算")
        % {"n": call.level_minutes or 1},
        Policy.DRAW: gettext("报名截止后抽签，谁都可以自己复算"),
        Policy.RANKED: gettext("按分排名"),
        Policy.REVIEW: gettext("逐级审核"),
    }
    found = words[Policy(call.policy)]
    return (
        gettext("%(how)s。这样办的原因：%(why)s") % {"how": found, "why": english.plain(call.policy_reason)}
        if call.policy_reason
        else found
    )


def worth(scheme: Scheme) -> str:
    """年票1张，值120元; 100元券，满200元可用."""
    if scheme.kind != SchemeKind.ITEM:
        return what(scheme)
    return gettext("%(item)s，值%(value)s元") % {"item": scheme.item, "value": money(scheme.value)}


def who_gives(scheme: Scheme) -> str:
    """The union, and whether it opens to members of others by an agreement."""
    if not scheme.universal:
        return str(scheme.union.name)
    return gettext("%(union)s·普惠，有互认协议的也能领") % {"union": scheme.union.name}


def state(offer: Offer, *, theirs: bool = True) -> str:
    """What the label of a card says. `theirs`: it is for whoever looks; a visitor is not judged."""
    if not theirs and offer.stand in {Stand.OPEN, Stand.FULL, Stand.NOT_YET}:
        return gettext("发给别的工会的会员")
    if offer.stand is Stand.OPEN and offer.by_entry:
        return gettext("可以报名")
    return gettext(offer.stand.label)


def card(offer: Offer, href: str, *, theirs: bool = True) -> dict[str, Any]:
    """What parts/class_card.html takes."""
    scheme, pool = offer.scheme, offer.scheme.pool
    counts = offer.stand in {Stand.OPEN, Stand.FULL, Stand.CLOSED, Stand.GOT}
    return {
        "href": href,
        "name": scheme.name,
        "state": state(offer, theirs=theirs),
        "tone": _TONES.get(offer.stand, "") if theirs else "",
        "what": worth(scheme),
        "by": who_gives(scheme),
        "when": days(scheme),
        "where": scheme.where or scheme.union.name,
        "taken": pool.units - offer.left if counts else None,
        "places": pool.units,
        "meter_tone": "mute" if offer.left <= 0 else "dai",
        "seats": seats(offer),
        "note": note(offer),
    }


def seats(offer: Offer) -> str:
    if offer.stand is Stand.WAITING and offer.holding is not None and offer.holding.place:
        return gettext("候补第%(place)s位") % {"place": offer.holding.place}
    if offer.stand in {Stand.STOPPED, Stand.ENTERED}:
        return ""
    return gettext("余 %(left)s / %(units)s份") % {"left": f"{offer.left:,}", "units": f"{offer.scheme.pool.units:,}"}


def note(offer: Offer) -> str:
    call = offer.scheme.call
    if offer.stand is Stand.NOT_YET:
        return gettext("%(when)s开始") % {"when": dates.full_day(call.opens) + " " + dates.clock(call.opens)}
    if offer.stand is Stand.ENTERED and call.result_at:
        return gettext("%(when)s公布结果") % {
            "when": dates.full_day(call.result_at) + " " + dates.clock(call.result_at)
        }
    return ""


def tone(offer: Offer) -> str:
    return _TONES.get(offer.stand, "")
