"""A file with names leaves a line in the journal."""

from datetime import datetime

from django.db.models import QuerySet

from tongxin.benefits.models import Scheme, Voucher
from tongxin.people.authority import Actor, require
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic


@atomic
def vouchers(*, scheme: Scheme, state: str = "", by: Actor, at: datetime) -> QuerySet[Voucher]:
    """Exactly what the list shows, in its order. Refused: "no-power"."""
    require(by, Power.SEE_BENEFITS, scheme.union_id)
    rows = Voucher.objects.filter(scheme=scheme)
    rows = rows.filter(state=state) if state else rows
    journal.write("scheme.exported", of=scheme, by=by, at=at, rows=rows.count(), state=state)
    return rows.select_related("person").order_by("-at", "-pk")
