"""How many ticket codes there are, and which a voucher could be spent for."""

from datetime import date

from django.db.models import Count, Q, QuerySet

from tongxin.benefits.models import Partner, TicketCode, TicketPool, Voucher
from tongxin.store.fields import Sealed


def pools_of(partner: Partner) -> QuerySet[TicketPool]:
    """With all codes as `count` and those that nobody has as `left`; newest first."""
    rows: QuerySet[TicketPool] = TicketPool.objects.filter(partner=partner).select_related("scheme")
    left = Count("codes", filter=Q(codes__voucher=None))
    return rows.annotate(count=Count("codes"), left=left).order_by("-pk")


def pools_for(voucher: Voucher, on: date) -> QuerySet[TicketPool]:
    """Where this voucher gives a code that day; with `left`."""
    running = Q(partner__ends=None) | Q(partner__ends__gt=on)
    rows: QuerySet[TicketPool] = TicketPool.objects.filter(
        running, scheme=voucher.scheme_id, closed_at=None, last_day__gte=on
    )
    return rows.annotate(left=Count("codes", filter=Q(codes__voucher=None))).select_related("partner").order_by("name")


def code_of(voucher: Voucher) -> tuple[TicketCode, str] | None:
    """The code that this voucher was spent for, opened. For its holder's eyes."""
    found = TicketCode.objects.filter(voucher=voucher).select_related("pool__partner").first()
    if found is None:
        return None
    code = found.code
    return found, code.open() if isinstance(code, Sealed) else str(code)
