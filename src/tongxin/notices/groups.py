"""Kinds of notice in the groups in which people choose channels. A new kind belongs to its prefix's group by itself."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_noop

from tongxin.notices.states import Channel


@dataclass(frozen=True, slots=True)
class Group:
    """`required`: law or safety want it told, so it cannot be turned off. `urgent`: quiet hours and digest do not hold it."""

    name: str
    words: str
    required: bool = False
    urgent: bool = False
    order: tuple[tuple[Channel, int], ...] = ((Channel.OFFICIAL, 0),)  # where no rule stands: channel, minutes to wait


_TO_ALL: Final = ((Channel.OFFICIAL, 120), (Channel.SMS, 0))
GROUPS: Final = {
    group.name: group
    for group in (
        Group("safety", gettext_noop("账号安全和个人信息"), required=True, urgent=True, order=_TO_ALL),
        Group("changes", gettext_noop("马上要开的课有变"), urgent=True, order=_TO_ALL),
        Group("membership", gettext_noop("入会和会籍"), required=True, order=_TO_ALL),
        Group("results", gettext_noop("报名和候补的结果"), order=_TO_ALL),
        Group("reminders", gettext_noop("上课提醒")),
        Group("openings", gettext_noop("新开的报名")),
        Group("sendings", gettext_noop("工会的通知")),
        Group("work", gettext_noop("工作事项")),
        Group("other", gettext_noop("其他")),
    )
}
_KINDS: Final = {
    "session.changed": "changes", "session.cancelled": "changes", "cohort.cancelled": "changes",
    "sending.urgent": "changes", "budget.reached": "work", "sending.asked": "work",
    "sending.approved": "work", "sending.declined": "work", "membership.stays": "work",
    "filing.to-answer-yourself": "sendings",
}  # fmt: skip
_PREFIXES: Final = {
    "account": "safety", "claim": "safety", "number": "safety", "phone": "safety", "pin": "safety", "identity": "safety",
    "verification": "safety", "merge": "safety", "join": "membership", "joining": "membership", "transfer": "membership",
    "membership": "membership", "passport": "membership", "lapse": "membership", "place": "results", "cohort": "results",
    "session": "reminders", "window": "openings", "sending": "sendings", "teaching": "work", "officer": "work",
    "election": "work", "register": "work", "term": "work", "founding": "work", "filing": "work",
    "seal": "work", "draw": "results",
}  # fmt: skip


def group_of(kind: str) -> Group:
    return GROUPS[_KINDS.get(kind) or _PREFIXES.get(kind.partition(".")[0], "other")]
