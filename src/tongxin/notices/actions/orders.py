"""The order of channels for a group of kinds: from a day on, for a union and all below it that have none nearer."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from django.utils.timezone import localdate

from tongxin.kernel.refused import Refused
from tongxin.notices.groups import GROUPS
from tongxin.notices.models import ChannelRule
from tongxin.notices.states import OUTSIDE
from tongxin.people.authority import Actor, require
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.unions.models import Union

LONGEST_WAIT: Final = 3 * 24 * 60  # minutes: a delivery is good for three days


@atomic
def set_order(
    *,
    union: Union,
    group: str,
    steps: Sequence[tuple[str, int]],
    valid_from: date,
    source: str,
    by: Actor,
    at: datetime,
) -> list[ChannelRule]:
    """(channel, minutes to wait for a confirmation before the next). The order before it ends there; the past stays.

    Refused: "order-group", "order-empty", "order-channel", "order-wait", "order-past".
    """
    require(by, Power.APPROVE_SENDINGS, union)
    _check(group, steps)
    if valid_from < localdate(at):
        raise Refused("order-past", "请从今天或以后的一天起；以前的次序不变。")
    Union.objects.lock(union.pk)
    same = ChannelRule.objects.filter(union=union, group=group)
    same.filter(valid_from__gte=valid_from).delete()
    same.filter(valid_to=None).update(valid_to=valid_from)
    made = [
        ChannelRule.make(
            union=union, group=group, position=position, channel=channel, wait_minutes=minutes, valid_from=valid_from,
            source=source,
        )
        for position, (channel, minutes) in enumerate(steps, 1)
    ]  # fmt: skip
    journal.write(
        "order.set", of=union, by=by, at=at, group=group, channels=[channel for channel, _ in steps],
        on=valid_from.isoformat(),
    )  # fmt: skip
    return made


def _check(group: str, steps: Sequence[tuple[str, int]]) -> None:
    if group not in GROUPS:
        raise Refused("order-group", "没有这一类通知，请从列表里选。")
    channels = [channel for channel, _ in steps]
    if not steps:
        raise Refused("order-empty", "请至少选一个渠道。什么渠道都不用，通知就只在页面消息里。")
    if len(set(channels)) != len(channels) or not set(channels) <= set(map(str, OUTSIDE)) | set(OUTSIDE):
        raise Refused("order-channel", "每个渠道只能排一次。")
    if any(not 0 <= minutes <= LONGEST_WAIT for _, minutes in steps):
        raise Refused("order-wait", "等待最多%(most)s分钟，0表示提交即可。", most=LONGEST_WAIT)
