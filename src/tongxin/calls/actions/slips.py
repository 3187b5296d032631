"""A small draw in a room: numbered slips, the order typed by one and signed by another. Nobody can compute it
again, and the pages say so.

A slip's number is the ticket's line in the frozen list.
"""

import re
from collections import Counter
from datetime import datetime
from typing import Final

from tongxin.calls.actions import rounds
from tongxin.calls.models import Draw, Round
from tongxin.calls.states import How, RoundState
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, require
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.store.moments import Moment

WRONG: Final = (
    "没有这样的号：%(numbers)s。号从1到%(entries)d。",
    "这些号录了不止一次：%(numbers)s。",
    "还缺这些号：%(numbers)s。没抽中的也要接着抽完，候补按这个次序排。",
)


@atomic
def type_order(*, draw: Draw, numbers: str, by: Actor, at: datetime) -> Draw:
    """As the slips were drawn, all of them, each once. Until it is signed it may be typed again.

    Refused: "no-power", "no-slips", "not-published", "too-early", "slips-signed", "slips-wrong" (names what is wrong).
    """
    _, draw = _lock(draw, by, at)
    order = [int(number) for number in re.findall(r"\d{1,9}", numbers)]
    _check_order(order, draw.entries)
    draw.slips, draw.typed_account, draw.typed_at = " ".join(map(str, order)), by.account_id, at
    draw.save(update_fields=["slips", "typed_account", "typed_at"])
    journal.write("draw.slips-typed", of=draw, by=by, at=at, union=draw.round.union_id, numbers=len(order))
    return draw


@atomic
def sign(*, draw: Draw, witnesses: str = "", by: Actor, at: datetime) -> Draw:
    """Another one, who was there, has compared it with the slips on the table.

    Refused: as above; "slips-missing", "draw_signed_by_two" (the one who typed it).
    """
    held, draw = _lock(draw, by, at)
    if not draw.slips and draw.entries:
        raise Refused("slips-missing", "抽出的次序还没有录入。")
    if by.account_id is None or by.account_id == draw.typed_account:
        raise Refused("draw_signed_by_two", "抽出的次序要由另一个人核对签名。")
    draw.signed_account, draw.signed_at = by.account_id, at
    draw.save(update_fields=["signed_account", "signed_at"])
    if witnesses.strip():
        held.witnesses = witnesses.strip()[:200]
        held.save(update_fields=["witnesses"])
    journal.write("draw.slips-signed", of=draw, by=by, at=at, union=held.union_id)
    return draw


def _lock(draw: Draw, by: Actor, at: datetime) -> tuple[Round, Draw]:
    held = rounds.lock(draw.round)
    require(by, Power.HOLD_DRAWS, held.union_id)
    found = Draw.objects.lock(draw.pk)
    found.round = held
    if held.how != How.SLIPS:
        raise Refused("no-slips", "这一轮用封存的数抽签，没有纸签。")
    if held.state != RoundState.SEALED:
        raise Refused("not-published", "名单还没有封存公布，或者这一轮已经结束。")
    if at < held.result_at:
        raise Refused("too-early", "说好%(at)s抽签，现在还早。", at=Moment(held.result_at))
    if found.signed_at is not None:
        raise Refused("slips-signed", "抽出的次序已经由两个人签名，不能再改。")
    return held, found


def _check_order(order: list[int], entries: int) -> None:
    twice = sorted(number for number, times in Counter(order).items() if times > 1)
    foreign = sorted({number for number in order if not 1 <= number <= entries})
    missing = sorted(set(range(1, entries + 1)) - set(order))
    for numbers, words in zip((foreign, twice, missing), WRONG, strict=True):
        if numbers:
            told = "、".join(map(str, numbers[:20])) + ("…" if len(numbers) > 20 else "")
            raise Refused("slips-wrong", words, numbers=told, entries=entries)
