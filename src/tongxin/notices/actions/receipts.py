"""What gateways report. Twice counts once; another's is refused and written down."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from django.utils.timezone import localdate

from tongxin.kernel import phones
from tongxin.kernel.refused import Refused
from tongxin.notices.actions import deliveries
from tongxin.notices.actions.desk import address_digests
from tongxin.notices.models import Delivery, Receipt
from tongxin.notices.states import Channel
from tongxin.people.authority import system
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic


class Taken(StrEnum):
    COUNTED = "counted"
    AGAIN = "again"
    STRANGE = "strange"


@dataclass(frozen=True, slots=True)
class Report:
    """As the gateway tells it. `number` is its own, `serial` ours."""

    gateway: str
    number: str
    serial: str
    phone: str
    delivered: bool
    code: str


@atomic
def take(report: Report, *, at: datetime) -> Taken:
    """A receipt counts when its serial is a delivery of ours, its number that delivery's, and its phone where that went."""
    report = _cut(report)
    rows = Delivery.objects.select_for_update(of=("self",), no_key=True).select_related("message")
    row = rows.filter(public_id=report.serial).first()
    if row is None or not _fits(row, report):
        _refuse(row, report, at)
        return Taken.STRANGE
    if Receipt.objects.filter(gateway=report.gateway, number=report.number, refused=False).exists():
        return Taken.AGAIN
    Receipt.make(federation=row.federation, delivery=row, at=at, **_columns(report))
    row.receipt_id = report.number
    deliveries.report(row, delivered=report.delivered, at=at)
    return Taken.COUNTED


def _fits(row: Delivery, report: Report) -> bool:
    if row.channel != Channel.SMS or (row.receipt_id and row.receipt_id != report.number) or row.tries == 0:
        return False
    try:
        phone = phones.canonical(report.phone)
    except Refused:
        return False
    other = Receipt.objects.filter(gateway=report.gateway, number=report.number, refused=False).exclude(delivery=row)
    return bytes(row.address_digest or b"") in address_digests(phone) and not other.exists()


def _refuse(row: Delivery | None, report: Report, at: datetime) -> None:
    """Kept without weight: it does not keep the true one from counting."""
    kept = Receipt.make(federation=row.federation if row else 0, refused=True, at=at, **_columns(report))
    by = system(localdate(at))
    journal.write("receipt.refused", of=kept, by=by, at=at, gateway=report.gateway, serial=report.serial[:24])


def _cut(report: Report) -> Report:
    """As our columns hold it: whoever writes to us may write anything."""

    def cut(text: str, longest: int) -> str:
        return text.replace("\0", "")[:longest]

    return replace(report, number=cut(report.number, 64), serial=cut(report.serial, 64), code=cut(report.code, 60))


def _columns(report: Report) -> dict[str, object]:
    return {
        "gateway": report.gateway, "number": report.number, "serial": report.serial,
        "delivered": report.delivered, "code": report.code,
    }  # fmt: skip
