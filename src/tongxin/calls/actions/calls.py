"""Opening, dating, publishing and withdrawing calls.

Power is checked by the substance room's action that calls these: only it knows which power its kind asks for.
"""

from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet

from tongxin.calls.actions import busy, lanes
from tongxin.calls.kinds import kind_named
from tongxin.calls.models import Call, Round
from tongxin.calls.states import BY_DRAW, BY_ENTRY, CALL_MOVES, CallState, Policy, RoundState, Ties
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.people.models.persons import Assurance
from tongxin.records.actions import journal
from tongxin.rulebook.models import RuleVersion
from tongxin.store.atomic import atomic
from tongxin.store.moments import Moment
from tongxin.unions.models import Union

SHORTEST_ENTRY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Manner:
    """By what the places are given, and what is promised with it. The default for anything scarce: entry, then a draw."""

    policy: Policy = Policy.DRAW
    policy_reason: str = ""
    level_minutes: int | None = None
    choices: int = 1
    party_most: int = 1
    chances: int = 1
    result_at: datetime | None = None
    accept_hours: int = 0
    review_hours: int | None = None
    notice_days: int = 0
    ties: Ties = Ties.TICKET
    spares_meals: bool = False


def manner_of(call: Call) -> Manner:
    return Manner(**{field.name: getattr(call, field.name) for field in fields(Manner)})


@atomic
def open_call(  # noqa: PLR0913 - one of each thing that a call states
    *,
    union: Union,
    kind: str,
    opens: datetime,
    closes: datetime,
    rule_version: RuleVersion | None = None,
    per_person: int = 1,
    assurance: int = Assurance.DECLARED,
    manner: Manner = Manner(),
    by: Actor,
    at: datetime,
) -> Call:
    """A draft; `assurance`: how surely its applicants must be known.

    Refused: "unknown-kind", "window-order", "per-person", and by the constraints of what the manner says ("call_…").
    """
    kind_named(kind)
    _check_window(opens, closes)
    if per_person < 1:
        raise Refused("per-person", "每人至少可报1个，请改每人可报的数量。")
    call = Call.make(
        federation=union.federation,
        union=union,
        kind=kind,
        opens=opens,
        closes=closes,
        rule_version=rule_version,
        per_person=per_person,
        assurance=assurance,
        **asdict(manner),
    )
    journal.write("call.opened", of=call, by=by, at=at, kind=kind, policy=str(manner.policy))
    return call


@atomic
def set_manner(*, call: Call, manner: Manner, by: Actor, at: datetime) -> Call:
    """Of a draft: what was published is a promise. Refused: "manner-fixed", "result-early" and "draw-announced" (of the draw
    that was announced with it), what the lane cannot do once the call goes by it (`lanes.check_manner`), and by the
    constraints ("call_…").
    """
    call = Call.objects.lock(call.pk)
    if call.state != CallState.DRAFT:
        raise Refused("manner-fixed", "公布以后，录取办法不能再改。确实要改，请撤下这一次，另开一次。")
    values = asdict(manner)
    for name, value in values.items():
        setattr(call, name, value)
    if call.policy not in BY_DRAW and _counting(call).exists():
        raise Refused("draw-announced", "抽签办法已经公布，不能改成不抽签的。确实要改，请先作废这一轮抽签。")
    _check_round(call)
    if call.by_lane:
        lanes.check_manner(call)
    call.save(update_fields=[*values])
    journal.write("call.manner-set", of=call, by=by, at=at, policy=str(manner.policy), reason=manner.policy_reason)
    return call


@atomic
def set_window(*, call: Call, opens: datetime, closes: datetime, by: Actor, at: datetime) -> Call:
    """Also of a published call: a longer or shorter window counts for whoever comes from now on.

    Refused: "window-order", "result-early" (the draw that was announced would be before); of a published call also what
    publishing refuses, and "list-frozen". Of a level start only its end may change once its list is frozen.
    """
    _check_window(opens, closes)
    call = Call.objects.lock(call.pk)
    if call.frozen_at is not None and (call.policy in BY_ENTRY or opens != call.opens):
        raise Refused("list-frozen", "报名名单已经封存，报名时间不能再改。")
    before, moved = f"{call.opens.isoformat()}/{call.closes.isoformat()}", call.opens != opens
    call.opens, call.closes = opens, closes
    if call.state == CallState.PUBLISHED:
        _check_promises(call)
        if moved:
            busy.check(call, at=at)
    _check_round(call)
    call.save(update_fields=["opens", "closes"])
    window = f"{opens.isoformat()}/{closes.isoformat()}"
    journal.write("call.window-set", of=call, by=by, at=at, before=before, window=window)
    return call


@atomic
def ask_assurance(*, call: Call, assurance: int, by: Actor, at: datetime) -> Call:
    """How surely applicants must be known from now on; who is in stays in."""
    call = Call.objects.lock(call.pk)
    if call.assurance == assurance:
        return call
    call.assurance = Assurance(assurance)
    call.save(update_fields=["assurance"])
    journal.write("call.assurance-set", of=call, by=by, at=at, level=int(assurance))
    return call


@atomic
def publish(*, call: Call, by: Actor, at: datetime) -> Call:
    """Refused: "wrong-state", "entry-short", "result-missing", "round-missing", "busy-hours"."""
    call = Call.objects.lock(call.pk)
    _check_promises(call)
    busy.check(call, at=at)
    return _move(call, "publish", "call.published", by, at)


@atomic
def withdraw(*, call: Call, by: Actor, at: datetime) -> Call:
    """Nobody can apply any more; what was granted stays granted."""
    return _move(call, "withdraw", "call.withdrawn", by, at)


def _move(call: Call, verb: str, entry: str, by: Actor, at: datetime) -> Call:
    call = Call.objects.lock(call.pk)
    call.state = CALL_MOVES.target(verb, call.state)
    call.save(update_fields=["state"])
    journal.write(entry, of=call, by=by, at=at)
    return call


def _check_window(opens: datetime, closes: datetime) -> None:
    if closes <= opens:
        raise Refused("window-order", "报名截止时间要晚于开始时间，请改其中一个。")


def _counting(call: Call) -> "QuerySet[Round]":
    found: QuerySet[Round] = Round.objects.filter(call=call).exclude(state=RoundState.VOID)
    return found


def _check_round(call: Call) -> None:
    """A draw is held when it was announced: its list must be complete by then."""
    late = _counting(call).filter(frozen_at=None, result_at__lte=call.draws_after).first()
    if late is not None:
        raise Refused(
            "result-early",
            "抽签的时间%(at)s已经公布，报名时间不能改到它以后。确实要改，请先作废这一轮抽签。",
            at=Moment(late.result_at),
        )


def _check_promises(call: Call) -> None:
    if call.policy in BY_ENTRY and call.closes - call.opens < SHORTEST_ENTRY:
        raise Refused("entry-short", "报名至少开放一整天，好让上班、跑单的人都来得及。请把开始提前，或把截止推后。")
    if call.policy == Policy.DRAW and call.result_at is None:
        raise Refused("result-missing", "还没有写公布结果的时间。抽签的结果什么时候公布，要随报名一起公布。")
    if call.policy == Policy.LEVEL_START and not _counting(call).exists():
        raise Refused(
            "round-missing",
            "同时起步要抽签，办法要一起公布。请先改走快速通道，再到“抽签”里公布办法（谁封存数、什么时候抽），然后回来公布。",
        )
    if call.ties == Ties.SHARE and (call.choices > 1 or call.party_most > 1):
        raise Refused("ties-share", "同分都录取，只能用在每人选1个、各报各的时候。请改成按票号先后，或只留1个志愿。")
