"""A round as pages show it: who is to do what, what is published, what the printed rule says. For all faces."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext, gettext_noop

from tongxin.calls.models import Draw, Round, Seal
from tongxin.calls.queries import draws
from tongxin.calls.sources import words_of
from tongxin.calls.states import How, Policy, RoundState, Spill, When
from tongxin.web import call_words
from tongxin.web.templatetags.tx import thousands

RULE: Final = (
    gettext_noop("报名截止时封存名单：一行一个票号，写成“票号,机会数,组名”，按票号排序。票号是随机的，看不出是谁。"),
    gettext_noop(
        "名单算出SHA-256校验码，和每位持有人的封存码、公开来源和期号、公布时间，一起先公布。从这时起都不能改。"
    ),
    gettext_noop("到公布的时间，持有人按次序交出封存的数；每个数算一次SHA-256，必须等于先公布的封存码。"),
    gettext_noop(
        "种子 = SHA-256（“tongxin-draw-1”、名单校验码、各位封存的数按次序、公开来源的数；每一项后面一个换行，没有来源就是空行）。"
    ),
    gettext_noop(
        "一张票的签 = SHA-256（种子:票号:1）；有几次机会，就用:1、:2……各算一次，取最小的。签从小到大就是次序。"
    ),
    gettext_noop(
        "预留名额先给或后给，都从次序里本组的最前面给起；没用完的按公布的办法转出；公开名额从次序最前面给起。"
    ),
    gettext_noop("几个人一起报的是一张票；剩下的名额不够一起用，就先跳过，次序不变。"),
    gettext_noop("封存以后退出的票留在名单和次序里，标明“已退出”，名额顺次给后面的人。"),
)
STEPS: Final = (
    gettext_noop("下载抽签文件draw.json。"),
    gettext_noop("打开“在自己的浏览器里核对”，选这个文件；打开以后，断网也能算。"),
    gettext_noop("看算出来的名单校验码和封存码，是不是抽签以前公布的那些；最好和自己当时抄下的比。"),
    gettext_noop("在里面找自己的票号：在不在名单里，排在第几。"),
    gettext_noop("会用命令行的，也可以自己算：tongxin verify_draw draw.json。"),
)
HOLDS: Final = (
    gettext_noop("办的人：只要有一位持有人守住了自己的数，或者公开来源没有作假，谁也选不了结果。"),
    gettext_noop("公开来源：它不知道封存的数，自己也定不了结果。"),
    gettext_noop("改名单、添票、抽第二次：校验码先公布了，改一个字就对不上；每一轮都留着，看得见。"),
    gettext_noop("不交出封存的数：这一轮作废，写明是哪一位，换新的数重抽。能拖延，但瞒不住。"),
)
HOLDS_NOT: Final = (
    gettext_noop("所有持有人串通，又没有公开来源：他们可以先试好再封存。所以要有一位不是工会的人，或者用公开来源。"),
    gettext_noop(
        "公开来源的那一期，要在封存码全部公布以后才开出来。开奖时间是主办工会照公告抄的：请对照公告，早于公布时间的，可以提异议。"
    ),
    gettext_noop("一开始就没把谁放进名单：校验码查不出来。请用自己的票号在名单里找一找，没有就提异议。"),
    gettext_noop("一张票是不是一个有资格的人：抽签管不了，要看报名条件和公示。"),
)
LEVEL_LIST: Final = gettext_noop(
    "头几分钟进来的人记全以后封存名单：一行一个票号，写成“票号,机会数,组名”，按票号排序。票号就是回执上的持有人代号，看不出是谁。"
)
INVENTED: Final = gettext_noop(
    "往名单里编人：编的人越多，真的人机会越小；但封存的数都没人知道，编多少也选不了谁中。每一批人数都在操作记录里，每个人都有回执。"
)
EXCUSES: Final = {
    "withdrawn": gettext_noop("封存以后退出"),
    "elsewhere": gettext_noop("得了自己排在前面的志愿"),
    "gave-up": gettext_noop("几组人数不同，轮不到一起"),
    "closed": gettext_noop("这一项取消了"),
}


@dataclass(frozen=True, slots=True)
class ShownSeal:
    seal: Seal
    state: str
    tone: str


@dataclass(frozen=True, slots=True)
class ShownDraw:
    draw: Draw
    reserves: list[str]
    withdrawn: Sequence[tuple[str, datetime]]


def shown(held: Round) -> dict[str, Any]:
    """Everything that is published of a round."""
    left = draws.withdrawn(held)
    seals = draws.seals_of(held)
    return {
        "held": held,
        "name": name_of(held),
        "source": words_of(held.source, held.event),
        "seals": [shown_seal(seal) for seal in seals],
        "draws": [
            ShownDraw(draw, [reserve_words(row) for row in draw.reserves], left.get(draw.pool_id, []))
            for draw in draws.draws_of(held)
        ],
        "rounds": [one for one in draws.rounds_of(held) if one.pk != held.pk],
        "outcome": held.call.publications.filter(application=None).order_by("-at").first() if held.drawn_at else None,
        "slips": held.how == How.SLIPS,
        "level": held.call.policy == Policy.LEVEL_START,
        "steps": timeline(held, seals),
        "rule": [gettext(words) for words in _rule(held)],
        "check": [gettext(words) for words in STEPS],
        "holds": [gettext(words) for words in HOLDS],
        "holds_not": [gettext(words) for words in _holds_not(held)],
    }


def _rule(held: Round) -> Sequence[str]:
    return (LEVEL_LIST, *RULE[1:]) if held.call.policy == Policy.LEVEL_START else RULE


def _holds_not(held: Round) -> Sequence[str]:
    return (*HOLDS_NOT, INVENTED) if held.call.policy == Policy.LEVEL_START else HOLDS_NOT


def name_of(held: Round) -> str:
    return call_words.name_of(held.call)


def shown_seal(seal: Seal) -> ShownSeal:
    if seal.withheld_at:
        return ShownSeal(seal, gettext("没有交出"), "zhu")
    if seal.text:
        return ShownSeal(seal, gettext("已交出"), "ok")
    if seal.commitment:
        return ShownSeal(seal, gettext("已封存"), "info")
    return ShownSeal(seal, gettext("还没封存"), "warn")


def reserve_words(row: dict[str, Any]) -> str:
    """As it is published: for whom, how many, when, and what becomes of what nobody takes."""
    name = row.get("name") or row["group"]
    return f"{name}{gettext('：')}{kept_words(row['units'], row['when'], row['spill'])}"


def kept_words(units: int, when: str, spill: str) -> str:
    """How many, when, and what becomes of what nobody takes: within a sentence, so in English without a capital."""
    return gettext("%(units)s个，%(when)s，没用完的%(spill)s") % {
        "units": thousands(units),
        "when": gettext(When(when).label).lower(),
        "spill": gettext(Spill(spill).label).lower(),
    }


def timeline(held: Round, seals: Sequence[Seal]) -> list[dict[str, Any]]:
    """What was, what is due and what comes: for parts/timeline.html."""
    state = RoundState(held.state)
    sealed = sum(bool(seal.commitment) for seal in seals)
    opened = sum(bool(seal.text) for seal in seals)
    begun = [
        _step(held.announced_at is not None, False, gettext("公布抽签办法"), held.announced_at),  # noqa: FBT003 - never what is due
        _step(held.frozen_at is not None, state == RoundState.ANNOUNCED, gettext("截止，封存名单"),
              held.frozen_at or held.call.list_ends),
    ]  # fmt: skip
    if seals:
        told = gettext("%(n)s位里已有%(done)s位封存") % {"n": len(seals), "done": sealed}
        begun.append(
            _step(
                held.sealed_at is not None, state == RoundState.FROZEN, gettext("公布全部封存码"), held.sealed_at, told
            )
        )
        told = gettext("%(n)s位里已有%(done)s位交出") % {"n": len(seals), "done": opened}
        begun.append(
            _step(opened == len(seals), state == RoundState.SEALED, gettext("交出封存的数"), held.result_at, told)
        )
    if held.source:
        begun.append(
            _step(
                held.confirmed_at is not None, state == RoundState.SEALED, gettext("填公开来源的数"), held.confirmed_at
            )
        )
    if held.void_at:
        return [*begun, {"state": "act", "title": gettext("这一轮作废"), "at": held.void_at, "text": held.void_why}]
    return [
        *begun,
        _step(
            held.drawn_at is not None,
            state == RoundState.SEALED,
            gettext("公布结果和抽签文件"),
            held.drawn_at or held.result_at,
        ),
    ]


def _step(done: bool, now: bool, title: str, at: datetime | None, text: str = "") -> dict[str, Any]:  # noqa: FBT001
    return {"state": "done" if done else "now" if now else "next", "title": title, "at": at, "text": text}


def for_checker() -> dict[str, object]:
    """Everything that the page which checks by itself may have to say, in the reader's language."""
    return {
        "wrong": {code: gettext(words) for code, words in WRONG.items()},
        "fields": {name: gettext(words) for name, words in FIELDS.items()},
        "excuses": {why: gettext(words) for why, words in EXCUSES.items()},
        "working": gettext("正在算，已完成%(percent)s%%……"),
        "well": gettext("全部对得上"),
        "well_text": gettext(
            "名单、封存码、次序和名额，都能从文件里算出来。共%(tickets)s张票，%(units)s个名额，用了%(seconds)s秒。"
        ),
        "not": gettext("有一处对不上"),
        "no_file": gettext("没有取到文件。请检查网络，或先下载，再从这里选文件。"),
        "slips": gettext("这是现场抽纸签的记录，不能重算，只能看谁在场、谁签的名。"),
        "digest": gettext("名单校验码"), "seed": gettext("种子"), "file": gettext("文件的SHA-256"),
        "same": gettext("和公布的文件一字不差"), "other": gettext("这不是公布的那个文件：SHA-256和公布的不一样"),
        "in_list": gettext("在名单第%(line)s行，次序里第%(place)s位。"),
        "not_in_list": gettext("名单里没有这个票号。请核对32个字符；确实没有，请向主办工会提异议。"),
        "got": gettext("有名额。"), "waits": gettext("没有名额，按次序候补。"),
        "excused": gettext("没有给名额：%(why)s。"),
        "ticket_wrong": gettext("票号是32个0—9、a—f的字符。"),
    }  # fmt: skip


WRONG: Final = {
    "no-object": gettext_noop("这个文件不是抽签文件。"),
    "json": gettext_noop("这个文件读不出来，不是完整的JSON。请重新下载。"),
    "name-twice": gettext_noop("文件里%(name)s写了两遍，说了两件事，不能算。请重新下载。"),
    "format": gettext_noop("文件不是第1版的格式：%(what)s"),
    "format-name": gettext_noop("格式名不对：%(format)s。"),
    "named": gettext_noop("没有写明%(field)s。"),
    "moment": gettext_noop("%(field)s不是一个时间。"),
    "late": gettext_noop("公布的时间比抽签还晚；抽签以后才公布的，约束不了谁。"),
    "line": gettext_noop("名单里这一行写得不对：%(line)s"),
    "twice": gettext_noop("票号%(ticket)s在名单里出现了两次。"),
    "unsorted": gettext_noop("名单没有按票号排序。"),
    "list_digest": gettext_noop("名单算出来的校验码，和公布的不一样：名单被改过。"),
    "seals": gettext_noop("封存了%(committed)s个数，交出了%(opened)s个。"),
    "withheld": gettext_noop("第%(place)s个封存的数没有交出，这样抽的不算。"),
    "seal-text": gettext_noop("第%(place)s个封存的数不是64个字符。"),
    "seal": gettext_noop("第%(place)s个数和它的封存码对不上：换过了。"),
    "value": gettext_noop("说好用公开来源，却没有它的数。"),
    "value-unannounced": gettext_noop("没有公布过来源，却填了一个数；谁填的，谁就能选结果。"),
    "reserves": gettext_noop("各组预留的名额加起来超过了总数。"),
    "order": gettext_noop("次序第%(place)s位不对：写的是%(stands)s，算出来是%(belongs)s。"),
    "order-length": gettext_noop("次序里有%(stand)s张票，应当有%(belong)s张。"),
    "awarded": gettext_noop("中签第%(place)s位不对：写的是%(stands)s，算出来是%(belongs)s。"),
    "awarded-length": gettext_noop("写了%(stand)s张中签的票，算出来是%(belong)s张。"),
    "waiting": gettext_noop("候补第%(place)s位不对：写的是%(stands)s，算出来是%(belongs)s。"),
    "waiting-length": gettext_noop("写了%(stand)s张候补的票，算出来是%(belong)s张。"),
    "excused": gettext_noop("说明里的票号%(ticket)s不在名单里。"),
    "given": gettext_noop("给名额第%(place)s位不对：写的是%(stands)s，算出来是%(belongs)s。"),
    "given-length": gettext_noop("写了给%(stand)s张票名额，算出来是%(belong)s张。"),
    "rest": gettext_noop(
        "次序和名额都对，但别的内容（名称、时间、身份或原因）和文件自己的校验码对不上：改过。请重新下载。"
    ),
}
FIELDS: Final = {
    "call": gettext_noop("是哪一次报名"),
    "pool": gettext_noop("是哪一项名额"),
    "published_at": gettext_noop("公布的时间"),
    "drawn_at": gettext_noop("抽签的时间"),
}
