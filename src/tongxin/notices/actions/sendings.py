"""One text to many people: written by one, approved by another, queued in batches, stopped at any moment.

Whoever stops and whoever queues lock the sending's row: after a stop not one more is queued, what waits in the outbox is
dropped by `messages.deliver`, and what waits for a channel is ended here and looked at again right before it leaves.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from django.utils.timezone import localdate

from tongxin.kernel.refused import Refused
from tongxin.notices.models import Delivery, Sending
from tongxin.notices.previews import Estimate, estimate, kind_of
from tongxin.notices.queries.audience import audience, last_person, roster_of
from tongxin.notices.states import BY_MACHINE, Audience, DeliveryState, SendingState, Why
from tongxin.people.authority import Actor, may, reasons, require, system
from tongxin.people.models import Person
from tongxin.people.models.persons import GigGroup
from tongxin.people.powers import Power
from tongxin.people.queries import keepers
from tongxin.people.roles import Reach
from tongxin.records.actions import journal, outbox
from tongxin.records.actions.outbox import Telling
from tongxin.records.models import OutboxRow
from tongxin.store.atomic import atomic
from tongxin.unions.models import Closure, Union

BATCH: Final = 5_000
LONGEST_TITLE: Final = 40
LONGEST_BODY: Final = 300
LONGEST_WHY: Final = 200


@dataclass(frozen=True, slots=True)
class Draft:
    """What its writer says. `roster_kind` and `roster` name a list where `audience` is ROSTER."""

    title: str
    body: str
    urgent: bool = False
    audience: Audience = Audience.BELOW
    gig_group: str = ""
    roster_kind: str = ""
    roster: str = ""


class Queued(NamedTuple):
    """`more`: there is something left to do."""

    people: int
    more: bool


@atomic
def write(*, union: Union, draft: Draft, by: Actor, at: datetime) -> Sending:
    """Refused: "no-power", "union-dissolved", "title-wrong", "body-wrong", "only-here", "no-roster", "roster-elsewhere"."""
    columns = _checked(union, draft, by)
    made = Sending.make(
        federation=union.federation, union=union, at=at, account=by.account_id, person=by.person_id, **columns
    )
    journal.write("sending.written", of=made, by=by, at=at, title=draft.title.strip())
    return made


@atomic
def change(*, sending: Sending, draft: Draft, by: Actor, at: datetime) -> Sending:
    """A draft, or one that was not approved. Its writer alone: who wrote it must not be who approves it."""
    row = _locked_own(sending, by)
    row.move("change")
    for name, value in _checked(row.union, draft, by).items():
        setattr(row, name, value)
    row.people, row.cost, row.decided_account, row.decided_at, row.why = None, None, None, None, ""
    row.save()
    journal.write("sending.changed", of=row, by=by, at=at, title=row.title)
    return row


@atomic
def ask(*, sending: Sending, by: Actor, at: datetime) -> Sending:
    """Asks a second person. Refused: "audience-empty", "nobody-approves", and what writing refuses."""
    row = _locked_own(sending, by)
    row.move("ask")
    _checked(row.union, _draft_of(row), by)
    approvers = _approvers(row, by)
    if not approvers:
        raise Refused("nobody-approves", "没有别人能批准群发。请上级先任命一位能批准的人，再送批。")
    _count(row, at)
    row.save(update_fields=["state", "people", "cost"])
    journal.write("sending.asked", of=row, by=by, at=at, count=row.people, cost=str(row.cost))
    data = {"who": _name(by), "what": row.title, "people": row.people, "id": row.public_id}
    key = f"sending.asked:{row.public_id}:{at:%Y%m%d%H%M%S}"
    outbox.put([Telling(f"{key}:{one}", "sending.asked", one, kept, data) for one, kept in approvers], at=at)
    return row


@atomic
def take_back(*, sending: Sending, by: Actor, at: datetime) -> Sending:
    """To change it once more, before it was decided."""
    row = _locked_own(sending, by)
    row.move("take-back")
    row.save(update_fields=["state"])
    journal.write("sending.taken-back", of=row, by=by, at=at)
    return row


@atomic
def approve(*, sending: Sending, by: Actor, at: datetime) -> Sending:
    """Another person than the writer; two accounts of one person are one. Counted once more, as people come and go."""
    row = _locked_to_decide(sending, by)
    row.move("approve")
    _must_live(row.union, at)
    _count(row, at)
    row.decided_account, row.decided_at = by.account_id, at
    row.save(update_fields=["state", "people", "cost", "decided_account", "decided_at"])
    journal.write("sending.approved", of=row, by=by, at=at, count=row.people, cost=str(row.cost))
    _tell_writer(row, "sending.approved", at)
    return row


@atomic
def decline(*, sending: Sending, why: str, by: Actor, at: datetime) -> Sending:
    row = _locked_to_decide(sending, by)
    row.move("decline")
    if not (text := why.strip()):
        raise Refused("why-missing", "请写明原因，写的人会看到。")
    row.why, row.decided_account, row.decided_at = text[:LONGEST_WHY], by.account_id, at
    row.save(update_fields=["state", "why", "decided_account", "decided_at"])
    journal.write("sending.declined", of=row, by=by, at=at, reason=row.why)
    _tell_writer(row, "sending.declined", at)
    return row


@atomic
def stop(*, sending: Sending, by: Actor, at: datetime) -> Sending:
    """Whoever may approve there, and whoever wrote it. What is out is out; all else does not go, for good."""
    row = _locked(sending)
    if not (_wrote(row, by) or may(by, Power.APPROVE_SENDINGS, row.union_id)):
        require(by, Power.APPROVE_SENDINGS, row.union_id)
    _stop(row, by, at)
    return row


@atomic
def queue(*, sending: int, at: datetime, limit: int = BATCH) -> Queued:
    """The next of its people into the outbox. Goes on where it stood: the place is written in the same transaction, and a
    key that is there already is left alone.

    A batch looks at a stretch of keys in which some `limit` of its people are to be expected, so that each person is looked
    at once, however many there are. (In one order over all, the database read everyone again for each batch.)
    """
    row = Sending.objects.select_related("union").select_for_update(of=("self",), no_key=True).get(pk=sending)
    if row.state != SendingState.RUNNING or row.whole:
        return Queued(0, more=False)
    today = localdate(at)
    if _dissolved(row.union, at):
        _stop(row, system(today), at, why="工会已撤销")
        return Queued(0, more=False)
    last = last_person()
    upto = row.reached_to + max(limit, (last - row.reached_to) * limit // max((row.people or 0) - row.queued, 1))
    people = audience(row, on=today).filter(pk__gt=row.reached_to, pk__lte=upto).order_by("pk")
    found = list(people.values_list("pk", "federation")[:limit])
    outbox.put_alike(found, key=f"sending:{row.public_id}:", kind=kind_of(row), data={"sending": row.public_id}, at=at)
    row.queued += len(found)
    row.reached_to = found[-1][0] if len(found) == limit else upto
    row.whole = row.reached_to >= last
    row.save(update_fields=["queued", "reached_to", "whole"])
    return Queued(len(found), more=not row.whole)


@atomic
def finish(*, sending: int, at: datetime) -> bool:
    """Everyone is told, and no machine has anything left to send for it. Slips may still wait for whoever prints them."""
    row = Sending.objects.lock(sending)
    if row.state != SendingState.RUNNING or not row.whole or _under_way(row):
        return False
    row.move("finish")
    row.ended_at = at
    row.save(update_fields=["state", "ended_at"])
    journal.write("sending.finished", of=row, by=system(localdate(at)), at=at, count=row.queued)
    return True


@atomic
def clear(*, sending: int, at: datetime, limit: int = BATCH) -> int:
    """What a stopped sending still had waiting for a channel is ended; how many."""
    if not Sending.objects.filter(pk=sending, state=SendingState.STOPPED).exists():
        return 0
    waiting = Delivery.objects.filter(sending=sending, state=DeliveryState.WAITING)
    rows = waiting.select_for_update(skip_locked=True, of=("self",)).order_by("pk")[:limit]
    found = [row.pk for row in rows]
    Delivery.objects.filter(pk__in=found).update(state=DeliveryState.SKIPPED, why=Why.STOPPED, done_at=at)
    return len(found)


def _checked(union: Union, draft: Draft, by: Actor) -> dict[str, object]:
    require(by, Power.SEND_NOTICES, union)
    if union.dissolved_on is not None and union.dissolved_on <= by.on:
        raise Refused("union-dissolved", "这个工会已经撤销，不能再发通知。")
    title, body = draft.title.strip(), draft.body.strip()
    if not title or len(title) > LONGEST_TITLE or "\n" in title:
        raise Refused("title-wrong", "标题要在%(most)d个字以内，写成一行。", most=LONGEST_TITLE)
    if not body or len(body) > LONGEST_BODY:
        raise Refused("body-wrong", "正文要在%(most)d个字以内。", most=LONGEST_BODY)
    if draft.gig_group and draft.gig_group not in GigGroup.values:
        raise Refused("no-group", "没有这样的人群，请重新选择。")
    is_roster = draft.audience == Audience.ROSTER
    if is_roster:
        _check_roster(union, draft, by)
    elif draft.audience == Audience.BELOW and not by.system:
        _check_reach(union, by)
    return {
        "title": title, "body": body, "urgent": draft.urgent, "audience": draft.audience,
        "gig_group": "" if is_roster else draft.gig_group,
        "roster_kind": draft.roster_kind if is_roster else "", "roster": draft.roster if is_roster else "",
    }  # fmt: skip


def _check_roster(union: Union, draft: Draft, by: Actor) -> None:
    """Kept at the union or below it, and in the writer's own reach."""
    roster = roster_of(draft.roster_kind, draft.roster)
    if roster is None:
        raise Refused("no-roster", "没有这份名单，请重新选择。")
    below = Closure.objects.as_of(by.on).filter(ancestor=union.pk, descendant=roster.union_id)
    if not below.exists() or not may(by, Power.SEND_NOTICES, roster.union_id):
        raise Refused("roster-elsewhere", "这份名单是别的工会的，不能用这个工会的名义发。请换一份名单。")


def _check_reach(union: Union, by: Actor) -> None:
    """Who reaches one union alone does not write to those below it."""
    if any(reason.reach is Reach.BELOW for reason in reasons(by, Power.SEND_NOTICES, union)):
        return
    if Closure.objects.as_of(by.on).filter(ancestor=union.pk, depth__gt=0).exists():
        raise Refused("only-here", "您的岗位只能发给本级的会员，请选“只是本级的会员”。")


def _draft_of(row: Sending) -> Draft:
    return Draft(row.title, row.body, row.urgent, Audience(row.audience), row.gig_group, row.roster_kind, row.roster)


def _count(row: Sending, at: datetime) -> Estimate:
    found = estimate(row, on=localdate(at))
    if found.people == 0:
        raise Refused("audience-empty", "按现在选的范围，一个人也没有。请换范围，或先登记会员。")
    row.people, row.cost = found.people, found.cost
    return found


def _locked(sending: Sending) -> Sending:
    rows = Sending.objects.select_related("union").select_for_update(of=("self",), no_key=True)
    row: Sending = rows.get(pk=sending.pk)
    return row


def _locked_own(sending: Sending, by: Actor) -> Sending:
    row = _locked(sending)
    if not _wrote(row, by):
        raise Refused("not-yours", "这条群发是别人写的，只有写的人能改、能送批。")
    return row


def _locked_to_decide(sending: Sending, by: Actor) -> Sending:
    row = _locked(sending)
    require(by, Power.APPROVE_SENDINGS, row.union_id)
    if _wrote(row, by) and not by.system:
        raise Refused("sending_second_person", "要由另一个人批准，不能批准自己写的群发。")
    return row


def _wrote(row: Sending, by: Actor) -> bool:
    """By the account or by the person: whoever has two accounts is still one."""
    if by.system:
        return row.account is None
    same_person = by.person_id is not None and _one(by.person_id) == _one(row.person)
    return same_person or (by.account_id is not None and by.account_id == row.account)


def _one(person: int | None) -> int | None:
    """The record that was kept, where two of one person were merged."""
    found = _person(person)
    return None if found is None else found.merged_into_id or found.pk


def _person(pk: int | None) -> Person | None:
    return None if pk is None else Person.objects.filter(pk=pk).first()


def _must_live(union: Union, at: datetime) -> None:
    if _dissolved(union, at):
        raise Refused("union-dissolved", "这个工会已经撤销，不能再发通知。")


def _dissolved(union: Union, at: datetime) -> bool:
    return union.dissolved_on is not None and union.dissolved_on <= localdate(at)


def _approvers(row: Sending, by: Actor) -> list[tuple[int, int]]:
    """The nearest who may approve; where that is the writer alone, those above."""
    for above in (False, True):
        found = keepers.nearest(Power.APPROVE_SENDINGS, [row.union_id], on=by.on, above=above).get(row.union_id, [])
        if others := [one for one in found if one[0] != row.person]:
            return others
    return []


def _stop(row: Sending, by: Actor, at: datetime, why: str = "") -> None:
    row.move("stop")
    row.ended_at, row.why = at, why
    row.save(update_fields=["state", "ended_at", "why"])
    journal.write("sending.stopped", of=row, by=by, at=at, count=row.queued, reason=why)


def _under_way(row: Sending) -> bool:
    """The second question reads the few rows that wait in the outbox, not the many that were told."""
    moving = Delivery.objects.filter(
        sending=row.pk, state__in=[DeliveryState.WAITING, DeliveryState.SENDING], channel__in=BY_MACHINE
    )
    waiting = OutboxRow.objects.filter(state=OutboxRow.State.WAITING, data__sending=row.public_id)
    return bool(moving.exists() or waiting.exists())


def _name(by: Actor) -> str:
    person = _person(by.person_id)
    return person.name if person is not None else "系统"


def _tell_writer(row: Sending, kind: str, at: datetime) -> None:
    writer = _person(row.person)
    if writer is not None:
        data = {"what": row.title, "id": row.public_id, **({"why": row.why} if kind == "sending.declined" else {})}
        key = f"{kind}:{row.public_id}:{at:%Y%m%d%H%M%S}"
        outbox.put([Telling(key, kind, writer.pk, writer.federation, data)], at=at)
