"""Taking deliveries up, and writing down what became of them. Between the two a gateway is asked, outside any transaction.

Taken is marked and committed before anything leaves, so that a crash in between is seen as a doubt, and a doubt is asked
about (docs/adr/0008), never simply sent again.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from tongxin.notices.actions import budgets, contacts, plans
from tongxin.notices.actions.desk import Desk, Taken, end
from tongxin.notices.gateways.parcels import Answer, Fate, Trace, Verdict
from tongxin.notices.models import Delivery
from tongxin.notices.states import BY_HAND, Channel, DeliveryState, Why
from tongxin.store.among import among
from tongxin.store.atomic import atomic
from tongxin.store.copying import copy_over

MOST_TRIES: Final = 6  # with the waits below some five hours
FIRST_WAIT: Final = timedelta(minutes=5)
ASK_AFTER: Final = timedelta(minutes=5)  # accepted: when the gateway is first asked
DOUBT_AFTER: Final = timedelta(minutes=2)  # taken and nothing heard
SETTLED_AFTER: Final = timedelta(minutes=15)  # a gateway that answers has filed by then what it took
LONGEST_RECEIPT: Final = 64
GIVE_UP_AFTER: Final = timedelta(hours=2)  # of a doubt that nobody clears: another channel tells it
HAND_OVER_WITHIN: Final = timedelta(minutes=8)  # of taking; well before a doubt is settled, so that none is sent twice
MANY: Final = 20  # from here on a copy is quicker
S = DeliveryState


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
    desk = Desk(rows, at)
    taken = [one for row in rows if (one := desk.judge(row)) is not None]
    desk.close()
    _save(rows)
    plans.follow(desk.lost, at=at)
    return taken, len(rows)


@atomic
def stop(taken: Iterable[Taken], *, at: datetime) -> None:
    """Of a sending that was stopped after these were taken and before they left."""
    tries = {one.delivery: one.tries for one in taken}
    rows = [row for row in _locked(tries) if row.state == S.SENDING and row.tries == tries[row.pk]]
    for row in rows:
        _not_sent(row)
        end(row, "skip", Why.STOPPED, at)
    _save(rows)


@atomic
def note(answers: Iterable[tuple[Taken, Answer]], *, at: datetime) -> None:
    """What the gateway said. A receipt that was quicker stands; in doubt a row stays, until `resolve`.

    An answer that comes so late that the row has been taken again meanwhile is about another taking, and is let go.
    """
    found = {taken.delivery: (taken.tries, answer) for taken, answer in answers}
    rows = [row for row in _locked(found) if row.tries == found[row.pk][0]]
    lost = []
    for row in rows:
        answer = found[row.pk][1]
        row.receipt_id = row.receipt_id or answer.receipt_id[:LONGEST_RECEIPT]
        if row.state != S.SENDING:
            continue
        if answer.verdict is Verdict.ACCEPTED:
            _accepted(row, at)
        elif answer.verdict is Verdict.REFUSED or (answer.verdict is Verdict.LATER and row.tries >= MOST_TRIES):
            _not_sent(row)
            end(row, "fail", Why.REFUSED if answer.verdict is Verdict.REFUSED else Why.NO_ANSWER, at)
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
        _settle_accepted(row, trace, asks=asks, at=at)
    _save([row])
    return row


@atomic
def overdue(limit: int = 500, *, at: datetime) -> int:
    """Accepted and not confirmed in time: read is as good as delivered, else the next channel. Returns how many."""
    due = Delivery.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        state=S.ACCEPTED, confirm_by__lte=at
    )
    rows = list(due.select_related("message").order_by("confirm_by", "pk")[:limit])
    lost = []
    for row in rows:
        if row.message.read_at is not None:
            end(row, "deliver", Why.READ, at)
        else:
            end(row, "expire", Why.UNCONFIRMED, at)
            lost.append(row)
    _save(rows)
    plans.follow(lost, at=at)
    return len(rows)


@atomic
def let_lapse(limit: int = 500, *, at: datetime) -> int:
    """Slips that nobody printed and words that nobody said in a month. Returns how many."""
    due = Delivery.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        state=S.WAITING, channel__in=BY_HAND, expires_at__lte=at
    )
    rows = list(due.order_by("pk")[:limit])
    for row in rows:
        end(row, "expire", Why.TOO_LATE, at)
    _save(rows)
    return len(rows)


@atomic
def report(row: Delivery, *, delivered: bool, at: datetime) -> None:
    """A receipt that was found to be this delivery's own. `row` is locked."""
    if delivered:
        if row.state != S.DELIVERED:
            end(row, "deliver", "", at)
    elif row.state in {S.SENDING, S.ACCEPTED}:
        end(row, "fail", Why.UNDELIVERED, at)
        plans.follow([row], at=at)
    _save([row])


def _locked(pks: Iterable[int]) -> list[Delivery]:
    rows = Delivery.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=among(pks))
    return list(rows.select_related("message").order_by("pk"))


def _settle_doubt(row: Delivery, trace: Trace, *, asks: bool, at: datetime) -> None:
    settled = row.taken_at is not None and at >= row.taken_at + SETTLED_AFTER
    if trace.fate in {Fate.DELIVERED, Fate.UNDER_WAY}:
        _accepted(row, at)
        if trace.fate is Fate.DELIVERED:
            end(row, "deliver", "", at)
    elif trace.fate is Fate.UNDELIVERED:
        end(row, "fail", Why.UNDELIVERED, at)
        plans.follow([row], at=at)
    elif trace.fate is Fate.NEVER_CAME:
        if settled and row.tries < MOST_TRIES:
            _later(row, at)
        elif settled:
            _not_sent(row)
            end(row, "fail", Why.NO_ANSWER, at)
            plans.follow([row], at=at)
    elif (settled and not asks) or row.taken_at is None or at >= row.taken_at + GIVE_UP_AFTER:
        end(row, "fail", Why.DOUBT, at)  # the money stays spent: it may have gone out
        plans.follow([row], at=at)


def _settle_accepted(row: Delivery, trace: Trace, *, asks: bool, at: datetime) -> None:
    if trace.fate is Fate.DELIVERED:
        end(row, "deliver", "", at)
    elif trace.fate is Fate.UNDELIVERED:
        end(row, "fail", Why.UNDELIVERED, at)
        plans.follow([row], at=at)
    elif at >= row.expires_at:
        end(row, "expire", Why.UNCONFIRMED, at)
    elif asks:
        row.next_at = at + max(ASK_AFTER, (at - row.accepted_at) if row.accepted_at else ASK_AFTER)
    else:
        row.next_at = row.expires_at  # nobody to ask: one look at the end


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
    if row.subscription is not None:
        contacts.unuse(row.subscription)
        row.subscription = None
    row.taken_at = None


_CHANGED: Final = (
    "state", "why", "next_at", "tries", "taken_at", "accepted_at", "confirm_by", "done_at", "price", "budget", "receipt_id",
    "address_digest", "subscription",
)  # fmt: skip


def _save(rows: list[Delivery]) -> None:
    if len(rows) > MANY:
        copy_over(rows, _CHANGED)
    elif rows:
        Delivery.objects.bulk_update(rows, _CHANGED)
