"""States of the engine, and the moves between them."""

from typing import Final

from django.db import models

from tongxin.kernel.transitions import Table


class Policy(models.TextChoices):
    ORDER_OF_ARRIVAL = "order_of_arrival", "先到先得"


class CallState(models.TextChoices):
    DRAFT = "draft", "未公布"
    PUBLISHED = "published", "已公布"
    WITHDRAWN = "withdrawn", "已撤下"


CALL_MOVES = Table(
    ("publish", [CallState.DRAFT, CallState.WITHDRAWN], CallState.PUBLISHED),
    ("withdraw", [CallState.PUBLISHED], CallState.WITHDRAWN),
)


class ApplicationState(models.TextChoices):
    WAITING = "waiting", "候补中"
    GRANTED = "granted", "已录取"
    WITHDRAWN = "withdrawn", "已退出"
    ENDED = "ended", "已结束"  # the pool was closed before a place came


APPLICATION_MOVES = Table(
    ("grant", [ApplicationState.WAITING], ApplicationState.GRANTED),
    ("queue", [ApplicationState.GRANTED], ApplicationState.WAITING),  # moved to a pool that is full
    ("withdraw", [ApplicationState.WAITING, ApplicationState.GRANTED], ApplicationState.WITHDRAWN),
    ("end", [ApplicationState.WAITING, ApplicationState.GRANTED], ApplicationState.ENDED),
)
LIVE: Final = (ApplicationState.WAITING, ApplicationState.GRANTED)


class AwardState(models.TextChoices):
    HELD = "held", "有效"
    USED = "used", "已使用"
    BACK = "back", "已退回"
    EXPIRED = "expired", "已失效"


AWARD_MOVES = Table(
    ("use", [AwardState.HELD], AwardState.USED),
    ("give_back", [AwardState.HELD, AwardState.USED], AwardState.BACK),
    ("expire", [AwardState.HELD], AwardState.EXPIRED),
)
HOLDING: Final = (AwardState.HELD, AwardState.USED)  # the award takes its units of the pool


class Stage(models.TextChoices):
    """Where an application stands when its kind is asked whether everything is there."""

    ENTRY = "entry", "提交"


class Why(models.TextChoices):
    """For what reason awards are released. The person's own words stand in the application's steps."""

    WITHDRAWN = "withdrawn", "退出"
    MOVED = "moved", "调整"  # the same application is granted again, or waits, in another pool
    CLOSED = "closed", "取消"  # the pool was closed
