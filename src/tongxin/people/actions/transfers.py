"""会籍转接: asked for by the worker or either union, answered by both. Silence of the old union goes up the tree."""

from datetime import date, datetime, timedelta
from typing import Final

from tongxin.kernel.refused import Refused
from tongxin.people.actions import memberships
from tongxin.people.authority import Actor, may, require, system
from tongxin.people.models import Clock, Membership, Person, Transfer, TransferStep
from tongxin.people.models.clocks import ClockName
from tongxin.people.models.transfers import TransferAsker
from tongxin.people.powers import Power
from tongxin.people.queries import keepers
from tongxin.people.queries.clocks import clock, due_at
from tongxin.people.queries.joining import reviewer_of, takes_members
from tongxin.people.states import TRANSFER_MOVES, TransferAnswer, TransferState
from tongxin.records.actions import journal, outbox
from tongxin.records.actions.outbox import Telling
from tongxin.store.atomic import atomic
from tongxin.unions.models import Parenthood, Succession, Union

NO_CLOCK: Final = timedelta(days=10)  # nothing is known of a time: nobody waits for ever all the same
OLD, NEW = "old", "new"


@atomic
def ask(
    *,
    person: Person,
    to_union: Union,
    by: Actor,
    at: datetime,
    reason: str = "",
    consented_on: date | None = None,
    key: str | None = None,
) -> Transfer:
    """By the worker for oneself; by the old union, or the new one, which says yes with it.

    Refused: "no-membership", "move-same-union", "union-not-there", "union-takes-none", "no-reviewer", "person-merged",
    "transfer_one_waiting" (also the way back while the way there waits), "no-power".
    """
    if sent := _sent_before(by, key):
        return sent
    person = Person.objects.lock(person.pk)
    stay = _open_stay(person)
    _must_be_possible(person, stay, to_union, by.on)
    asker = _asker(person, stay, to_union, by)
    transfer = Transfer.make(
        person=person, membership=stay, union=stay.union, to_union=to_union, asker=asker, reason=reason.strip()[:200],
        consented_on=consented_on if asker == TransferAsker.WORKER else None,
        old_answer=TransferAnswer.YES if asker == TransferAsker.OLD_UNION else TransferAnswer.NONE,
        new_answer=TransferAnswer.YES if asker == TransferAsker.NEW_UNION else TransferAnswer.NONE,
        account=by.account_id, key=key, at=at, due_at=_due(stay.union, at, by.on), federation=person.federation,
    )  # fmt: skip
    _step(transfer, "ask", stay.union if asker == TransferAsker.OLD_UNION else to_union, by, at)
    journal.write("transfer.asked", of=transfer, by=by, at=at, union=stay.union_id, to=to_union.pk, asker=asker)
    _tell_asked(transfer, at, by.on)
    return transfer


@atomic
def answer(*, transfer: Transfer, side: str, yes: bool, by: Actor, at: datetime, why: str = "") -> Transfer:
    """One side's answer; with both it is done the same moment, if the worker's consent is there where it is needed.

    Who answers for the old union may also stand above it. Refused: "no-power", "wrong-state", "why-missing",
    "answered-already", "union-not-there", "membership-ended".
    """
    transfer = _lock(transfer)
    union = transfer.union if side == OLD else transfer.to_union
    require(by, Power.REVIEW_JOINING, union)
    TRANSFER_MOVES.target("answer", transfer.state)
    column = "old_answer" if side == OLD else "new_answer"
    if getattr(transfer, column) != TransferAnswer.NONE:
        raise Refused("answered-already", "这一方已经答复过，请刷新后再看。")
    if not yes and not why.strip():
        raise Refused("why-missing", "请写明不同意的原因，本人会看到。")
    setattr(transfer, column, TransferAnswer.YES if yes else TransferAnswer.NO)
    transfer.save(update_fields=[column])
    _step(transfer, f"{side}-{'yes' if yes else 'no'}", union, by, at, why)
    journal.write("transfer.answered", of=transfer, by=by, at=at, union=union.pk, side=side, yes=yes)
    if not yes:
        return _refuse(transfer, why.strip(), union, by, at)
    return _complete_if_agreed(transfer, by, at)


@atomic
def consent(*, transfer: Transfer, by: Actor, at: datetime) -> Transfer:
    """The worker's own yes to their data going to the other province (个人信息保护法第23条). Nobody gives it for them."""
    transfer = _lock(transfer)
    if by.person_id != transfer.person_id:
        raise Refused("no-power", "只能由本人同意。")
    TRANSFER_MOVES.target("answer", transfer.state)
    transfer.consented_on = by.on
    transfer.save(update_fields=["consented_on"])
    _step(transfer, "consent", transfer.to_union, by, at)
    journal.write("transfer.consented", of=transfer, by=by, at=at, union=transfer.union_id)
    return _complete_if_agreed(transfer, by, at)


@atomic
def withdraw(*, transfer: Transfer, by: Actor, at: datetime) -> Transfer:
    """By the worker, or by the union that asked. Refused: "no-power", "wrong-state"."""
    transfer = _lock(transfer)
    own = by.person_id == transfer.person_id
    asked = {TransferAsker.OLD_UNION: transfer.union_id, TransferAsker.NEW_UNION: transfer.to_union_id}
    union = asked.get(TransferAsker(transfer.asker))
    if not own and (union is None or not may(by, Power.REVIEW_JOINING, union)):
        raise Refused("no-power", "只能由本人或提出转接的工会撤回。")
    _end(transfer, "withdraw", at)
    _step(transfer, "withdraw", transfer.union, by, at)
    journal.write("transfer.withdrawn", of=transfer, by=by, at=at, union=transfer.union_id)
    return transfer


@atomic
def escalate(*, transfer: Transfer, on: date, at: datetime) -> Transfer:
    """When its time is over: done by itself where a clause says so, else the next union up answers for the silent one.

    A union that ended is followed by its successor, or by the one above it; a person who is no member any more needs no move.
    """
    transfer = _lock(transfer)
    by = system(on)
    if transfer.state != TransferState.WAITING:
        return transfer
    if transfer.membership.ends is not None:
        return _refuse(transfer, "会籍已经结束或已另行转接，这份申请不用再办。", transfer.union, by, at)
    if not _lives(transfer.to_union, on):
        return _follow_new(transfer, by, at)
    if transfer.due_at > at:
        return transfer
    silent = OLD if transfer.old_answer == TransferAnswer.NONE else NEW
    if silent == OLD and (clause := clock(ClockName.TRANSFER_COMPLETES, transfer.union, on)) is not None:
        return _complete_by_clause(transfer, clause, by, at)
    return _go_up(transfer, silent, by, at)


# ---- may it be asked ------------------------------------------------------------------------------------------------


def _sent_before(by: Actor, key: str | None) -> Transfer | None:
    if key is None or by.account_id is None:
        return None
    return Transfer.objects.filter(account=by.account_id, key=key).first()


def _open_stay(person: Person) -> Membership:
    if person.merged_into_id is not None:
        raise Refused("person-merged", "这份登记已经并入另一份，请打开合并后的登记再办。")
    stay: Membership | None = Membership.objects.filter(person=person, ends=None).select_related("union").first()
    if stay is None:
        raise Refused("no-membership", "现在没有会籍，不用转接，请直接申请入会。")
    return stay


def _asker(person: Person, stay: Membership, to_union: Union, by: Actor) -> str:
    if by.person_id == person.pk:
        return TransferAsker.WORKER
    if may(by, Power.REVIEW_JOINING, stay.union):
        return TransferAsker.OLD_UNION
    require(by, Power.REVIEW_JOINING, to_union)
    return TransferAsker.NEW_UNION


def _must_be_possible(person: Person, stay: Membership, to_union: Union, on: date) -> None:
    if stay.union_id == to_union.pk:
        raise Refused("move-same-union", "会籍已经在这个工会，不用转接。")
    if not _lives(to_union, on):
        raise Refused("union-not-there", "转入的工会已经撤销或还没有成立，请另选一个。")
    if not takes_members(to_union, on):
        raise Refused("union-takes-none", "这一级工会不直接发展会员，请选区县以下的工会。")
    if reviewer_of(to_union, on=on) is None:
        raise Refused("no-reviewer", "转入的工会和它的上级现在都没有人能审核，请选附近的另一个工会。")
    waiting = Transfer.objects.filter(person=person, state=TransferState.WAITING).select_related("to_union").first()
    if waiting is not None:
        raise Refused(
            "transfer_one_waiting",
            "已经有一份转到%(union)s的申请在办理。请先办完或撤回那一份。",
            union=waiting.to_union.name,
        )


def _lives(union: Union, on: date) -> bool:
    return Union.objects.existing(on).filter(pk=union.pk).exists()


# ---- on its way -----------------------------------------------------------------------------------------------------


def _lock(transfer: Transfer) -> Transfer:
    """The person's row first, as everyone who changes stays does."""
    Person.objects.lock(transfer.person_id)
    locked: Transfer = Transfer.objects.lock(transfer.pk)
    return locked


def _complete_if_agreed(transfer: Transfer, by: Actor, at: datetime) -> Transfer:
    agreed = transfer.old_answer == transfer.new_answer == TransferAnswer.YES
    crosses = transfer.person.federation != transfer.to_union.federation
    if not agreed:
        return transfer
    if crosses and transfer.consented_on is None:
        _tell(transfer, "transfer.consent-needed", at, what=transfer.to_union.name)
        return transfer
    return _complete(transfer, by, at)


def _complete_by_clause(transfer: Transfer, clause: Clock, by: Actor, at: datetime) -> Transfer:
    """The old union's silence counts as yes, where the new one has said yes and the clause is on record."""
    crosses = transfer.person.federation != transfer.to_union.federation
    if transfer.new_answer != TransferAnswer.YES or (crosses and transfer.consented_on is None) or clause.pk is None:
        return transfer
    transfer.by_clause = clause
    transfer.save(update_fields=["by_clause"])
    _step(transfer, "by-clause", transfer.union, by, at, clause.clause)
    return _complete(transfer, by, at)


def _complete(transfer: Transfer, by: Actor, at: datetime) -> Transfer:
    """The stay ends and the new one begins today, by the house's hand: both unions have said yes."""
    transfer.result = memberships.move(
        membership=transfer.membership,
        to_union=transfer.to_union,
        on=by.on,
        by=system(by.on),
        at=at,
        consented_on=transfer.consented_on,
    )
    _end(transfer, "complete", at)
    _step(transfer, "complete", transfer.to_union, by, at)
    journal.write("transfer.completed", of=transfer, by=by, at=at, union=transfer.union_id, to=transfer.to_union_id)
    _tell(transfer, "transfer.done", at, what=transfer.to_union.name, before=transfer.union.name)
    return transfer


def _refuse(transfer: Transfer, why: str, union: Union, by: Actor, at: datetime) -> Transfer:
    transfer.why = why[:200]
    _end(transfer, "refuse", at)
    _step(transfer, "refuse", union, by, at, why)
    _tell(transfer, "transfer.refused", at, what=transfer.to_union.name, who=union.name, why=transfer.why)
    return transfer


def _end(transfer: Transfer, verb: str, at: datetime) -> None:
    transfer.state = TRANSFER_MOVES.target(verb, transfer.state)
    transfer.ended_at = at
    transfer.save()


def _go_up(transfer: Transfer, silent: str, by: Actor, at: datetime) -> Transfer:
    """On top of the tree it stays, overdue and seen. Whoever could answer before still can."""
    union = transfer.union if silent == OLD else transfer.to_union
    here = transfer.escalated_to or reviewer_of(union, on=by.on)
    higher = reviewer_of(union, on=by.on, above=here) if here is not None else None
    if higher is None:
        return transfer
    transfer.escalated_to, transfer.due_at = higher, _due(higher, at, by.on)
    transfer.escalations += 1
    transfer.save(update_fields=["escalated_to", "due_at", "escalations"])
    _step(transfer, "escalate", higher, by, at)
    journal.write("transfer.escalated", of=transfer, by=by, at=at, union=higher.pk)
    _tell(transfer, "transfer.escalated", at, who=union.name, higher=higher.name)
    _tell_answerers(transfer, higher, at, by.on)
    return transfer


def _follow_new(transfer: Transfer, by: Actor, at: datetime) -> Transfer:
    """The new union is no more: its successor, or who stood above it, answers anew."""
    gone = transfer.to_union
    after = Succession.objects.filter(predecessor=gone).order_by("-on").select_related("successor").first()
    above = Parenthood.objects.filter(child=gone).order_by("-valid_from").select_related("parent").first()
    heir = after.successor if after else above.parent if above else None
    if heir is None or heir.pk == transfer.union_id or not takes_members(heir, by.on):
        return _refuse(transfer, "转入的工会已经撤销，请另选一个再申请。", gone, by, at)
    transfer.to_union, transfer.new_answer = heir, TransferAnswer.NONE
    transfer.due_at = _due(heir, at, by.on)
    transfer.save(update_fields=["to_union", "new_answer", "due_at"])
    _step(transfer, "hand-on", heir, by, at)
    journal.write("transfer.handed-on", of=transfer, by=by, at=at, union=heir.pk)
    _tell_answerers(transfer, heir, at, by.on)
    return transfer


def _due(union: Union, at: datetime, on: date) -> datetime:
    found = clock(ClockName.TRANSFER_ANSWER, union, on)
    return due_at(found, at) if found else at + NO_CLOCK


def _step(transfer: Transfer, verb: str, union: Union, by: Actor, at: datetime, why: str = "") -> None:
    TransferStep.make(
        transfer=transfer, verb=verb, union=union, account=by.account_id, at=at, why=why[:200],
        federation=transfer.federation,
    )  # fmt: skip


def _tell(transfer: Transfer, kind: str, at: datetime, **data: str) -> None:
    key = f"{kind}:{transfer.public_id}:{transfer.escalations}"
    outbox.put([Telling(key, kind, transfer.person_id, transfer.federation, data)], at=at)


def _tell_asked(transfer: Transfer, at: datetime, on: date) -> None:
    if transfer.asker != TransferAsker.WORKER:
        _tell(transfer, "transfer.asked-for-you", at, what=transfer.to_union.name, before=transfer.union.name)
    for union, said in ((transfer.union, transfer.old_answer), (transfer.to_union, transfer.new_answer)):
        if said == TransferAnswer.NONE:
            _tell_answerers(transfer, union, at, on)


def _tell_answerers(transfer: Transfer, union: Union, at: datetime, on: date) -> None:
    people = keepers.nearest(Power.REVIEW_JOINING, [union.pk], on=on).get(union.pk, [])
    data = {"before": transfer.union.name, "what": transfer.to_union.name, "id": transfer.public_id}
    data["due"] = transfer.due_at.isoformat()
    key = f"transfer.to-answer:{transfer.public_id}:{union.pk}"
    outbox.put([Telling(f"{key}:{pk}", "transfer.to-answer", pk, kept, data) for pk, kept in people], at=at)
