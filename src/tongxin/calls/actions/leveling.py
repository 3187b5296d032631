"""A level start: who comes in its first minutes counts as simultaneous. They are the list of a draw; later ones follow.

Here they are written into that list. It is frozen and drawn like any other (actions.rounds), by seals of several people or
a public source that were announced with the release; the engine gives the places. Until then nobody has a place, later ones
neither (actions.settling waits for `settled_at`).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Min

from tongxin.calls.actions import settling
from tongxin.calls.entries import holder
from tongxin.calls.models import Application, Arrival, Call, Intake, Lane, Pool, Preference
from tongxin.calls.states import ApplicationState, Policy
from tongxin.people.authority import Actor
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.store.copying import copy_new

GRACE: Final = timedelta(seconds=30)  # a claim that came in time may be written so much later: web.lane's patience
MOST: Final = 5_000  # numbers in one transaction


@atomic
def level(*, pool: Pool, by: Actor, at: datetime, most: int = MOST) -> int:
    """One step: some more of the first minutes' people enter the draw; when all are in, the list is closed. 0: nothing to do."""
    call = Call.objects.lock(pool.call_id)
    if call.policy != Policy.LEVEL_START or call.frozen_at is not None or at < call.list_ends + GRACE:
        return 0
    pool, lane = settling.lock(pool)
    if lane.level_last is None:
        lane.level_last = Intake.objects.values_list("arrived", flat=True).get(pool=pool)
        lane.save(update_fields=["level_last"])
    in_time = settling.arrived(pool).filter(no__gt=lane.settled, no__lte=lane.level_last, at__lt=call.list_ends)
    rows = list(in_time.order_by("no")[:most])
    if rows:
        _enter(pool, lane, rows, by=by, at=at)
        return len(rows)
    _close(call, pool, lane, by=by, at=at)
    return 1


def _enter(pool: Pool, lane: Lane, rows: Sequence[Arrival], *, by: Actor, at: datetime) -> None:
    """The ticket is the name that stands on the receipt: whoever holds one finds it in the list."""
    come = settling.without_application(pool, rows)
    salt, kept = bytes(lane.salt), pool.call.federation
    names = [holder(salt, row.person_id) for row, _ in come.values()]
    entered = settling.write(pool, come, state=ApplicationState.ENTERED, verb="enter", by=by, at=at, names=names)
    copy_new([Preference(federation=kept, application=one, pool=pool, rank=1) for one in entered])
    first, lane.settled = lane.settled + 1, rows[-1].no
    lane.save(update_fields=["settled"])
    journal.write("arrivals.entered", of=pool, by=by, at=at, first=first, last=lane.settled, entered=len(entered))


def _close(call: Call, pool: Pool, lane: Lane, *, by: Actor, at: datetime) -> None:
    """Nobody comes into the list any more. After the draw the line goes on with the first who came later."""
    later = Arrival.objects.filter(pool=pool, at__gte=call.list_ends).aggregate(first=Min("no"))["first"]
    last = lane.level_last or 0
    lane.settled = later - 1 if later is not None and later <= last else last
    lane.save(update_fields=["settled"])
    call.frozen_at = at
    call.save(update_fields=["frozen_at"])
    many = Application.objects.filter(call=call, state=ApplicationState.ENTERED).count()
    journal.write("call.frozen", of=call, by=by, at=at, entries=many)
