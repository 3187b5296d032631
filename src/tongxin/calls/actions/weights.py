"""How many chances a ticket has: by the rule that the call publishes, or as a substance says. Until the list is frozen."""

from collections.abc import Mapping
from datetime import datetime

from tongxin.calls.models import Application, Call
from tongxin.calls.queries.losses import chances
from tongxin.kernel.draw import HEAVIEST
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, require
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic


@atomic
def weigh(*, call: Call, weights: Mapping[int, int], by: Actor, at: datetime) -> int:
    """How many chances each application has; those that are not named keep theirs. Returns how many changed.

    Refused: "no-power", "list-frozen", "weight", "application-elsewhere".
    """
    call = _lock(call, by)
    if any(not 1 <= weight <= HEAVIEST for weight in weights.values()):
        raise Refused("weight", "一张票最多%(most)d次机会，至少1次。", most=HEAVIEST)
    rows = list(Application.objects.filter(call=call, pk__in=list(weights)))
    if len(rows) < len(weights):
        raise Refused(
            "application-elsewhere", "有%(many)d份不是这一次的报名，没有改动。", many=len(weights) - len(rows)
        )
    return _write(call, rows, weights, by, at)


@atomic
def by_losses(*, call: Call, by: Actor, at: datetime) -> int:
    """One chance more for each earlier draw of the same kind that was lost since the last win, as the call promised.

    Freezing the list does it once more, so that the promise holds whoever forgets. Returns how many changed.
    Refused: "no-power", "list-frozen", "no-chances" (the call promised no such thing).
    """
    call = _lock(call, by)
    if call.chances == 1:
        raise Refused(
            "no-chances", "这一次公布的办法里没有“没抽中多给机会”，不能中途加。下一次开放以前，可以写进录取办法。"
        )
    return keep_promise(call, by=by, at=at)


def keep_promise(call: Call, *, by: Actor, at: datetime) -> int:
    """Called by whoever freezes the list, with the call's row locked."""
    found = chances(call)
    return _write(call, [one.application for one in found], {one.application.pk: one.weight for one in found}, by, at)


def _lock(call: Call, by: Actor) -> Call:
    require(by, Power.RUN_CALLS, call.union_id)
    call = Call.objects.lock(call.pk)
    if call.frozen_at is not None:
        raise Refused("list-frozen", "报名名单已经封存，机会数不能再改。公布的名单里写着每张票几次，谁都可以查。")
    return call


def _write(call: Call, rows: list[Application], weights: Mapping[int, int], by: Actor, at: datetime) -> int:
    changed = [row for row in rows if row.weight != weights[row.pk]]
    for row in changed:
        row.weight = weights[row.pk]
    Application.objects.bulk_update(changed, ["weight"], batch_size=1000)
    journal.write("call.weighed", of=call, by=by, at=at, applications=len(rows), changed=len(changed))
    return len(changed)
