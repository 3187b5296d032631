"""Sendings at 永川, written by its officer and decided by its administrator; the job's work done by hand."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

from tests.cast import NOW, Cast, Player

from tongxin.notices.actions import budgets, messages, sendings
from tongxin.notices.actions.sendings import Draft
from tongxin.notices.models import ChannelRule, Message, Sending, Template
from tongxin.notices.states import Audience, Channel
from tongxin.people.models import Person
from tongxin.store.atomic import writing
from tongxin.unions.models import Union

TITLE, BODY = "高温天送清凉", "6月1日起，可到职工服务中心领取防暑用品。"
CONNECTED = {
    "sms": "tongxin.notices.gateways.demo.DemoSms",
    "official": "",
    "email": "tongxin.notices.gateways.demo.DemoQuiet",
}


def draft(**changes: object) -> Draft:
    return Draft(**{"title": TITLE, "body": BODY, **changes})  # type: ignore[arg-type]


def written(cast: Cast, *, union: Union | None = None, by: Player | None = None, **changes: object) -> Sending:
    by = by or cast.officer
    return sendings.write(union=union or cast.yongchuan, draft=draft(**changes), by=by.actor, at=NOW)


def asked(cast: Cast, **changes: object) -> Sending:
    return sendings.ask(sending=written(cast, **changes), by=cast.officer.actor, at=NOW)


def running(cast: Cast, **changes: object) -> Sending:
    return sendings.approve(sending=asked(cast, **changes), by=cast.admin.actor, at=NOW)


def queue_all(sending: Sending, *, at: datetime = NOW, limit: int = 5_000) -> list[int]:
    """As the job does: the sizes of its batches, without those that met nobody."""
    found, more = [], True
    while more:
        count, more = sendings.queue(sending=sending.pk, at=at, limit=limit)
        found += [count] if count else []
    return found


def queue_some(sending: Sending, number: int = 1) -> None:
    """One batch that met someone: so many of its people, and not yet the rest."""
    while not sendings.queue(sending=sending.pk, at=NOW, limit=number).people:
        pass


def deliver_all(at: datetime = NOW) -> None:
    while messages.deliver(at=at):
        pass


def told_of(sending: Sending) -> list[str]:
    """The names of those in whose inbox it is."""
    names = dict(Person.objects.values_list("pk", "name"))
    return sorted(names[pk] for pk in Message.objects.filter(sending=sending.pk).values_list("person", flat=True))


def fresh(sending: Sending) -> Sending:
    found: Sending = Sending.objects.select_related("union").get(pk=sending.pk)
    return found


def order(group: str, *steps: Channel, union: Union | None = None) -> None:
    """The rule's order of channels, everywhere or for one union and below."""
    with writing():
        for position, channel in enumerate(steps, 1):
            ChannelRule.make(union=union, group=group, position=position, channel=channel, valid_from=date(2020, 1, 1))


def sms_template(text: str = "工会通知：${title}。详情请看同心。", union: Union | None = None) -> Template:
    with writing():
        return Template.make(
            union=union, channel=Channel.SMS, number="SMS_1", signature="永川工会", text=text, names=["title"],
            valid_from=date(2020, 1, 1),
        )  # fmt: skip


def priced(cast: Cast, amount: str = "0.05", cap: str | None = "100") -> None:
    price, month = Decimal(amount), NOW.date()
    budgets.set_price(
        union=cast.yongchuan, channel=Channel.SMS, amount=price, valid_from=month, by=cast.admin.actor, at=NOW
    )
    if cap is not None:
        budgets.set_cap(union=cast.yongchuan, month=month, cap=Decimal(cap), by=cast.admin.actor, at=NOW)


HERE, BELOW, ROSTER = Audience.HERE, Audience.BELOW, Audience.ROSTER
Deed = Callable[[], object]
