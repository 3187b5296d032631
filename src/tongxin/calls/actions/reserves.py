"""Reserves of a pool: set up before anyone applies; of whose places each one gets; what becomes of unused ones.

The pool's row is their lock, too. Power is checked by the substance room's action that calls `add` and `drop`.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.timezone import localdate

from tongxin.calls.actions import busy, lines
from tongxin.calls.actions.windows import check_not_closed, share
from tongxin.calls.models import Application, Award, Call, Intake, Pool, Preference, Reserve
from tongxin.calls.places import groups_in
from tongxin.calls.queries.marking import markable
from tongxin.calls.states import BY_ENTRY, MARKABLE, ApplicationState, CallState, Policy, Spill, When
from tongxin.kernel.draw import OPEN, names_group
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, require
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.rulebook.models import RuleVersion
from tongxin.rulebook.queries import at_once
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

    Of a pool that goes by the lane see `check_lane`.

    Refused: "pool-closed", "reserves-fixed" (someone has applied), "reserves-too-many" (more than the pool has),
    "reserve-open" (the name of what is nobody's), "reserve-rule" (the same name with another rule in another pool of the
    call), "busy-hours" (of a published call that such a group could not have opened then), and by the constraints
    ("reserve_…").
    """
    pool = lines.lock_pool(pool.pk)
    check_not_closed(pool)
    _check(pool, plans)
    if pool.call.by_lane:
        _check_nobody_came(pool, at)
        check_lane(pool.call, plans)
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


def check_lane(call: Call, plans: Iterable[Plan | Reserve]) -> None:
    """Refused: "lane-no-reserves" (by arrival: whose number is within the places has one, and the answer says so at once);
    "lane-reserve-rule" (nobody could mark thousands within the minutes), "rule-not-countable" (nor ask them one by one).
    """
    for plan in plans:
        if call.policy != Policy.LEVEL_START:
            raise Refused(
                "lane-no-reserves",
                "先到先得走快速通道的，拿到号就知道有没有名额，所以不能给“%(group)s”留名额。"
                "请去掉预留；要留的，请改成同时起步，或不走快速通道、改用抽签。",
                group=plan.words,
            )
        if plan.rule_version is None:
            raise Refused(
                "lane-reserve-rule",
                "同时起步来的人多，来不及逐个标。请给“%(group)s”选一条认人的规则，或不留这一组。",
                group=plan.words,
            )
        at_once.check_countable(plan.rule_version, localdate(call.opens))


@atomic
def mark(*, application: Application, groups: Iterable[str], why: str, by: Actor, at: datetime) -> Application:
    """Puts an application into groups that no rule decides, or takes it out; those that a rule decides stay as they are.

    Refused: "no-power", "why-missing", "list-frozen", "wrong-state", "group-unknown".
    """
    _check_why(why)
    [row] = _lock([application.pk], application.call_id, by)
    mine = markable([row.pk])[row.pk]
    wanted = set(groups)
    if unknown := sorted(wanted - mine):
        raise Refused("group-unknown", "没有“%(group)s”这一组，或者这一组由规则判断。", group=unknown[0])
    _put(row, wanted, mine, why, by, at)
    _move_up([row], by, at)
    return row


@atomic
def mark_many(
    *, call: Call, applications: Collection[int], group: str, into: bool, why: str, by: Actor, at: datetime
) -> int:
    """The same group for many, all or none; their other groups stay. Returns how many changed.

    Refused: as `mark`; "nobody-chosen", "application-elsewhere".
    """
    _check_why(why)
    if not applications:
        raise Refused("nobody-chosen", "还没有选人。请先勾选要标的报名，再点一次。")
    rows = _lock(applications, call.pk, by)
    possible = markable(applications)
    without = sum(group not in possible[row.pk] for row in rows)
    if without:
        raise Refused(
            "group-unknown",
            "选中的报名里有%(many)d份，报的名额没有“%(group)s”这一组，或者这一组由规则判断。没有改动，请去掉它们再标。",
            many=without,
            group=group,
        )
    changed = 0
    for row in rows:
        mine = set(groups_in(row.groups)) & possible[row.pk]
        changed += _put(row, mine | {group} if into else mine - {group}, possible[row.pk], why, by, at)
    _move_up(rows, by, at)
    return changed


def _check_why(why: str) -> None:
    if not why.strip():
        raise Refused("why-missing", "请写凭什么标，比如“凭劳模证书”。以后有人问起，查得到。")


def _lock(pks: Collection[int], call: int, by: Actor) -> list[Application]:
    """The pools first where someone may move up at once; else the call, shared, so that the list is not frozen meanwhile."""
    found = Call.objects.get(pk=call)
    if found.policy in BY_ENTRY:
        found = share(call)
    else:
        lines.lock_pools(list(Pool.objects.filter(preferences__application__in=list(pks)).values_list("pk", flat=True)))
    require(by, Power.RUN_CALLS, found.union_id)
    if found.frozen_at is not None:
        raise Refused(
            "list-frozen", "报名名单已经封存，组不能再改。漏标的，请等结果公示后按异议办：登记下来，公开答复。"
        )
    rows: list[Application] = [row for row in Application.objects.lock_rows(list(pks)) if row.call_id == call]
    if len(rows) < len(set(pks)):
        raise Refused("application-elsewhere", "选中的报名有的不在这一次里，请刷新页面再选。")
    if any(row.state not in MARKABLE for row in rows):
        raise Refused("wrong-state", "选中的报名里，有的已经有名额，或已经退出、结束，标组不再起作用。请去掉它们再标。")
    return rows


def _put(row: Application, wanted: set[str], possible: set[str], why: str, by: Actor, at: datetime) -> bool:
    """Whether anything changed."""
    kept = {name for name in groups_in(row.groups) if name not in possible}
    groups = "+".join(sorted(kept | wanted))
    if groups == row.groups:
        return False
    journal.write("application.marked", of=row, by=by, at=at, before=row.groups, groups=groups, why=why.strip())
    row.groups = groups
    row.save(update_fields=["groups"])
    return True


def _move_up(rows: Sequence[Application], by: Actor, at: datetime) -> None:
    """Who waits may have a place among those kept for the group."""
    waiting = [row.pk for row in rows if row.state == ApplicationState.WAITING]
    pools = Preference.objects.filter(application__in=waiting, waits=True).values_list("pool_id", flat=True)
    for pool in lines.lock_pools(set(pools)).values() if waiting else ():
        lines.fill(pool, by=by, at=at)


def _check_nobody_came(pool: Pool, at: datetime) -> None:
    """Whoever comes by the lane stands in no list yet, and read what is kept for whom."""
    opened = pool.call.state == CallState.PUBLISHED and at >= pool.call.opens
    if opened or Intake.objects.filter(pool=pool, arrived__gt=0).exists():
        raise Refused("reserves-fixed", "已经开始进入，预留的名额不能再改。")


def _check(pool: Pool, plans: Sequence[Plan]) -> None:
    if pool.taken or pool.waiting or pool.preferences.exists() or Award.objects.filter(pool=pool).exists():
        raise Refused("reserves-fixed", "已经有人报名，预留的名额不能再改。")
    if sum(plan.units for plan in plans) > pool.units:
        raise Refused("reserves-too-many", "各组预留的名额加起来超过了总数，请改其中一个。")
    for plan in plans:
        if plan.name == OPEN:
            raise Refused("reserve-open", "“%(name)s”是公开名额的叫法，请换个组名。", name=OPEN)
        if not names_group(plan.name):  # the database knows blanks, but not every sign that nobody sees
            raise Refused("reserve_name", "组名不能有空格、逗号、加号和等号，请改正。")
        others = Reserve.objects.filter(pool__call=pool.call, name=plan.name).exclude(pool=pool)
        if others.exclude(rule_version=plan.rule_version).exists():
            raise Refused("reserve-rule", "“%(name)s”在别的名额里按另一条规则认人，请换个组名。", name=plan.name)
