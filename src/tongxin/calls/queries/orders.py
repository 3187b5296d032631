"""Orders as `allocations.settle` takes them: by pool the tickets, first come first."""

from collections import defaultdict

from tongxin.calls.models import Call, Preference
from tongxin.calls.states import ApplicationState


def by_points(call: Call) -> dict[int, list[str]]:
    """Most points first; equal ones by ticket, which is drawn at random when someone enters."""
    return _ordered(call, "-application__points", "application__ticket")


def by_number(call: Call) -> dict[int, list[str]]:
    """As they entered: the list as it is before any order is known."""
    return _ordered(call, "application__ticket")


def _ordered(call: Call, *order: str) -> dict[int, list[str]]:
    rows = Preference.objects.filter(application__call=call, application__state=ApplicationState.ENTERED)
    found: dict[int, list[str]] = defaultdict(list)
    for pool, ticket in rows.order_by(*order).values_list("pool_id", "application__ticket"):
        found[pool].append(str(ticket))
    return dict(found)
