"""What a sending would do, before it does: how many people, at most how much by which channel, and how it would read.

The cost is an upper bound: everyone who could be told by a channel of their order is counted on it, also where an earlier
channel will be enough. It is asked from a few counts grouped by union, so that a million people cost no more queries than ten.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.db.models import Count, Max, Min, Q, QuerySet
from django.utils.timezone import localdate

from tongxin.kernel.refused import Refused
from tongxin.notices.actions.filling import filled, parts_of
from tongxin.notices.catalogue import Told, fill
from tongxin.notices.gateways.chosen import connected, gateway
from tongxin.notices.groups import group_of
from tongxin.notices.models import Budget, Choice, ContactPoint, Sending, Subscription
from tongxin.notices.queries.audience import audience
from tongxin.notices.queries.prices import prices_on
from tongxin.notices.queries.routes import Router
from tongxin.notices.states import BY_HAND, BY_MACHINE, Channel, Why
from tongxin.people.models import Person

SAMPLES: Final = 5
CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Share:
    """One channel: how many people at most, what one message costs, and together. `why` says why it carries nobody."""

    channel: Channel
    people: int
    price: Decimal
    amount: Decimal
    why: Why | None = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """`left`: of the month's budget; None where there is no budget at all, which is no money."""

    people: int
    shares: list[Share]
    budget: Budget | None
    left: Decimal | None

    @property
    def cost(self) -> Decimal:
        return sum((share.amount for share in self.shares), Decimal(0)).quantize(CENT)

    @property
    def short(self) -> bool:
        """Not all of it can be paid: part will stay in the page's inbox or go by channels that cost nothing."""
        return self.cost > (self.left or Decimal(0))


@dataclass(frozen=True, slots=True)
class Sample:
    """One of those who would be told: by what in turn, and how it would read there."""

    person: Person
    home: int | None
    told: Told
    channels: list[Channel]
    text: str  # of the text message, with the template's places filled; empty where none is sent


def kind_of(sending: Sending) -> str:
    return "sending.urgent" if sending.urgent else "sending.notice"


def estimate(sending: Sending, *, on: date) -> Estimate:
    kind = kind_of(sending)
    homes = _counted(sending, on)
    router = Router([], on=on, unions=[*(row["home"] for row in homes), sending.union_id])
    budget = _budget(router, sending.union_id, on)
    prices = prices_on(on)
    shares = [
        _share(channel, homes, router, kind, router.nearest(prices.get(channel, {}), sending.union_id))
        for channel in BY_MACHINE
    ]
    left = None if budget is None else max(budget.cap - budget.spent, Decimal(0)).quantize(CENT)
    return Estimate(sum(row["n"] for row in homes), shares, budget, left)


def samples(sending: Sending, *, at: datetime) -> list[Sample]:
    """Real people, spread over the list; the same ones each time, as long as the list is the same."""
    on = localdate(at)
    people = audience(sending, on=on)
    ends = people.aggregate(first=Min("pk"), last=Max("pk"))
    found: dict[int, Any] = {}
    if ends["first"] is not None:
        step = (ends["last"] - ends["first"]) // SAMPLES + 1
        for start in range(ends["first"], ends["last"] + 1, step):
            found |= {row.pk: row for row in people.filter(pk__gte=start).order_by("pk")[:1]}
        if len(found) < SAMPLES:
            found |= {row.pk: row for row in people.order_by("pk")[:SAMPLES]}
    router = Router(found, on=on)
    return [_sample(sending, found[pk], router) for pk in sorted(found)[:SAMPLES]]


def _counted(sending: Sending, on: date) -> list[dict[str, Any]]:
    """By home union: how many, and for each channel how many can be reached without asking, and how many asked for it.

    Everyone is looked at once; who chose, and who left an address, are few and are counted from their own tables. (Asked of
    each person, the same took three times as long.)
    """
    people: QuerySet[Any] = audience(sending, on=on).order_by()  # `home` is an annotation
    group = group_of(kind_of(sending))
    found = {
        row["home"]: {f"{channel}_{what}": 0 for channel in BY_MACHINE for what in ("open", "asked")} | row
        for row in people.values("home").annotate(n=Count("pk"), sms_open=Count("phone"))
    }
    for channel in BY_MACHINE:
        reached = people.filter(_reachable(channel))
        chose = Choice.objects.filter(group=group.name, channel=channel)
        if channel != Channel.SMS:
            _add(found, f"{channel}_open", reached)
        if not group.required:
            _add(found, f"{channel}_open", reached.filter(pk__in=chose.filter(wanted=False).values("person")), -1)
        _add(found, f"{channel}_asked", reached.filter(pk__in=chose.filter(wanted=True).values("person")))
    return list(found.values())


def _add(found: dict[int | None, dict[str, Any]], name: str, people: QuerySet[Any], sign: int = 1) -> None:
    for home, count in people.values_list("home").annotate(n=Count("pk")):
        found[home][name] += sign * count


def _reachable(channel: Channel) -> Q:
    if channel == Channel.SMS:
        return Q(phone__isnull=False)
    contacts = ContactPoint.objects.filter(channel=channel, ended_at=None, verified_at__isnull=False)
    known = Q(pk__in=contacts.values("person"))
    if channel != Channel.OFFICIAL:
        return known
    return known & Q(pk__in=Subscription.objects.filter(used_at=None).values("person"))


def _share(
    channel: Channel, homes: Iterable[dict[str, Any]], router: Router, kind: str, price: Decimal | None
) -> Share:
    group, each = group_of(kind), price or Decimal(0)
    if not connected(channel):
        return Share(channel, 0, each, Decimal(0), Why.NOT_CONNECTED)
    found = gateway(channel)
    people, amount, missing = 0, Decimal(0), 0
    for row in homes:
        usual = {step.channel for step in router.order_at(row["home"], group)}
        count = row[f"{channel}_open" if channel in usual else f"{channel}_asked"]
        template = router.template_at(row["home"], kind, channel)
        if found is not None and found.by_template and template is None:
            missing += count
            continue
        people += count
        amount += count * each * (parts_of(template.text, template.signature) if template is not None else 1)
    why = Why.NO_TEMPLATE if missing and not people else None if people else Why.NO_ADDRESS
    return Share(channel, people, each, amount, why)


def _budget(router: Router, union: int, on: date) -> Budget | None:
    places = [place for place in router.places(union) if place is not None]
    rows = Budget.objects.filter(month=on.replace(day=1), union__in=places)
    return router.nearest({row.union_id: row for row in rows}, union)


def _sample(sending: Sending, person: Any, router: Router) -> Sample:
    kind = kind_of(sending)
    data: dict[str, object] = {"title": sending.title, "body": sending.body, "union": sending.union.name}
    told = fill(kind, data)
    channels = [step.channel for step in router.order(person.pk, group_of(kind))]
    usable = [one for one in channels if one in BY_HAND or router.obstacle(person.pk, kind, one) is None]
    text = ""
    template = router.template(person.pk, kind, Channel.SMS) if Channel.SMS in usable else None
    if template is not None:
        try:
            found = filled(template, {**data, "sending": sending.public_id, "title": told.title, "body": told.body})
            text = f"【{found.signature}】{found.text}" if found.signature else found.text
        except Refused:
            usable.remove(Channel.SMS)
    return Sample(person, person.home, told, usable, text)
