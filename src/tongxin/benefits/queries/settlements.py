"""What is owed to a partner: what is not settled yet, what a settlement holds, and where it differs from the drawers."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils.timezone import localdate

from tongxin.benefits.counter_states import PAID, Outcome
from tongxin.benefits.models import Partner, Redemption, Reversal, Scheme, Settlement, Shift
from tongxin.store.moments import start_of

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Amounts:
    """How many, how much was redeemed, how much of it taken back."""

    count: int = 0
    redeemed: Decimal = NOTHING
    reversed: Decimal = NOTHING

    @property
    def total(self) -> Decimal:
        return self.redeemed - self.reversed


@dataclass(frozen=True, slots=True)
class Line:
    """One redemption, or one that was taken back: `sign` is 1 or -1."""

    at: datetime
    site: str
    clerk: str
    scheme: str
    how: str
    voucher: str  # the last four characters of its number
    redemption: str  # public id
    amount: Decimal
    sign: int
    outcome: str

    @property
    def day(self) -> date:
        return localdate(self.at)

    @property
    def signed(self) -> Decimal:
        return self.amount * self.sign


@dataclass(frozen=True, slots=True)
class Group:
    """The lines of one day, site, clerk and scheme."""

    day: date
    site: str
    clerk: str
    scheme: str
    sum: Amounts


@dataclass(frozen=True, slots=True)
class Differences:
    """What someone should look at; none of it changes the total by itself."""

    shifts: list[Shift] = field(default_factory=list)  # counted otherwise, or not at all
    late: list[Line] = field(default_factory=list)  # of days that an earlier settlement had closed
    borne: list[Line] = field(default_factory=list)  # used up when it came in: the union bears it

    @property
    def borne_sum(self) -> Decimal:
        return sum((line.amount for line in self.borne), NOTHING)

    def __bool__(self) -> bool:
        return bool(self.shifts or self.late or self.borne)


def settlements_of(partner: Partner) -> QuerySet[Settlement]:
    """Newest first."""
    rows: QuerySet[Settlement] = Settlement.objects.filter(partner=partner).select_related("partner", "union", "clerk")
    return rows.order_by("-number")


def unsettled_of(partner: Partner) -> Amounts:
    taken = Redemption.objects.filter(partner=partner, settlement=None, outcome__in=PAID)
    back = Reversal.objects.filter(partner=partner, settlement=None)
    return _sum(taken, back)


def unsettled_with(scheme: Scheme) -> list[str]:
    """Names of the partners with whom something of that scheme stands open: not in a settlement that both have signed."""
    open_ = Q(settlement=None) | Q(settlement__union_signed_at=None) | Q(settlement__partner_signed_at=None)
    taken = Redemption.objects.filter(open_, scheme=scheme, undone_at=None, outcome__in=PAID)
    back = Reversal.objects.filter(open_, redemption__scheme=scheme).exclude(redemption__settlement=None)
    names = {name for rows in (taken, back) for name in rows.values_list("partner__name", flat=True)}
    return sorted(names)


def disputed_of(partner: Partner) -> QuerySet[Redemption]:
    """Beyond the cap: neither paid nor forgotten until both have agreed."""
    rows: QuerySet[Redemption] = Redemption.objects.filter(
        partner=partner, outcome=Outcome.OVER_CAP, settlement=None, undone_at=None
    )
    return rows.select_related("site", "shift__clerk", "scheme", "voucher").order_by("at", "pk")


def due(partner: Partner, ends: date) -> tuple[QuerySet[Redemption], QuerySet[Reversal]]:
    """Everything unsettled from before that day."""
    before = start_of(ends)
    taken = Redemption.objects.filter(partner=partner, settlement=None, outcome__in=PAID, at__lt=before)
    back = Reversal.objects.filter(partner=partner, settlement=None, at__lt=before)
    return taken, back


def lines_of(settlement: Settlement) -> list[Line]:
    """In the order of time; two queries."""
    taken = Redemption.objects.filter(settlement=settlement)
    back = Reversal.objects.filter(settlement=settlement)
    return lines(taken, back)


def lines(taken: QuerySet[Redemption], back: QuerySet[Reversal]) -> list[Line]:
    rows = taken.select_related("site", "shift__clerk", "scheme", "voucher")
    others = back.select_related("redemption__site", "shift__clerk", "redemption__scheme", "redemption__voucher")
    found = [_line(one, one.shift, one.at, 1) for one in rows]
    found += [_line(one.redemption, one.shift, one.at, -1) for one in others]
    return sorted(found, key=lambda line: (line.at, line.redemption, -line.sign))


def digest_of(found: Iterable[Line]) -> bytes:
    """Of what both sign: every line by its number, moment and amount."""
    text = "".join(f"{line.redemption},{line.at.timestamp():.6f},{line.signed}\n" for line in found)
    return hashlib.sha256(text.encode()).digest()


def groups_of(found: Iterable[Line]) -> list[Group]:
    """By day, site, clerk and scheme; a reversal counts on the day on which it was made."""
    sums: dict[tuple[date, str, str, str], list[Line]] = defaultdict(list)
    for line in found:
        sums[line.day, line.site, line.clerk, line.scheme].append(line)
    return [Group(*key, total(rows)) for key, rows in sorted(sums.items())]


def total(found: Iterable[Line]) -> Amounts:
    rows = list(found)
    redeemed = sum((line.amount for line in rows if line.sign > 0), NOTHING)
    taken_back = sum((line.amount for line in rows if line.sign < 0), NOTHING)
    return Amounts(sum(1 for line in rows if line.sign > 0), redeemed, taken_back)


def differences_of(settlement: Settlement, found: list[Line]) -> Differences:
    """Shifts of the period that were counted otherwise or not at all, late lines, and what the union bears."""
    closed = Shift.objects.filter(
        ~Q(expected=F("counted")) | Q(counted=None),
        device__site__partner=settlement.partner_id,
        closed_at__gte=start_of(settlement.starts),
        closed_at__lt=start_of(settlement.ends),
        expected__isnull=False,
    )
    rows = list(closed.select_related("clerk", "device__site").order_by("closed_at"))
    return Differences(
        shifts=[one for one in rows if one.counted is not None or one.expected],
        late=[line for line in found if line.sign > 0 and line.day < settlement.starts],
        borne=[line for line in found if line.sign > 0 and line.outcome == Outcome.DOUBLED],
    )


def _sum(taken: QuerySet[Redemption], back: QuerySet[Reversal]) -> Amounts:
    have = taken.aggregate(n=Count("pk"), sum=Sum("amount"))
    less = back.aggregate(sum=Sum("amount"))
    return Amounts(have["n"], have["sum"] or NOTHING, less["sum"] or NOTHING)


def _line(one: Redemption, shift: Shift | None, at: datetime, sign: int) -> Line:
    """`shift`: in whose drawer it lies. What the union refunds lies in nobody's."""
    return Line(
        at=at, site=one.site.name if one.site else "—", clerk=shift.clerk.label if shift else "—",
        scheme=one.scheme.name, how=one.how, voucher=one.voucher.public_id[-4:], redemption=one.public_id,
        amount=one.amount, sign=sign, outcome=one.outcome,
    )  # fmt: skip
