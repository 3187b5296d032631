"""Taking deliveries up, and writing down what became of them. Between the two a gateway is asked, outside any transaction.

Taken is marked and committed before anything leaves, so that a crash in between is seen as a doubt, and a doubt is asked
about (docs/adr/0008), never simply sent again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from django.utils.timezone import get_default_timezone, localdate

from tongxin.kernel.refused import Refused
from tongxin.notices.actions import budgets, contacts, filling, plans
from tongxin.notices.gateways.parcels import Answer, Fate, Parcel, Trace, Verdict
from tongxin.notices.groups import group_of
from tongxin.notices.models import Delivery, Sending
from tongxin.notices.queries.nearest import Above
from tongxin.notices.queries.prices import prices_on
from tongxin.notices.queries.routes import Router
from tongxin.notices.quiet import after_quiet
from tongxin.notices.states import Channel, DeliveryState, SendingState, Why
from tongxin.store.atomic import atomic
from tongxin.store.copying import copy_over

MOST_TRIES: Final = 6  # with the waits below some five hours
FIRST_WAIT: Final = timedelta(minutes=5)
ASK_AFTER: Final = timedelta(minutes=5)  # accepted: when the gateway is first asked
DOUBT_AFTER: Final = timedelta(minutes=2)  # taken and nothing heard
SETTLED_AFTER: Final = timedelta(minutes=15)  # a gateway that answers has filed by then what it took
MANY: Final = 20  # from here on a copy is quicker
S = DeliveryState


@dataclass(frozen=True, slots=True)
class Taken:
    """What is to be sent now."""

    delivery: int
    sending: int | None
    parcel: Parcel


@atomic
def take(channel: Channel, limit: int, *, at: datetime) -> tuple[list[Taken], int]:
    """Up to `limit` that are due, marked as being sent and paid for; and how many were looked at (0: nothing is due).

    Whatever speaks against one now (read, stopped, turned off, no address, quiet, no money) is written down instead.
    """
    due = Delivery.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        channel=channel, state=S.WAITING, next_at__lte=at
    )
    rows = list(due.select_related("message").order_by("next_at", "pk")[:limit])
    if not rows:
        return [], 0
    desk = _Desk(rows, at)
    taken = [one for row in rows if (one := desk.judge(row)) is not None]
    desk.close()
    _save(rows)
    plans.follow(desk.lost, at=at)
    return taken, len(rows)


@atomic
def stopped(taken: Taken, *, at: datetime) -> bool:
    """Asked right before each parcel of a sending leaves: the stop button works at once."""
    if taken.sending is None:
        return False
    if not Sending.objects.filter(pk=taken.sending, state=SendingState.STOPPED).exists():
        return False
    row = Delivery.objects.lock(taken.delivery)
    if row.state == S.SENDING:
        _not_sent(row)
        _end(row, "skip", Why.STOPPED, at)
        _save([row])
    return True


@atomic
def note(answers: Mapping[int, Answer], *, at: datetime) -> None:
    """What the gateway said, by delivery. A receipt that was quicker stands; in doubt a row stays, until `resolve`."""
    rows = _locked(answers)
    lost = []
    for row in rows:
        answer = answers[row.pk]
        row.receipt_id = row.receipt_id or answer.receipt_id
        if row.state != S.SENDING:
            continue
        if answer.verdict is Verdict.ACCEPTED:
            _accepted(row, at)
        elif answer.verdict is Verdict.REFUSED or (answer.verdict is Verdict.LATER and row.tries >= MOST_TRIES):
            _not_sent(row)
            _end(row, "fail", Why.REFUSED, at)
            lost.append(row)
        elif answer.verdict is Verdict.LATER:
            _later(row, at)
    _save(rows)
    plans.follow(lost, at=at)


@atomic
def resolve(delivery: int, trace: Trace, *, asks: bool, at: datetime) -> Delivery:
    """What asking the gateway about a doubt, or about something accepted, brought."""
    [row] = _locked([delivery])
    if trace.receipt_id and not row.receipt_id:
        row.receipt_id = trace.receipt_id
    if row.state == S.SENDING:
        _settle_doubt(row, trace, asks=asks, at=at)
    elif row.state == S.ACCEPTED:
        _settle_accepted(row, trace, at)
    _save([row])
    return row


@atomic
def overdue(limit: int = 500, *, at: datetime) -> int:
    """Accepted and not confirmed in time: read is as good as delivered, else the next channel. Returns how many."""
    due = Delivery.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        state=S.ACCEPTED, confirm_by__lte=at
    )
    rows = list(due.select_related("message")[:limit])
    lost = []
    for row in rows:
        if row.message.read_at is not None:
            _end(row, "deliver", Why.READ, at)
        else:
            _end(row, "expire", Why.UNCONFIRMED, at)
            lost.append(row)
    _save(rows)
    plans.follow(lost, at=at)
    return len(rows)


@atomic
def report(row: Delivery, *, delivered: bool, at: datetime) -> None:
    """A receipt that was found to be this delivery's own. `row` is locked."""
    if delivered:
        if row.state != S.DELIVERED:
            _end(row, "deliver", "", at)
    elif row.state in {S.SENDING, S.ACCEPTED}:
        _end(row, "fail", Why.UNDELIVERED, at)
        plans.follow([row], at=at)
    _save([row])


def _locked(pks: Iterable[int]) -> list[Delivery]:
    rows = Delivery.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=sorted(pks))
    return list(rows.select_related("message").order_by("pk"))


def _settle_doubt(row: Delivery, trace: Trace, *, asks: bool, at: datetime) -> None:
    settled = row.taken_at is not None and at >= row.taken_at + SETTLED_AFTER
    if trace.fate in {Fate.DELIVERED, Fate.UNDER_WAY}:
        _accepted(row, at)
        if trace.fate is Fate.DELIVERED:
            _end(row, "deliver", "", at)
    elif trace.fate is Fate.UNDELIVERED:
        _end(row, "fail", Why.UNDELIVERED, at)
        plans.follow([row], at=at)
    elif trace.fate is Fate.NEVER_CAME and settled and row.tries < MOST_TRIES:
        _later(row, at)
    elif (settled and (not asks or trace.fate is Fate.NEVER_CAME)) or at >= row.expires_at:
        _end(row, "fail", Why.DOUBT, at)  # the money stays spent: it may have gone out
        plans.follow([row], at=at)


def _settle_accepted(row: Delivery, trace: Trace, at: datetime) -> None:
    if trace.fate is Fate.DELIVERED:
        _end(row, "deliver", "", at)
    elif trace.fate is Fate.UNDELIVERED:
        _end(row, "fail", Why.UNDELIVERED, at)
        plans.follow([row], at=at)
    elif at >= row.expires_at:
        _end(row, "expire", Why.UNCONFIRMED, at)
    else:
        row.next_at = at + max(ASK_AFTER, (at - row.accepted_at) if row.accepted_at else ASK_AFTER)


def _accepted(row: Delivery, at: datetime) -> None:
    row.move("accept")
    row.accepted_at, row.next_at = at, at + ASK_AFTER
    row.confirm_by = at + timedelta(minutes=row.wait_minutes) if row.wait_minutes else None


def _later(row: Delivery, at: datetime) -> None:
    """Certainly not sent: tried again after twice as long each time."""
    _not_sent(row)
    row.move("put-back")
    row.next_at = at + FIRST_WAIT * 2 ** (row.tries - 1)


def _not_sent(row: Delivery) -> None:
    if row.budget_id is not None:
        budgets.give_back(row.budget_id, row.price)
        row.budget, row.price = None, Decimal(0)
    if row.channel == Channel.OFFICIAL:
        contacts.unuse(row.person_id)
    row.taken_at = None


def _end(row: Delivery, verb: str, why: str, at: datetime) -> None:
    row.move(verb)
    row.why, row.done_at, row.confirm_by = str(why), at, None


_CHANGED: Final = (
    "state", "why", "next_at", "tries", "taken_at", "accepted_at", "confirm_by", "done_at", "price", "budget", "receipt_id",
)  # fmt: skip


def _save(rows: list[Delivery]) -> None:
    if len(rows) > MANY:
        copy_over(rows, _CHANGED)
    elif rows:
        Delivery.objects.bulk_update(rows, _CHANGED)


class _Desk:
    """One batch on its way out: what all of them need is read once."""

    def __init__(self, rows: list[Delivery], at: datetime) -> None:
        self._at, self.lost = at, list[Delivery]()
        self._router = Router({row.person_id for row in rows}, on=localdate(at))
        self._filler = filling.Filler(rows, self._router)
        self._prices = prices_on(localdate(at))
        wanted = {row.sending for row in rows if row.sending}
        self._sendings = Sending.objects.in_bulk(wanted) if wanted else {}
        unions = {*self._router.unions.values(), *(one.union_id for one in self._sendings.values())}
        self._above = Above(unions, on=localdate(at))
        priced = bool(self._prices.get(rows[0].channel))
        self._purses = budgets.Purses(self._above, unions if priced else (), on=localdate(at))
        siblings = Delivery.objects.filter(message__in={row.message_id for row in rows}, state=S.DELIVERED)
        self._told = set(siblings.values_list("message_id", flat=True))

    def close(self) -> None:
        self._purses.close(at=self._at)

    def judge(self, row: Delivery) -> Taken | None:
        """A parcel, or None with the row saying why not."""
        if (why := self._against(row)) is not None:
            _end(row, "skip", why, self._at)
            return None
        if not group_of(row.message.kind).urgent:
            row.next_at = after_quiet(self._at, self._router.quiet_hours(row.person_id), get_default_timezone())
            if row.next_at > self._at:
                return None
        why = self._router.obstacle(row.person_id, row.message.kind, Channel(row.channel))
        parcel = None
        if why is None:
            try:
                parcel = self._filler.parcel(row)
            except Refused:
                why = Why.GONE
        if parcel is None or (why := self._pay(row, parcel)) is not None:
            _end(row, "skip", why or Why.GONE, self._at)
            self.lost.append(row)
            return None
        if row.channel == Channel.OFFICIAL:
            contacts.use(person=row.person_id, number=parcel.template.number if parcel.template else "", at=self._at)
        row.move("take")
        row.taken_at, row.tries = self._at, row.tries + 1
        return Taken(row.pk, row.sending, parcel)

    def _against(self, row: Delivery) -> Why | None:
        """What ends it without another channel."""
        sending = self._sendings.get(row.sending or 0)
        if sending is not None and sending.state == SendingState.STOPPED:
            return Why.STOPPED
        if self._filler.read(row):
            return Why.READ
        if row.message_id in self._told and not row.digest:
            return Why.TOLD
        return Why.TOO_LATE if self._at >= row.expires_at else None

    def _pay(self, row: Delivery, parcel: Parcel) -> Why | None:
        """Before anything leaves. What costs nothing asks for no budget."""
        sending = self._sendings.get(row.sending or 0)
        union = sending.union_id if sending is not None else row.union
        price = self._above.nearest(self._prices.get(row.channel, {}), union)
        if not price:
            return None
        amount = price * filling.parts(parcel)
        purse = self._purses.of(union)
        if purse is None:
            return Why.NO_BUDGET
        if not purse.spend(amount):
            return Why.CAP
        row.budget, row.price = purse.row, amount
        return None
