"""Dated rows that hold for a union and all below it: the nearest at or above a place decides."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any, TypeVar

from django.db.models import Q

from tongxin.store.among import among
from tongxin.unions.models import Closure

R = TypeVar("R")


class Above:
    """For some unions, who is above them that day, the nearest first. One query."""

    def __init__(self, unions: Iterable[int], *, on: date) -> None:
        self._lines: dict[int, list[int]] = defaultdict(list)
        rows = Closure.objects.as_of(on).filter(descendant__in=among(unions)).order_by("depth")
        for descendant, ancestor in rows.values_list("descendant_id", "ancestor_id"):
            self._lines[descendant].append(ancestor)

    def of(self, union: int | None) -> list[int | None]:
        """The union itself first; `None` (everywhere) last."""
        return [*(self._lines.get(union, []) if union is not None else []), None]

    def nearest(self, rows: dict[int | None, R], union: int | None) -> R | None:
        return next((rows[place] for place in self.of(union) if place in rows), None)


def held_on(model: Any, day: date) -> Any:
    """Rows that hold that day."""
    return model.objects.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)
