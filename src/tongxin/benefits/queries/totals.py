"""What became of what was issued, in vouchers and in yuan. Issued = redeemed + expired + returned + refunded + live."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import Count, F, Sum

from tongxin.benefits.models import Scheme, Voucher
from tongxin.benefits.states import COUNTED, VoucherState

_NOTHING = (0, Decimal(0))


@dataclass(frozen=True, slots=True)
class Totals:
    """By state: how many and their value. `paid` is what partners are owed or were paid for the redeemed."""

    by_state: dict[str, tuple[int, Decimal]]
    paid: Decimal

    def count(self, state: VoucherState) -> int:
        return self.by_state.get(state, _NOTHING)[0]

    def value(self, state: VoucherState) -> Decimal:
        return self.by_state.get(state, _NOTHING)[1]

    @property
    def issued(self) -> int:
        return sum(self.count(state) for state in COUNTED)

    @property
    def issued_value(self) -> Decimal:
        return sum((self.value(state) for state in COUNTED), Decimal(0))

    @property
    def live(self) -> int:
        return self.count(VoucherState.ISSUED)

    @property
    def unspent(self) -> Decimal:
        """Of redeemed vouchers: value that was not needed, and is not paid."""
        return self.value(VoucherState.REDEEMED) - self.paid


def totals(schemes: Iterable[int]) -> dict[int, Totals]:
    """For many schemes, in one query; a scheme without vouchers has empty totals."""
    pks = list(schemes)
    found: dict[int, dict[str, tuple[int, Decimal]]] = {pk: {} for pk in pks}
    paid: dict[int, Decimal] = dict.fromkeys(pks, Decimal(0))
    rows = Voucher.objects.filter(scheme__in=pks).order_by().values_list("scheme", "state")
    for scheme, state, count, value, amount in rows.annotate(n=Count("pk"), value_=Sum("value"), paid=Sum("amount")):
        found[scheme][state] = (count, value)
        if state == VoucherState.REDEEMED:
            paid[scheme] = amount or Decimal(0)
    return {pk: Totals(found[pk], paid[pk]) for pk in pks}


_LIVES = """
    SELECT voucher.id FROM benefits_voucher voucher
    LEFT JOIN LATERAL (
        SELECT count(*) FILTER (WHERE verb = 'issue') AS issued,
               count(*) FILTER (WHERE verb = 'spend') - count(*) FILTER (WHERE verb = 'undo_spend') AS spent,
               count(*) FILTER (WHERE verb = 'refund') AS refunded,
               count(*) FILTER (WHERE verb IN ('expire', 'give_back')) AS unused
        FROM benefits_vouchermove WHERE voucher_id = voucher.id
    ) life ON true
    WHERE (issued, spent, refunded, unused) IS DISTINCT FROM (
        (state NOT IN ('withheld', 'passed'))::int, (state IN ('redeemed', 'refunded'))::int,
        (state = 'refunded')::int, (state IN ('expired', 'returned'))::int)
    ORDER BY voucher.id LIMIT 100
"""


def contradictions() -> list[str]:
    """Always none: schemes whose bound money is not the value of what is live or redeemed, and vouchers whose state is
    not what their moves say. For tests, and for whoever looks after the house; the figure (figures/vouchers) adds up by itself.
    """
    bound = dict(
        Voucher.objects.filter(state__in=[VoucherState.ISSUED, VoucherState.REDEEMED])
        .order_by()
        .values_list("scheme")
        .annotate(total=Sum("value"))
    )
    wrong = [
        f"scheme {pk}: {was} is not {bound.get(pk, Decimal(0))}"
        for pk, was in Scheme.objects.order_by("pk").values_list("pk", F("bound"))
        if was != bound.get(pk, Decimal(0))
    ]
    with connection.cursor() as cursor:
        cursor.execute(_LIVES)
        return wrong + [f"voucher {pk}" for (pk,) in cursor.fetchall()]
