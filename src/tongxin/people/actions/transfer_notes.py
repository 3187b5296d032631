"""What each step of a transfer leaves behind: a row of its history, who is told, until when an answer is due."""

from datetime import date, datetime, timedelta
from typing import Final

from tongxin.people.authority import Actor
from tongxin.people.models import Transfer, TransferStep
from tongxin.people.models.clocks import ClockName
from tongxin.people.models.transfers import TransferAsker
from tongxin.people.powers import Power
from tongxin.people.queries import keepers
from tongxin.people.queries.clocks import clock, due_at
from tongxin.people.states import TransferAnswer
from tongxin.records.actions import outbox
from tongxin.records.actions.outbox import Telling
from tongxin.unions.models import Union

NO_CLOCK: Final = timedelta(days=10)  # nothing is known of a time: nobody waits for ever all the same


def due(union: Union, at: datetime, on: date) -> datetime:
    found = clock(ClockName.TRANSFER_ANSWER, union, on)
    return due_at(found, at) if found else at + NO_CLOCK


def step(transfer: Transfer, verb: str, union: Union, by: Actor, at: datetime, why: str = "") -> None:
    TransferStep.make(
        transfer=transfer, verb=verb, union=union, account=by.account_id, at=at, why=why[:200],
        federation=transfer.federation,
    )  # fmt: skip


def tell(transfer: Transfer, kind: str, at: datetime, **data: str) -> None:
    key = f"{kind}:{transfer.public_id}:{transfer.escalations}"
    outbox.put([Telling(key, kind, transfer.person_id, transfer.federation, data)], at=at)


def tell_asked(transfer: Transfer, at: datetime, on: date) -> None:
    if transfer.asker != TransferAsker.WORKER:
        tell(transfer, "transfer.asked-for-you", at, what=transfer.to_union.name, before=transfer.union.name)
    for union, said in ((transfer.union, transfer.old_answer), (transfer.to_union, transfer.new_answer)):
        if said == TransferAnswer.NONE:
            tell_answerers(transfer, union, at, on)


def tell_answerers(transfer: Transfer, union: Union, at: datetime, on: date) -> None:
    people = keepers.nearest(Power.REVIEW_JOINING, [union.pk], on=on).get(union.pk, [])
    data = {"before": transfer.union.name, "what": transfer.to_union.name, "id": transfer.public_id}
    data["due"] = transfer.due_at.isoformat()
    key = f"transfer.to-answer:{transfer.public_id}:{union.pk}"
    outbox.put([Telling(f"{key}:{pk}", "transfer.to-answer", pk, kept, data) for pk, kept in people], at=at)
