"""The lists of a round, written once: from who has entered, or, in a repeated round, the very list of the round before."""

from collections.abc import Iterator

from django.db.models import Q

from tongxin.calls.actions import lines
from tongxin.calls.models import Draw, Pool, Preference, Reserve, Round
from tongxin.calls.places import groups_in
from tongxin.calls.states import ApplicationState
from tongxin.kernel import draw as kernel
from tongxin.kernel.draw import Ticket


def write_lists(held: Round) -> None:
    """One a pool. The call is frozen: whoever was entering is in, or was refused (entries.py)."""
    if held.repeats_id is not None and (before := list(Draw.objects.filter(round=held.repeats_id).order_by("pool_id"))):
        Draw.objects.bulk_create([_copy(one, held) for one in before])
        return
    wished = Preference.objects.filter(application__call=held.call_id, application__state=ApplicationState.ENTERED)
    listed = Pool.objects.filter(Q(closed_at=None) | Q(pk__in=wished.values("pool")), call=held.call_id)
    pools = lines.lock_pools(list(listed.values_list("pk", flat=True)))
    for pool in sorted(pools.values(), key=lambda pool: pool.pk):
        _write(held, pool)


def _write(held: Round, pool: Pool) -> Draw:
    found = kernel.frozen(_tickets(pool))
    return Draw.make(
        federation=held.federation,
        round=held,
        pool=pool,
        units=pool.units,
        reserves=reserves_of(pool),
        frozen="".join(f"{line}\n" for line in found),
        list_digest=kernel.list_digest(found),
        entries=len(found),
    )


def reserves_of(pool: Pool) -> list[dict[str, object]]:
    """As they are published: in the order in which they are filled. `name` is for people; the rule goes by `group`."""
    rows = Reserve.objects.filter(pool=pool).order_by("order")
    return [
        {"group": row.name, "name": row.words, "units": row.units, "when": str(row.when), "spill": str(row.spill)}
        for row in rows
    ]


def _tickets(pool: Pool) -> Iterator[Ticket]:
    rows = Preference.objects.filter(pool=pool, application__state=ApplicationState.ENTERED)
    named = ("application__ticket", "application__weight", "application__groups", "application__size")
    for ticket, weight, groups, size in rows.values_list(*named).iterator(chunk_size=5000):
        party = [f"size={size}"] if size > 1 else []
        yield Ticket(ticket, weight, tuple(sorted([*groups_in(groups), *party])))


def _copy(before: Draw, held: Round) -> Draw:
    return Draw(
        federation=held.federation,
        round=held,
        pool_id=before.pool_id,
        units=before.units,
        reserves=before.reserves,
        frozen=before.frozen,
        list_digest=before.list_digest,
        entries=before.entries,
    )
