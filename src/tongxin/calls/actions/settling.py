"""What a line taken in by the lane is worth: places in its order, by batches, as long as there are any.

Who stands further back keeps the number and needs no row more: the arrivals are the waiting line. A place that comes back,
or is added, goes to the next number at the next look.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from tongxin.calls.actions import lines
from tongxin.calls.kinds import kind_of
from tongxin.calls.models import Applicant, Application, Arrival, Award, Lane, Pool, Preference, Step
from tongxin.calls.states import ApplicationState
from tongxin.people.authority import Actor
from tongxin.people.models import Person
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.store.copying import copy_new

MOST: Final = 2_000  # places in one transaction


@atomic
def settle(*, pool: Pool, by: Actor, at: datetime, most: int = MOST) -> int:
    """How many numbers of the line were gone through; 0: there is nothing to give, or nobody to give it to.

    The pool's lock counts places as everywhere; the intake's row is never touched, so a release goes on meanwhile.
    """
    pool = lines.lock_pool(pool.pk)
    lane = Lane.objects.lock(Lane.objects.only("pk").get(pool=pool).pk)
    free = 0 if pool.closed_at else min(pool.left, most)
    rows = (
        list(Arrival.objects.filter(pool=pool, no__gt=lane.settled).select_related("person").order_by("no")[:free])
        if free > 0
        else []
    )
    if not rows:
        return 0
    awards = _give(pool, _without_place(pool, rows), by=by, at=at)
    lines.count(pool)
    kind_of(pool.call).granted(awards, by=by, at=at)
    first, lane.settled = lane.settled + 1, rows[-1].no
    lane.save(update_fields=["settled"])
    journal.write("arrivals.settled", of=pool, by=by, at=at, first=first, last=lane.settled, given=len(awards))
    return len(rows)


def _without_place(pool: Pool, rows: Sequence[Arrival]) -> dict[int, tuple[Arrival, Person]]:
    """By person, in order. A record that was merged since counts as the one that it went into; nobody gets a second place."""
    persons = {row.person_id: row.person for row in rows}
    heirs = Person.objects.in_bulk({person.merged_into_id for person in persons.values() if person.merged_into_id})
    found: dict[int, tuple[Arrival, Person]] = {}
    for row in rows:
        person = persons[row.person_id]
        person = heirs[person.merged_into_id] if person.merged_into_id else person
        found.setdefault(person.pk, (row, person))
    live = Applicant.objects.filter(person__in=list(found), call=pool.call_id, live=True).values_list(
        "person_id", flat=True
    )
    for person_id in live:
        found.pop(person_id, None)
    return found


def _give(pool: Pool, come: dict[int, tuple[Arrival, Person]], *, by: Actor, at: datetime) -> list[Award]:
    """Five tables by COPY. The application's moment is that of the arrival; the step's is now."""
    kept, call = pool.call.federation, pool.call
    applications = [
        Application(federation=kept, call=call, union_id=call.union_id, state=ApplicationState.GRANTED, at=row.at)
        for row, _ in come.values()
    ]
    copy_new(applications)
    pairs = list(zip(applications, come.values(), strict=True))
    copy_new([Applicant(federation=kept, application=one, call=call, person=who, slot=1) for one, (_, who) in pairs])
    copy_new([
        Preference(federation=kept, application=one, pool=pool, rank=1, no=pool.next_no + n)
        for n, (one, _) in enumerate(pairs)
    ])  # fmt: skip
    copy_new([Step(federation=kept, application=one, verb="grant", account=by.account_id, at=at) for one, _ in pairs])
    awards = [Award(federation=kept, application=one, pool=pool, person=who, units=1, at=at) for one, (_, who) in pairs]
    copy_new(awards)
    pool.taken, pool.next_no = pool.taken + len(pairs), pool.next_no + len(pairs)
    return awards
