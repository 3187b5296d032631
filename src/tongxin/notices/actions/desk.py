"""One batch on its way out: each delivery is judged once more, paid for and made a parcel."""

from dataclasses import dataclass
from datetime import datetime

import structlog
from django.utils.timezone import get_default_timezone, localdate

from tongxin.kernel.refused import Refused
from tongxin.notices.actions import budgets, contacts, filling
from tongxin.notices.gateways.parcels import Parcel
from tongxin.notices.groups import group_of
from tongxin.notices.models import Delivery, Sending
from tongxin.notices.queries.nearest import Above
from tongxin.notices.queries.prices import prices_on
from tongxin.notices.queries.routes import Router
from tongxin.notices.quiet import after_quiet
from tongxin.notices.states import Channel, DeliveryState, SendingState, Why
from tongxin.store.among import among
from tongxin.store.keys import ring

log = structlog.get_logger("tongxin.notices")


@dataclass(frozen=True, slots=True)
class Taken:
    """What is to be sent now. `tries` tells this taking from a later one of the same delivery."""

    delivery: int
    tries: int
    at: datetime
    sending: int | None
    parcel: Parcel


def address_digest(address: str) -> bytes:
    """Kept with the delivery: what comes back is compared with where it went, not with where the person is reached now."""
    return ring().digest(address, purpose=contacts.PURPOSE)


def address_digests(address: str) -> list[bytes]:
    """Under every key: a rotation may lie between sending and asking."""
    return ring().digests(address, purpose=contacts.PURPOSE)


def end(row: Delivery, verb: str, why: str, at: datetime) -> None:
    row.move(verb)
    row.why, row.done_at, row.confirm_by = str(why), at, None


class Desk:
    """One batch on its way out: what all of them need is read once."""

    def __init__(self, rows: list[Delivery], at: datetime) -> None:
        self._at, self.lost = at, list[Delivery]()
        self._router = Router({row.person_id for row in rows}, on=localdate(at))
        self._filler = filling.Filler(rows, self._router)
        self._prices = prices_on(localdate(at))
        wanted = {row.sending for row in rows if row.sending}
        self._sendings = Sending.objects.in_bulk(wanted) if wanted else {}
        unions = {row.union for row in rows if row.union} | {one.union_id for one in self._sendings.values()}
        self._above = Above(unions, on=localdate(at))
        priced = bool(self._prices.get(rows[0].channel))
        self._purses = budgets.Purses(self._above, unions if priced else (), on=localdate(at))
        siblings = Delivery.objects.filter(
            message__in=among(row.message_id for row in rows), state=DeliveryState.DELIVERED
        )
        self._told = set(siblings.values_list("message_id", flat=True))

    def close(self) -> None:
        self._purses.close(at=self._at)

    def judge(self, row: Delivery) -> Taken | None:
        """A parcel, or None with the row saying why not."""
        if (why := self._against(row)) is not None:
            end(row, "skip", why, self._at)
            return None
        if not group_of(row.message.kind).urgent:
            row.next_at = after_quiet(self._at, self._router.quiet_hours(row.person_id), get_default_timezone())
            if row.next_at > self._at:
                return None
        found = self._parcel(row)
        why = self._pay(row, found) if isinstance(found, Parcel) else found
        if why is not None or not isinstance(found, Parcel):
            end(row, "skip", why or Why.GONE, self._at)
            self.lost.append(row)
            return None
        row.move("take")
        row.taken_at, row.tries, row.address_digest = self._at, row.tries + 1, address_digest(found.address)
        return Taken(row.pk, row.tries, self._at, row.sending, found)

    def _parcel(self, row: Delivery) -> Parcel | Why:
        """Whatever is wrong with one must not hold up the others."""
        obstacle = self._router.obstacle(row.person_id, row.message.kind, Channel(row.channel), summary=row.digest)
        if obstacle is not None:
            return obstacle
        try:
            parcel = self._filler.parcel(row)
        except Refused as refusal:
            return Why.NO_ADDRESS if refusal.code == "no-address" else Why.NO_TEMPLATE
        except Exception as problem:  # noqa: BLE001 - as above
            log.warning("no parcel", kind=row.message.kind, problem=type(problem).__name__)
            return Why.GONE
        if row.channel == Channel.OFFICIAL and parcel.template is not None:
            row.subscription = contacts.use(person=row.person_id, number=parcel.template.number, at=self._at)
            return parcel if row.subscription is not None else Why.NO_ADDRESS
        return parcel

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
