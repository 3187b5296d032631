"""A level start: who comes in its first minutes counts as simultaneous. They are the list of a draw; later ones follow.

Here they are written into that list. It is frozen and drawn like any other (actions.rounds), by seals of several people or
a public source that were announced with the release; the engine gives the places. Until then nobody has a place, later ones
neither (actions.settling waits for `settled_at`).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Min, QuerySet

from tongxin.calls.actions import settling
from tongxin.calls.entries import holder
from tongxin.calls.models import Applicant, Application, Arrival, Call, Intake, Lane, Pool, Preference, Step
from tongxin.calls.states import ApplicationState, Policy
from tongxin.people.authority import Actor
from tongxin.people.models import Person
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.store.copying import copy_new

GRACE: Final = timedelta(seconds=30)  # a claim that came in time may be written so much later: web.lane's patience
MOST: Final = 5_000  # numbers in one transaction
Come = dict[int, tuple[Arrival, Person]]  # by person, in order


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
    rows = _read(in_time.order_by("no"), most)
    if rows:
        _enter(pool, lane, rows, by=by, at=at)
        return len(rows)
    _close(call, pool, lane, by=by, at=at)
    return 1


def _enter(pool: Pool, lane: Lane, rows: Sequence[Arrival], *, by: Actor, at: datetime) -> None:
    """Four tables by COPY. The ticket is the name that stands on the receipt: whoever holds one finds it in the list."""
    come, salt, call, kept = _without_application(pool, rows), bytes(lane.salt), pool.call, pool.call.federation
    entered = [
        Application(
            federation=kept, call=call, union_id=call.union_id, state=ApplicationState.ENTERED, at=row.at,
            ticket=holder(salt, row.person_id),
        )
        for row, _ in come.values()
    ]  # fmt: skip
    copy_new(entered)
    pairs = list(zip(entered, come.values(), strict=True))
    copy_new([Applicant(federation=kept, application=one, call=call, person=who, slot=1) for one, (_, who) in pairs])
    copy_new([Step(federation=kept, application=one, verb="enter", account=by.account_id, at=at) for one in entered])
    copy_new([Preference(federation=kept, application=one, pool=pool, rank=1) for one in entered])
    first, lane.settled = lane.settled + 1, rows[-1].no
    lane.save(update_fields=["settled"])
    journal.write("arrivals.entered", of=pool, by=by, at=at, first=first, last=lane.settled, entered=len(entered))


def _read(rows: "QuerySet[Arrival]", most: int) -> list[Arrival]:
    """With what is asked of each person here, and no more: there are hundreds of thousands."""
    found = rows.select_related("person")
    return list(found.only("no", "at", "pool", "person__federation", "person__merged_into")[:most])


def _without_application(pool: Pool, rows: Sequence[Arrival]) -> Come:
    """A record that was merged since counts as the one that it went into; nobody stands in the call twice."""
    merged = {row.person.merged_into_id for row in rows if row.person.merged_into_id}
    heirs = Person.objects.only("federation").in_bulk(merged)
    found: Come = {}
    for row in rows:
        person = heirs[row.person.merged_into_id] if row.person.merged_into_id else row.person
        found.setdefault(person.pk, (row, person))
    live = Applicant.objects.filter(person__in=list(found), call=pool.call_id, live=True)
    for person_id in live.values_list("person_id", flat=True):
        found.pop(person_id, None)
    return found


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
