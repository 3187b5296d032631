"""A level start: who comes in its first minutes counts as simultaneous. They enter a draw of their own; later ones follow.

The seal was drawn when the lane opened, and its hash was there for everyone before anybody came (models.lane). From it and the
list follows the order (kernel/draw), and from the order the places, by the engine's matching like any other.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Min
from django.utils.timezone import localtime

from tongxin.calls.actions import allocations, settling
from tongxin.calls.entries import holder
from tongxin.calls.models import Application, Arrival, Intake, Lane, Pool, Preference
from tongxin.calls.states import ApplicationState, Policy
from tongxin.kernel import draw as kernel
from tongxin.kernel.draw import Ticket
from tongxin.people.authority import Actor
from tongxin.records.actions import documents, journal
from tongxin.store.atomic import atomic
from tongxin.store.copying import copy_new

GRACE: Final = timedelta(seconds=30)  # a claim that came in time may be written so much later: web.lane's patience
MOST: Final = 5_000  # numbers in one transaction


@atomic
def level(*, pool: Pool, by: Actor, at: datetime, most: int = MOST) -> int:
    """One step: some more of the first minutes' people enter the draw; when all are in it, it is held. 0: nothing to do."""
    pool, lane = settling.lock(pool)
    call, ends = pool.call, settling.level_ends(pool)
    if call.policy != Policy.LEVEL_START or call.settled_at is not None or ends is None or at < ends + GRACE:
        return 0
    if lane.level_last is None:
        lane.level_last = Intake.objects.values_list("arrived", flat=True).get(pool=pool)
        lane.save(update_fields=["level_last"])
    rows = (
        settling.arrived(pool).filter(no__gt=lane.settled, no__lte=lane.level_last, at__lt=ends).order_by("no")[:most]
    )
    if rows:
        _enter(pool, lane, list(rows), by=by, at=at)
        return len(rows)
    _hold(pool, lane, by=by, at=at)
    return 1


def _enter(pool: Pool, lane: Lane, rows: Sequence[Arrival], *, by: Actor, at: datetime) -> None:
    come = settling.without_application(pool, rows)
    salt, kept = bytes(lane.salt), pool.call.federation
    names = [holder(salt, row.person_id) for row, _ in come.values()]
    entered = settling.write(pool, come, state=ApplicationState.ENTERED, verb="enter", by=by, at=at, names=names)
    copy_new([Preference(federation=kept, application=one, pool=pool, rank=1) for one in entered])
    first, lane.settled = lane.settled + 1, rows[-1].no
    lane.save(update_fields=["settled"])
    journal.write("arrivals.entered", of=pool, by=by, at=at, first=first, last=lane.settled, entered=len(entered))


def _hold(pool: Pool, lane: Lane, *, by: Actor, at: datetime) -> None:
    """The order of all who came in time, the places, the file; then the line goes on with the first who came later."""
    tickets = _tickets(pool)
    lines, seal = kernel.frozen(tickets), lane.seal.open()
    digest = kernel.list_digest(lines)
    order = [one.ticket for one in kernel.in_order(tickets, kernel.seed(digest, [seal]))]
    _keep_file(pool, lane, lines, order, by=by, at=at)
    allocations.settle(call=pool.call, orders={pool.pk: order}, by=by, at=at)
    later = Arrival.objects.filter(pool=pool, at__gte=settling.level_ends(pool)).aggregate(first=Min("no"))["first"]
    lane.settled = later - 1 if later is not None and later <= (lane.level_last or 0) else lane.level_last or 0
    lane.save(update_fields=["settled", "file"])
    journal.write("lane.drawn", of=pool, by=by, at=at, list_digest=digest, seal=seal, entries=len(order))


def _tickets(pool: Pool) -> list[Ticket]:
    rows = Application.objects.filter(call=pool.call_id, ticket__isnull=False).order_by("ticket")
    return [Ticket(ticket) for ticket in rows.values_list("ticket", flat=True) if ticket is not None]


def _keep_file(pool: Pool, lane: Lane, lines: Sequence[str], order: Sequence[str], *, by: Actor, at: datetime) -> None:
    """Format 1 of kernel/draw, whole, as everyone gets it from now on: `tongxin verify_draw` checks it."""
    free = max(0, pool.left)
    moment = localtime(at).isoformat(timespec="seconds")
    told: dict[str, Any] = {
        "format": kernel.FORMAT, "call": pool.call.public_id, "pool": pool.public_id, "pool_name": pool.name,
        "units": free, "reserves": [], "list": list(lines), "list_digest": kernel.list_digest(lines),
        "commitments": [{"role": "系统（同时起步）", "commitment": lane.commitment}], "seals": [lane.seal.open()],
        "source": None, "value": None, "published_at": moment, "drawn_at": moment, "order": list(order),
        "awarded": list(order[:free]), "waiting": list(order[free:]),
    }  # fmt: skip
    lane.file = documents.keep(
        json.dumps(told, ensure_ascii=False, indent=0).encode(), name="draw.json", kind="draw", union=pool.union_id,
        federation=pool.federation, keep_until=None, by=by, at=at,
    )  # fmt: skip
