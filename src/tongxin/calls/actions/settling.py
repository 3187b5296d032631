"""What a line taken in by the lane is worth: places in its order, by batches, as long as there are any.

Who stands further back keeps the number and needs no row more: the arrivals are the waiting line. A place that comes back,
or is added, goes to the next number at the next look. Of a level start, who came in its minutes was drawn before
(actions.leveling) and waits in the pool's own line, which goes first.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db.models import Q, QuerySet

from tongxin.calls.actions import lines
from tongxin.calls.actions.tellings import Told, tell
from tongxin.calls.kinds import kind_of
from tongxin.calls.models import Applicant, Application, Arrival, Award, Lane, Pool, Preference, Step
from tongxin.calls.states import ApplicationState, Policy
from tongxin.kernel.public_ids import new_public_ids
from tongxin.people.authority import Actor
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.store.copying import NULL, Columns, copy_keyed

MOST: Final = 2_000  # numbers in one transaction
Row = tuple[int, datetime, int, int | None]  # number, moment, person, and the record that theirs was merged into
Come = dict[int, tuple[int, datetime]]  # by person: on whose receipt the number stands, and when they came


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
    if free <= 0 or not (rows := read(later(pool, lane), free)):
        return 0
    given = _give(pool, newcomers(pool, rows), by=by, at=at)
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


def read(found: "QuerySet[Arrival]", most: int) -> list[Row]:
    """Columns alone: a release has hundreds of thousands."""
    return list(found.values_list("no", "at", "person_id", "person__merged_into_id")[:most])


def newcomers(pool: Pool, rows: Sequence[Row]) -> Come:
    """In order of their numbers. A record that was merged since counts as the one that it went into; who is in the call already
    keeps what they have there.
    """
    come: Come = {}
    for _, when, person, heir in rows:
        come.setdefault(heir or person, (person, when))
    live = Applicant.objects.filter(person__in=list(come), call=pool.call_id, live=True)
    for one in live.values_list("person_id", flat=True):
        come.pop(one, None)
    return come


def write(pool: Pool, come: Come, said: Columns, wish: Columns, verb: str, by: Actor, at: datetime) -> list[int]:
    """Applications with their moment of arrival, and what is `said` of them besides; each with its person, a step and its one
    wish. Their keys. By COPY, from columns: a release writes a hundred thousand in a minute beside a million claims, and an
    instance for each row was two thirds of the price.
    """
    many, call = len(come), pool.call
    kept: Columns = {"federation": str(call.federation)}
    applications = copy_keyed(
        Application,
        kept | said | {
            "public_id": new_public_ids(many), "call_id": str(call.pk), "union_id": str(call.union_id),
            "at": [when.isoformat() for _, when in come.values()],
        },
        many,
    )  # fmt: skip
    shared = kept | {"application_id": list(map(str, applications))}
    person: Columns = {"call_id": str(call.pk), "person_id": list(map(str, come)), "slot": "1"}
    copy_keyed(Applicant, shared | person, many)
    account = NULL if by.account_id is None else str(by.account_id)
    copy_keyed(Step, shared | {"verb": verb, "account": account, "at": at.isoformat()}, many)
    copy_keyed(Preference, shared | wish | {"pool_id": str(pool.pk), "rank": "1"}, many)
    return applications


def _give(pool: Pool, come: Come, *, by: Actor, at: datetime) -> list[Award]:
    """Every one of them has a place; the kind hears of all at once."""
    if not come:
        return []
    many, call = len(come), pool.call
    wish: Columns = {"no": [str(no) for no in range(pool.next_no, pool.next_no + many)]}
    applications = write(pool, come, {"state": ApplicationState.GRANTED.value}, wish, "grant", by, at)
    keys = copy_keyed(
        Award,
        {
            "public_id": new_public_ids(many), "federation": str(call.federation), "pool_id": str(pool.pk),
            "application_id": list(map(str, applications)), "person_id": list(map(str, come)), "at": at.isoformat(),
        },
        many,
    )  # fmt: skip
    given = zip(keys, applications, come, strict=True)
    awards = [
        Award(pk=key, federation=call.federation, application_id=one, person_id=who, pool=pool, at=at)
        for key, one, who in given
    ]
    pool.taken, pool.next_no = pool.taken + many, pool.next_no + many
    lines.count(pool)
    kind_of(call).granted(awards, by=by, at=at)
    return awards
