"""A level start: who comes in its first minutes counts as simultaneous. They are the list of a draw; later ones follow.

Here they are written into that list. It is frozen and drawn like any other (actions.rounds), by seals of several people or
a public source that were announced with the release; the engine gives the places. Until then nobody has a place, later ones
neither (actions.settling waits for `settled_at`).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db.models import Min, QuerySet

from tongxin.calls.actions import lines, settling
from tongxin.calls.entries import holder
from tongxin.calls.models import Applicant, Application, Arrival, Call, Intake, Lane, Pool, Preference, Step
from tongxin.calls.models.windows import GRACE
from tongxin.calls.queries.groups import groups_of_many
from tongxin.calls.states import ApplicationState, Policy
from tongxin.people.authority import Actor
from tongxin.people.models import Person
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.store.copying import copy_new

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


@atomic
def follow(*, pool: Pool, by: Actor, at: datetime, most: int = MOST) -> int:
    """Where places are kept for groups: some more of those who came later stand in the pool's own line, behind the drawn.

    There a place of their group may come to them before those who are not of it; a number alone could not say so. They all
    do, also while nothing is left, so that whatever comes back finds its group. 0: nothing to do, or nothing is drawn yet.
    """
    pool, lane = settling.lock(pool)
    if not pool.reserved or pool.call.settled_at is None or pool.closed_at is not None:
        return 0
    rows = _read(settling.later(pool, lane), most)
    if rows:
        _join(pool, lane, rows, by=by, at=at)
    elif lane.settled < (last := lane.level_last or 0):  # the last of its minutes stand crosswise, and are in the list
        lane.settled = last
        lane.save(update_fields=["settled"])
    return len(rows)


def _enter(pool: Pool, lane: Lane, rows: Sequence[Arrival], *, by: Actor, at: datetime) -> None:
    """The ticket is the name that stands on the receipt: whoever holds one finds it in the list."""
    come, salt = _without_application(pool, rows), bytes(lane.salt)
    entered = _applications(pool, come, ApplicationState.ENTERED)
    for one, (row, _) in zip(entered, come.values(), strict=True):
        one.ticket = holder(salt, row.person_id)
    _write(come, entered, "enter", by, at)
    copy_new([Preference(federation=one.federation, application=one, pool=pool, rank=1) for one in entered])
    first, lane.settled = lane.settled + 1, rows[-1].no
    lane.save(update_fields=["settled"])
    journal.write("arrivals.entered", of=pool, by=by, at=at, first=first, last=lane.settled, entered=len(entered))


def _join(pool: Pool, lane: Lane, rows: Sequence[Arrival], *, by: Actor, at: datetime) -> None:
    come = _without_application(pool, rows)
    joined = _applications(pool, come, ApplicationState.WAITING)
    _write(come, joined, "wait", by, at)
    copy_new(
        [
            Preference(federation=one.federation, application=one, pool=pool, rank=1, no=no, waits=True)
            for no, one in enumerate(joined, pool.next_no)
        ]
    )
    pool.next_no, pool.waiting = pool.next_no + len(joined), pool.waiting + len(joined)
    lines.count(pool)
    first, lane.settled = lane.settled + 1, rows[-1].no
    lane.save(update_fields=["settled"])
    journal.write("arrivals.joined", of=pool, by=by, at=at, first=first, last=lane.settled, joined=len(joined))
    lines.fill(pool, by=by, at=at)


def _applications(pool: Pool, come: Come, state: ApplicationState) -> list[Application]:
    """With the moment of the arrival, and the groups in which each one was then."""
    groups = groups_of_many(pool, list(come), [row.at for row, _ in come.values()])
    call = pool.call
    return [
        Application(
            federation=call.federation, call=call, union_id=call.union_id, state=state, at=row.at, groups=mine
        )
        for (row, _), mine in zip(come.values(), groups, strict=True)
    ]  # fmt: skip


def _write(come: Come, made: Sequence[Application], verb: str, by: Actor, at: datetime) -> None:
    """By COPY, each with its person and a step."""
    copy_new(made)
    copy_new(
        [
            Applicant(federation=one.federation, application=one, call=one.call, person=who, slot=1)
            for one, (_, who) in zip(made, come.values(), strict=True)
        ]
    )
    copy_new(
        [Step(federation=one.federation, application=one, verb=verb, account=by.account_id, at=at) for one in made]
    )


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
