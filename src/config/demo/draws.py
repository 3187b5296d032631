"""Two draws of the demo: one that is drawn and can be computed again, one whose entry is open. All invented, and it says so."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from config.demo.plans import at_hour
from config.demo.planting import YONGCHUAN
from tongxin.calls.actions import applications, calls, entries, pools, reserves, rounds, seals
from tongxin.calls.actions.calls import Manner
from tongxin.calls.actions.rounds import Announced, Holder, Plan
from tongxin.calls.models import Application, Call, Pool, Round, Seal
from tongxin.calls.states import Policy
from tongxin.kernel.draw import commitment
from tongxin.people.authority import Actor
from tongxin.people.models import Account, Person
from tongxin.unions.models import Union

KIND: Final = "class_place"
DRAWN, OPEN = "亲子陶艺周末场（示例）", "春季茶艺沙龙（示例）"
RIDERS: Final = "rider"
ENTRIES, SOME = 64, 23
HOLDERS: Final = ("主办工会经办人", "经费审查委员", "职工代表（不是工会工作人员）")


def plant(*, people: Sequence[Person], guests: Sequence[Person], by: Actor, at: datetime) -> None:
    """What is there already stays. `guests` are among those who entered, so that their pages show a ticket."""
    if Round.objects.filter(call__pools__name=DRAWN).exists():
        return
    others = [person for person in people if person not in guests]
    entered = [*guests, *others]
    _drawn(entered[:ENTRIES], by=by, at=at_hour(at - timedelta(days=12), 10))
    opened = at_hour(at - timedelta(days=1), 10)
    call, pool, _ = _call(OPEN, 12, opens=opened, closes=at_hour(at + timedelta(days=4), 18), by=by)
    _enter(call, pool, entered[:SOME], by, at - timedelta(hours=3))
    made = announce(call, call.closes + timedelta(days=1), by=by, at=at - timedelta(hours=20))
    commit(made, by=by, at=at - timedelta(hours=2), first=2)


def _drawn(people: Sequence[Person], *, by: Actor, at: datetime) -> None:
    """Opened twelve days ago, closed a week later, drawn the day after that; one left meanwhile."""
    closes = at + timedelta(days=7)
    call, pool, early = _call(DRAWN, 20, opens=at, closes=closes, by=by)
    made = announce(call, closes + timedelta(days=1), by=by, at=early)
    rows = _enter(call, pool, people, by, at + timedelta(hours=2))
    commit(made, by=by, at=at + timedelta(days=1))
    rounds.freeze(held=made.round, by=by, at=closes + timedelta(minutes=1))
    applications.withdraw(application=rows[-1], why="排班变了（示例）", by=by, at=closes + timedelta(hours=3))
    due = made.round.result_at + timedelta(minutes=2)
    hold(made, by=by, at=due)


def _call(name: str, units: int, *, opens: datetime, closes: datetime, by: Actor) -> tuple[Call, Pool, datetime]:
    union, early = Union.objects.get(code=YONGCHUAN), opens - timedelta(hours=1)
    manner = Manner(policy=Policy.DRAW, result_at=closes + timedelta(days=1))
    call = calls.open_call(union=union, kind=KIND, opens=opens, closes=closes, manner=manner, by=by, at=early)
    pool = pools.add_pool(call=call, union=union, units=units, name=name, by=by, at=early)
    reserves.keep(pool=pool, plans=[reserves.Plan(RIDERS, "外卖配送员、快递员等新就业形态劳动者", 3)], by=by, at=early)
    return calls.publish(call=call, by=by, at=early), pool, early


def _enter(call: Call, pool: Pool, people: Sequence[Person], by: Actor, at: datetime) -> list[Application]:
    rows = []
    for person in people:
        row = entries.enter(call=call, wishes=[pool], persons=[person], by=by, at=at, tells=False)
        if person.gig_group:
            reserves.mark(application=row, groups=[RIDERS], why="新就业形态劳动者（示例）", by=by, at=at)
        rows.append(row)
    return rows


def announce(call: Call, result_at: datetime, *, by: Actor, at: datetime) -> Announced:
    people = [Account.objects.get(login=f"yongchuan.{role}").person for role in ("officer", "auditor")]
    holders = [Holder(role, person) for role, person in zip(HOLDERS, people, strict=False)]
    plan = Plan(result_at=result_at, holders=[*holders, Holder(HOLDERS[2], outsider="张师傅（示例）")])
    return rounds.announce(call=call, plan=plan, by=by, at=at)


def commit(made: Announced, *, by: Actor, at: datetime, first: int = 3) -> None:
    for seal, actor, link in _holding(made, by)[:first]:
        seals.commit(seal=seal, commitment=commitment(_text(seal)), link=link, by=actor, at=at)


def hold(made: Announced, *, by: Actor, at: datetime) -> None:
    """Opens the seals one after another, and draws."""
    for seal, actor, link in _holding(made, by):
        seals.open_seal(seal=seal, text=_text(seal), link=link, by=actor, at=at)
    rounds.draw(held=made.round, by=by, at=at + timedelta(minutes=1))


def _holding(made: Announced, by: Actor) -> list[tuple[Seal, Actor, str]]:
    rows = Seal.objects.filter(round=made.round).select_related("round").order_by("order")
    return [(seal, Actor(on=by.on, person_id=seal.person_id), made.links.get(seal.public_id, "")) for seal in rows]


def _text(seal: Seal) -> str:
    """Of the demo alone: a real holder draws it by chance."""
    return sha256(f"tongxin demo seal {seal.public_id}".encode()).hexdigest()
