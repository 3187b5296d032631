"""Places by an order: of a draw, of points, of a level start. One matching for all pools, written by the set.

Whose order it is and how it came about is not known here (draws, ranking, the lane); by what rule places follow from it
stands in `kernel/matching` and `kernel/draw`. Power is checked by whoever calls this.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from tongxin.calls.actions import lines
from tongxin.calls.actions.entries import freeze
from tongxin.calls.actions.tellings import Told
from tongxin.calls.models import Applicant, Application, Award, Call, Pool, Preference, Reserve
from tongxin.calls.places import Place, as_drawn, book, groups_in
from tongxin.calls.states import BY_ENTRY, ApplicationState
from tongxin.kernel.draw import OPEN, Ticket
from tongxin.kernel.matching import Side, match
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.records.actions import journal, outbox
from tongxin.records.actions.outbox import Telling
from tongxin.store.among import among
from tongxin.store.atomic import atomic
from tongxin.store.prepared import Prepared

Orders = Mapping[int, Sequence[str]]  # by pool: the tickets, first come first

_NUMBER: Final = Prepared("""
    UPDATE calls_preference SET no = given.no, waits = given.waits
    FROM unnest(%(pks)s::text::bigint[], %(nos)s::text::bigint[], %(waits)s::boolean[]) AS given (pk, no, waits)
    WHERE calls_preference.id = given.pk
""")
_STEPS: Final = Prepared("""
    INSERT INTO calls_step (federation, application_id, verb, account, at, why)
    SELECT federation, id, %(verb)s, %(account)s, %(at)s, '' FROM calls_application WHERE id = ANY(%(pks)s::bigint[])
""")


@dataclass(frozen=True, slots=True)
class Settled:
    """By ticket the pool's key and of whose places (`open`, or a reserve's name); how many wait now."""

    places: Mapping[str, tuple[int, str]]
    waiting: int


class _Entry(NamedTuple):
    pk: int
    ticket: str
    size: int
    groups: str


@atomic
def settle(*, call: Call, orders: Orders, last: bool = True, by: Actor, at: datetime) -> Settled:
    """Gives the places by these orders: to each its best wish that it can have (kernel/matching); the rest wait in line.

    Whoever entered but withdrew since is passed over. With `last=False` more come later: what a reserve does not use stays
    with it, and the call may be settled again with others. An award is offered where the call gives time to accept.
    Refused: "settled-already", "not-closed-yet", "ticket-unknown", "order-incomplete" (someone who entered is left out).
    """
    call = Call.objects.lock(call.pk)
    _check(call, at)
    if last and call.policy in BY_ENTRY:
        call = freeze(call=call, by=by, at=at)
    pools = lines.lock_pools(list(orders))
    entries, wishes = _entries(call)
    _check_orders(call, orders, entries, wishes, last=last)
    reserves = {pk: lines.reserves_of(pool) for pk, pool in pools.items()}
    found = _matched(pools, reserves, orders, entries, wishes, last=last)
    _number(pools, orders, entries, wishes, found)
    awards = _place(call, pools, reserves, entries, found, last=last, by=by, at=at)
    waiting = _let_wait(
        call, [one for ticket, one in entries.items() if ticket not in found], wishes, pools, by=by, at=at
    )
    if last:
        call.settled_at = at
        call.save(update_fields=["settled_at"])
    journal.write("call.settled", of=call, by=by, at=at, awards=len(awards), waiting=waiting, last=last)
    for pool in pools.values() if last else ():
        lines.fill(pool, by=by, at=at)  # what earlier parts of a call left over
    return Settled(found, waiting)


def _check(call: Call, at: datetime) -> None:
    if call.settled_at is not None:
        raise Refused("settled-already", "这一次的名额已经按结果给出，不能再来一遍。有异议的，请在公示里答复。")
    if call.policy in BY_ENTRY and at < call.closes:
        raise Refused("not-closed-yet", "报名还没有截止，名额不能先给。截止以后再来。")


def _entries(call: Call) -> tuple[dict[str, _Entry], dict[int, list[tuple[int, int]]]]:
    """Who takes part, by ticket; and by application its wishes: (pool, preference) in order."""
    rows = Application.objects.filter(call=call, state=ApplicationState.ENTERED, ticket__isnull=False)
    entries = {row[1]: _Entry(*row) for row in rows.values_list("pk", "ticket", "size", "groups")}
    wishes: dict[int, list[tuple[int, int]]] = defaultdict(list)
    found = Preference.objects.filter(application__call=call, application__state=ApplicationState.ENTERED)
    for application, pool, pk in found.order_by("rank").values_list("application_id", "pool_id", "pk"):
        wishes[application].append((pool, pk))
    return entries, wishes


def _check_orders(
    call: Call,
    orders: Orders,
    entries: Mapping[str, _Entry],
    wishes: Mapping[int, list[tuple[int, int]]],
    *,
    last: bool,
) -> None:
    named = {ticket for order in orders.values() for ticket in order}
    strange = named - entries.keys()
    if strange:
        known = Application.objects.filter(call=call, ticket__in=strange).count()
        if known < len(strange):
            raise Refused("ticket-unknown", "次序里有%(many)d个票号不在这一次的报名里。", many=len(strange) - known)
    if not last or call.policy not in BY_ENTRY:
        return
    stands = {pool: set(order) for pool, order in orders.items()}
    left_out = sum(
        any(ticket not in stands.get(pool, ()) for pool, _ in wishes[one.pk]) for ticket, one in entries.items()
    )
    if left_out:
        raise Refused("order-incomplete", "有%(many)d份报名不在次序里，不能漏掉任何人。", many=left_out)


def _matched(
    pools: Mapping[int, Pool],
    reserves: Mapping[int, Sequence[Reserve]],
    orders: Orders,
    entries: Mapping[str, _Entry],
    wishes: Mapping[int, list[tuple[int, int]]],
    *,
    last: bool,
) -> dict[str, tuple[int, str]]:
    tickets = {one.ticket: _drawn(one) for one in entries.values()}
    sides = {
        pk: Side(
            pool.left,
            [tickets[ticket] for ticket in orders[pk] if ticket in tickets],
            as_drawn(reserves[pk], spills=last),
        )
        for pk, pool in pools.items()
        if pool.closed_at is None
    }
    return match({ticket: [pool for pool, _ in wishes[one.pk]] for ticket, one in entries.items()}, sides)


def _drawn(one: _Entry) -> Ticket:
    size = [f"size={one.size}"] if one.size > 1 else []
    return Ticket(one.ticket, 1, tuple(sorted([*groups_in(one.groups), *size])))


def _number(
    pools: Mapping[int, Pool],
    orders: Orders,
    entries: Mapping[str, _Entry],
    wishes: Mapping[int, list[tuple[int, int]]],
    found: Mapping[str, tuple[int, str]],
) -> None:
    """Everyone's number is their place in the published order; who has nothing waits under it in each of their lines."""
    by_wish = {(one.pk, pool): pk for one in entries.values() for pool, pk in wishes[one.pk]}
    pks, nos, waits = [], [], []
    for pk, pool in pools.items():
        for no, ticket in enumerate(orders[pk], pool.next_no):
            one = entries.get(ticket)
            wish = by_wish.get((one.pk, pk)) if one else None
            if wish is None:
                continue
            standing = ticket not in found and pool.closed_at is None
            pks.append(wish)
            nos.append(no)
            waits.append(standing)
            pool.waiting += standing
            if found.get(ticket) == (pk, OPEN):
                pool.cut = no
        pool.next_no += len(orders[pk])
    _NUMBER.run(pks=_as_text(pks), nos=_as_text(nos), waits=waits)


def _as_text(numbers: Sequence[int]) -> str:
    """As PostgreSQL writes an array: the driver would make an object of each of some hundred thousand."""
    return "{" + ",".join(map(str, numbers)) + "}"


def _place(
    call: Call,
    pools: Mapping[int, Pool],
    reserves: Mapping[int, Sequence[Reserve]],
    entries: Mapping[str, _Entry],
    found: Mapping[str, tuple[int, str]],
    *,
    last: bool,
    by: Actor,
    at: datetime,
) -> list[Award]:
    offered = call.accept_hours > 0
    awards: list[Award] = []
    given: dict[int, dict[str, str]] = defaultdict(dict)  # by pool, in the order of what was found
    for ticket, (where, name) in found.items():
        given[where][ticket] = name
    for pk, pool in pools.items():
        named = {reserve.name: reserve for reserve in reserves[pk]}
        here = given[pk]
        taken: dict[str, int] = defaultdict(int)
        for ticket, name in here.items():
            taken[name] += entries[ticket].size
        if pool.closed_at is None:
            book(reserves[pk], taken, spills=last)
            lines.keep_reserves(reserves[pk])
        places = [Place(entries[t].pk, named.get(name), entries[t].size) for t, name in here.items()]
        awards += lines.make_awards(pool, places, offered=offered, at=at)
        lines.count(pool)
    state = ApplicationState.OFFERED if offered else ApplicationState.GRANTED
    _turn(list({award.application_id for award in awards}), state, "offer" if offered else "grant", by, at)
    for award in awards:
        award.application.state = state
    lines.announce(call, awards, offered=offered, by=by, at=at)
    lines.tell_awards(Told.OFFERED if offered else Told.GIVEN, awards, at=at)
    return awards


def _let_wait(
    call: Call,
    rest: Sequence[_Entry],
    wishes: Mapping[int, list[tuple[int, int]]],
    pools: Mapping[int, Pool],
    *,
    by: Actor,
    at: datetime,
) -> int:
    """Who stands in no order of this time stays entered."""
    waiting = [one.pk for one in rest if any(pool in pools for pool, _ in wishes[one.pk])]
    _turn(waiting, ApplicationState.WAITING, "wait", by, at)
    rows = Applicant.objects.filter(application__in=among(waiting), live=True)
    data = {pk: {"what": pool.name} for pk, pool in pools.items()}
    outbox.put(
        [
            Telling(
                key=f"{Told.IN_LINE}:{public_id}:{call.public_id}",
                kind=Told.IN_LINE,
                person=person,
                federation=federation,
                data=next(data[pool] for pool, _ in wishes[pk] if pool in pools),
            )
            for person, federation, pk, public_id in rows.values_list(
                "person_id", "federation", "application_id", "application__public_id"
            )
        ],
        at=at,
    )
    return len(waiting)


def _turn(pks: Sequence[int], state: ApplicationState, verb: str, by: Actor, at: datetime) -> None:
    Application.objects.filter(pk__in=among(pks)).update(state=state)
    _STEPS.run(pks=list(pks), verb=verb, account=by.account_id, at=at)
