"""Opening, dating, publishing and withdrawing calls.

Power is checked by the substance room's action that calls these: only it knows which power its kind asks for.
"""

from datetime import datetime

from tongxin.calls.kinds import kind_named
from tongxin.calls.models import Call
from tongxin.calls.states import CALL_MOVES
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.people.models.persons import Assurance
from tongxin.records.actions import journal
from tongxin.rulebook.models import RuleVersion
from tongxin.store.atomic import atomic
from tongxin.unions.models import Union


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
    by: Actor,
    at: datetime,
) -> Call:
    """A draft; `assurance`: how surely its applicants must be known. Refused: "unknown-kind", "window-order", "per-person"."""
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
    )
    journal.write("call.opened", of=call, by=by, at=at, kind=kind)
    return call


@atomic
def set_window(*, call: Call, opens: datetime, closes: datetime, by: Actor, at: datetime) -> Call:
    """Also of a published call: a longer or shorter window counts for whoever comes from now on."""
    _check_window(opens, closes)
    call = Call.objects.lock(call.pk)
    before = f"{call.opens.isoformat()}/{call.closes.isoformat()}"
    call.opens, call.closes = opens, closes
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
