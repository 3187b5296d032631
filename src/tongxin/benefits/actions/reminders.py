"""What is told about vouchers by the clock: that one is about to expire, that a limit let a place go on to the next, and
that a line is over because the scheme is.
"""

from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import F, Q
from django.utils.timezone import localdate

from tongxin.benefits.models import Scheme, Voucher
from tongxin.benefits.queries import limits
from tongxin.benefits.states import SchemeState, VoucherState
from tongxin.calls.actions import applications, pools
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.records.actions import outbox
from tongxin.records.actions.outbox import Telling
from tongxin.store.atomic import atomic

EXPIRING: Final = "voucher.expiring"
AHEAD: Final = timedelta(days=7)
MANY: Final = 5_000
NEXT: Final = "%s，名额让给了下一位"
OVER: Final = "最后一天已过，不再发放"


@atomic
def remind(*, at: datetime) -> int:
    """Whoever has a voucher whose last day is near, once for each, however often this runs. Returns how many."""
    day = localdate(at)
    rows = Voucher.objects.filter(state=VoucherState.ISSUED, last_day__gte=day, last_day__lte=day + AHEAD)
    found = rows.filter(at__lt=at - timedelta(days=1)).select_related("scheme")  # not what was claimed a moment ago
    tellings = [
        Telling(
            f"{EXPIRING}:{row.public_id}",
            EXPIRING,
            row.person_id,
            row.federation,
            {"what": row.scheme.name, "day": row.last_day.isoformat(), "voucher": row.public_id},
        )
        for row in found.order_by("pk")
    ]
    outbox.put(tellings, at=at)
    return len(tellings)


def pass_on(*, by: Actor, at: datetime) -> int:
    """Places whose voucher is withheld go on to the next in line; each in a transaction of its own.

    Not where one alone is above the limit of today, or nobody knows the limit: then it stands in everybody's way, and the
    whole line would be sent home one by one. What is not offered any more has no line: there it is over.
    """
    rows = Voucher.objects.filter(state=VoucherState.WITHHELD, award__isnull=False)
    schemes = Scheme.objects.select_related("union").filter(pk__in=rows.values("scheme"))
    fitting = [one.pk for one in schemes if one.state != SchemeState.PUBLISHED or _fits_alone(one, localdate(at))]
    done = 0
    for voucher in rows.filter(scheme__in=fitting).select_related("award__application").order_by("pk")[:MANY]:
        try:
            why = NEXT % voucher.moves.get(verb="withhold").why
            applications.withdraw(application=voucher.award.application, why=why, by=by, at=at)
        except Refused:
            continue  # given back or moved meanwhile
        done += 1
    return done


def _fits_alone(scheme: Scheme, on: date) -> bool:
    try:
        limit = limits.limit_of(scheme, on)
    except Refused:  # "limit-unknown"
        return False
    return limit is None or scheme.value <= limit.most


def end_lines(*, by: Actor, at: datetime) -> int:
    """The day after a scheme's last day nobody can be given anything: whoever still waits is told so, and is left in no line."""
    waits = Q(pool__waiting__gt=0) | Q(pool__intake__arrived__gt=F("pool__lane__settled"))
    rows = Scheme.objects.filter(waits, last_day__lt=localdate(at), pool__closed_at=None)
    over = list(rows.select_related("pool").order_by("pk"))
    for scheme in over:
        pools.end_line(pool=scheme.pool, by=by, at=at, why=OVER)
    return len(over)
