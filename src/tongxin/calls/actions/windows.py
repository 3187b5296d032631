"""Whether a call takes applications at a moment. `opens` is in, `closes` is out."""

from datetime import datetime
from typing import Final

from tongxin.calls.models import Call, Pool
from tongxin.calls.states import CallState
from tongxin.kernel.refused import Refused
from tongxin.store.atomic import must_be_writing
from tongxin.store.moments import Moment
from tongxin.store.prepared import Columns, Prepared

_CALL: Final = Columns(Call)
_SHARE: Final = Prepared(f"SELECT {_CALL.of('call')} FROM calls_call call WHERE id = %(call)s FOR SHARE OF call")  # noqa: S608


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


def share(pk: int) -> Call:
    """Its row, shared with others who enter; whoever freezes the list waits for all of them."""
    must_be_writing("share of Call")
    row = _SHARE.row(call=pk)
    if row is None:
        raise Call.DoesNotExist
    return _CALL.read(row)


def check_takes_entries(call: Call, at: datetime) -> None:
    """`at` is when the request arrived. A list that is frozen stays so, though a clock were put back.

    Refused: "list-frozen", and as `check_window`.
    """
    if call.frozen_at is not None or call.settled_at is not None:
        raise Refused("list-frozen", "报名名单已经封存，不能再报名或改志愿。还没有公布结果的，可以退出。")
    check_window(call, at)
