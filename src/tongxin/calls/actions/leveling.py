"""A level start: who comes in its first minutes counts as simultaneous. They are the list of a draw; later ones follow.

Here they are written into that list. It is frozen and drawn like any other (actions.rounds), by seals of several people or
a public source that were announced with the release; the engine gives the places. Until then nobody has a place, later ones
neither (actions.settling waits for `settled_at`).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db.models import Min

from tongxin.calls.actions import lines, settling
from tongxin.calls.actions.settling import Come, Row
from tongxin.calls.entries import holder
from tongxin.calls.models import Application, Arrival, Call, Intake, Lane, Pool
from tongxin.calls.models.windows import GRACE
from tongxin.calls.queries.groups import groups_of_many
from tongxin.calls.states import ApplicationState, Policy
from tongxin.people.authority import Actor
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.store.copying import Columns, as_text

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
    in_time = Arrival.objects.filter(pool=pool, no__gt=lane.settled, no__lte=lane.level_last, at__lt=call.list_ends)
    rows = settling.read(in_time.order_by("no"), most)
    if rows:
        _enter(pool, lane, rows, by=by, at=at)
        return len(rows)
    _close(call, pool, lane, by=by, at=at)
    return 1


@atomic
def follow(*, pool: Pool, by: Actor, at: datetime, most: int = MOST) -> int:
    """Where places are kept for groups: some more of those who came later stand in the pool's own line, behind the drawn.

    There a place of their group may come to them before those who are not of it; a number alone could not say so. They all
    do, also while nothing is left, so that whatever comes back finds its group. 0: nothing to do, or nothing is drawn yet.
    """
    pool, lane = settling.lock(pool)
    if not pool.reserved or pool.call.settled_at is None or pool.closed_at is not None:
        return 0
    rows = settling.read(settling.later(pool, lane), most)
    if rows:
        _join(pool, lane, rows, by=by, at=at)
    elif lane.settled < (last := lane.level_last or 0):  # the last of its minutes stand crosswise, and are in the list
        lane.settled = last
        lane.save(update_fields=["settled"])
    return len(rows)


def _enter(pool: Pool, lane: Lane, rows: Sequence[Row], *, by: Actor, at: datetime) -> None:
    """The ticket is the name that stands on the receipt: whoever holds one finds it in the list."""
    come, salt = settling.newcomers(pool, rows), bytes(lane.salt)
    tickets = [holder(salt, person) for person, _ in come.values()]
    said = _groups(pool, come) | {"state": ApplicationState.ENTERED.value, "ticket": tickets}
    settling.write(pool, come, said, {}, "enter", by, at)
    first, lane.settled = lane.settled + 1, rows[-1][0]
    lane.save(update_fields=["settled"])
    journal.write("arrivals.entered", of=pool, by=by, at=at, first=first, last=lane.settled, entered=len(come))


def _join(pool: Pool, lane: Lane, rows: Sequence[Row], *, by: Actor, at: datetime) -> None:
    come = settling.newcomers(pool, rows)
    numbers = [str(no) for no in range(pool.next_no, pool.next_no + len(come))]
    said = _groups(pool, come) | {"state": ApplicationState.WAITING.value}
    settling.write(pool, come, said, {"no": numbers, "waits": "t"}, "wait", by, at)
    pool.next_no, pool.waiting = pool.next_no + len(come), pool.waiting + len(come)
    lines.count(pool)
    first, lane.settled = lane.settled + 1, rows[-1][0]
    lane.save(update_fields=["settled"])
    journal.write("arrivals.joined", of=pool, by=by, at=at, first=first, last=lane.settled, joined=len(come))
    lines.fill(pool, by=by, at=at)


def _groups(pool: Pool, come: Come) -> Columns:
    """In which each one was at the moment of the arrival."""
    groups = groups_of_many(pool, list(come), [when for _, when in come.values()])
    return {"groups": list(map(as_text, groups))}


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
