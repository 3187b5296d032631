"""Applying, withdrawing and moving. Everything is counted under the lock on the pool's row."""

from datetime import datetime
from functools import partial
from typing import NamedTuple

from tongxin.calls.actions import arrivals, entries, lines
from tongxin.calls.actions.acting import acts_for_all, require_acting_for
from tongxin.calls.actions.eligibility import check_eligible
from tongxin.calls.actions.tellings import Told, tell
from tongxin.calls.actions.windows import check_not_closed, check_open
from tongxin.calls.kinds import kind_of
from tongxin.calls.models import Applicant, Application, Award, Pool, Preference, Step
from tongxin.calls.queries.groups import groups_of
from tongxin.calls.states import APPLICATION_MOVES, ENTRY, HOLDING, LIVE, ApplicationState, Stage, Why
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, require
from tongxin.people.models import Person
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic


@atomic
def apply(
    *,
    pool: Pool,
    person: Person,
    by: Actor,
    at: datetime,
    key: str | None = None,
    tells: bool = True,
    companions: int = 0,
) -> Application:
    """A place if one is free, else a number in the line; read it from `.state` (GRANTED or WAITING).

    `tells=False`: the caller tells the person in words of its own. `companions`: how many come along without a record.

    `at` is when the request arrived. Two taps, or a retry with the same `key`, give the same application.
    Refused: "no-power", "call-not-published", "not-open-yet", "closed-already", "pool-closed", "not-eligible",
    "eligibility-unknown", "one-per-call", "application_key_once" (the key came with another wish), and what the kind refuses.
    """
    quick = lines.lock_quick(pool.pk)
    if quick is None:  # its places are given later: this is the one wish
        return entries.enter(
            call=pool.call, wishes=[pool], persons=[person], by=by, at=at, key=key, tells=tells, companions=companions
        )
    arrival = _arrive(quick, person, 1 + companions, by=by, at=at, key=key)
    if isinstance(arrival, Application):
        return arrival  # it was made before
    application, kind = arrival.application, kind_of(quick.call)
    kind.check(application, Stage.ENTRY)
    if arrival.award is not None:
        kind.granted([arrival.award], by=by, at=at)
    journal.write("application.made", of=application, by=by, at=at, pool=quick.public_id, state=str(application.state))
    if tells and by.person_id != person.pk:
        _tell_outcome(application, person, quick, at)
    return application


def _arrive(
    pool: Pool, person: Person, size: int, *, by: Actor, at: datetime, key: str | None
) -> arrivals.Arrival | Application:
    require_acting_for(by, person.pk, pool.union_id)
    try:
        check_open(pool, at)
        check_eligible(pool.call, person, at=at)
        entries.check_party(pool.call, [person], size - 1)
    except Refused:
        if (same := _made_before(pool, person, size, by, key)) is not None:
            return same
        raise
    groups = groups_of([pool.pk], person, at=at) if pool.reserved else ""
    arrive = partial(arrivals.write, pool=pool, person=person, by=by, at=at, key=key, groups=groups, size=size)
    arrival = arrive()
    while arrival is None:  # once more only if what was in the way is gone by now
        if (same := _made_before(pool, person, size, by, key)) is not None:
            return same
        _check_slots(pool, person)
        arrival = arrive()
    return arrival


@atomic
def withdraw(*, application: Application, why: str = "", by: Actor, at: datetime) -> Application:
    """Gives the place back (or leaves every line); the first in line moves up and is told. A second tap changes nothing.

    Refused: "no-power", "why-missing" (staff say why), "wrong-state" (it ended otherwise), "changed-meanwhile",
    "party-lead" (of people who entered together, the one who entered withdraws it).
    """
    locked = _lock(application)
    application = locked.application
    acts_for_all(by, locked.people, application.union_id)
    if application.state == ApplicationState.WITHDRAWN:
        return application
    own = by.person_id in locked.people
    if not own:
        _check_why(why)
    target = ApplicationState(APPLICATION_MOVES.target("withdraw", application.state))
    freed = _out(locked, why=Why.WITHDRAWN, by=by, at=at)
    lines.leave([application.pk])
    lines.turn([application], target, "withdraw", by=by, at=at, why=why)
    named = locked.first.public_id
    journal.write("application.withdrawn", of=application, by=by, at=at, pool=named, late=_is_late(application, at))
    if not own:
        tell(Told.WITHDRAWN, [(person, application) for person in locked.people], pool=locked.first, at=at, why=why)
    for pool in freed:
        lines.fill(pool, by=by, at=at)
    return application


@atomic
def move(*, application: Application, into: Pool, by: Actor, at: datetime, why: str) -> Application:
    """Staff move a worker to another pool of the same call; also after the window. Refused when it is full.

    Refused: "no-power", "why-missing", "other-call", "pool-full", "pool-closed", "already-there", "wrong-state",
    "changed-meanwhile".
    """
    locked = _lock(application, into)
    pool, into, application = locked.first, locked.pools[into.pk], locked.application
    require(by, Power.ACT_FOR_WORKER, pool.union_id)
    if pool.pk == into.pk:
        return application
    _check_why(why)
    _check_move(pool, into, application)
    freed = _out(locked, why=Why.MOVED, by=by, at=at)
    lines.stand([application.pk], into, waits=False)
    lines.grant(into, [application.pk], by=by, at=at, verb="move", why=why)
    lines.count(into)
    journal.write("application.moved", of=application, by=by, at=at, pool=pool.public_id, into=into.public_id)
    people = [(person, application) for person in locked.people]
    tell(Told.MOVED, people, pool=into, at=at, before=pool.name, why=why)
    for other in freed:
        lines.fill(other, by=by, at=at)
    application.state = ApplicationState.GRANTED
    return application


def _made_before(pool: Pool, person: Person, size: int, by: Actor, key: str | None) -> Application | None:
    """What this request made when it came before, by its key or by standing in this pool."""
    if key is not None and by.account_id is not None:
        keyed = Applicant.objects.filter(application__account=by.account_id, application__key=key)
        for row in keyed.select_related("application__call"):
            same = _was_for(row.application, pool) and entries.was_sized(row.application, size)
            if row.person_id != person.pk or not same:
                raise Refused("application_key_once", "这张报名页已经用过，请刷新页面再报。")
            return row.application
    standing = Applicant.objects.filter(
        person=person, call=pool.call_id, live=True, application__preferences__pool=pool
    )
    found = standing.select_related("application__call").first()
    return None if found is None else found.application


def _was_for(application: Application, pool: Pool) -> bool:
    """Where it stands, or where it stood before somebody moved it elsewhere in the call."""
    if application.call_id != pool.call_id:
        return False
    stands = Preference.objects.filter(application=application, pool=pool).exists()
    return stands or Step.objects.filter(application=application, verb="move").exists()


def _check_slots(pool: Pool, person: Person) -> None:
    most = pool.call.per_person
    if Applicant.objects.filter(person=person, call=pool.call_id, live=True).count() < most:
        return
    if most == 1:
        raise Refused("one-per-call", "这一次每人只能报1个，您已经报了别的。想换的话，请先退出原来的再报。")
    raise Refused("one-per-call", "这一次每人最多报%(most)d个，您已报满。想换的话，请先退出一个再报。", most=most)


class _Locked(NamedTuple):
    """`first`: where it has its place, else its first wish. `people`: who entered comes first."""

    pools: dict[int, Pool]
    first: Pool
    application: Application
    people: list[int]


def _lock(application: Application, into: Pool | None = None) -> _Locked:
    """All its pools (and another), locked in the order of keys; then the application as it is under that lock."""
    wished = _wished(application)
    pools = lines.lock_pools({*wished, into.pk} if into else wished)
    row = Application.objects.lock(application.pk)
    if _wished(application) != wished:
        raise Refused("changed-meanwhile", "刚刚有人调整了这个报名，请刷新后再看。")
    held = Award.objects.filter(application=row, state__in=HOLDING).values_list("pool_id", flat=True).first()
    first = pools[wished[0] if held is None else held]
    row.call = first.call
    people = Applicant.objects.filter(application=row).order_by("pk").values_list("person_id", flat=True)
    return _Locked(pools, first, row, list(people))


def _wished(application: Application) -> list[int]:
    return list(Preference.objects.filter(application=application).order_by("rank").values_list("pool_id", flat=True))


def _out(locked: _Locked, *, why: Why, by: Actor, at: datetime) -> list[Pool]:
    """Gives back what it has and leaves the lines it stands in; returns the pools in which someone may move up now."""
    application, freed = locked.application, []
    if application.state in {ApplicationState.GRANTED, ApplicationState.OFFERED}:
        lines.release(locked.first, [application.pk], why=why, by=by, at=at)
        lines.count(locked.first)
        freed.append(locked.first)
    for row in Preference.objects.filter(application=application, waits=True):
        pool = locked.pools[row.pool_id]
        pool.waiting -= 1
        lines.count(pool)
        freed.append(pool)  # a reserve may have waited for just this one
    Preference.objects.filter(application=application, waits=True).update(waits=False)
    return freed


def _is_late(application: Application, at: datetime) -> bool:
    """After the list was frozen: its line in the list stays, and shows."""
    return (
        application.call.frozen_at is not None and application.call.settled_at is None and at >= application.call.closes
    )


def _check_move(pool: Pool, into: Pool, application: Application) -> None:
    if into.call_id != pool.call_id:
        raise Refused("other-call", "只能换到同一次开放的名额里，请另选一个。")
    if application.state not in LIVE or application.state in ENTRY:
        raise Refused("wrong-state", "这个报名已经退出或结束，不能再调整，请刷新后再看。")
    check_not_closed(into)
    if into.left - sum(reserve.left for reserve in lines.reserves_of(into)) < application.size:
        raise Refused("pool-full", "“%(what)s”名额已满，请先加名额，或换一个。", what=into.name)
    if Applicant.objects.filter(
        person__in=Applicant.objects.filter(application=application).values("person"),
        live=True,
        application__preferences__pool=into,
    ).exists():
        raise Refused("already-there", "这位职工已经报了“%(what)s”，不用再调整。", what=into.name)


def _check_why(why: str) -> None:
    if not why.strip():
        raise Refused("why-missing", "请写一句原因，职工会看到。")


def _tell_outcome(application: Application, person: Person, pool: Pool, at: datetime) -> None:
    told = Told.GRANTED if application.state == ApplicationState.GRANTED else Told.WAITING
    tell(told, [(person.pk, application)], pool=pool, at=at)
