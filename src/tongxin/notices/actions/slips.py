"""Told by hand: printed slips with a short code, and people whom a window tells by mouth."""

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tongxin.kernel.public_ids import ALPHABET
from tongxin.kernel.refused import Refused
from tongxin.notices.models import Delivery, Sending, Slip
from tongxin.notices.states import BY_HAND, Channel, DeliveryState, SendingState
from tongxin.people.actions import attempts
from tongxin.people.actions.attempts import Kind, Limit
from tongxin.people.authority import Actor, require
from tongxin.people.models import Person
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.store.keys import ring

LENGTH: Final = 8  # 31**8 is some 850 thousand million
GOOD_FOR: Final = timedelta(days=30)
MOST: Final = 100  # slips printed at once
UNKNOWN: Final = Refused("slip-unknown", "没有这个短码，或已过期。请对照纸上再输一次，或问发纸的窗口。")


@dataclass(frozen=True, slots=True)
class Printed:
    delivery: Delivery
    code: str


@atomic
def print_slips(*, deliveries: Iterable[Delivery], by: Actor, at: datetime) -> list[Printed]:
    """One code each; printing again gives the same code. Printed is not yet read.

    Refused: "none-chosen", "too-many", "sending-stopped", "wrong-state" (told already), "no-power".
    """
    rows = _locked(deliveries, [Channel.SLIP], by)
    if not rows:
        raise Refused("none-chosen", "还没有选。请先勾选要打印的人。")
    if len(rows) > MOST:
        raise Refused("too-many", "一次最多打印%(most)d张，请分几次。", most=MOST)
    of = {row.sending for row in rows if row.sending is not None}
    stopped = Sending.objects.filter(pk__in=of, state=SendingState.STOPPED)
    if stopped.exists():
        raise Refused("sending-stopped", "其中有的群发已经停止，不能再打印。请刷新后再选。")
    return [Printed(row, _print(row, by, at)) for row in rows]


def read(*, code: str, network: str, at: datetime) -> Delivery:
    """Whoever has the paper reads it: the code is the proof. Refused: "slip-unknown", "too-often"."""
    outcome = _try(code=code, network=network, at=at)
    if isinstance(outcome, Refused):
        raise outcome
    return outcome


@atomic
def told_by_mouth(*, delivery: Delivery, by: Actor, at: datetime) -> Delivery:
    """Someone at a window, or at work, said it to the person: also where a slip was meant for it."""
    [row] = _locked([delivery], BY_HAND, by)
    row.move("deliver")
    row.done_at, row.account, row.confirm_by = at, by.account_id, None
    row.save(update_fields=["state", "done_at", "account", "confirm_by"])
    journal.write("notice.told", of=row, by=by, at=at, union=row.union)
    return row


@atomic
def _try(*, code: str, network: str, at: datetime) -> Delivery | Refused:
    """Returns the refusal of a wrong try instead of raising it, so that its count is kept."""
    limits = [
        Limit(Kind.CODE_WRONG, f"slip:{network}", 10, timedelta(minutes=15)),
        Limit(Kind.CODE_WRONG, f"slip:{network}", 60, timedelta(days=1)),
    ]
    attempts.check(limits, at=at)
    text = code.strip().lower().replace("-", "").replace(" ", "")
    slips = Slip.objects.select_for_update(of=("self",)).filter(digest__in=ring().digests(text, purpose="slip.code"))
    slip = slips.first()
    if slip is None or at >= slip.until:
        attempts.note(limits[:1], at=at)
        return UNKNOWN
    if slip.used_at is None:
        slip.used_at = at
        slip.save(update_fields=["used_at"])
    return _was_read(slip.delivery_id, at)


def _was_read(delivery: int, at: datetime) -> Delivery:
    rows = Delivery.objects.select_for_update(of=("self",)).select_related("message")
    row: Delivery = rows.get(pk=delivery)
    if row.state != DeliveryState.DELIVERED and row.can("deliver"):
        row.move("deliver")
        row.done_at, row.confirm_by = at, None
        row.save(update_fields=["state", "done_at", "confirm_by"])
    return row


def _print(row: Delivery, by: Actor, at: datetime) -> str:
    slip = Slip.objects.filter(delivery=row).first()
    if slip is not None:
        return str(slip.code.open())
    row.move("accept")
    row.accepted_at, row.account = at, by.account_id
    row.confirm_by = at + timedelta(minutes=row.wait_minutes) if row.wait_minutes else None
    row.save(update_fields=["state", "accepted_at", "account", "confirm_by"])
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    Slip.make(
        federation=row.federation, delivery=row, code=code, digest=_digest(code), printed_at=at, until=at + GOOD_FOR,
        account=by.account_id,
    )  # fmt: skip
    journal.write("slip.printed", of=row, by=by, at=at, union=row.union)
    return code


def _locked(deliveries: Iterable[Delivery], channels: Collection[Channel], by: Actor) -> list[Delivery]:
    rows = Delivery.objects.lock_rows([row.pk for row in deliveries])
    for row in rows:
        if row.channel not in channels:
            raise Refused("wrong-state", "现在的状态不能这样办，页面可能已经过时，请刷新后再看。")
        if not Person.objects.within(by, Power.ACT_FOR_WORKER).filter(pk=row.person_id).exists():
            require(by, Power.ACT_FOR_WORKER, row.union or 0)
    return rows


def _digest(code: str) -> bytes:
    return ring().digest(code, purpose="slip.code")
