"""Told by hand: printed slips with a short code, and people whom a window tells by mouth."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tongxin.kernel.public_ids import ALPHABET
from tongxin.kernel.refused import Refused
from tongxin.notices.models import Delivery, Slip
from tongxin.notices.states import Channel, DeliveryState
from tongxin.people.authority import Actor, require
from tongxin.people.models import Person
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.store.keys import ring

LENGTH: Final = 8  # 31**8 is some 850 thousand million
GOOD_FOR: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Printed:
    delivery: Delivery
    code: str


@atomic
def print_slips(*, deliveries: Iterable[Delivery], by: Actor, at: datetime) -> list[Printed]:
    """One code each; printing again gives the same code. Printed is not yet read."""
    rows = _locked(deliveries, Channel.SLIP, by)
    printed = []
    for row in rows:
        slip = Slip.objects.filter(delivery=row).first()
        if slip is None:
            code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
            slip = Slip.make(
                federation=row.federation, delivery=row, code=code, digest=_digest(code), printed_at=at,
                until=at + GOOD_FOR, account=by.account_id,
            )  # fmt: skip
            journal.write("slip.printed", of=row, by=by, at=at, union=row.union)
            code_text = code
        else:
            code_text = slip.code.open()
        if row.can("accept"):
            row.move("accept")
            row.accepted_at, row.account = at, by.account_id
            row.confirm_by = at + timedelta(minutes=row.wait_minutes) if row.wait_minutes else None
            row.save(update_fields=["state", "accepted_at", "account", "confirm_by"])
        printed.append(Printed(row, code_text))
    return printed


@atomic
def read_slip(*, code: str, at: datetime) -> Delivery:
    """Whoever has the paper reads it: the code is the proof. Refused: "slip-unknown"."""
    text = code.strip().lower().replace("-", "").replace(" ", "")
    slip = Slip.objects.select_for_update(of=("self",)).filter(digest__in=ring().digests(text, purpose="slip.code"))
    found = slip.select_related("delivery__message").first()
    if found is None or at >= found.until:
        raise Refused("slip-unknown", "没有这个短码，或已过期。请对照纸上再输一次，或问发纸的窗口。")
    row: Delivery = Delivery.objects.select_for_update(of=("self",)).select_related("message").get(pk=found.delivery_id)
    if found.used_at is None:
        found.used_at = at
        found.save(update_fields=["used_at"])
    if row.state != DeliveryState.DELIVERED and row.can("deliver"):
        row.move("deliver")
        row.done_at, row.confirm_by = at, None
        row.save(update_fields=["state", "done_at", "confirm_by"])
    return row


@atomic
def told_by_mouth(*, delivery: Delivery, by: Actor, at: datetime) -> Delivery:
    """A window said it to the person."""
    [row] = _locked([delivery], Channel.WINDOW, by)
    row.move("deliver")
    row.done_at, row.account = at, by.account_id
    row.save(update_fields=["state", "done_at", "account"])
    journal.write("notice.told", of=row, by=by, at=at, union=row.union)
    return row


def _locked(deliveries: Iterable[Delivery], channel: Channel, by: Actor) -> list[Delivery]:
    rows = Delivery.objects.lock_rows([row.pk for row in deliveries])
    for row in rows:
        if row.channel != channel:
            raise Refused("wrong-state", "现在的状态不能这样办，页面可能已经过时，请刷新后再看。")
        if not Person.objects.within(by, Power.ACT_FOR_WORKER).filter(pk=row.person_id).exists():
            require(by, Power.ACT_FOR_WORKER, row.union or 0)
    return rows


def _digest(code: str) -> bytes:
    return ring().digest(code, purpose="slip.code")
