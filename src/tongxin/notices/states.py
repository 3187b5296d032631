"""Channels, and what becomes of a notice on each of them."""

from typing import Final

from django.db import models

from tongxin.kernel.transitions import Table


class Channel(models.TextChoices):
    """How someone is told. The inbox always holds everything; it is the message itself and no delivery."""

    INBOX = "inbox", "页面消息"
    OFFICIAL = "official", "公众号"
    SMS = "sms", "短信"
    EMAIL = "email", "电子邮件"
    SLIP = "slip", "打印通知单"
    WINDOW = "window", "窗口口头告知"


OUTSIDE: Final = (Channel.OFFICIAL, Channel.SMS, Channel.EMAIL, Channel.SLIP, Channel.WINDOW)
BY_MACHINE: Final = (Channel.OFFICIAL, Channel.SMS, Channel.EMAIL)
BY_HAND: Final = (Channel.SLIP, Channel.WINDOW)


class DeliveryState(models.TextChoices):
    """Accepted is not delivered: the gateway took it, or the slip was printed; nobody has confirmed it yet."""

    WAITING = "waiting", "待发"
    SENDING = "sending", "发送中"
    ACCEPTED = "accepted", "已提交"
    DELIVERED = "delivered", "已送达"
    FAILED = "failed", "没有送达"
    EXPIRED = "expired", "过时未确认"
    SKIPPED = "skipped", "没有发"


class Why(models.TextChoices):
    """Why a delivery was skipped, failed or ended; empty where nothing is to be said."""

    OPTED_OUT = "opted_out", "本人不要这种通知"
    NO_ADDRESS = "no_address", "没有号码或地址"
    NOT_CONNECTED = "not_connected", "渠道没有接通"
    NO_TEMPLATE = "no_template", "没有模板"
    NO_BUDGET = "no_budget", "没有预算"
    CAP = "cap", "到了预算上限"
    READ = "read", "本人已经看过"
    TOLD = "told", "已由别的渠道告知"
    DIGEST = "digest", "并入每日汇总"
    STOPPED = "stopped", "群发已停止"
    REFUSED = "refused", "网关拒收"
    NO_ANSWER = "no_answer", "网关没有应答"
    UNDELIVERED = "undelivered", "运营商没有送达"
    UNCONFIRMED = "unconfirmed", "到时没有确认"
    DOUBT = "doubt", "发送结果不明，没有重发"
    TOO_LATE = "too_late", "已经过了时效"
    GONE = "gone", "没有可用的号码"


S = DeliveryState
DELIVERY_MOVES: Final = Table(
    ("take", [S.WAITING], S.SENDING),
    ("accept", [S.WAITING, S.SENDING], S.ACCEPTED),
    ("put-back", [S.SENDING], S.WAITING),
    ("skip", [S.WAITING, S.SENDING], S.SKIPPED),
    ("fail", [S.WAITING, S.SENDING, S.ACCEPTED], S.FAILED),
    ("expire", [S.WAITING, S.ACCEPTED], S.EXPIRED),
    ("deliver", [S.WAITING, S.SENDING, S.ACCEPTED, S.FAILED, S.EXPIRED], S.DELIVERED),  # a receipt may come late
)


class SendingState(models.TextChoices):
    DRAFT = "draft", "草稿"
    ASKED = "asked", "待批准"
    RUNNING = "running", "正在发"
    STOPPED = "stopped", "已停止"
    DONE = "done", "已发完"
    DECLINED = "declined", "没有批准"


SENDING_MOVES: Final = Table(
    ("change", [SendingState.DRAFT, SendingState.DECLINED], SendingState.DRAFT),
    ("ask", [SendingState.DRAFT], SendingState.ASKED),
    ("take-back", [SendingState.ASKED], SendingState.DRAFT),
    ("approve", [SendingState.ASKED], SendingState.RUNNING),
    ("decline", [SendingState.ASKED], SendingState.DECLINED),
    (
        "stop",
        [SendingState.RUNNING, SendingState.DONE],
        SendingState.STOPPED,
    ),  # done: slips may still wait for their print
    ("finish", [SendingState.RUNNING], SendingState.DONE),
)


class Audience(models.TextChoices):
    """Who a sending is for."""

    BELOW = "below", "本级及以下的会员"
    HERE = "here", "只是本级的会员"
    ROSTER = "roster", "一份名单（如班次）"
