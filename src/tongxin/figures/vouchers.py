"""Vouchers as of a day: issued, and what became of them. Counted from each voucher's moves, so that a past day stays as it
was; the number issued is counted apart from the ends, and the two must agree.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db import connection
from django.utils.translation import gettext_noop

from tongxin.people.authority import Actor, Roots
from tongxin.people.powers import Power
from tongxin.store.moments import start_of
from tongxin.unions.models import Union

NAME: Final = "vouchers"
DEFINITION: Final = gettext_noop(
    "截止日（含当天）前发放的券，一张计一次，记在发放的工会。去向按每张券当天为止最后一步："
    "已使用、已退款、已过期、已退回；其余是未使用。撤销核销的回到未使用。暂未发放的不计。"
)
VERSION: Final = 1
ENDS: Final = {
    "redeemed": gettext_noop("已使用"), "refunded": gettext_noop("已退款"), "expired": gettext_noop("已过期"),
    "returned": gettext_noop("已退回"), "live": gettext_noop("未使用"),
}  # fmt: skip
_END_OF: Final = {
    "spend": "redeemed", "refund": "refunded", "expire": "expired", "give_back": "returned", "issue": "live",
    "undo_spend": "live",
}  # fmt: skip
_COUNTED: Final = """
    WITH life AS (
        SELECT DISTINCT ON (move.voucher_id) move.voucher_id, move.verb
        FROM benefits_vouchermove move WHERE move.at < %(until)s
        ORDER BY move.voucher_id, move.id DESC
    ), issued AS (
        SELECT voucher.union_id, count(*) AS n, sum(voucher.value) AS value
        FROM benefits_vouchermove move JOIN benefits_voucher voucher ON voucher.id = move.voucher_id
        WHERE move.verb = 'issue' AND move.at < %(until)s GROUP BY 1
    ), ends AS (
        SELECT voucher.union_id, life.verb, count(*) AS n, sum(voucher.value) AS value
        FROM life JOIN benefits_voucher voucher ON voucher.id = life.voucher_id
        WHERE life.verb NOT IN ('withhold', 'pass_on') GROUP BY 1, 2
    ), within AS (
        SELECT id FROM unions_union WHERE id = ANY(%(here)s::bigint[])
        UNION SELECT descendant_id FROM unions_closure
        WHERE ancestor_id = ANY(%(below)s::bigint[]) AND valid_from <= %(on)s AND (valid_to IS NULL OR valid_to > %(on)s)
    )
    SELECT union_id, 'issued' AS what, n, value FROM issued WHERE union_id IN (SELECT id FROM within)
    UNION ALL SELECT union_id, verb, n, value FROM ends WHERE union_id IN (SELECT id FROM within)
"""


@dataclass(slots=True)
class Line:
    """A union's vouchers; `issued` was counted apart."""

    union: Union | None
    issued: int = 0
    value: Decimal = Decimal(0)
    ends: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ENDS, 0))
    values: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(ENDS, Decimal(0)))

    @property
    def adds_up(self) -> bool:
        """Issued = redeemed + refunded + expired + returned + live, in vouchers and in yuan."""
        return self.issued == sum(self.ends.values()) and self.value == sum(self.values.values())

    def add(self, what: str, count: int, value: Decimal) -> None:
        if what == "issued":
            self.issued, self.value = self.issued + count, self.value + value
            return
        end = _END_OF[what]
        self.ends[end] += count
        self.values[end] += value


@dataclass(frozen=True, slots=True)
class Sheet:
    rows: list[Line]
    total: Line

    @property
    def adds_up(self) -> bool:
        return self.total.adds_up and all(row.adds_up for row in self.rows)


def sheet(actor: Actor, as_of: date) -> Sheet:
    """One line for each union within the actor's reach that issued any, and all of them together."""
    rows: dict[int, Line] = {}
    total = Line(None)
    for union, what, count, value in _rows(actor.roots(Power.READ_FIGURES), actor.on, as_of):
        rows.setdefault(union, Line(None)).add(what, count, value)
        total.add(what, count, value)
    for found in Union.objects.filter(pk__in=rows):
        rows[found.pk].union = found
    return Sheet(sorted(rows.values(), key=lambda row: (-row.issued, row.union.code if row.union else "")), total)


def _rows(roots: Roots, on: date, as_of: date) -> list[tuple[int, str, int, Decimal]]:
    values: dict[str, Any] = {
        "until": start_of(as_of + timedelta(days=1)), "on": on, "here": list(roots.here), "below": list(roots.below),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, values)
        found: list[tuple[int, str, int, Decimal]] = cursor.fetchall()
    return found
