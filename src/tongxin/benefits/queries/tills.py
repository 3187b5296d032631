"""Who stands at a counter: the device behind a token, its open shift, what lies in the drawer."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from django.db.models import Count, QuerySet, Sum

from tongxin.benefits.counter_states import PAID
from tongxin.benefits.models import Clerk, Device, Redemption, Reversal, Shift

NOTHING: Final = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Drawer:
    """What a shift took: how many, how much, how much of it was taken back, what remains."""

    count: int
    redeemed: Decimal
    reversed: Decimal

    @property
    def total(self) -> Decimal:
        return self.redeemed - self.reversed


def token_digest(token: str) -> bytes:
    """A plain hash is enough: the token is 256 random bits."""
    return hashlib.sha256(token.encode()).digest()


def device_of(token: str) -> Device | None:
    """The device that this token was given to, revoked or not. One query."""
    if not token:
        return None
    rows = Device.objects.filter(token_digest=token_digest(token))
    found: Device | None = rows.select_related("site__partner__union").first()
    return found


def shift_of(device: Device, at: datetime) -> Shift | None:
    """The one that is open; a shift that ran out counts as none."""
    rows = Shift.objects.filter(device=device, closed_at=None, until__gt=at).select_related("clerk")
    found: Shift | None = rows.first()
    if found is not None:
        found.device = device
    return found


def clerks_of(device: Device) -> QuerySet[Clerk]:
    rows: QuerySet[Clerk] = Clerk.objects.filter(partner_id=device.site.partner_id, closed_at=None)
    return rows.order_by("label")


def drawer_of(shift: Shift) -> Drawer:
    """Everything that this shift took and took back itself."""
    taken = Redemption.objects.filter(shift=shift, outcome__in=PAID).aggregate(n=Count("pk"), sum=Sum("amount"))
    back = Reversal.objects.filter(shift=shift).aggregate(sum=Sum("amount"))
    return Drawer(taken["n"], taken["sum"] or NOTHING, back["sum"] or NOTHING)
