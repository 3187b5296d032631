"""What becomes of a voucher at a partner's counter."""

from typing import Final

from django.db import models


class How(models.TextChoices):
    """How it came to be redeemed."""

    QR = "qr", "扫码"
    CODE = "code", "六位数"
    OFFLINE = "offline", "断网"
    TICKET = "ticket", "取票码"


class Outcome(models.TextChoices):
    """Online there is only the first: the rest is found when a device comes back to the network."""

    SPENT = "spent", "已核销"
    DOUBLED = "doubled", "联网时券已用过或过期，由工会承担"
    OVER_CAP = "over_cap", "联网时券已用过，超出上限，待双方商定"


PAID: Final = (Outcome.SPENT, Outcome.DOUBLED)  # what the union pays the partner for


class Undoing(models.TextChoices):
    UNDONE = "undone", "柜台撤销"
    REFUNDED = "refunded", "工会退款"


class OfflineVerdict(models.TextChoices):
    """What an entry of an offline list turned out to be. None of them falls on the clerk."""

    SPENT = "spent", "已核销"
    DOUBLED = "doubled", "券在别处用过或已过期，由工会承担，照付"
    OVER_CAP = "over_cap", "券在别处用过，超出上限，待双方商定"
    UNDONE = "undone", "已撤销"
    REPEATED = "repeated", "同一台设备扫了两次，只算一次"
    WRONG_SITE = "wrong_site", "不是为这个门店打开的，或本店不收"
    TOO_LATE = "too_late", "当时已过时"
    NOT_GENUINE = "not_genuine", "不是工会发的券"
