"""States of the engine, and the moves between them."""

from typing import Final

from django.db import models

from tongxin.kernel.transitions import Table


class Policy(models.TextChoices):
    """By what the scarce places are given. Which is chosen, and why, stands with the call and is shown."""

    DRAW = "draw", "抽签"
    ORDER_OF_ARRIVAL = "order_of_arrival", "先到先得"
    RANKED = "ranked", "按分排名"
    REVIEW = "review", "逐级审核"
    LEVEL_START = "level_start", "同时起步"  # who comes in the first minutes is drawn, later ones follow in order


BY_SPEED: Final = (Policy.ORDER_OF_ARRIVAL, Policy.LEVEL_START)  # favour quick hands, so they need a stated reason
BY_DRAW: Final = (Policy.DRAW, Policy.LEVEL_START)  # of which a round is announced (ADR 0012)
BY_ENTRY: Final = (
    Policy.DRAW,
    Policy.RANKED,
    Policy.REVIEW,
)  # all who enter in the window are alike, whenever they come


BY_PARTY: Final = (*BY_ENTRY, Policy.ORDER_OF_ARRIVAL)  # several may come by one application (a level start: alone)


class Ties(models.TextChoices):
    """Of equal points at the edge: all of them get a place (there are more places then), or the smaller ticket goes first."""

    TICKET = "ticket", "同分的按票号先后"
    SHARE = "share", "同分的都录取"


class CallState(models.TextChoices):
    DRAFT = "draft", "未公布"
    PUBLISHED = "published", "已公布"
    WITHDRAWN = "withdrawn", "已撤下"


CALL_MOVES = Table(
    ("publish", [CallState.DRAFT, CallState.WITHDRAWN], CallState.PUBLISHED),
    ("withdraw", [CallState.PUBLISHED], CallState.WITHDRAWN),
)


class ApplicationState(models.TextChoices):
    ENTERED = "entered", "已报名，等结果"
    RETURNED = "returned", "退回补充"  # a reviewer asks for something; mended, it goes on where it stood
    WAITING = "waiting", "候补中"
    OFFERED = "offered", "有名额，等您确认"
    GRANTED = "granted", "已录取"
    WITHDRAWN = "withdrawn", "已退出"
    LAPSED = "lapsed", "逾期未确认"  # an offer that was not taken up in time
    REFUSED = "refused", "未通过"
    ENDED = "ended", "已结束"  # the pool was closed before a place came


_S = ApplicationState
APPLICATION_MOVES = Table(
    ("grant", [_S.ENTERED, _S.WAITING], _S.GRANTED),
    ("offer", [_S.ENTERED, _S.WAITING], _S.OFFERED),
    ("wait", [_S.ENTERED], _S.WAITING),
    ("accept", [_S.OFFERED], _S.GRANTED),
    ("decline", [_S.OFFERED], _S.WITHDRAWN),
    ("lapse", [_S.OFFERED], _S.LAPSED),
    ("return", [_S.ENTERED], _S.RETURNED),
    ("mend", [_S.RETURNED], _S.ENTERED),
    ("refuse", [_S.ENTERED, _S.RETURNED, _S.WAITING, _S.OFFERED, _S.GRANTED], _S.REFUSED),
    ("queue", [_S.GRANTED, _S.OFFERED], _S.WAITING),  # moved to a pool that is full
    ("withdraw", [_S.ENTERED, _S.RETURNED, _S.WAITING, _S.OFFERED, _S.GRANTED], _S.WITHDRAWN),
    ("end", [_S.ENTERED, _S.RETURNED, _S.WAITING, _S.OFFERED, _S.GRANTED], _S.ENDED),
)
LIVE: Final = (_S.ENTERED, _S.RETURNED, _S.WAITING, _S.OFFERED, _S.GRANTED)
GIVEN: Final = (_S.OFFERED, _S.GRANTED)  # has a place of one of its wishes
ENTRY: Final = (_S.ENTERED, _S.RETURNED)  # before the result: wishes and party may still change
MARKABLE: Final = (*ENTRY, _S.WAITING)  # a group still bears on who gets a place


class AwardState(models.TextChoices):
    OFFERED = "offered", "待确认"  # until `accept_by`; the kind hears of it when it is accepted
    HELD = "held", "有效"
    SUSPENDED = "suspended", "暂停"  # an objection was upheld; the place stays taken until it is decided
    USED = "used", "已使用"
    BACK = "back", "已退回"
    EXPIRED = "expired", "已失效"


_A = AwardState
AWARD_MOVES = Table(
    ("accept", [_A.OFFERED], _A.HELD),
    ("use", [_A.HELD], _A.USED),
    ("suspend", [_A.OFFERED, _A.HELD], _A.SUSPENDED),
    ("restore", [_A.SUSPENDED], _A.HELD),
    ("give_back", [_A.OFFERED, _A.HELD, _A.SUSPENDED, _A.USED], _A.BACK),
    ("expire", [_A.OFFERED, _A.HELD], _A.EXPIRED),
)
HOLDING: Final = (_A.OFFERED, _A.HELD, _A.SUSPENDED, _A.USED)  # the award takes its units of the pool
KNOWN: Final = (_A.HELD, _A.USED)  # the kind was told that these were granted, and hears when they are released


class When(models.TextChoices):
    """When a reserve is filled: before the open places, or after them for whom these left out."""

    FIRST = "first", "先于公开名额"
    LAST = "last", "后于公开名额"


class Spill(models.TextChoices):
    """What becomes of a reserve's places that nobody of its group takes."""

    OPEN = "open", "转为公开名额"
    NEXT = "next", "转给下一组"
    NONE = "none", "留着不发"


class Stage(models.TextChoices):
    """Where an application stands when its kind is asked whether everything is there."""

    ENTRY = "entry", "提交"
    REVIEW = "review", "审核"  # a union is about to agree to it or to pass it up


class Verdict(models.TextChoices):
    """What one union of the chain says."""

    AGREE = "agree", "同意，报上一级"
    APPROVE = "approve", "同意"  # the last one
    RETURN = "return", "退回补充"
    REFUSE = "refuse", "不同意"
    ESCALATE = "escalate", "逾期转上级"  # by the clock, not by a person


class ObjectionState(models.TextChoices):
    FILED = "filed", "待答复"
    REJECTED = "rejected", "不成立"
    UPHELD = "upheld", "成立"
    WITHDRAWN = "withdrawn", "本人撤回"


OBJECTION_MOVES = Table(
    ("reject", [ObjectionState.FILED], ObjectionState.REJECTED),
    ("uphold", [ObjectionState.FILED], ObjectionState.UPHELD),
    ("withdraw", [ObjectionState.FILED], ObjectionState.WITHDRAWN),
)


class Why(models.TextChoices):
    """For what reason awards are released. The person's own words stand in the application's steps."""

    WITHDRAWN = "withdrawn", "退出"
    MOVED = "moved", "调整"  # the same application is granted again, or waits, in another pool
    CLOSED = "closed", "取消"  # the pool was closed
    SUSPENDED = "suspended", "暂停"  # an objection was upheld; `granted` follows if it is restored
    REVOKED = "revoked", "收回"  # after an objection, or because what was said was not so


class Named(models.TextChoices):
    """What was found for one line of a list by which groups are marked."""

    FOUND = "found", "对上了"
    ALREADY = "already", "已经是这样"
    TWICE = "twice", "前面写过"
    NOBODY = "nobody", "没有对上"
    UNSURE = "unsure", "要写清楚"
    CLOSED = "closed", "不能再标"  # its state, or the pools that it asked for


class How(models.TextChoices):
    """How chance comes into a draw. Only the first can be computed again; the other is a draw in a room, seen by who is there."""

    COMPUTED = "computed", "封存的数和公开来源"
    SLIPS = "slips", "现场抽纸签"


class RoundState(models.TextChoices):
    """Of one attempt to draw."""

    ANNOUNCED = "announced", "已公布办法"
    FROZEN = "frozen", "名单已封存"  # a commitment is still missing
    SEALED = "sealed", "已全部封存，等抽签"
    DRAWN = "drawn", "已抽出"
    VOID = "void", "已作废"


ROUND_MOVES = Table(
    ("freeze", [RoundState.ANNOUNCED], RoundState.FROZEN),
    ("seal", [RoundState.FROZEN], RoundState.SEALED),
    ("draw", [RoundState.SEALED], RoundState.DRAWN),
    ("void", [RoundState.ANNOUNCED, RoundState.FROZEN, RoundState.SEALED], RoundState.VOID),
)


class RehearsalState(models.TextChoices):
    RUNNING = "running", "正在演练"
    DONE = "done", "已完成"
    FAILED = "failed", "没有完成"


class Bound(models.TextChoices):
    """What kept a rehearsal from going faster."""

    PROCESSOR = "processor", "处理器"
    DATABASE = "database", "数据库写盘"
    CLIENT = "client", "发起演练的程序本身"
    CROWD = "crowd", "来的人就这么多"
