"""Places: adding, renaming, resizing and closing pools.

Power is checked by the substance room's action that calls these: only it knows which power its kind asks for.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from tongxin.calls.actions import lines
from tongxin.calls.actions.tellings import Told, tell
from tongxin.calls.actions.windows import check_not_closed
from tongxin.calls.models import Applicant, Application, Award, Call, Pool, Preference
from tongxin.calls.states import ENTRY, HOLDING, LIVE, ApplicationState, Why
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.unions.models import Union


@atomic
def add_pool(*, call: Call, union: Union, units: int, name: str, by: Actor, at: datetime) -> Pool:
    """`name` is how people read it in lists and messages. Refused: "places", "lane-one-pool"."""
    _check_units(units)
    if call.by_lane:
        raise Refused("lane-one-pool", "这一次走快速通道，只能有一种名额，请另开一次。")
    pool = Pool.make(federation=call.federation, call=call, union=union, units=units, name=name)
    journal.write("pool.added", of=pool, by=by, at=at, units=units)
    return pool


@atomic
def rename(*, pool: Pool, name: str, by: Actor, at: datetime) -> Pool:
    pool = lines.lock_pool(pool.pk)
    if name != pool.name:
        journal.write("pool.renamed", of=pool, by=by, at=at, before=pool.name, name=name)
        pool.name = name
        pool.save(update_fields=["name"])
    return pool


@atomic
def resize(*, pool: Pool, units: int, by: Actor, at: datetime) -> Pool:
    """More places: the line moves up. Refused: "places", "places-taken" (fewer than are taken), "places-reserved",
    "pool-closed".
    """
    _check_units(units)
    pool = lines.lock_pool(pool.pk)
    check_not_closed(pool)
    if units < pool.taken:
        raise Refused(
            "places-taken",
            "已录取%(taken)d人，名额不能少于这个数。要减到%(units)d个，请先调走或退出%(over)d人。",
            taken=pool.taken,
            units=units,
            over=pool.taken - units,
        )
    kept = sum(reserve.left for reserve in lines.reserves_of(pool))
    if units < pool.taken + kept:
        raise Refused(
            "places-reserved",
            "已录取%(taken)d人，另有%(kept)d个名额预留给各组，总数不能少于%(least)d。",
            taken=pool.taken,
            kept=kept,
            least=pool.taken + kept,
        )
    before, pool.units = pool.units, units
    lines.count(pool)
    journal.write("pool.resized", of=pool, by=by, at=at, before=before, units=units)
    lines.fill(pool, by=by, at=at)
    return pool


@atomic
def close_pool(*, pool: Pool, into: Pool | None = None, by: Actor, at: datetime, why: str) -> Pool:
    """Everyone is released and told; or moved into another pool of the call in order, those with places first.

    Who does not fit there waits in line there. Who stands there already (by another application) keeps that one only.
    Refused: "pool-closed" (either), "other-call", "same-pool", "list-frozen" (into another, whose list is published without them).
    """
    pool, into = _lock_two(pool, into)
    check_not_closed(pool)
    if into is not None and pool.call.frozen_at is not None and pool.call.settled_at is None:
        raise Refused(
            "list-frozen", "报名名单已经封存，结果还没公布，不能并到别处。请等结果公布以后再并，或不并、直接取消。"
        )
    _drop_wishes(pool, into)
    movers, others = _sort_out(pool, into)
    placed = [row.application_id for row in _standing(pool) if not row.waits]
    lines.release(pool, [pk for pk in placed if pk in movers], why=Why.MOVED, by=by, at=at)
    lines.release(pool, [pk for pk in placed if pk in others], why=Why.CLOSED, by=by, at=at)
    _empty(pool, at)
    if into is not None:
        _bring(list(movers.values()), pool, into, by=by, at=at, why=why)
    _end(list(others.values()), pool, by=by, at=at, why=why)
    journal.write(
        "pool.closed", of=pool, by=by, at=at, into=into.public_id if into else "", moved=len(movers), ended=len(others)
    )
    return pool


@atomic
def end_line(*, pool: Pool, by: Actor, at: datetime, why: str) -> Pool:
    """What was granted stays; who still waits is told that no place came. Nobody applies or moves up any more.

    Refused: "pool-closed".
    """
    pool = lines.lock_pool(pool.pk)
    check_not_closed(pool)
    order = [row.application_id for row in _standing(pool) if row.waits]
    rows = list(Applicant.objects.filter(application__in=order).select_related("application"))
    _empty(pool, at)
    lines.leave([row.application_id for row in rows])
    lines.turn(
        list({row.application_id: row.application for row in rows}.values()),
        ApplicationState.ENDED, "end", by=by, at=at, why=why,
    )  # fmt: skip
    tell(Told.LINE_ENDED, [(row.person_id, row.application) for row in rows], pool=pool, at=at, why=why)
    journal.write("pool.line-ended", of=pool, by=by, at=at, ended=len(rows))
    return pool


def _check_units(units: int) -> None:
    if units < 1:
        raise Refused("places", "名额至少1个，请改名额。")


def _lock_two(pool: Pool, into: Pool | None) -> tuple[Pool, Pool | None]:
    if into is None:
        return lines.lock_pool(pool.pk), None
    if into.pk == pool.pk:
        raise Refused("same-pool", "不能并到自己，请另选一个。")
    pools = lines.lock_pools({pool.pk, into.pk})
    pool, into = pools[pool.pk], pools[into.pk]
    if pool.call_id != into.call_id:
        raise Refused("other-call", "只能并到同一次开放的名额里，请另选一个。")
    check_not_closed(into)
    return pool, into


def _standing(pool: Pool) -> list[Preference]:
    """Those with places first, then the line; each in order of arrival. Whoever has a place elsewhere does not stand here."""
    rows = Preference.objects.filter(pool=pool, application__state__in=LIVE).order_by("waits", "no")
    held = Award.objects.filter(pool=pool, application=OuterRef("application"), state__in=HOLDING)
    here = Q(waits=True) | Q(application__state__in=ENTRY) | Exists(held)
    return list(rows.filter(here).select_related("application"))


def _drop_wishes(pool: Pool, into: Pool | None) -> None:
    """Who entered and has another wish, or wishes the other pool too, simply has one wish less."""
    wishes = Preference.objects.filter(pool=pool, application__state__in=(*ENTRY, ApplicationState.WAITING))
    others = Preference.objects.filter(application=OuterRef("application")).exclude(pool=pool)
    if into is not None:
        others = others.filter(pool=into)
    rows = wishes.filter(Exists(others))
    pool.waiting -= rows.filter(waits=True).count()
    rows.delete()


def _sort_out(pool: Pool, into: Pool | None) -> tuple[dict[int, Applicant], dict[int, Applicant]]:
    """Who moves and whose application ends, in order; of a party one stands for all."""
    order = [row.application_id for row in _standing(pool)]
    found = Applicant.objects.filter(application__in=order).select_related("application").order_by("pk")
    rows = {row.application_id: row for row in found}
    people: dict[int, set[int]] = defaultdict(set)
    for row in found:
        people[row.application_id].add(row.person_id)
    there = set(
        Applicant.objects.filter(application__preferences__pool=into, live=True).values_list("person_id", flat=True)
        if into
        else ()
    )
    moves = {pk: rows[pk] for pk in order if into is not None and not people[pk] & there}
    return moves, {pk: rows[pk] for pk in order if pk not in moves}


def _empty(pool: Pool, at: datetime) -> None:
    Preference.objects.filter(pool=pool, waits=True).update(waits=False)
    pool.waiting, pool.closed_at = 0, at
    lines.count(pool)


def _bring(rows: Sequence[Applicant], pool: Pool, into: Pool, *, by: Actor, at: datetime, why: str) -> None:
    """As many as fit get places, the rest stand in line."""
    fit, rest = _fitting(rows, into)
    lines.stand([row.application_id for row in fit], into, waits=False)
    entered = [row for row in rest if row.application.state in ENTRY]
    rest = [row for row in rest if row.application.state not in ENTRY]
    Preference.objects.filter(pool=pool, application__in=[row.application_id for row in entered]).update(pool=into)
    lines.stand([row.application_id for row in rest], into, waits=True)
    if fit:
        lines.grant(into, [row.application_id for row in fit], by=by, at=at, verb="move", why=why)
    lines.turn([row.application for row in rest], ApplicationState.WAITING, "move", by=by, at=at, why=why)
    lines.count(into)
    tell(Told.MOVED_WISH, _whom(entered), pool=into, at=at, before=pool.name, why=why)
    tell(Told.MOVED, _whom(fit), pool=into, at=at, before=pool.name, why=why)
    tell(Told.MOVED_TO_LINE, _whom(rest), pool=into, at=at, before=pool.name, why=why)


def _fitting(rows: Sequence[Applicant], into: Pool) -> tuple[list[Applicant], list[Applicant]]:
    """In their order; a party that does not fit is skipped. Reserves stay for those who arrive."""
    left = into.left - sum(reserve.left for reserve in lines.reserves_of(into))
    fit: list[Applicant] = []
    rest: list[Applicant] = []
    for row in rows:
        if row.application.size <= left and row.application.state not in ENTRY:
            left -= row.application.size
            fit.append(row)
        else:
            rest.append(row)
    return fit, rest


def _end(rows: Sequence[Applicant], pool: Pool, *, by: Actor, at: datetime, why: str) -> None:
    applications = [row.application for row in rows]
    lines.leave([row.pk for row in applications])
    lines.turn(applications, ApplicationState.ENDED, "end", by=by, at=at, why=why)
    tell(Told.ENDED, _whom(rows), pool=pool, at=at, why=why)


def _whom(rows: Sequence[Applicant]) -> list[tuple[int, Application]]:
    """Everyone of each party."""
    people: dict[int, list[int]] = defaultdict(list)
    found = Applicant.objects.filter(application__in=[row.application_id for row in rows]).order_by("pk")
    for application, person in found.values_list("application_id", "person_id"):
        people[application].append(person)
    return [(person, row.application) for row in rows for person in people[row.application_id]]
