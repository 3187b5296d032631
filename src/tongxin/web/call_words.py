"""How scarce places are given, in words that everybody reads: one place for pages of all faces."""

from typing import Final

from django.utils.translation import gettext

from tongxin.calls.models import Call
from tongxin.calls.queries.outcomes import Wish
from tongxin.calls.states import BY_DRAW, BY_ENTRY, Policy
from tongxin.web import dates, english

MOST_NAMED: Final = 3


def name_of(call: Call) -> str:
    """A call has no name of its own: it goes by what it gives."""
    names = [english.plain(pool.name) for pool in sorted(call.pools.all(), key=lambda pool: pool.pk)]
    if not names:
        return gettext("还没有名额")
    told = gettext("、").join(names[:MOST_NAMED])
    return gettext("%(names)s等%(n)d个") % {"names": told, "n": len(names)} if len(names) > MOST_NAMED else told


def manner(call: Call | None) -> str:
    """By what the places are given, and why by speed where it is so."""
    if call is None or call.policy == Policy.ORDER_OF_ARRIVAL:
        words = gettext("先到先得，报满后转为候补，退出的名额按候补先后递补。")
        return _with_reason(words, call)
    said = {
        Policy.DRAW: gettext("抽签。截止前哪天报都一样，不用抢。"),
        Policy.RANKED: gettext("按分排名。截止前哪天报都一样，不用抢。"),
        Policy.REVIEW: gettext("逐级审核，通过后有名额就录取，没有就排候补。"),
        Policy.LEVEL_START: gettext("同时起步：头%(n)d分钟来的一起抽签，之后按先后，手慢不吃亏。")
        % {"n": call.level_minutes or 0},
    }
    return _with_reason(said[Policy(call.policy)], call) + result(call)


def party(call: Call) -> str:
    """How many may come together, what they take, and the rule for those who do not fit; empty where each comes alone."""
    if call.party_most == 1:
        return ""
    return gettext(
        "一份报名最多%(n)d人，几个人占几个名额。剩下的不够一组时，先轮到后面装得下的，这一组保留原来的次序。"
    ) % {"n": call.party_most}


def wishes(call: Call) -> str:
    """How many one may name; empty where it is one."""
    if call.choices == 1:
        return ""
    return gettext("报名后可以改成最多%(n)d个志愿，按最想去的排；一个人最多得到一个。") % {"n": call.choices}


def chances(call: Call) -> str:
    """What earlier losses give, as it is promised; empty where all are alike."""
    if call.chances == 1:
        return ""
    return gettext(
        "在主办工会以前同类的抽签里，从上次抽中以后每没抽中1次，多1次机会，最多%(n)d次；几个人一起的，按没抽中最少的那位算。"
    ) % {"n": call.chances}


def result(call: Call) -> str:
    return gettext("%(when)s公布结果。") % {"when": dates.moment(call.result_at)} if call.result_at else ""


def _with_reason(words: str, call: Call | None) -> str:
    if call is None or call.policy in BY_ENTRY or not call.policy_reason:
        return words
    return words + gettext("为什么：%(why)s") % {"why": call.policy_reason}


def why_not(wish: Wish, policy: str, *, better: bool = False) -> str:
    """Why this wish was not the one: the place in the order, and how far the places went. `better`: an earlier wish was."""
    if wish.got or wish.no is None:
        return ""
    if better:
        return gettext("已经有排在前面的志愿，这一个就不用了。")
    if wish.cut is None:
        said = gettext("您排在第%(no)d位，公开名额没有轮到。") % {"no": wish.no}
    elif wish.no <= wish.cut:
        said = gettext("您排在第%(no)d位，轮到时剩下的名额不够您这一组的人数。") % {"no": wish.no}
    else:
        said = gettext("您排在第%(no)d位，名额取到第%(cut)d位。") % {"no": wish.no, "cut": wish.cut}
    if wish.kept:
        said += gettext("另有名额预留给：%(groups)s。") % {"groups": gettext("、").join(wish.kept)}
    if policy in BY_DRAW:
        said += gettext("次序是抽出来的，谁都可以重新算一遍。")
    return said
