"""What a line taken in by the lane is worth: places in its order, by batches, as long as there are any.

Who stands further back keeps the number and needs no row more: the arrivals are the waiting line. A place that comes back,
or is added, goes to the next number at the next look. Of a level start, who came in its minutes was drawn before
(actions.leveling) and waits in the pool's own line, which goes first.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db.models import Model, Q, QuerySet

from tongxin.calls.actions import lines
from tongxin.calls.actions.tellings import Told, tell
from tongxin.calls.kinds import kind_of
from tongxin.calls.models import Applicant, Application, Arrival, Award, Lane, Pool, Preference, Step
from tongxin.calls.states import ApplicationState, Policy
from tongxin.kernel.public_ids import new_public_ids
from tongxin.people.authority import Actor
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.store.copying import NULL, Columns, copy_columns, new_keys

MOST: Final = 2_000  # numbers in one transaction
Row = tuple[int, datetime, int, int | None]  # number, moment, person, and the record that theirs was merged into


@atomic
def settle(*, pool: Pool, by: Actor, at: datetime, most: int = MOST) -> int:
    """How many numbers of the line were gone through; 0: there is nothing to give, or nobody to give it to.

    The pool's lock counts places as everywhere; the intake's row is never touched, so a release goes on meanwhile. Where
    places are kept for groups, later ones stand in the pool's own line instead (leveling.follow).
    """
    pool, lane = lock(pool)
    if pool.reserved:
        return 0
    drawn_first = pool.call.policy == Policy.LEVEL_START and pool.call.settled_at is None
    free = 0 if pool.closed_at or pool.waiting or drawn_first else min(pool.left, most)
    if free <= 0 or not (rows := _rows(pool, lane, free)):
        return 0
    given = _give(pool, _without_place(pool, rows), by=by, at=at)
    late = lane.settled >= pool.units  # nobody waits for these any more: they are told
    first, lane.settled = lane.settled + 1, rows[-1][0]
    lane.save(update_fields=["settled"])
    if late:
        applications = Application.objects.in_bulk([award.application_id for award in given])
        tell(Told.MOVED_UP, [(one.person_id, applications[one.application_id]) for one in given], pool=pool, at=at)
    journal.write("arrivals.settled", of=pool, by=by, at=at, first=first, last=lane.settled, given=len(given))
    return len(rows)


def lock(pool: Pool) -> tuple[Pool, Lane]:
    """The pool with its call, then its lane."""
    pool = lines.lock_pool(pool.pk)
    return pool, Lane.objects.lock(Lane.objects.only("pk").get(pool=pool).pk)


def later(pool: Pool, lane: Lane) -> "QuerySet[Arrival]":
    """By number, beyond what was gone through. After a level start: without who was in it, but with whoever came in time and
    was written too late for it.
    """
    found: QuerySet[Arrival] = Arrival.objects.filter(pool=pool, no__gt=lane.settled).order_by("no")
    if pool.call.policy != Policy.LEVEL_START:
        return found
    return found.filter(Q(at__gte=pool.call.list_ends) | Q(no__gt=lane.level_last))


def _rows(pool: Pool, lane: Lane, most: int) -> list[Row]:
    return list(later(pool, lane).values_list("no", "at", "person_id", "person__merged_into_id")[:most])


def _without_place(pool: Pool, rows: Sequence[Row]) -> dict[int, datetime]:
    """In order of their numbers: when each person came. Who is in the call already keeps what they have there."""
    moments: dict[int, datetime] = {}
    for _, when, person, heir in rows:
        moments.setdefault(heir or person, when)
    live = Applicant.objects.filter(person__in=list(moments), call=pool.call_id, live=True)
    for person in live.values_list("person_id", flat=True):
        moments.pop(person, None)
    return moments


def _give(pool: Pool, moments: dict[int, datetime], *, by: Actor, at: datetime) -> list[Award]:
    """Every one of them has a place; the kind hears of all at once. Five tables by COPY, from columns: a release gives a
    hundred thousand places in a minute beside a million claims, and an instance for each row was two thirds of the price.
    """
    if not moments:
        return []
    many, call = len(moments), pool.call
    kept = str(call.federation)
    came, applications = [when.isoformat() for when in moments.values()], new_keys(Application, many)
    of, to = list(map(str, applications)), list(map(str, moments))
    numbers = range(pool.next_no, pool.next_no + many)
    shared = {"federation": kept, "application_id": of}
    copy_columns(
        Application,
        {
            "id": of, "public_id": new_public_ids(many), "federation": kept, "call_id": str(call.pk), "at": came,
            "union_id": str(call.union_id), "state": ApplicationState.GRANTED.value,
        },
        many,
    )  # fmt: skip
    _copy(Applicant, shared | {"call_id": str(call.pk), "person_id": to, "slot": "1"}, many)
    account = NULL if by.account_id is None else str(by.account_id)
    _copy(Step, shared | {"verb": "grant", "account": account, "at": at.isoformat()}, many)
    _copy(Preference, shared | {"pool_id": str(pool.pk), "rank": "1", "no": list(map(str, numbers))}, many)
    keys = _copy(
        Award,
        shared | {"public_id": new_public_ids(many), "pool_id": str(pool.pk), "person_id": to, "at": at.isoformat()},
        many,
    )
    given = zip(keys, applications, moments, strict=True)
    awards = [
        Award(pk=key, federation=call.federation, application_id=one, person_id=who, pool=pool, at=at)
        for key, one, who in given
    ]
    pool.taken, pool.next_no = pool.taken + many, pool.next_no + many
    lines.count(pool)
    kind_of(call).granted(awards, by=by, at=at)
    return awards


def _copy(model: type[Model], columns: Columns, many: int) -> list[int]:
    """Their keys."""
    keys = new_keys(model, many)
    copy_columns(model, columns | {"id": list(map(str, keys))}, many)
    return keys
