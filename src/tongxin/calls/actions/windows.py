"""Whether a call takes applications at a moment. `opens` is in, `closes` is out."""

from datetime import datetime

from tongxin.calls.models import Call, Pool
from tongxin.calls.states import CallState
from tongxin.kernel.refused import Refused
from tongxin.store.moments import Moment


def check_open(pool: Pool, at: datetime) -> None:
    """Refused: "by-lane", and as `check_window`; "pool-closed"."""
    if pool.call.by_lane:
        raise Refused("by-lane", "这次发放大家一起排队，只能由本人从发放页面进入，不能插到前面。")
    check_window(pool.call, at)
    check_not_closed(pool)


def check_window(call: Call, at: datetime) -> None:
    """Refused: "call-not-published", "not-open-yet", "closed-already"."""
    if call.state != CallState.PUBLISHED:
        raise Refused("call-not-published", "这里现在不接受报名，请看看别的。")
    if at < call.opens:
        raise Refused("not-open-yet", "报名还没开始，%(opens)s开放，请到时再来。", opens=Moment(call.opens))
    if at >= call.closes:
        raise Refused("closed-already", "报名已在%(closes)s截止，请留意下一次。", closes=Moment(call.closes))


def check_not_closed(pool: Pool) -> None:
    if pool.closed_at is not None:
        raise Refused("pool-closed", "“%(what)s”已不再接受报名，请看看别的。", what=pool.name)
