"""A union is asked for, then approved, refused or taken back. Approving founds it in the same transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db.models import Q

from tongxin.kernel.refused import Refused
from tongxin.records.actions import journal, outbox
from tongxin.records.actions.outbox import Telling
from tongxin.store.atomic import atomic
from tongxin.unions import founding_rules as law
from tongxin.unions.actions import files, tree
from tongxin.unions.actions.closure import hold_tree
from tongxin.unions.actions.files import Upload
from tongxin.unions.actions.standing import By, day_of, must_keep, must_manage
from tongxin.unions.models import Closure, FoundingRequest, Parenthood, Union

MOST_WAITING: Final = 50  # of one union, so that nobody floods the one above


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for, as the form says it."""

    choice: law.Choice
    parent: Union
    name: str
    sponsor: str
    workers: int
    members: int
    reason: str
    employer: str = ""
    answer: str = ""


@atomic
def ask(*, union: Union, wish: Wish, uploads: Sequence[Upload] = (), by: By, at: datetime) -> FoundingRequest:
    """`union` asks for it: the parent itself, or one below or above the parent.

    Refused: "founding-parent", "founding-far", "founding-workers", "founding-members", "founding-name", "founding-answer",
    "founding-once", "founding-flood", "parent-not-there".
    """
    must_keep(by, union)
    today = day_of(at)
    _must_stand(wish, union, today)
    remarked = [one for one in remarks_on(wish, today) if one.ask]
    if remarked and not wish.answer.strip():
        raise Refused("founding-answer", "请先回答下面提醒的事，再提交。")
    if FoundingRequest.objects.filter(union=union, state="waiting").count() >= MOST_WAITING:
        raise Refused("founding-flood", "本会已有%(most)s份申请在等批复，请等批复后再提。", most=MOST_WAITING)
    request = FoundingRequest.make(
        federation=union.federation,
        union=union,
        parent=wish.parent,
        way=wish.choice.way,
        kind=wish.choice.kind,
        level=wish.choice.level,
        name=wish.name.strip(),
        employer=wish.employer.strip(),
        sponsor=wish.sponsor.strip(),
        workers=wish.workers,
        members=wish.members,
        reason=wish.reason.strip(),
        answer=wish.answer.strip() if remarked else "",
        account=by.account_id,
        person=by.person_id,
        at=at,
    )
    for upload in uploads:
        files.keep(union=union, upload=upload, founding=request, by=by, at=at)
    journal.write(
        "founding.asked", of=request, by=by, at=at, union=union.pk, parent=wish.parent.code, kind=request.kind
    )
    return request


@atomic
def approve(
    *, request: FoundingRequest, code: str, founded_on: date, reply_number: str, by: By, at: datetime
) -> FoundingRequest:
    """Two who approve at once: the second is told that it is done. What `tree.found` refuses leaves it waiting."""
    hold_tree(growing=True)
    request = _locked(request, by)
    request.move("approve")
    if founded_on > day_of(at):
        raise Refused("founding-day", "成立日期不能晚于今天，请到那天再批。")
    if not reply_number.strip():
        raise Refused("founding-reply", "请填批复文号。")
    _must_be_free(request.name, request.parent, founded_on)
    request.founded = tree.found(
        parent=request.parent,
        kind=request.kind,
        level=request.level,
        name=request.name,
        code=code,
        founded_on=founded_on,
        source=reply_number.strip(),
        by=by,
        at=at,
    )
    request.reply_number = reply_number.strip()
    _decide(request, by, at)
    journal.write("founding.approved", of=request, by=by, at=at, union=request.parent_id, reply=request.reply_number)
    _tell(
        request,
        "founding.approved",
        {"what": request.name, "number": request.reply_number, "id": request.public_id},
        at,
    )
    return request


@atomic
def refuse(*, request: FoundingRequest, why: str, by: By, at: datetime) -> FoundingRequest:
    request = _locked(request, by)
    request.move("refuse")
    if not why.strip():
        raise Refused("founding-why", "请写明为什么不批准，申请的工会看得到。")
    request.why = why.strip()
    _decide(request, by, at)
    journal.write("founding.refused", of=request, by=by, at=at, union=request.parent_id)
    _tell(request, "founding.refused", {"what": request.name, "why": request.why, "id": request.public_id}, at)
    return request


@atomic
def withdraw(*, request: FoundingRequest, by: By, at: datetime) -> FoundingRequest:
    must_keep(by, request.union)
    request = FoundingRequest.objects.lock(request.pk)
    request.move("withdraw")
    _decide(request, by, at)
    journal.write("founding.withdrawn", of=request, by=by, at=at, union=request.union_id)
    return request


def remarks_on(wish: Wish, today: date) -> list[law.Remark]:
    """To be shown before asking, and again to whoever decides."""
    elsewhere = Union.objects.existing(today).filter(name=wish.name.strip(), federation=wish.parent.federation).first()
    above = (
        Parenthood.objects.as_of(today).filter(child=elsewhere).select_related("parent").first() if elsewhere else None
    )
    same_name = above.parent.name if above else ""
    return list(law.remarks(wish.choice, workers=wish.workers, members=wish.members, same_name=same_name))


def wish_of(request: FoundingRequest) -> Wish:
    choice = next(
        one
        for one in law.CHOICES.values()
        if (one.way, one.kind, one.level) == (request.way, request.kind, request.level)
    )
    return Wish(
        choice=choice,
        parent=request.parent,
        name=request.name,
        sponsor=request.sponsor,
        workers=request.workers,
        members=request.members,
        reason=request.reason,
        employer=request.employer,
        answer=request.answer,
    )


def next_code(parent: Union) -> str:
    """A free code below the parent's: what the form offers, and whoever approves may change."""
    taken = set(Union.objects.filter(code__startswith=f"{parent.code}-N").values_list("code", flat=True))
    number = next(n for n in range(1, len(taken) + 2) if f"{parent.code}-N{n:02}" not in taken)
    return f"{parent.code}-N{number:02}"


# ---- what must hold -----------------------------------------------------------------------------------------------


def _must_stand(wish: Wish, union: Union, today: date) -> None:
    parent = wish.parent
    for text, code, words in (
        (wish.name, "founding-name", "请填拟用的工会全称。"),
        (wish.sponsor, "founding-sponsor", "请填发起单位。"),
        (wish.reason, "founding-reason", "请写明为什么建。"),
    ):
        if not text.strip():
            raise Refused(code, words)
    if parent.dissolved_on is not None and parent.dissolved_on <= today:
        raise Refused("parent-not-there", "这一天上级工会还没有成立或已经撤销，请改日期或换上级。")
    law.must_fit(wish.choice, parent.kind, parent.level)
    law.must_count(wish.workers, wish.members)
    pair = Q(ancestor=parent, descendant=union) | Q(ancestor=union, descendant=parent)
    if not Closure.objects.as_of(today).filter(pair).exists():
        raise Refused("founding-far", "只能向本会、本会的上级或下级申请，请另选上级。")
    _must_be_free(wish.name, parent, today)


def _must_be_free(name: str, parent: Union, day: date) -> None:
    siblings = Parenthood.objects.as_of(day).filter(parent=parent).values("child")
    if Union.objects.existing(day).filter(pk__in=siblings, name=name.strip()).exists():
        raise Refused("founding-name", "这个上级下面已经有同名的工会，请核对是不是已经建过，或改用全称。")


def _locked(request: FoundingRequest, by: By) -> FoundingRequest:
    """The power is asked at the parent as it stands in the row, not as the page saw it."""
    locked: FoundingRequest = FoundingRequest.objects.select_related("parent", "union").lock(request.pk)
    must_manage(by, locked.parent)
    return locked


def _decide(request: FoundingRequest, by: By, at: datetime) -> None:
    request.decided_by, request.decided_at = by.account_id, at
    request.save()


def _tell(request: FoundingRequest, kind: str, data: dict[str, str], at: datetime) -> None:
    if request.person is not None:
        outbox.put([Telling(f"{kind}:{request.pk}", kind, request.person, request.federation, data)], at=at)
