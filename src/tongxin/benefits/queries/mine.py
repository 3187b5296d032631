"""A worker's vouchers, and the voucher behind a code or a signed text."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils.timezone import localdate

from tongxin.benefits import showing
from tongxin.benefits.models import Voucher, VoucherMove
from tongxin.benefits.showing import Shown
from tongxin.benefits.states import VoucherState
from tongxin.store.signing import signing_ring


def of_person(person: int) -> QuerySet[Voucher]:
    """Newest first, with what a card shows."""
    rows = Voucher.objects.filter(person=person).exclude(state=VoucherState.PASSED)
    return rows.select_related("scheme__brand", "scheme__union", "award__application").order_by("-at", "-pk")


def withheld_why(application: int) -> str:
    """Of a place that was given, but whose voucher a limit or the reach holds back: why; empty where nothing does."""
    found = VoucherMove.objects.filter(
        voucher__award__application=application, voucher__state=VoucherState.WITHHELD, verb="withhold"
    )
    return found.values_list("why", flat=True).first() or ""


def shown_text(voucher: Voucher, at: datetime) -> str:
    """What its QR code says in this opening; empty when it is not open."""
    if not is_shown(voucher, at) or voucher.code_until is None:
        return ""
    day = localdate(at)
    key = signing_ring(day).on(day)
    shown = Shown(
        key=key.id,
        voucher=voucher.public_id,
        opening=voucher.opening,
        until=int(voucher.code_until.timestamp()),
        site=voucher.code_site,
        scheme=voucher.scheme.public_id,
        value=str(voucher.value),
    )
    return showing.write(shown, key)


def is_shown(voucher: Voucher, at: datetime) -> bool:
    return voucher.code is not None and voucher.code_until is not None and at < voucher.code_until


def by_code(code: str, at: datetime) -> Voucher | None:
    """The voucher that shows these six digits now. Whether it is good, `vouchers.check_good` says."""
    found: Voucher | None = (
        Voucher.objects.filter(code=code, code_until__gt=at).select_related("scheme__union", "person").first()
    )
    return found
