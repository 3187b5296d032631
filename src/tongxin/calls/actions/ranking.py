"""Places by points: a substance pushes them, the order is theirs alone, and equal points go by a rule that is printed."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from tongxin.calls.actions import allocations, pools
from tongxin.calls.models import Application, Call, Pool
from tongxin.calls.queries.orders import by_points
from tongxin.calls.states import ApplicationState, Policy, Ties
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, require
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic


@atomic
def rank(*, call: Call, points: Mapping[int, Decimal], by: Actor, at: datetime) -> None:
    """Points by application; whom it does not name keeps what they had. Until the places are given.

    Power is checked by the substance room's action. Refused: "not-ranked", "settled-already", "application-elsewhere".
    """
    call = Call.objects.lock(call.pk)
    _check(call)
    rows = list(Application.objects.filter(call=call, pk__in=list(points)))
    if len(rows) < len(points):
        raise Refused("application-elsewhere", "有%(many)d个分数不属于这一次的报名。", many=len(points) - len(rows))
    for row in rows:
        row.points = points[row.pk]
    Application.objects.bulk_update(rows, ["points"], batch_size=1000)
    journal.write("call.ranked", of=call, by=by, at=at, applications=len(rows))


@atomic
def settle(*, call: Call, by: Actor, at: datetime) -> allocations.Settled:
    """Most points first. With shared ties the pool grows by those who are level with the last one.

    Refused: "no-power", "not-ranked", "points-missing", "ties-share", and as `allocations.settle`.
    """
    require(by, Power.RUN_CALLS, call.union_id)
    call = Call.objects.lock(call.pk)
    _check(call)
    entered = Application.objects.filter(call=call, state=ApplicationState.ENTERED)
    if missing := entered.filter(points=None).count():
        raise Refused("points-missing", "还有%(many)d份报名没有分数，请先打完分再公布名次。", many=missing)
    if call.ties == Ties.SHARE:
        _grow(call, by, at)
    return allocations.settle(call=call, orders=by_points(call), by=by, at=at)


def _grow(call: Call, by: Actor, at: datetime) -> None:
    for pool in Pool.objects.filter(call=call, closed_at=None).order_by("pk"):
        if pool.reserved:
            raise Refused("ties-share", "有预留名额的，同分不能都录取。请改成按票号先后。")
        rows = Application.objects.filter(preferences__pool=pool, state=ApplicationState.ENTERED)
        said = list(rows.order_by("-points").values_list("points", flat=True))
        if len(said) <= pool.units:
            continue
        level = sum(one >= said[pool.units - 1] for one in said)
        if level > pool.units:
            pools.resize(pool=pool, units=level, by=by, at=at)


def _check(call: Call) -> None:
    if call.policy != Policy.RANKED:
        raise Refused("not-ranked", "这一次不是按分排名的。")
    if call.settled_at is not None:
        raise Refused("settled-already", "这一次的名额已经按结果给出，不能再来一遍。有异议的，请在公示里答复。")
