"""What administrators see of channels: what holds at a union, this month's money, and where its deliveries stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.timezone import get_default_timezone

from tongxin.notices.gateways.chosen import names
from tongxin.notices.groups import GROUPS, Group
from tongxin.notices.models import Budget, Delivery, Price, Template
from tongxin.notices.queries.nearest import Above
from tongxin.notices.queries.prices import prices_on
from tongxin.notices.queries.routes import Step, orders_on
from tongxin.notices.states import Channel, DeliveryState, Why
from tongxin.unions.models import Closure, Union


@dataclass(frozen=True, slots=True)
class Lane:
    """A channel by machine. `gateway` is empty where none is connected."""

    channel: Channel
    gateway: str
    price: Decimal | None


@dataclass(frozen=True, slots=True)
class Order:
    """Whose order it is; None: the house's own."""

    group: Group
    steps: Sequence[Step]
    of: Union | None


@dataclass(frozen=True, slots=True)
class Tally:
    channel: Channel
    state: DeliveryState
    why: Why | None
    count: int


def lanes(union: Union, on: date) -> list[Lane]:
    above, prices = Above([union.pk], on=on), prices_on(on)
    return [
        Lane(Channel(channel), gateway, above.nearest(prices.get(channel, {}), union.pk))
        for channel, gateway in names().items()
    ]


def orders(union: Union, on: date) -> list[Order]:
    above, rules = Above([union.pk], on=on), orders_on(on)
    places = {name: above.nearest({place: place for place in found}, union.pk) for name, found in rules.items()}
    unions = Union.objects.in_bulk([place for place in places.values() if place is not None])
    found = []
    for name, group in GROUPS.items():
        steps = above.nearest(rules.get(name, {}), union.pk)
        of = unions.get(places.get(name) or 0)
        found.append(Order(group, steps if steps is not None else [Step(*step) for step in group.order], of))
    return found


def budget_of(union: Union, on: date) -> Budget | None:
    """Who pays for the union this month: the nearest at or above."""
    month = on.replace(day=1)
    above = Above([union.pk], on=on)
    rows = Budget.objects.filter(month=month, union__in=[place for place in above.of(union.pk) if place])
    return above.nearest({row.union_id: row for row in rows.select_related("union")}, union.pk)


def budgets_below(union: Union, on: date) -> QuerySet[Budget]:
    rows: QuerySet[Budget] = Budget.objects.filter(month=on.replace(day=1), union__in=below(union, on))
    return rows.exclude(union=union).select_related("union").order_by("-spent", "union__code")


def price_history(union: Union, channel: str) -> QuerySet[Price]:
    rows: QuerySet[Price] = Price.objects.filter(Q(union=union) | Q(union=None), channel=channel)
    return rows.order_by("-valid_from", "-pk")


def templates_of(union: Union, on: date) -> QuerySet[Template]:
    """Of the union and above it, that hold now or later."""
    places = [place for place in Above([union.pk], on=on).of(union.pk) if place]
    rows: QuerySet[Template] = Template.objects.filter(Q(union__in=places) | Q(union=None))
    return rows.filter(Q(valid_to=None) | Q(valid_to__gt=on)).select_related("union").order_by("channel", "kind", "pk")


def month_deliveries(union: Union, on: date) -> QuerySet[Delivery]:
    """Planned this month for people at or below the union."""
    zone = get_default_timezone()
    first = datetime.combine(on.replace(day=1), datetime.min.time(), zone)
    after = datetime.combine((on.replace(day=1) + timedelta(days=32)).replace(day=1), datetime.min.time(), zone)
    rows: QuerySet[Delivery] = Delivery.objects.filter(at__gte=first, at__lt=after, union__in=below(union, on))
    return rows


def counts(union: Union, on: date) -> list[Tally]:
    rows = month_deliveries(union, on).order_by().values_list("channel", "state", "why").annotate(Count("pk"))
    found = [
        Tally(Channel(channel), DeliveryState(state), Why(why) if why else None, count)
        for channel, state, why, count in rows
    ]
    channels, states = list(Channel), list(DeliveryState)
    return sorted(found, key=lambda one: (channels.index(one.channel), states.index(one.state), str(one.why or "")))


def below(union: Union, on: date) -> Any:
    return Closure.objects.as_of(on).filter(ancestor=union.pk).values("descendant")
