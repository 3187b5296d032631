"""Reserves of a pool: set up before anyone applies; of whose places each one gets; what becomes of unused ones.

The pool's row is their lock, too. Power is checked by the substance room's action that calls `add` and `drop`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.timezone import localdate

from tongxin.calls.actions import busy, lines
from tongxin.calls.actions.windows import check_not_closed
from tongxin.calls.models import Application, Award, Pool, Reserve
from tongxin.calls.places import groups_in
from tongxin.calls.states import CallState, Spill, When
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.people.models import Person
from tongxin.records.actions import journal
from tongxin.rulebook.models import RuleVersion
from tongxin.rulebook.queries import verdict_on
from tongxin.rules.verdicts import Truth
from tongxin.store.atomic import atomic


@dataclass(frozen=True, slots=True)
class Plan:
    """One reserve as it is set up. `name` stands in the published list of tickets, `words` on the pages."""

    name: str
    words: str
    units: int
    rule_version: RuleVersion | None = None
    when: When = When.FIRST
    spill: Spill = Spill.OPEN


@atomic
def keep(*, pool: Pool, plans: Sequence[Plan], by: Actor, at: datetime) -> list[Reserve]:
    """All reserves of the pool, in the order in which they are filled; in place of those it had.

    Refused: "pool-closed", "reserves-fixed" (someone has applied), "reserves-too-many" (more than the pool has),
    "reserve-rule" (the same name with another rule in another pool of the call), "busy-hours" (of a published call that such
    a group could not have opened then), and by the constraints ("reserve_…").
    """
    pool = lines.lock_pool(pool.pk)
    check_not_closed(pool)
    _check(pool, plans)
    pool.reserves.all().delete()
    made = [
        Reserve.make(
            federation=pool.federation,
            pool=pool,
            order=order,
            **{field: getattr(plan, field) for field in ("name", "words", "units", "rule_version", "when", "spill")},
        )
        for order, plan in enumerate(plans, 1)
    ]
    if pool.call.state == CallState.PUBLISHED and at < pool.call.opens:
        busy.check(pool.call, at=at)
    pool.reserved = bool(made)
    pool.save(update_fields=["reserved"])
    said = [f"{plan.name}:{plan.units}:{plan.when}:{plan.spill}" for plan in plans]
    journal.write("pool.reserved", of=pool, by=by, at=at, reserves=said)
    return made


def groups_of(pools: Iterable[int], person: Person, *, at: datetime) -> str:
    """The groups among the pools' reserves in which the person is, as they stand in a list of tickets."""
    versions: dict[str, RuleVersion] = {}
    rows = Reserve.objects.filter(pool__in=list(pools), rule_version__isnull=False).select_related("rule_version")
    for row in rows:
        if row.rule_version is not None:
            versions[row.name] = row.rule_version
    day = localdate(at)
    return "+".join(
        sorted(name for name, version in versions.items() if verdict_on(version, person, day).truth is Truth.YES)
    )


@atomic
def mark(*, application: Application, groups: Iterable[str], why: str, by: Actor, at: datetime) -> Application:
    """Puts an application into groups that no rule decides, or takes it out. Refused: "list-frozen", "group-unknown"."""
    application = Application.objects.select_related("call").lock(application.pk)
    if application.call.frozen_at is not None:
        raise Refused("list-frozen", "报名名单已经封存，不能再改。")
    wanted = sorted(set(groups))
    known = set(
        Reserve.objects.filter(pool__preferences__application=application, rule_version=None).values_list(
            "name", flat=True
        )
    )
    if unknown := [name for name in wanted if name not in known]:
        raise Refused("group-unknown", "没有“%(group)s”这一组，或者这一组由规则判断。", group=unknown[0])
    kept = [name for name in groups_in(application.groups) if name not in known]
    application.groups = "+".join(sorted({*kept, *wanted}))
    application.save(update_fields=["groups"])
    journal.write("application.marked", of=application, by=by, at=at, groups=application.groups, why=why)
    return application


def _check(pool: Pool, plans: Sequence[Plan]) -> None:
    if pool.taken or pool.waiting or pool.preferences.exists() or Award.objects.filter(pool=pool).exists():
        raise Refused("reserves-fixed", "已经有人报名，预留的名额不能再改。")
    if sum(plan.units for plan in plans) > pool.units:
        raise Refused("reserves-too-many", "各组预留的名额加起来超过了总数，请改其中一个。")
    for plan in plans:
        others = Reserve.objects.filter(pool__call=pool.call, name=plan.name).exclude(pool=pool)
        if others.exclude(rule_version=plan.rule_version).exists():
            raise Refused("reserve-rule", "“%(name)s”在别的名额里按另一条规则认人，请换个组名。", name=plan.name)
