"""A release in words: its steps, where one stands, and what the waiting page's script says."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext

from tongxin.benefits.queries.mine import withheld_why
from tongxin.calls.models import Call, Pool, Reserve, Round
from tongxin.calls.queries.lane import Mine, Release, Stage, Stand
from tongxin.calls.states import RoundState
from tongxin.kernel.receipts import Arrived
from tongxin.kernel.tickets import Entered
from tongxin.web import dates
from tongxin.web.draw_words import kept_words
from tongxin.web.templatetags.tx import thousands

# By kind of call: where one finds what one was given. A kind without a page of its own has none.
ONWARD = {"benefit": "worker:vouchers"}
# By kind of call: of a place that was given, why it is of no use all the same.
HELD_BACK: dict[str, Callable[[int], str]] = {"benefit": withheld_why}


def card(release: Release) -> dict[str, Any]:
    call = release.pool.call
    said = {
        Stage.BEFORE: gettext("还没开始"),
        Stage.LEVEL: gettext("正在进行"),
        Stage.OPEN: gettext("正在进行"),
        Stage.OVER: gettext("已结束"),
    }
    return {
        "name": release.pool.name,
        "href": reverse("worker:release", args=[release.pool.public_id]),
        "when": f"{dates.full_day(call.opens)} {dates.clock(call.opens)}",
        "said": said[release.stage],
        "stage": str(release.stage),
        "units": release.pool.units,
    }


def steps(release: Release, held: Round | None) -> list[dict[str, str]]:
    """What happens when, in order; `held` is the draw of a level start."""
    given = gettext("按号发放，发完为止")
    starts = dates.clock(release.pool.call.opens)
    if release.level_ends is None:
        first = gettext("%(at)s开始进入") % {"at": starts}
        return [
            _step("now", first, gettext("按到达的先后排号，每人一个号。")),
            _step("next", given, gettext("无论领到没有，您都有一张写着位置的回执。")),
        ]
    ends = dates.clock(release.level_ends)
    first = gettext("%(at)s—%(ends)s，进入") % {"at": starts, "ends": ends}
    return [
        _step("now", first, gettext("这段时间里进来的人都算同时到，先点后点机会一样。")),
        _step("next", _drawn(held), gettext("一次排定先后。几个人各封存一个数，名单先公布，谁都能重算。")),
        _step("next", given, gettext("晚到的排在后面。无论领到没有，您都有一张写着位置的回执。")),
    ]


def _drawn(held: Round | None) -> str:
    if held is None or held.state == RoundState.VOID:
        return gettext("抽签排号，时间另行公布")
    at = held.drawn_at or held.result_at
    return gettext("%(at)s，抽签排号") % {"at": f"{dates.short_day(at)} {dates.clock(at)}"}


def _step(state: str, name: str, text: str) -> dict[str, str]:
    return {"state": state, "name": name, "text": text}


def rows(release: Release, mine: Mine) -> list[tuple[str, str]]:
    if mine.arrival is None:
        return []
    at, pool = mine.arrival.at, release.pool
    place = gettext("第%(no)s号，共%(all)s人")
    left = gettext("共%(units)s个，还剩%(left)s个")
    drawn = gettext("抽签次序第%(no)s位") % {"no": thousands(mine.drawn_no)} if mine.drawn_no else ""
    return [
        *([(gettext("抽签"), drawn)] if drawn else []),
        (gettext("到达的号"), place % {"no": thousands(mine.arrival.no), "all": thousands(release.arrived)}),
        (gettext("到达时间"), f"{dates.day(at)} {dates.clock(at)}:{localtime(at).second:02d}"),
        (gettext("名额"), left % {"units": thousands(pool.units), "left": thousands(pool.left)}),
    ]


def reserves(pool: Pool, mine: Mine | None = None) -> list[dict[str, Any]]:
    """For whom places are kept, in the order in which they are filled; and whether one is of the group oneself."""
    rows = Reserve.objects.filter(pool=pool).order_by("order") if pool.reserved else ()
    return [
        {
            "words": row.words,
            "said": kept_words(row.units, row.when, row.spill),
            "mine": mine is not None and row.name in mine.groups,
        }
        for row in rows
    ]


def onward(call: Call) -> str:
    name = ONWARD.get(call.kind)
    return reverse(name) if name else ""


def standing(mine: Mine | None, call: Call) -> tuple[str, str]:
    """Where one stands, as the page names it, and why where there is something to say."""
    if mine is None:
        return "", ""
    reader = HELD_BACK.get(call.kind)
    if mine.stand is Stand.GIVEN and reader is not None and mine.application is not None:
        why = reader(mine.application.pk)
        return ("held", gettext(why)) if why else (str(mine.stand), "")
    return str(mine.stand), mine.why


def for_script() -> dict[str, str]:
    """What waiting.js says; N stands for a number."""
    return {
        "entering": gettext("正在进入，请不要关闭这一页。"),
        "entered": gettext("进来了。您是第N号。"),
        "kept": gettext("可以锁屏或离开，号不会丢。"),
        "again": gettext("N秒后自动再试，不用点。"),
        "broken": gettext("网络断了一下，正在自动再试。您的号不会丢。"),
        "verified": gettext("回执已在这台设备上核验：签名有效。"),
        "unverified": gettext("回执没有通过核验，请截图后联系工会。"),
        "insecure": gettext("这个浏览器不能自己核验回执，可以到核验页再查。"),
    }


def verdicts() -> dict[str, list[str]]:
    """Of a receipt that is checked: title, and what it means."""
    return {
        "valid": [gettext("回执有效"), gettext("这张回执由本平台签发，内容没有改动过。")],
        "unreadable": [
            gettext("读不出来"),
            gettext("这不是完整的回执。请从头到尾复制：发放回执以TXA1开头，抽签凭据从{到}。"),
        ],
        "unknown-key": [gettext("签发的公钥不认识"), gettext("这张回执不是本平台签发的，或公钥已很旧。")],
        "forged": [gettext("回执无效"), gettext("内容或签名被改动过，不能作数。")],
    }


def fields() -> dict[str, str]:
    return {
        "no": gettext("到达的号"),
        "at": gettext("到达时间"),
        "pool": gettext("发放编号"),
        "holder": gettext("持有人代号"),
        "key": gettext("签发公钥"),
    }


def ticket_fields() -> dict[str, str]:
    return {
        "ticket": gettext("票号"),
        "at": gettext("报名时间"),
        "call": gettext("报名编号"),
        "weight": gettext("机会数"),
        "groups": gettext("组"),
        "size": gettext("一起的人数"),
        "key": gettext("签发公钥"),
    }


def entered(told: Entered) -> list[tuple[str, str]]:
    """What the receipt of a ticket says, whether or not its signature holds."""
    return [(label, str(getattr(told, name))) for name, label in ticket_fields().items() if getattr(told, name) != ""]


def said(arrived: Arrived) -> list[tuple[str, str]]:
    """What a receipt says, whether or not its signature holds."""
    names, at = fields(), localtime(datetime.fromtimestamp(arrived.at / 1000, UTC))
    moment = f"{dates.day(at)} {dates.clock(at)}:{at.second:02d}.{at.microsecond // 1000:03d}"
    shown = {
        "no": thousands(arrived.no),
        "at": moment,
        "pool": arrived.pool,
        "holder": arrived.holder,
        "key": arrived.key,
    }
    return [(names[name], shown[name]) for name in names]
