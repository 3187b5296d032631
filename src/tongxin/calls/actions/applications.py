"""Applying, withdrawing and moving. Everything is counted under the lock on the pool's row."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import F

from tongxin.calls.actions import arrivals, lines
from tongxin.calls.actions.eligibility import check_eligible
from tongxin.calls.actions.tellings import Told, tell
from tongxin.calls.actions.windows import check_not_closed, check_open
from tongxin.calls.kinds import kind_of
from tongxin.calls.models import Applicant, Application, Pool, Preference
from tongxin.calls.states import APPLICATION_MOVES, LIVE, ApplicationState, Stage, Why
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, may, require
from tongxin.people.models import Person
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic


@atomic
def apply(
    *, pool: Pool, person: Person, by: Actor, at: datetime, key: str | None = None, tells: bool = True
) -> Application:
    """A place if one is free, else a number in the line; read it from `.state` (GRANTED or WAITING).

    `tells=False`: the caller tells the person in words of its own.

    `at` is when the request arrived. Two taps, or a retry with the same `key`, give the same application.
    Refused: "no-power", "call-not-published", "not-open-yet", "closed-already", "pool-closed", "not-eligible",
    "eligibility-unknown", "one-per-call", "application_key_once" (the key came with another wish), and what the kind refuses.
    """
    pool = lines.lock_pool(pool.pk)
    require_acting_for(by, person.pk, pool.union_id)
    try:
        check_open(pool, at)
        check_eligible(pool.call, person, at=at)
    except Refused:
        if (same := _made_before(pool, person, by, key)) is not None:
            return same
        raise
    arrival = arrivals.write(pool=pool, person=person, by=by, at=at, key=key)
    while arrival is None:  # once more only if what was in the way is gone by now
        if (same := _made_before(pool, person, by, key)) is not None:
            return same
        _check_slots(pool, person)
        arrival = arrivals.write(pool=pool, person=person, by=by, at=at, key=key)
    application = arrival.application
    kind = kind_of(pool.call)
    kind.check(application, Stage.ENTRY)
    if arrival.award is not None:
        kind.granted([arrival.award], by=by, at=at)
    journal.write("application.made", of=application, by=by, at=at, pool=pool.public_id, state=str(application.state))
    if tells and by.person_id != person.pk:
        _tell_outcome(application, person, pool, at)
    return application


@atomic
def withdraw(*, application: Application, why: str = "", by: Actor, at: datetime) -> Application:
    """Gives the place back (or leaves the line); the first in line moves up and is told. A second tap changes nothing.

    Refused: "no-power", "why-missing" (staff say why), "wrong-state" (it ended otherwise), "changed-meanwhile".
    """
    pool, _, application, person_id = _lock(application)
    require_acting_for(by, person_id, pool.union_id)
    if application.state == ApplicationState.WITHDRAWN:
        return application
    if by.person_id != person_id:
        _check_why(why)
    target = ApplicationState(APPLICATION_MOVES.target("withdraw", application.state))
    _out(pool, application, why=Why.WITHDRAWN, by=by, at=at)
    lines.leave([application.pk])
    lines.turn([application], target, "withdraw", by=by, at=at, why=why)
    journal.write("application.withdrawn", of=application, by=by, at=at, pool=pool.public_id)
    if by.person_id != person_id:
        tell(Told.WITHDRAWN, [(person_id, application)], pool=pool, at=at, why=why)
    lines.fill(pool, by=by, at=at)
    return application


@atomic
def move(*, application: Application, into: Pool, by: Actor, at: datetime, why: str) -> Application:
    """Staff move a worker to another pool of the same call; also after the window. Refused when it is full.

    Refused: "no-power", "why-missing", "other-call", "pool-full", "pool-closed", "already-there", "wrong-state",
    "changed-meanwhile".
    """
    pool, into, application, person_id = _lock(application, into)
    require(by, Power.ACT_FOR_WORKER, pool.union_id)
    if pool.pk == into.pk:
        return application
    _check_why(why)
    _check_move(pool, into, application)
    _out(pool, application, why=Why.MOVED, by=by, at=at)
    lines.stand([application.pk], into, waits=False)
    lines.grant(into, [application.pk], by=by, at=at, verb="move", why=why)
    lines.count(into)
    journal.write("application.moved", of=application, by=by, at=at, pool=pool.public_id, into=into.public_id)
    tell(Told.MOVED, [(person_id, application)], pool=into, at=at, before=pool.name, why=why)
    lines.fill(pool, by=by, at=at)
    application.state = ApplicationState.GRANTED
    return application


def require_acting_for(by: Actor, person_id: int, union_id: int) -> None:
    """The person, staff of the union that opened the call, or staff who reach the person. Else Refused("no-power")."""
    if by.system or by.person_id == person_id or may(by, Power.ACT_FOR_WORKER, union_id):
        return
    if not Person.objects.within(by, Power.ACT_FOR_WORKER).filter(pk=person_id).exists():
        require(by, Power.ACT_FOR_WORKER, union_id)


def _made_before(pool: Pool, person: Person, by: Actor, key: str | None) -> Application | None:
    """What this request made when it came before, by its key or by standing in this pool."""
    if key is not None and by.account_id is not None:
        keyed = Applicant.objects.filter(application__account=by.account_id, application__key=key)
        for row in keyed.select_related("application__call"):
            if (row.call_id, row.person_id) != (pool.call_id, person.pk):
                raise Refused("application_key_once", "这张报名页已经用过，请刷新页面再报。")
            return row.application
    standing = Applicant.objects.filter(
        person=person, call=pool.call_id, live=True, application__preferences__pool=pool
    )
    found = standing.select_related("application__call").first()
    return None if found is None else found.application


def _check_slots(pool: Pool, person: Person) -> None:
    most = pool.call.per_person
    if Applicant.objects.filter(person=person, call=pool.call_id, live=True).count() < most:
        return
    if most == 1:
        raise Refused("one-per-call", "这一次每人只能报1个，您已经报了别的。想换的话，请先退出原来的再报。")
    raise Refused("one-per-call", "这一次每人最多报%(most)d个，您已报满。想换的话，请先退出一个再报。", most=most)


class _Locked(NamedTuple):
    pool: Pool
    into: Pool
    application: Application
    person_id: int


def _lock(application: Application, into: Pool | None = None) -> _Locked:
    """Its pool (and another), locked in the order of keys; then the application as it is under that lock."""
    pool_id = Preference.objects.values_list("pool_id", flat=True).get(application=application)
    pools = lines.lock_pools({pool_id, into.pk if into else pool_id})
    row = (
        Applicant.objects.select_related("application")
        .annotate(stands_at=F("application__preferences__pool_id"))
        .get(application=application)
    )
    if row.stands_at != pool_id:
        raise Refused("changed-meanwhile", "刚刚有人调整了这个报名，请刷新后再看。")
    row.application.call = pools[pool_id].call
    return _Locked(pools[pool_id], pools[into.pk if into else pool_id], row.application, row.person_id)


def _out(pool: Pool, application: Application, *, why: Why, by: Actor, at: datetime) -> None:
    if application.state == ApplicationState.GRANTED:
        lines.release(pool, [application.pk], why=why, by=by, at=at)
    else:
        Preference.objects.filter(application=application, pool=pool).update(waits=False)
        pool.waiting -= 1
    lines.count(pool)


def _check_move(pool: Pool, into: Pool, application: Application) -> None:
    if into.call_id != pool.call_id:
        raise Refused("other-call", "只能换到同一次开放的名额里，请另选一个。")
    if application.state not in LIVE:
        raise Refused("wrong-state", "这个报名已经退出或结束，不能再调整，请刷新后再看。")
    check_not_closed(into)
    if into.left <= 0:
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
