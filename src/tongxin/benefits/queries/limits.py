"""What a person may still be given this year under a limit that counts across all unions, and what stands in the way."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum

from tongxin.benefits.models import Scheme, Voucher
from tongxin.benefits.states import BINDING
from tongxin.kernel.refused import Refused
from tongxin.rulebook.models import Parameter
from tongxin.rulebook.queries import parameters


@dataclass(frozen=True, slots=True)
class Limit:
    """A year's most for one person, with the paper that says so."""

    key: str
    most: Decimal
    words: str
    document: str
    clause: str
    since: date


@dataclass(frozen=True, slots=True)
class Standing:
    limit: Limit
    used: Decimal

    @property
    def left(self) -> Decimal:
        return max(self.limit.most - self.used, Decimal(0))

    def allows(self, value: Decimal) -> bool:
        return self.used + value <= self.limit.most


def limit_of(scheme: Scheme, on: date) -> Limit | None:
    """None: this scheme names none. Refused: "limit-unknown" (it names one, and nobody has said how much it is)."""
    if not scheme.limit_key:
        return None
    row = parameters.value(scheme.limit_key, union=scheme.union_id, on=on)
    if row is None or not isinstance(row.value, Decimal | int):
        raise Refused(
            "limit-unknown",
            "“%(scheme)s”要核对每人每年的上限，这个上限还没有登记。请%(union)s先登记参数，再发放。",
            scheme=scheme.name,
            union=scheme.union.name,
        )
    return _limit(row)


def used(key: str, people: Collection[int], year: int) -> dict[int, Decimal]:
    """By person: what is live or redeemed in the year, whichever union paid. Of merged records ask for the one kept."""
    rows = Voucher.objects.filter(limit_key=key, year=year, state__in=BINDING, person__in=people)
    return dict(rows.order_by().values_list("person").annotate(total=Sum("value")))


def standing(scheme: Scheme, person: int, on: date) -> Standing | None:
    """How this person stands to the scheme's limit; None: it names none. Refused: "limit-unknown"."""
    limit = limit_of(scheme, on)
    if limit is None:
        return None
    return Standing(limit, used(limit.key, [person], on.year).get(person, Decimal(0)))


def _limit(row: Parameter) -> Limit:
    return Limit(row.key.key, Decimal(row.value or 0), row.key.words, row.document, row.clause, row.valid_from)
