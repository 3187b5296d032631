"""What a message costs on a channel, by day and union."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from tongxin.notices.models import Price
from tongxin.notices.queries.nearest import held_on


def prices_on(day: date) -> dict[str, dict[int | None, Decimal]]:
    """By channel, then by union (None: everywhere)."""
    found: dict[str, dict[int | None, Decimal]] = defaultdict(dict)
    for row in held_on(Price, day).order_by("valid_from"):
        found[row.channel][row.union_id] = row.amount
    return found
