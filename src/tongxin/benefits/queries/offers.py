"""What is offered, and how it stands to one person at one moment: one function for lists, pages and API."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import models
from django.db.models import ExpressionWrapper, Q, QuerySet
from django.utils.timezone import localdate

from tongxin.benefits.models import Accepts, Brand, Scheme, Voucher
from tongxin.benefits.queries.limits import Standing, standing
from tongxin.benefits.queries.reach import Way, above, open_to, way_in
from tongxin.benefits.states import SchemeState, VoucherState
from tongxin.calls.models import Pool
from tongxin.calls.queries import Holding, of_person
from tongxin.calls.states import ApplicationState, CallState, Policy
from tongxin.kernel.refused import Refused
from tongxin.people.models import Person
from tongxin.rulebook.queries import verdict_on
from tongxin.rules.verdicts import Truth, Verdict


class Stand(models.TextChoices):
    """How a scheme stands to one person. Every list, page and API answer says it from here."""

    NOT_YET = "not_yet", "还没开始"
    OPEN = "open", "可以领"
    FULL = "full", "已领完，可排候补"
    ENTERED = "entered", "已报名，等结果"
    WAITING = "waiting", "候补中"
    OFFERED = "offered", "有名额，等您确认"
    GOT = "got", "已领到"
    CLOSED = "closed", "领取已截止"
    STOPPED = "stopped", "已停发"


@dataclass(frozen=True, slots=True)
class Offer:
    """A scheme as it stands to someone. `place`: with WAITING, 1 is next. `voucher`: with GOT."""

    scheme: Scheme
    stand: Stand
    left: int
    holding: Holding | None = None
    voucher: Voucher | None = None

    @property
    def can_ask(self) -> bool:
        return self.stand in {Stand.OPEN, Stand.FULL}

    @property
    def by_entry(self) -> bool:
        """One enters now and learns the result later."""
        return self.scheme.call.policy not in {Policy.ORDER_OF_ARRIVAL, Policy.LEVEL_START}


@dataclass(frozen=True, slots=True)
class May:
    """Who may, as it is for one person: all three parts, each with what it was judged by. `limit` None: none is named."""

    way: Way | None
    verdict: Verdict | None
    limit: Standing | None
    limit_unknown: Refused | None = None
    fits: bool = True  # one more of it stays within the limit

    @property
    def yes(self) -> bool:
        """Nothing stands in the way; what is not known stands in the way too."""
        met = self.verdict is None or self.verdict.truth is Truth.YES
        return self.way is not None and met and self.fits and self.limit_unknown is None


def offered(on: date) -> QuerySet[Scheme]:
    """What anyone may look at: published, and not over."""
    return _whole(Scheme.objects.filter(state=SchemeState.PUBLISHED, last_day__gte=on))


def visible() -> QuerySet[Scheme]:
    """What has a page: also what was stopped, for whoever has a voucher of it."""
    return _whole(Scheme.objects.exclude(state=SchemeState.DRAFT))


def for_person(person: int, on: date) -> QuerySet[Scheme]:
    """What is for this person: by the own unions' reach, or by an agreement in force."""
    return _whole(open_to(above(person, on), on).filter(last_day__gte=on))


def as_offers(schemes: Iterable[Scheme], person: int | None, at: datetime) -> list[Offer]:
    """Two queries for any number, none for a visitor."""
    rows = list(schemes)
    holdings: dict[int, Holding] = {}
    vouchers: dict[int, Voucher] = {}
    if person is not None and rows:
        pools = [row.pool_id for row in rows]
        holdings = {held.pool.pk: held for held in of_person(person, pools=pools)}
        held = Voucher.objects.filter(person=person, scheme__in=rows).exclude(state=VoucherState.PASSED)
        vouchers = {voucher.scheme_id: voucher for voucher in held.order_by("at")}
    return [_offer(row, holdings.get(row.pool_id), vouchers.get(row.pk), at) for row in rows]


def may(scheme: Scheme, person: Person, at: datetime) -> May:
    """Writes nothing."""
    on = localdate(at)
    version = scheme.call.rule_version
    verdict = verdict_on(version, person, on) if version is not None else None
    try:
        limit = standing(scheme, person.pk, on)
    except Refused as refusal:
        return May(way_in(scheme, person.pk, on), verdict, None, refusal)
    return May(way_in(scheme, person.pk, on), verdict, limit, fits=limit is None or limit.allows(scheme.value))


def taken_at(scheme: Scheme, on: date) -> QuerySet[Accepts]:
    """Partners that take it that day, with their sites. Those that did and do not any more: queries.partners.places_of."""
    running = Q(partner__ends=None) | Q(partner__ends__gt=on)
    rows = Accepts.objects.filter(running, scheme=scheme, ends=None)
    rows = rows.select_related("partner").prefetch_related("partner__sites")
    return rows.order_by("partner__name")


def closed_last(rows: QuerySet[Scheme], at: datetime) -> QuerySet[Scheme]:
    """In an order that can be cut into pages: what can still be asked for stands on the first."""
    closed = ExpressionWrapper(Q(call__closes__lte=at), output_field=models.BooleanField())
    return rows.annotate(closed=closed).order_by("closed", *rows.query.order_by)


def by_brand(offers: Iterable[Offer]) -> list[tuple[Brand | None, list[Offer]]]:
    """Brands in the order in which they come; what has none last."""
    groups: dict[int | None, tuple[Brand | None, list[Offer]]] = {}
    for offer in offers:
        groups.setdefault(offer.scheme.brand_id, (offer.scheme.brand, []))[1].append(offer)
    return sorted(groups.values(), key=lambda group: group[0] is None)


def _whole(rows: QuerySet[Scheme]) -> QuerySet[Scheme]:
    related = ("union", "brand", "line", "pool", "call__rule_version__rule__union")
    return rows.select_related(*related).order_by("brand", "theme", "starts", "pk")


def _offer(scheme: Scheme, holding: Holding | None, voucher: Voucher | None, at: datetime) -> Offer:
    stand = _stand(scheme, scheme.pool, holding, voucher, at)
    return Offer(scheme, stand, scheme.pool.left, holding, voucher if stand is Stand.GOT else None)


_HELD = {
    ApplicationState.ENTERED: Stand.ENTERED,
    ApplicationState.RETURNED: Stand.ENTERED,
    ApplicationState.WAITING: Stand.WAITING,
    ApplicationState.OFFERED: Stand.OFFERED,
    ApplicationState.GRANTED: Stand.GOT,
}


def _stand(scheme: Scheme, pool: Pool, holding: Holding | None, voucher: Voucher | None, at: datetime) -> Stand:
    if holding is not None:
        return _HELD[ApplicationState(holding.application.state)]
    if voucher is not None and voucher.award_id is None and voucher.state != VoucherState.RETURNED:
        return Stand.GOT  # given without a claim
    return _to_others(scheme, pool, at)


def _to_others(scheme: Scheme, pool: Pool, at: datetime) -> Stand:
    """To someone who has not asked for it."""
    if scheme.state != SchemeState.PUBLISHED or scheme.call.state != CallState.PUBLISHED or pool.closed_at:
        return Stand.STOPPED
    if at < scheme.call.opens:
        return Stand.NOT_YET
    if at >= scheme.call.closes:
        return Stand.CLOSED
    return Stand.OPEN if pool.left > 0 or scheme.call.policy == Policy.DRAW else Stand.FULL
