"""Gateways that do as they are told, in this process; rules, prices, templates and addresses for them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from tests.cast import HOUSE, NOW, Player

from tongxin.notices.actions import budgets, contacts, messages
from tongxin.notices.gateways.parcels import Answer, Fate, Parcel, Trace, Verdict
from tongxin.notices.models import Budget, ChannelRule, Delivery, Price, Template
from tongxin.notices.states import Channel
from tongxin.records.actions import outbox
from tongxin.records.actions.outbox import Telling
from tongxin.store.atomic import writing
from tongxin.unions.models import Union

SMS, OFFICIAL, EMAIL, SLIP, WINDOW = Channel.SMS, Channel.OFFICIAL, Channel.EMAIL, Channel.SLIP, Channel.WINDOW
DATA = {"what": "摄影基础", "application": "x"}
RESULT, CHANGE, OPENING, JOINED = "place.moved-up", "session.cancelled", "window.opened", "join.accepted"
KINDS = {
    RESULT: DATA,
    CHANGE: {"what": "摄影基础", "before": "2024-04-02T19:00+08:00", "why": "停电"},
    OPENING: {"what": "摄影基础", "closes": "2024-04-02T19:00+08:00"},
    JOINED: {"what": "永川同心机械厂工会"},
}


@dataclass
class Standin:
    """Keeps what it was given. `says` answers each parcel, `knows` each question; both can be replaced."""

    name: str = "standin"
    batch: int = 50
    asks: bool = True
    by_template: bool = False
    got: list[Parcel] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    says: Callable[[Parcel], Answer] = lambda parcel: Answer(Verdict.ACCEPTED, f"biz-{parcel.serial}")
    knows: Callable[[str], Trace] = lambda _serial: Trace(Fate.UNKNOWN)

    def send(self, parcel: Parcel, *, at: datetime) -> Answer:  # noqa: ARG002
        self.got.append(parcel)
        return self.says(parcel)

    def trace(self, serial: str, address: str, *, sent: datetime) -> Trace:  # noqa: ARG002
        self.asked.append((serial, address))
        return self.knows(serial)


def tell(
    player: Player, *keys: str, kind: str = RESULT, at: datetime = NOW, data: dict[str, str] | None = None
) -> None:
    """Put into the outbox, taken to the inbox, and its first channel planned."""
    person = player.person
    told = KINDS[kind] if data is None else data
    outbox.put([Telling(key, kind, person.pk, person.federation, told) for key in keys], at=at)
    messages.deliver(at=at)


def rule(union: Union | None, group: str, *steps: tuple[Channel, int], since: date = date(2024, 1, 1)) -> None:
    with writing():
        for position, (channel, minutes) in enumerate(steps, 1):
            ChannelRule.make(
                union=union, group=group, position=position, channel=channel, wait_minutes=minutes, valid_from=since
            )


def template(union: Union | None, channel: Channel, kind: str = "", **more: object) -> Template:
    values = {"number": "SMS_1", "signature": "永川工会", "text": "${title}", "names": ["title"]} | more
    with writing():
        return Template.make(union=union, channel=channel, kind=kind, valid_from=date(2024, 1, 1), **values)


def price(union: Union | None, channel: Channel, amount: str, since: date = date(2024, 1, 1)) -> Price:
    with writing():
        return Price.make(union=union, channel=channel, amount=Decimal(amount), valid_from=since)


def budget(union: Union, cap: str, at: datetime = NOW) -> Budget:
    return budgets.set_cap(union=union, month=at.date(), cap=Decimal(cap), by=HOUSE, at=at)


def mail(player: Player, address: str = "wang@example.cn") -> None:
    code = contacts.propose_mail(person=player.person, address=address, by=HOUSE, at=NOW)
    assert contacts.prove_mail(person=player.person, code=code, by=HOUSE, at=NOW)


def allow(player: Player, number: str = "T1", scene: int = 7, at: datetime = NOW) -> None:
    assert contacts.allow(
        person=player.person, identity=f"openid-{player.person.pk}", number=number, scene=scene, by=HOUSE, at=at
    )


def states() -> list[tuple[str, str, str]]:
    """(channel, state, why) of all deliveries, as they were planned."""
    return list(Delivery.objects.order_by("pk").values_list("channel", "state", "why"))


def of(channel: Channel) -> Delivery:
    return Delivery.objects.get(channel=channel)
