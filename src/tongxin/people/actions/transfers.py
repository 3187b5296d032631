"""会籍转接: asked for by the worker or either union, answered by both. Silence of the old union goes up the tree."""

from datetime import date, datetime

from tongxin.kernel.refused import Refused
from tongxin.people.actions import memberships
from tongxin.people.actions.transfer_notes import due, step, tell, tell_answerers, tell_asked
from tongxin.people.authority import Actor, may, require, system
from tongxin.people.membership_rules import rule
from tongxin.people.models import Clock, Membership, Person, Transfer
from tongxin.people.models.clocks import ClockName
from tongxin.people.models.transfers import TransferAsker
from tongxin.people.powers import Power
from tongxin.people.queries.clocks import clock, due_at
from tongxin.people.queries.joining import reviewer_of, takes_members
from tongxin.people.states import TRANSFER_MOVES, TransferAnswer, TransferState
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.unions.models import Parenthood, Succession, Union

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
        account=by.account_id, key=key, at=at, due_at=due(stay.union, at, by.on), federation=person.federation,
    )  # fmt: skip
    step(transfer, "ask", stay.union if asker == TransferAsker.OLD_UNION else to_union, by, at)
    journal.write("transfer.asked", of=transfer, by=by, at=at, union=stay.union_id, to=to_union.pk, asker=asker)
    tell_asked(transfer, at, by.on)
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
    _must_still_stand(transfer)
    column = "old_answer" if side == OLD else "new_answer"
    if getattr(transfer, column) != TransferAnswer.NONE:
        raise Refused("answered-already", "这一方已经答复过，请刷新后再看。")
    if not yes and not why.strip():
        raise Refused("why-missing", "请写明不同意的原因，本人会看到。")
    setattr(transfer, column, TransferAnswer.YES if yes else TransferAnswer.NO)
    transfer.save(update_fields=[column])
    step(transfer, f"{side}-{'yes' if yes else 'no'}", union, by, at, why)
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
    _must_still_stand(transfer)
    transfer.consented_on = by.on
    transfer.save(update_fields=["consented_on"])
    step(transfer, "consent", transfer.to_union, by, at)
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
    step(transfer, "withdraw", transfer.union, by, at)
    journal.write("transfer.withdrawn", of=transfer, by=by, at=at, union=transfer.union_id)
    return transfer


@atomic
def escalate(*, transfer: Transfer, on: date, at: datetime) -> Transfer:
    """When its time is over: done by itself where a clause says so, else the next union up answers for the silent one.

    A union that ended is followed by its successor, or by the one above it; a person who is no member any more needs no move.
    What waits for nobody but the worker's consent is asked for once more, then closed: it would stand in the way of others.
    """
    transfer = _lock(transfer)
    by = system(on)
    if transfer.state != TransferState.WAITING:
        return transfer
    if transfer.person.merged_into_id is not None or transfer.membership.person_id != transfer.person_id:
        return _close(transfer, "这份登记已经并入另一份，请在合并后的登记上重新申请。", by, at)
    if transfer.membership.ends is not None:
        return _follow_old(transfer, by, at)
    if not _lives(transfer.to_union, on):
        return _follow_new(transfer, by, at)
    return transfer if transfer.due_at > at else _when_overdue(transfer, by, at)


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
    if stay.previous_id is not None and stay.starts >= on:
        raise Refused("moved-today", "会籍今天刚转到%(union)s，要再转请明天提出。", union=stay.union.name)
    if not rule(stay.state, on).moves:
        raise Refused("retired-stays", "退休会员的会籍留在原工会，不用转接，服务照样可以用。")
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


def _must_still_stand(transfer: Transfer) -> None:
    """Two records may have become one since, or a union two: who answers then would answer for something else."""
    if transfer.person.merged_into_id is not None or transfer.membership.person_id != transfer.person_id:
        raise Refused("person-merged", "这份登记已经并入另一份，请打开合并后的登记再办。")
    if transfer.membership.ends is not None:
        raise Refused("membership-ended", "这段会籍已经结束，请刷新后再看。")


def _lives(union: Union, on: date) -> bool:
    return Union.objects.existing(on).filter(pk=union.pk).exists()


# ---- on its way -----------------------------------------------------------------------------------------------------


def _lock(transfer: Transfer) -> Transfer:
    """The person's row first, as everyone who changes stays does."""
    Person.objects.lock(transfer.person_id)
    locked: Transfer = Transfer.objects.lock(transfer.pk)
    return locked


def _lacks_consent(transfer: Transfer) -> bool:
    return transfer.consented_on is None and transfer.person.federation != transfer.to_union.federation


def _complete_if_agreed(transfer: Transfer, by: Actor, at: datetime) -> Transfer:
    if not transfer.old_answer == transfer.new_answer == TransferAnswer.YES:
        return transfer
    if _lacks_consent(transfer):
        tell(transfer, "transfer.consent-needed", at, what=transfer.to_union.name)
        return transfer
    return _complete(transfer, by, at)


def _when_overdue(transfer: Transfer, by: Actor, at: datetime) -> Transfer:
    """The old union's silence counts as yes where a clause on record says so, once that clause's own time is over."""
    old_silent, new_silent = (said == TransferAnswer.NONE for said in (transfer.old_answer, transfer.new_answer))
    clause = _clause(transfer, by.on) if old_silent else None
    passes = clause is not None and due_at(clause, transfer.at) <= at
    if new_silent:
        return _go_up(transfer, NEW if passes or not old_silent else OLD, by, at)
    if old_silent and not passes:
        return _go_up(transfer, OLD, by, at)
    if _lacks_consent(transfer):
        return _await_consent(transfer, by, at)
    if clause is None:
        return _complete(transfer, by, at)
    transfer.by_clause = clause
    step(transfer, "by-clause", transfer.union, by, at, clause.clause)
    return _complete(transfer, by, at)


def _clause(transfer: Transfer, on: date) -> Clock | None:
    """None where no row of the database, with its clause, says that it completes by itself."""
    found = clock(ClockName.TRANSFER_COMPLETES, transfer.union, on)
    return found if found is not None and found.pk is not None and found.clause else None


def _await_consent(transfer: Transfer, by: Actor, at: datetime) -> Transfer:
    if transfer.steps.filter(verb="await-consent").exists():
        return _close(transfer, "没有等到您本人同意，这份申请先办结，会籍没有变。需要时可以再申请。", by, at)
    transfer.due_at = due(transfer.to_union, at, by.on)
    transfer.save(update_fields=["due_at"])
    step(transfer, "await-consent", transfer.to_union, by, at)
    tell(transfer, "transfer.consent-still-needed", at, what=transfer.to_union.name, due=transfer.due_at.isoformat())
    return transfer


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
    step(transfer, "complete", transfer.to_union, by, at)
    journal.write("transfer.completed", of=transfer, by=by, at=at, union=transfer.union_id, to=transfer.to_union_id)
    tell(transfer, "transfer.done", at, what=transfer.to_union.name, before=transfer.union.name)
    return transfer


def _refuse(transfer: Transfer, why: str, union: Union, by: Actor, at: datetime) -> Transfer:
    """One of the unions said no."""
    _end_without(transfer, why, union, by, at)
    tell(transfer, "transfer.refused", at, what=transfer.to_union.name, who=union.name, why=transfer.why)
    return transfer


def _close(transfer: Transfer, why: str, by: Actor, at: datetime) -> Transfer:
    """Nobody said no, and it cannot be done."""
    _end_without(transfer, why, transfer.to_union, by, at)
    tell(transfer, "transfer.closed", at, what=transfer.to_union.name, why=transfer.why)
    return transfer


def _end_without(transfer: Transfer, why: str, union: Union, by: Actor, at: datetime) -> None:
    transfer.why = why[:200]
    _end(transfer, "refuse", at)
    step(transfer, "refuse", union, by, at, why)


def _end(transfer: Transfer, verb: str, at: datetime) -> None:
    transfer.state = TRANSFER_MOVES.target(verb, transfer.state)
    transfer.ended_at = at
    transfer.save()


def _go_up(transfer: Transfer, silent: str, by: Actor, at: datetime) -> Transfer:
    """On top of the tree it stays, overdue and seen. Whoever could answer before still can."""
    union = transfer.union if silent == OLD else transfer.to_union
    verb = "escalate" if silent == OLD else "escalate-new"
    before = transfer.steps.filter(verb=verb).order_by("-pk").select_related("union").first()
    here = before.union if before is not None else reviewer_of(union, on=by.on)
    higher = reviewer_of(union, on=by.on, above=here) if here is not None else None
    if higher is None:
        return transfer
    transfer.escalated_to, transfer.due_at = higher, due(higher, at, by.on)
    transfer.escalations += 1
    transfer.save(update_fields=["escalated_to", "due_at", "escalations"])
    step(transfer, verb, higher, by, at)
    journal.write("transfer.escalated", of=transfer, by=by, at=at, union=higher.pk)
    tell(transfer, "transfer.escalated", at, who=union.name, higher=higher.name)
    tell_answerers(transfer, higher, at, by.on)
    return transfer


def _follow_old(transfer: Transfer, by: Actor, at: datetime) -> Transfer:
    """The stay has ended. Where its union is no more and the members went on elsewhere, that union answers anew."""
    stay = Membership.objects.filter(person=transfer.person_id, ends=None).select_related("union").first()
    if stay is None or _lives(transfer.union, by.on):
        return _close(transfer, "会籍已经结束或已另行转接，这份申请不用再办。", by, at)
    if stay.union_id == transfer.to_union_id:
        return _close(transfer, "会籍随工会合并已经在转入的工会，不用再转。", by, at)
    transfer.membership, transfer.union, transfer.old_answer = stay, stay.union, TransferAnswer.NONE
    transfer.due_at = due(stay.union, at, by.on)
    transfer.save(update_fields=["membership", "union", "old_answer", "due_at"])
    step(transfer, "hand-on-old", stay.union, by, at)
    journal.write("transfer.handed-on", of=transfer, by=by, at=at, union=stay.union_id)
    tell_answerers(transfer, stay.union, at, by.on)
    return transfer


def _follow_new(transfer: Transfer, by: Actor, at: datetime) -> Transfer:
    """The new union is no more: its successor, or who stood above it, answers anew."""
    gone = transfer.to_union
    after = Succession.objects.filter(predecessor=gone).order_by("-on").select_related("successor").first()
    above = Parenthood.objects.filter(child=gone).order_by("-valid_from").select_related("parent").first()
    heir = after.successor if after else above.parent if above else None
    if heir is None or heir.pk == transfer.union_id or not takes_members(heir, by.on):
        return _close(transfer, "转入的工会已经撤销，请另选一个再申请。", by, at)
    transfer.to_union, transfer.new_answer = heir, TransferAnswer.NONE
    transfer.due_at = due(heir, at, by.on)
    transfer.save(update_fields=["to_union", "new_answer", "due_at"])
    step(transfer, "hand-on", heir, by, at)
    journal.write("transfer.handed-on", of=transfer, by=by, at=at, union=heir.pk)
    tell_answerers(transfer, heir, at, by.on)
    return transfer
