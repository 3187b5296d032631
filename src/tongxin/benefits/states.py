"""States of schemes and vouchers, and the moves between them."""

from typing import Final

from django.db import models

from tongxin.kernel.transitions import Table


class SchemeKind(models.TextChoices):
    VALUE = "value", "代金券"  # takes an amount off the price
    ITEM = "item", "实物或服务"  # stands for the thing itself: a ticket, a seat on a bus


class Theme(models.TextChoices):
    """Under which heading of a brand it stands."""

    YEAR_TICKET = "year_ticket", "年票"
    ROUTE = "route", "线路"
    SHOW = "show", "演出观影"
    OUTING = "outing", "基层工会出行"
    OTHER = "other", "其他"


class Fund(models.TextChoices):
    """Who pays in the end; limits are said for money of a kind."""

    DUES = "dues", "会费"
    UNION = "union", "工会经费"
    PUBLIC = "public", "财政或专项资金"
    PARTNER = "partner", "商家让利"


class SchemeState(models.TextChoices):
    DRAFT = "draft", "未公布"
    PUBLISHED = "published", "已公布"
    WITHDRAWN = "withdrawn", "已停发"  # what was issued stays good
    CLOSED = "closed", "已结清"  # nothing is live any more


SCHEME_MOVES = Table(
    ("publish", [SchemeState.DRAFT], SchemeState.PUBLISHED),
    ("withdraw", [SchemeState.PUBLISHED], SchemeState.WITHDRAWN),  # for good: its line is ended
    ("close", [SchemeState.WITHDRAWN], SchemeState.CLOSED),
)


class VoucherState(models.TextChoices):
    WITHHELD = "withheld", "暂未发放"  # given by an order, but a limit stands in the way: no money is bound
    PASSED = "passed", "未发放"  # was withheld, and its place went on to the next
    ISSUED = "issued", "未使用"
    REDEEMED = "redeemed", "已使用"
    EXPIRED = "expired", "已过期"
    RETURNED = "returned", "已退回"
    REFUNDED = "refunded", "已退款"


VOUCHER_MOVES = Table(
    ("issue", [VoucherState.WITHHELD], VoucherState.ISSUED),
    ("pass_on", [VoucherState.WITHHELD], VoucherState.PASSED),
    ("spend", [VoucherState.ISSUED], VoucherState.REDEEMED),
    ("undo_spend", [VoucherState.REDEEMED], VoucherState.ISSUED),
    ("expire", [VoucherState.ISSUED], VoucherState.EXPIRED),
    ("give_back", [VoucherState.ISSUED], VoucherState.RETURNED),
    ("refund", [VoucherState.REDEEMED], VoucherState.REFUNDED),
)
COUNTED: Final = (  # everything that was ever issued: redeemed + expired + returned + refunded + live
    VoucherState.ISSUED,
    VoucherState.REDEEMED,
    VoucherState.EXPIRED,
    VoucherState.RETURNED,
    VoucherState.REFUNDED,
)
BINDING: Final = (VoucherState.ISSUED, VoucherState.REDEEMED)  # its value is bound in the budget and counts for a limit
HELD: Final = (*BINDING, VoucherState.WITHHELD)  # an award has one such at most
SPENT: Final = (VoucherState.REDEEMED, VoucherState.REFUNDED)  # says an amount
