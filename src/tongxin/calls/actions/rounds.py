"""Announcing, freezing, drawing, voiding and repeating: a round of a draw, from the promise to the published file (ADR 0012).

What is published with each step binds; the database refuses to change it (models/draws.py).
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from django.conf import settings

from tongxin.calls.actions import entries, frozen, results
from tongxin.calls.actions.rounds_told import tell_repeated, tell_seals
from tongxin.calls.models import Call, Round, Seal
from tongxin.calls.queries import draws
from tongxin.calls.sources import sources
from tongxin.calls.states import BY_DRAW, ROUND_MOVES, CallState, How, Policy, RoundState
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, actor_of_person, require
from tongxin.people.models import Person
from tongxin.people.powers import Power
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.store.moments import Moment

LINK_BYTES: Final = 24


@dataclass(frozen=True, slots=True)
class Holder:
    """Who is to draw one of the seals: someone with a record, or an outsider by name."""

    role: str
    person: Person | None = None
    outsider: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is promised. Without a source of chance from outside, one holder at least is no staff."""

    result_at: datetime
    holders: Sequence[Holder] = ()
    source: str = ""
    event: str = ""
    event_at: datetime | None = None
    how: How = How.COMPUTED


@dataclass(frozen=True, slots=True)
class Announced:
    """`links`: what outsiders must be handed, by the seal's public id. They are kept nowhere."""

    round: Round
    links: dict[str, str]


@atomic
def announce(*, call: Call, plan: Plan, by: Actor, at: datetime) -> Announced:
    """With the call: when, by whose seals or which event, how. Best before it opens; after it closed the list is frozen at once.

    Of a level start: before it is published, and its list is whoever comes in its minutes.
    Refused: "no-power", "no-draw" (the call gives its places otherwise), "lane-first", "round_one_counts", and what
    `_check_plan`, `_check_time` and `_check_promised` refuse.
    """
    require(by, Power.HOLD_DRAWS, call.union_id)
    call = Call.objects.lock(call.pk)
    if call.policy not in BY_DRAW or call.state == CallState.WITHDRAWN:
        raise Refused("no-draw", "这一次不是抽签，不用公布抽签办法。")
    if call.policy == Policy.LEVEL_START and not call.by_lane:
        raise Refused("lane-first", "同时起步要先改走快速通道，再公布抽签办法。")
    if Round.objects.filter(call=call).exists():
        raise Refused("round_one_counts", "这一次已经公布过抽签办法。作废以后，才能再公布一轮。")
    return _begin(call, plan, number=1, by=by, at=at)


@atomic
def repeat(*, before: Round, plan: Plan, why: str, by: Actor, at: datetime) -> Announced:
    """After a round that failed: the same frozen list, new seals, a new time. Both stay on record.

    Refused: "no-power", "round-counts", "why-missing", and what `_check_plan` refuses.
    """
    require(by, Power.HOLD_DRAWS, before.union_id)
    call = Call.objects.lock(before.call_id)
    before = Round.objects.lock(before.pk)
    if before.state != RoundState.VOID:
        raise Refused("round-counts", "这一轮没有作废，不能重抽。")
    if not why.strip():
        raise Refused("why-missing", "请写一句为什么重抽，所有人都会看到。")
    number = Round.objects.filter(call=call).count() + 1
    announced = _begin(call, plan, number=number, by=by, at=at, repeats=before, why=why.strip())
    tell_repeated(announced.round, at=at)
    return announced


@atomic
def freeze(*, held: Round, by: Actor, at: datetime) -> Round:
    """The list at closing: nobody enters from here on. Done twice it changes nothing. Refused: "no-power", "freeze-early"."""
    require(by, Power.HOLD_DRAWS, held.union_id)
    call = Call.objects.lock(held.call_id)
    held = lock(held)
    if held.frozen_at is not None or held.state == RoundState.VOID:
        return held
    if not _is_complete(call, at):
        ends = Moment(call.list_ends)
        if call.policy == Policy.LEVEL_START:
            raise Refused("freeze-early", "%(ends)s以前来的人记全以后，名单会自动封存，不用办。", ends=ends)
        raise Refused("freeze-early", "报名还没截止，名单还会变。%(ends)s以后再封存。", ends=ends)
    return _freeze(held, call, by=by, at=at)


@atomic
def draw(*, held: Round, by: Actor, at: datetime) -> Round:
    """The order from the seals and the outside value, the places from the order, and the file with all of it.

    Done twice it changes nothing. Refused: "no-power", "not-published", "too-early", "seal-missing", "value-missing",
    "slips-missing", "pool-changed".
    """
    require(by, Power.HOLD_DRAWS, held.union_id)
    call = Call.objects.lock(held.call_id)
    held = lock(held)
    if held.state == RoundState.DRAWN:
        return held
    results.check_ready(held, at=at)
    orders = results.orders(held)
    settled = results.settle(call, orders, by=by, at=at)
    held.state, held.drawn_at = RoundState(ROUND_MOVES.target("draw", held.state)), at
    results.publish(held, orders, settled, by=by, at=at)
    held.save(update_fields=["state", "drawn_at"])
    journal.write("round.drawn", of=held, by=by, at=at, number=held.number)
    return held


@atomic
def void(*, held: Round, why: str, by: Actor, at: datetime) -> Round:
    """Before a single seal was opened; or, with a source, when its value never came. Else nobody may choose to draw again.

    A source speaks to everyone at once: whoever knows the seals could reckon the outcome before one is opened here.
    Refused: "no-power", "why-missing", "seals-opened", "source-binds", "wrong-state".
    """
    require(by, Power.HOLD_DRAWS, held.union_id)
    held = lock(held)
    if not why.strip():
        raise Refused("why-missing", "请写明这一轮为什么作废，所有人都会看到。")
    if (hindrance := draws.void_hindrance(held, at=at)) == "seals-opened":
        raise Refused("seals-opened", "已经有人交出封存的数，或者公开来源的数已经填上，这一轮只能抽完，不能作废。")
    if hindrance:
        until = Moment(draws.patience_until(held))
        raise Refused(
            "source-binds",
            "名单、封存码和期号都已公布，这一轮只能抽完。公开来源到%(until)s还没有数的，才能作废。",
            until=until,
        )
    return end(held, why.strip(), by=by, at=at)


def end(held: Round, why: str, *, by: Actor, at: datetime) -> Round:
    """Into void, for everyone to read. The caller has locked the row."""
    held.state, held.void_at, held.void_why = RoundState(ROUND_MOVES.target("void", held.state)), at, why
    held.save(update_fields=["state", "void_at", "void_why"])
    journal.write("round.voided", of=held, by=by, at=at, number=held.number, why=why)
    return held


def lock(held: Round) -> Round:
    found: Round = Round.objects.select_related("call").lock(held.pk)
    return found


def complete(held: Round, *, by: Actor, at: datetime) -> Round:
    """All is published, once the list is frozen and no commitment is missing. From here on nothing changes."""
    missing = Seal.objects.filter(round=held, commitment="").exists()
    if held.state != RoundState.FROZEN or missing or at > held.result_at or at >= held.commits_until:
        return held
    held.state, held.sealed_at = RoundState(ROUND_MOVES.target("seal", held.state)), at
    held.save(update_fields=["state", "sealed_at"])
    journal.write("round.sealed", of=held, by=by, at=at, number=held.number)
    return held


def new_link() -> tuple[str, str]:
    """A link's secret, and its digest: the only part that is kept."""
    secret = secrets.token_urlsafe(LINK_BYTES)
    return secret, link_digest(secret)


def link_digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _begin(
    call: Call, plan: Plan, *, number: int, by: Actor, at: datetime, repeats: Round | None = None, why: str = ""
) -> Announced:
    staff = [_is_staff(one, by) for one in plan.holders]
    _check_plan(plan, staff, at)
    _check_time(call, plan, at)
    if repeats is None:
        _check_promised(call, plan)
    held = Round.make(
        federation=call.federation,
        call=call,
        union_id=call.union_id,
        number=number,
        how=plan.how,
        source=plan.source,
        event=plan.event,
        event_at=plan.event_at,
        result_at=plan.result_at,
        announced_at=at,
        repeats=repeats,
        why=why,
    )
    links = _hand_out(held, plan.holders, staff)
    journal.write("round.announced", of=held, by=by, at=at, number=number, how=str(plan.how), source=plan.source)
    tell_seals("seal.asked", Seal.objects.filter(round=held).select_related("round__call"), at=at)
    if _is_complete(call, at):
        held = _freeze(held, call, by=by, at=at)
    return Announced(held, links)


def _is_complete(call: Call, at: datetime) -> bool:
    """Nobody comes into the list any more. Of a level start not by the clock: who came is written down after its minutes."""
    return call.frozen_at is not None or (call.policy != Policy.LEVEL_START and at >= call.closes)


def _freeze(held: Round, call: Call, *, by: Actor, at: datetime) -> Round:
    entries.freeze(call=call, by=by, at=at)
    frozen.write_lists(held)
    held.state, held.frozen_at = RoundState(ROUND_MOVES.target("freeze", held.state)), at
    held.save(update_fields=["state", "frozen_at"])
    journal.write("round.frozen", of=held, by=by, at=at, number=held.number)
    return complete(held, by=by, at=at)


def _hand_out(held: Round, holders: Sequence[Holder], staff: Sequence[bool]) -> dict[str, str]:
    links: dict[str, str] = {}
    for order, (holder, works_here) in enumerate(zip(holders, staff, strict=True), 1):
        secret, digest = new_link() if holder.person is None else ("", None)
        seal = Seal.make(
            federation=held.federation,
            round=held,
            order=order,
            role=holder.role,
            staff=works_here,
            person=holder.person,
            outsider=holder.outsider,
            link_digest=digest,
        )
        if secret:
            links[seal.public_id] = secret
    return links


def _is_staff(holder: Holder, by: Actor) -> bool:
    return holder.person is not None and actor_of_person(holder.person.pk, by.on).is_staff


def _check_plan(plan: Plan, staff: Sequence[bool], at: datetime) -> None:
    """Refused: "time-past", "seals-few", "seal-role", "no-outsider", "unknown-source", "event-wrong", "slips-plain"."""
    if plan.result_at <= at:
        raise Refused("time-past", "抽签的时间已经过去，请改到以后。")
    if plan.how == How.SLIPS:
        if plan.holders or plan.source:
            raise Refused("slips-plain", "现场抽纸签不用封存的数，也不用公开来源，请都去掉。")
        return
    if any(not holder.role.strip() for holder in plan.holders):
        raise Refused("seal-role", "请写明每位持有人的身份，比如“职工代表”，会公布出去。")
    if not plan.holders or (not plan.source and len(plan.holders) < int(settings.DRAW_FEWEST_SEALS)):
        raise Refused("seals-few", "没有公开来源时，至少要%(n)d个人各封存一个数。", n=settings.DRAW_FEWEST_SEALS)
    if not plan.source and all(staff):
        raise Refused("no-outsider", "持有人里至少要有一位不是工会工作人员，或者用一个公开来源。")
    _check_source(plan)


def _check_time(call: Call, plan: Plan, at: datetime) -> None:
    """Refused: "result-early", "slips-level", and what `_check_event_time` refuses."""
    _check_event_time(call, plan, at)
    ends, level = Moment(call.list_ends), call.policy == Policy.LEVEL_START
    if level and plan.how == How.SLIPS:
        raise Refused("slips-level", "同时起步来的人多，不能抽纸签，请用封存的数或公开来源。")
    if level and plan.result_at <= call.draws_after:
        raise Refused(
            "result-early",
            "抽签以前要先公布名单。%(ends)s以前来的都在名单里，请把抽签定在%(least)s以后。",
            ends=ends,
            least=Moment(call.draws_after),
        )
    if plan.result_at <= call.draws_after:
        raise Refused("result-early", "抽签要在报名截止以后。报名%(ends)s截止，请把时间改到以后。", ends=ends)


def _check_promised(call: Call, plan: Plan) -> None:
    """Whoever signed up read when the result comes. A round that repeats one is later of necessity. Refused: "result-moved"."""
    promised = call.result_at
    if call.state == CallState.PUBLISHED and promised is not None and plan.result_at != promised > call.draws_after:
        raise Refused(
            "result-moved", "报名时已经公布%(promised)s出结果，抽签也定在这个时间。", promised=Moment(promised)
        )


def _check_source(plan: Plan) -> None:
    if not plan.source:
        return
    source = sources().get(plan.source)
    if source is None:
        raise Refused("unknown-source", "没有这个公开来源，请另选一个。")
    if not source.event.fullmatch(plan.event):
        raise Refused("event-wrong", "期号写得不对：%(hint)s。", hint=source.event_hint)


def _check_event_time(call: Call, plan: Plan, at: datetime) -> None:
    """The number must not exist before the list does. Refused: "event-time", "event-early", "event-late"."""
    if not plan.source:
        return
    if plan.event_at is None:
        raise Refused("event-time", "请填写这一期什么时候开奖，照发行方的公告抄。")
    known = max(at, call.draws_after)
    if plan.event_at <= known:
        raise Refused(
            "event-early",
            "这一期在名单封存以前就开奖，那时已经有人知道结果。请选%(after)s以后开奖的一期。",
            after=Moment(known),
        )
    if plan.event_at > plan.result_at:
        raise Refused("event-late", "到公布结果的时候，这一期还没有开奖。请选早一些的一期，或者把抽签时间改晚。")
