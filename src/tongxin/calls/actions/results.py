"""From the seals and the outside value to the order, the places and the published file."""

import json
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.timezone import localtime

from tongxin.calls.actions import allocations, frozen
from tongxin.calls.actions.allocations import Settled
from tongxin.calls.models import Call, Draw, Preference, Round, Seal
from tongxin.calls.sources import words_of
from tongxin.calls.states import LIVE, How, RoundState
from tongxin.kernel import draw as kernel
from tongxin.kernel.draw import Reserve, Ticket
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.records.actions import documents
from tongxin.store.moments import Moment

SLIPS_FORMAT: Final = "tongxin-slips-1"  # nobody can compute it again
WITHDRAWN, ELSEWHERE, GAVE_UP, CLOSED = "withdrawn", "elsewhere", "gave-up", "closed"


@dataclass(frozen=True, slots=True)
class Order:
    """One pool's list in the order of the draw, and who of it would get a place if all were still there."""

    draw: Draw
    ordered: Sequence[Ticket]
    awarded: frozenset[str]


def check_ready(held: Round, *, at: datetime) -> None:
    """Refused: "wrong-state", "not-published", "too-early", "seal-missing", "value-missing", "slips-missing"."""
    if held.state == RoundState.VOID:
        raise Refused("wrong-state", "这一轮已经作废，请重抽一轮。")
    if held.state != RoundState.SEALED:
        raise Refused("not-published", "名单和所有人的封存码还没有公布全，不能抽签。")
    if at < held.result_at:
        raise Refused("too-early", "说好%(at)s公布，现在还早。", at=Moment(held.result_at))
    missing = Seal.objects.filter(round=held, text="").order_by("order").first()
    if missing is not None:
        raise Refused("seal-missing", "第%(n)d位（%(role)s）还没有交出封存的数。", n=missing.order, role=missing.role)
    if held.source and held.confirmed_at is None:
        raise Refused("value-missing", "公开来源的数还没有由两个人填好、确认。")
    if held.how == How.SLIPS and Draw.objects.filter(round=held, signed_at=None, entries__gt=0).exists():
        raise Refused("slips-missing", "抽出的次序还没有录全，或还没有第二个人核对签名。")


def orders(held: Round) -> list[Order]:
    """What follows from what is published. Refused: "pool-changed": places were changed after the list was frozen."""
    found = list(Draw.objects.filter(round=held).select_related("pool").order_by("pool_id"))
    for draw in found:
        if draw.pool.units != draw.units or frozen.reserves_of(draw.pool) != draw.reserves:
            raise Refused(
                "pool-changed", "“%(what)s”的名额在封存以后改过，和公布的不一样，请改回来。", what=draw.pool.name
            )
    seals = list(Seal.objects.filter(round=held).order_by("order").values_list("text", flat=True))
    return [_order(held, draw, seals) for draw in found]


def settle(call: Call, found: Sequence[Order], *, by: Actor, at: datetime) -> Settled:
    """The engine gives the places, whose rules for wishes and parties hold for all policies alike."""
    orders = {one.draw.pool_id: [ticket.ticket for ticket in one.ordered] for one in found}
    return allocations.settle(call=call, orders=orders, by=by, at=at)


def publish(held: Round, found: Sequence[Order], settled: Settled, *, by: Actor, at: datetime) -> None:
    """One file a pool, whole, as everyone gets it from now on."""
    for one in found:
        document = documents.keep(
            json.dumps(_file(held, one, settled, at), ensure_ascii=False, indent=0).encode(),
            name="draw.json",
            kind="draw",
            union=held.union_id,
            federation=held.federation,
            keep_until=None,
            by=by,
            at=at,
        )
        one.draw.file = document
        one.draw.save(update_fields=["file"])


def _order(held: Round, draw: Draw, seals: Sequence[str]) -> Order:
    tickets = [kernel.read_line(line) for line in draw.lines]
    if held.how == How.SLIPS:
        ordered = [tickets[int(number) - 1] for number in draw.slips.split()]
    else:
        seed = kernel.seed(draw.list_digest, seals, held.value)
        ordered = kernel.in_order(tickets, seed)
    places = kernel.fill(ordered, units=draw.units, reserves=_reserves(draw))
    return Order(draw, ordered, frozenset(places))


def _reserves(draw: Draw) -> list[Reserve]:
    return [Reserve(row["group"], row["units"], row["when"], row["spill"]) for row in draw.reserves]


def _file(held: Round, one: Order, settled: Settled, at: datetime) -> dict[str, Any]:
    """Format 1, and beside it what became of the order: who is excused, with the reason, and who got a place."""
    order = [ticket.ticket for ticket in one.ordered]
    seals = list(Seal.objects.filter(round=held).order_by("order"))
    file = {
        "format": SLIPS_FORMAT if held.how == How.SLIPS else kernel.FORMAT,
        "call": held.call.public_id,
        "pool": one.draw.pool.public_id,
        "pool_name": one.draw.pool.name,
        "round": held.number,
        "units": one.draw.units,
        "reserves": one.draw.reserves,
        "list": one.draw.lines,
        "list_digest": one.draw.list_digest,
        "commitments": [{"role": seal.role, "commitment": seal.commitment} for seal in seals],
        "seals": [seal.text for seal in seals],
        "source": words_of(held.source, held.event) or None,
        "value": held.value or None,
        "published_at": _moment(held.sealed_at or at),
        "drawn_at": _moment(at),
        "order": order,
        "awarded": [ticket for ticket in order if ticket in one.awarded],
        "waiting": [ticket for ticket in order if ticket not in one.awarded],
        **_outcome(one, settled),
    }
    return file | {kernel.REST: kernel.rest_digest(file)}


def _outcome(one: Order, settled: Settled) -> dict[str, Any]:
    """`given` follows from the order without whom `excused` names, by the same rule; so everyone can check it as well."""
    given = {ticket for ticket, (pool, _) in settled.places.items() if pool == one.draw.pool_id}
    excused = _excused(one, settled, given)
    order = [ticket.ticket for ticket in one.ordered]
    return {
        "excused": [{"ticket": ticket, "why": excused[ticket]} for ticket in order if ticket in excused],
        "given": [ticket for ticket in order if ticket in given],
    }


def _excused(one: Order, settled: Settled, given: AbstractSet[str]) -> dict[str, str]:
    """Who left since the list was frozen; who got a wish that they ranked higher; and, where parties of several sizes chased
    each other, who gave this wish up (kernel/matching).
    """
    wishes = Preference.objects.filter(pool=one.draw.pool_id, application__ticket__isnull=False)
    named = wishes.values_list("application__ticket", "rank", "application_id", "application__state")
    ranks = {str(ticket): (rank, pk, state) for ticket, rank, pk, state in named}
    if one.draw.pool.closed_at is not None:
        return {ticket.ticket: CLOSED for ticket in one.ordered}
    found = {ticket.ticket: WITHDRAWN for ticket in one.ordered if ranks[ticket.ticket][2] not in LIVE}
    higher = _ranked_higher(one.draw, settled, ranks)
    found |= dict.fromkeys(higher, ELSEWHERE)
    while True:
        left = [ticket for ticket in one.ordered if ticket.ticket not in found]
        wrong = kernel.fill(left, units=one.draw.units, reserves=_reserves(one.draw)).keys() - given
        if not wrong:
            return found
        found |= dict.fromkeys(wrong, GAVE_UP)


def _ranked_higher(draw: Draw, settled: Settled, ranks: Mapping[str, tuple[int, int, str]]) -> list[str]:
    elsewhere = {
        ticket: pool for ticket, (pool, _) in settled.places.items() if ticket in ranks and pool != draw.pool_id
    }
    rows = Preference.objects.filter(application__in=[ranks[ticket][1] for ticket in elsewhere])
    other = {
        (application, pool): rank for application, pool, rank in rows.values_list("application_id", "pool_id", "rank")
    }
    return [ticket for ticket, pool in elsewhere.items() if other[ranks[ticket][1], pool] < ranks[ticket][0]]


def _moment(at: datetime) -> str:
    return localtime(at).isoformat(timespec="seconds")
