"""What happens to a pool's line and its places, under the lock on the pool's row. Called by the room's other actions.

Where an application may stand in several lines at once (calls that are entered, BY_ENTRY), the call's row is locked before
its pools, so that whoever moves one line may also take someone out of another.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, F, Model, QuerySet

from tongxin.calls.actions.tellings import Told, tell
from tongxin.calls.kinds import kind_of
from tongxin.calls.models import Applicant, Application, Award, Call, Lane, Pool, Preference, Reserve, Step
from tongxin.calls.models.windows import GRACE
from tongxin.calls.places import Counter, Place, Waits
from tongxin.calls.states import (
    BY_ENTRY,
    BY_SPEED,
    HOLDING,
    KNOWN,
    ApplicationState,
    AwardState,
    Policy,
    Why,
)
from tongxin.people.authority import Actor
from tongxin.records.actions import journal
from tongxin.store.among import among
from tongxin.store.atomic import must_be_writing
from tongxin.store.copying import copy_new, copy_over
from tongxin.store.prepared import Columns, Prepared

MANY: Final = 200  # from here on COPY is quicker
_BY_SPEED: Final = [policy.value for policy in BY_SPEED]
_POOL: Final = Columns(Pool)
_CALL: Final = Columns(Call)
_LOCK: Final = Prepared(f"""
    SELECT {_POOL.of("pool")}, {_CALL.of("call")}
    FROM calls_pool pool JOIN calls_call call ON call.id = pool.call_id
    WHERE pool.id = %(pool)s AND call.policy = ANY(%(policies)s) FOR NO KEY UPDATE OF pool
""")  # noqa: S608 - names of columns


def lock_pool(pk: int) -> Pool:
    pool = lock_quick(pk) or lock_pools([pk]).get(pk)
    if pool is None:
        raise Pool.DoesNotExist
    return pool


def lock_quick(pk: int) -> Pool | None:
    """With its call, in one statement; None: its call is entered, and is to be locked first.

    FOR NO KEY UPDATE as everywhere (store.models): applications that point at the pool do not wait.
    """
    must_be_writing("lock of Pool")
    row = _LOCK.row(pool=pk, policies=_BY_SPEED)
    if row is None:
        return None
    pool = _POOL.read(row[: len(_POOL)])
    pool.call = _CALL.read(row[len(_POOL) :])
    return pool


def lock_pools(pks: Collection[int]) -> dict[int, Pool]:
    entered = list(Call.objects.filter(pools__in=list(pks), policy__in=BY_ENTRY).values_list("pk", flat=True))
    if entered:
        Call.objects.lock_rows(entered)
    return {pool.pk: pool for pool in Pool.objects.select_related("call").lock_rows(pks)}


def count(pool: Pool) -> None:
    """Writes the numbers that the caller kept while it held the lock."""
    pool.save(update_fields=["taken", "waiting", "next_no", "units", "cut", "closed_at"])


def reserves_of(pool: Pool) -> list[Reserve]:
    """Brought up to date by the lock on the pool."""
    return list(pool.reserves.order_by("order")) if pool.reserved else []


def is_over(call: Call, at: datetime) -> bool:
    """Nobody else comes who could take a reserve: what is unused goes on as the reserve says.

    Of a level start later ones may, until it closes and all of them stand in line; and before its draw nothing is let go of
    what its list shares.
    """
    if call.policy == Policy.LEVEL_START:
        ended = call.settled_at is not None and at >= call.closes + GRACE
        return ended and not Lane.objects.filter(pool__call=call, settled__lt=F("pool__intake__arrived")).exists()
    return call.settled_at is not None or (call.policy in BY_SPEED and at >= call.closes)


def fill(pool: Pool, *, by: Actor, at: datetime) -> list[Award]:
    """Whoever is first in line gets what is free, or is offered it, and is told. As many statements for one as for all."""
    if pool.call.policy in BY_ENTRY:
        pool.refresh_from_db(fields=["taken", "waiting", "units", "next_no"])  # another line may have moved this one
    if pool.closed_at or pool.left <= 0 or pool.waiting <= 0:
        return []
    places = _next_in_line(pool, at)
    if not places:
        return []
    out_of_lines([place.application for place in places], pool)
    awards = give(pool, places, offered=pool.call.accept_hours > 0, by=by, at=at)
    count(pool)
    told = Told.OFFERED if pool.call.accept_hours else Told.MOVED_UP
    tell_awards(told, awards, at=at)
    return awards


def _next_in_line(pool: Pool, at: datetime) -> list[Place]:
    reserves = reserves_of(pool)
    rows = Preference.objects.filter(pool=pool, waits=True).order_by("no")
    columns = ("pk", "application_id", "application__size", "application__groups")
    if not reserves and pool.call.party_most == 1:
        return [Place(application, None) for application in rows.values_list("application_id", flat=True)[: pool.left]]
    counter, over = Counter(pool, reserves), is_over(pool.call, at)
    if pool.call.party_most == 1:
        rows = rows.filter(pk__in=among(_within_reach(rows, counter, over)))
    line = [Waits(*row) for row in rows.values_list(*columns)]
    places = list(counter.walk(line))
    while over:
        taken = {place.application for place in places}
        line = [one for one in line if one.application not in taken]
        if not counter.let_go(one.groups for one in line):
            break
        places += counter.walk(line)
    keep_reserves(reserves)
    return places


def _within_reach(rows: "QuerySet[Preference]", counter: Counter, over: bool) -> set[int]:  # noqa: FBT001
    """Where each comes alone: whoever could get a place, so that a line of hundreds of thousands is not read for one.

    With k places left these are the first k of the line and the first k of each group: before whoever stands further back in
    both, k others would have had a place already. The same holds when a reserve hands on what it does not use.
    """
    reach = set(rows.values_list("pk", flat=True)[: counter.left])
    left = [reserve for reserve in counter.reserves if reserve.left > 0]
    for reserve in counter.reserves if left and over else left:
        listed = f"(^|[+]){re.escape(reserve.name)}([+]|$)"
        reach.update(rows.filter(application__groups__regex=listed).values_list("pk", flat=True)[: counter.left])
    return reach


def spill(pool: Pool) -> None:
    """What no one in line can take of the reserves goes on, though nobody waits for it now."""
    reserves = reserves_of(pool)
    line = Preference.objects.filter(pool=pool, waits=True)
    Counter(pool, reserves).let_go(line.order_by().values_list("application__groups", flat=True).distinct())
    keep_reserves(reserves)


def keep_reserves(reserves: Sequence[Reserve]) -> None:
    if reserves:
        Reserve.objects.bulk_update(reserves, ["taken", "let_go", "handed"])


def out_of_lines(applications: Sequence[int], pool: Pool) -> None:
    """They wait nowhere any more: not in this pool, whose number the caller saves, nor in another of their wishes."""
    rows = Preference.objects.filter(application__in=among(applications), waits=True)
    left = dict(rows.order_by().values_list("pool").annotate(n=Count("*")))
    rows.update(waits=False)
    pool.waiting -= left.pop(pool.pk, 0)
    for other, many in sorted(left.items()):
        Pool.objects.filter(pk=other).update(waiting=F("waiting") - many)


def grant(
    pool: Pool, applications: Sequence[int], *, by: Actor, at: datetime, verb: str = "grant", why: str = ""
) -> list[Award]:
    """Open places in the order given, added to `pool.taken`, which the caller saves."""
    sizes = dict(Application.objects.filter(pk__in=among(applications)).values_list("pk", "size"))
    places = [Place(pk, None, sizes[pk]) for pk in applications]
    return give(pool, places, offered=False, by=by, at=at, verb=verb, why=why)


def give(
    pool: Pool, places: Sequence[Place], *, offered: bool, by: Actor, at: datetime, verb: str = "", why: str = ""
) -> list[Award]:
    """Awards in the order given, one a person, added to `pool.taken`, which the caller saves; the kind hears of them."""
    awards = make_awards(pool, places, offered=offered, at=at)
    state = ApplicationState.OFFERED if offered else ApplicationState.GRANTED
    turn(_applications(awards), state, verb or ("offer" if offered else "grant"), by=by, at=at, why=why)
    announce(pool.call, awards, offered=offered, by=by, at=at)
    return awards


def make_awards(pool: Pool, places: Sequence[Place], *, offered: bool, at: datetime) -> list[Award]:
    """One a person; who entered has the units of those who come along without a record."""
    people = defaultdict(list)
    for row in _applicants([place.application for place in places]).order_by("pk"):
        people[row.application_id].append(row)
    awards = [
        Award(
            federation=row.federation,
            application=row.application,
            pool=pool,
            person=row.person,
            units=place.size - len(people[place.application]) + 1 if row is people[place.application][0] else 1,
            reserve=place.reserve,
            state=AwardState.OFFERED if offered else AwardState.HELD,
            accept_by=at + timedelta(hours=pool.call.accept_hours) if offered else None,
            at=at,
        )
        for place in places
        for row in people[place.application]
    ]
    write_new(awards)
    pool.taken += sum(award.units for award in awards)
    return awards


def announce(call: Call, awards: Sequence[Award], *, offered: bool, by: Actor, at: datetime) -> None:
    """To the kind and to the journal, once for however many, of whatever pools."""
    if not awards:
        return
    if not offered:
        kind_of(call).granted(awards, by=by, at=at)
    verb = "award.offered" if offered else "award.granted"
    by_pool = defaultdict(list)
    for award in awards:
        by_pool[award.pool].append(award)
    for pool, same in by_pool.items():
        journal.write_many(verb, of=same, by=by, at=at, pool=pool.public_id, union=pool.union_id)


def release(
    pool: Pool,
    applications: Sequence[int],
    *,
    why: Why,
    by: Actor,
    at: datetime,
    state: AwardState = AwardState.BACK,
    person: int | None = None,
) -> list[Award]:
    """Takes their places back (or this person's alone) and subtracts them from `pool.taken`, which the caller saves."""
    held = Award.objects.filter(pool=pool, application__in=among(applications), state__in=HOLDING)
    if person is not None:
        held = held.filter(person=person)
    awards = list(held.select_related("application", "person").order_by("pk"))
    if not awards:
        return []
    known = [award for award in awards if award.state in KNOWN]
    Award.objects.filter(pk__in=[award.pk for award in awards]).update(state=state)
    for award in awards:
        award.state, award.pool = state, pool
    pool.taken -= sum(award.units for award in awards)
    _to_reserves(awards)
    if known:
        kind_of(pool.call).released(known, why=why, by=by, at=at)
    verb = "award.expired" if state == AwardState.EXPIRED else "award.back"
    journal.write_many(verb, of=awards, by=by, at=at, pool=pool.public_id, why=why.value, union=pool.union_id)
    return awards


def _to_reserves(awards: Iterable[Award]) -> None:
    back: dict[int, int] = defaultdict(int)
    for award in awards:
        if award.reserve_id is not None:
            back[award.reserve_id] += award.units
    for reserve, units in sorted(back.items()):
        Reserve.objects.filter(pk=reserve).update(taken=F("taken") - units)


def turn(
    applications: Sequence[Application], state: ApplicationState, verb: str, *, by: Actor, at: datetime, why: str = ""
) -> None:
    """The new state and a step of history for each."""
    Application.objects.filter(pk__in=among(row.pk for row in applications)).update(state=state)
    for row in applications:
        row.state = state
    write_new(
        [
            Step(federation=row.federation, application=row, verb=verb, account=by.account_id, at=at, why=why)
            for row in applications
        ]
    )


def write_new(rows: Sequence[Model]) -> None:
    if len(rows) > MANY:
        copy_new(rows)
    elif rows:
        type(rows[0])._default_manager.bulk_create(rows)


def stand(applications: Sequence[int], pool: Pool, *, waits: bool) -> None:
    """They stand in this pool now, at the end of its line, in the order given; other wishes are gone. The caller saves it."""
    wishes = Preference.objects.filter(application__in=among(applications)).order_by("application_id", "-rank")
    rows = {row.application_id: row for row in wishes}  # the first wish of each
    here = {row.application_id: row for row in wishes if row.pool_id == pool.pk}
    rows |= here
    Preference.objects.filter(application__in=among(applications)).exclude(
        pk__in=among(row.pk for row in rows.values())
    ).delete()
    for pk in applications:
        rows[pk].pool, rows[pk].no, rows[pk].waits, rows[pk].rank = pool, pool.next_no, waits, 1
        pool.next_no += 1
    pool.waiting += len(applications) if waits else 0
    copy_over(list(rows.values()), ["pool", "no", "waits", "rank"])


def leave(applications: Sequence[int]) -> None:
    """They hold no slot of their call any more."""
    Applicant.objects.filter(application__in=among(applications), live=True).update(live=False)


def tell_awards(told: Told, awards: Sequence[Award], *, at: datetime, **words: str) -> None:
    """Each person once, with the pool's name, and until when an offer stands."""
    by_pool = defaultdict(list)
    for award in awards:
        by_pool[award.pool].append(award)
    for pool, same in by_pool.items():
        until = same[0].accept_by
        more = {"until": until.isoformat()} if until is not None else {}
        tell(told, [(award.person_id, award.application) for award in same], pool=pool, at=at, **words, **more)


def _applications(awards: Iterable[Award]) -> list[Application]:
    return list({award.application_id: award.application for award in awards}.values())


def _applicants(applications: Sequence[int]) -> QuerySet[Applicant]:
    rows: QuerySet[Applicant] = Applicant.objects.filter(application__in=among(applications), live=True)
    return rows.select_related("application", "person")
