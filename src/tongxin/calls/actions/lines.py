"""What happens to a pool's line and its places, under the lock on the pool's row. Called by the room's other actions."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from django.db.models import QuerySet

from tongxin.calls.actions.tellings import Told, tell
from tongxin.calls.kinds import kind_of
from tongxin.calls.models import Applicant, Application, Award, Call, Pool, Preference, Step
from tongxin.calls.states import HOLDING, ApplicationState, AwardState, Why
from tongxin.people.authority import Actor
from tongxin.records.actions import journal
from tongxin.store.atomic import must_be_writing
from tongxin.store.prepared import Columns, Prepared

_POOL: Final = Columns(Pool)
_CALL: Final = Columns(Call)
_LOCK: Final = Prepared(f"""
    SELECT {_POOL.of("pool")}, {_CALL.of("call")}
    FROM calls_pool pool JOIN calls_call call ON call.id = pool.call_id
    WHERE pool.id = %(pool)s FOR NO KEY UPDATE OF pool
""")  # noqa: S608 - names of columns


def lock_pool(pk: int) -> Pool:
    """With its call. FOR NO KEY UPDATE as everywhere (store.models): applications that point at the pool do not wait."""
    must_be_writing("lock of Pool")
    row = _LOCK.row(pool=pk)
    if row is None:
        raise Pool.DoesNotExist
    pool = _POOL.read(row[: len(_POOL)])
    pool.call = _CALL.read(row[len(_POOL) :])
    return pool


def lock_pools(pks: Collection[int]) -> dict[int, Pool]:
    return {pool.pk: pool for pool in Pool.objects.select_related("call").lock_rows(pks)}


def count(pool: Pool) -> None:
    """Writes the numbers that the caller kept while it held the lock."""
    pool.save(update_fields=["taken", "waiting", "next_no", "units", "closed_at"])


def fill(pool: Pool, *, by: Actor, at: datetime) -> list[Award]:
    """Whoever is first in line gets what is free, and is told. The same number of statements for one or for all."""
    free = 0 if pool.closed_at else min(pool.left, pool.waiting)
    if free <= 0:
        return []
    first = list(Preference.objects.filter(pool=pool, waits=True).order_by("no")[:free])
    awards = grant(pool, [row.application_id for row in first], by=by, at=at)
    pool.waiting -= len(first)
    count(pool)
    Preference.objects.filter(pk__in=[row.pk for row in first]).update(waits=False)
    tell(Told.MOVED_UP, [(award.person_id, award.application) for award in awards], pool=pool, at=at)
    return awards


def grant(
    pool: Pool, applications: Sequence[int], *, by: Actor, at: datetime, verb: str = "grant", why: str = ""
) -> list[Award]:
    """Awards in the order given, added to `pool.taken`, which the caller saves."""
    rows = {row.application_id: row for row in _applicants(applications)}
    awards = [
        Award(
            federation=rows[pk].federation, application=rows[pk].application, pool=pool, person=rows[pk].person, at=at
        )
        for pk in applications
    ]
    Award.objects.bulk_create(awards)
    pool.taken += len(awards)
    turn([award.application for award in awards], ApplicationState.GRANTED, verb, by=by, at=at, why=why)
    kind_of(pool.call).granted(awards, by=by, at=at)
    journal.write_many("award.granted", of=awards, by=by, at=at, pool=pool.public_id, union=pool.union_id)
    return awards


def release(pool: Pool, applications: Sequence[int], *, why: Why, by: Actor, at: datetime) -> list[Award]:
    """Takes their places back and subtracts them from `pool.taken`, which the caller saves."""
    awards = list(
        Award.objects.filter(pool=pool, application__in=applications, state__in=HOLDING)
        .select_related("application", "person")
        .order_by("pk")
    )
    if not awards:
        return []
    Award.objects.filter(pk__in=[award.pk for award in awards]).update(state=AwardState.BACK)
    for award in awards:
        award.state, award.pool = AwardState.BACK, pool
    pool.taken -= sum(award.units for award in awards)
    kind_of(pool.call).released(awards, why=why, by=by, at=at)
    journal.write_many("award.back", of=awards, by=by, at=at, pool=pool.public_id, why=why.value, union=pool.union_id)
    return awards


def turn(
    applications: Sequence[Application], state: ApplicationState, verb: str, *, by: Actor, at: datetime, why: str = ""
) -> None:
    """The new state and a step of history for each."""
    Application.objects.filter(pk__in=[row.pk for row in applications]).update(state=state)
    for row in applications:
        row.state = state
    Step.objects.bulk_create(
        [
            Step(federation=row.federation, application=row, verb=verb, account=by.account_id, at=at, why=why)
            for row in applications
        ]
    )


def stand(applications: Sequence[int], pool: Pool, *, waits: bool) -> None:
    """They stand in this pool now, at the end of its line, in the order given. The caller saves the pool."""
    rows = {row.application_id: row for row in Preference.objects.filter(application__in=applications)}
    for pk in applications:
        rows[pk].pool, rows[pk].no, rows[pk].waits = pool, pool.next_no, waits
        pool.next_no += 1
    pool.waiting += len(applications) if waits else 0
    Preference.objects.bulk_update(rows.values(), ["pool", "no", "waits"], batch_size=500)


def leave(applications: Sequence[int]) -> None:
    """They hold no slot of their call any more."""
    Applicant.objects.filter(application__in=applications, live=True).update(live=False)


def _applicants(applications: Sequence[int]) -> QuerySet[Applicant]:
    return Applicant.objects.filter(application__in=applications).select_related("application", "person")
