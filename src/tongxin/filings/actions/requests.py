"""Asking: drafted, priced, sent (above a threshold by a second person), reminded once, closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db.models import Max

from tongxin.filings.asking import held_field
from tongxin.filings.costs import Cost
from tongxin.filings.models import Filler, Question, Request
from tongxin.filings.queries.requests import MOST, Line, cost_of, people_asked, rows_of, unions_asked
from tongxin.filings.states import REQUEST_MOVES, Audience, FillerState, Handling, Kind, RequestState
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor, require
from tongxin.people.powers import Power
from tongxin.people.queries.keepers import nearest
from tongxin.records.actions import journal, outbox
from tongxin.records.actions.outbox import Telling
from tongxin.store.atomic import atomic
from tongxin.unions.models import Union

MOST_QUESTIONS: Final = 30
ASK, KEEP, SECOND = "filing.to-answer", "filing.to-answer-yourself", "filing.to-approve"


@dataclass(frozen=True, slots=True)
class Wish:
    title: str
    why: str
    due_on: date
    audience: Audience


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as its author wrote it."""

    text: str
    kind: Kind
    handling: Handling = Handling.ASK
    choices: Sequence[str] = ()


@atomic
def draft(*, union: Union, wish: Wish, by: Actor, at: datetime) -> Request:
    """Refused: "no-power", "request-title", "request-why", "request-due"."""
    require(by, Power.MANAGE_FORMS, union)
    if not wish.title.strip():
        raise Refused("request-title", "请写明填报的名称。")
    if len(wish.why.strip()) < 4:
        raise Refused("request-why", "请写明为什么要填，填的人会看到。")
    if wish.due_on <= by.on:
        raise Refused("request-due", "截止日要晚于今天，给填的人留出时间。")
    made: Request = Request.make(
        union=union, title=wish.title.strip(), why=wish.why.strip(), due_on=wish.due_on, audience=wish.audience,
        account=by.account_id, at=at,
    )  # fmt: skip
    journal.write("filing.drafted", of=made, by=by, at=at)
    return made


@atomic
def add_question(*, request: Request, asked: Asked, by: Actor, at: datetime) -> Question:
    """Refused: "no-power", "not-a-draft", "question-text", "question-choices", "questions-many"; "held-already" (the house
    has it: take it from there, or say from the closed list why it is asked all the same), "not-held".
    """
    request = _draft(request, by)
    text = asked.text.strip()
    if not text:
        raise Refused("question-text", "请写明要问什么。")
    if asked.kind is Kind.CHOICE and len(asked.choices) < 2:
        raise Refused("question-choices", "选一项的问题至少要有两个选项，一行写一个。")
    if request.questions.count() >= MOST_QUESTIONS:
        raise Refused("questions-many", "一份填报最多%(most)d个问题。请只留用得上的。", most=MOST_QUESTIONS)
    last = request.questions.aggregate(last=Max("no"))["last"] or 0
    made: Question = Question.make(
        request=request, no=last + 1, text=text, kind=asked.kind, choices="\n".join(asked.choices),
        handling=asked.handling, field=_field(text, asked.handling),
    )  # fmt: skip
    journal.write("filing.question-added", of=request, by=by, at=at, reason=str(asked.handling))
    return made


@atomic
def drop_question(*, question: Question, by: Actor, at: datetime) -> None:
    request = _draft(question.request, by)
    question.delete()
    journal.write("filing.question-dropped", of=request, by=by, at=at)


@atomic
def send(*, request: Request, minutes: int, by: Actor, at: datetime) -> Request:
    """`minutes` is the cost that was shown and confirmed; where it is another by now, it is shown again.

    Above the threshold it waits for a second person. Refused: "no-power", "wrong-state", "questions-none", "fillers-none",
    "fillers-many", "cost-changed".
    """
    require(by, Power.MANAGE_FORMS, request.union_id)
    request = _locked(request)
    REQUEST_MOVES.target("ask", request.state)
    price = _checked(request, by.on)
    if price.minutes != minutes:
        raise Refused("cost-changed", "要花的时间和刚才看到的不同了，请再看一遍，再确认。")
    request.asked_by = by.account_id
    if price.needs_second:
        request.state, request.minutes, request.fillers = RequestState.ASKED, price.minutes, price.fillers
        request.save()
        journal.write("filing.asked", of=request, by=by, at=at, count=price.fillers)
        _ask_second(request, price, by, at)
        return request
    return _send(request, price, by, at)


@atomic
def approve(*, request: Request, by: Actor, at: datetime) -> Request:
    """By someone else than who asked. Refused: "no-power", "wrong-state", "same-person"."""
    require(by, Power.MANAGE_FORMS, request.union_id)
    request = _locked(request)
    REQUEST_MOVES.target("back", request.state)
    if by.account_id == request.asked_by:
        raise Refused("same-person", "要由另一个人批准。请联系有“下发填报表”权限的同事。")
    request.approved_by = by.account_id
    journal.write("filing.approved", of=request, by=by, at=at)
    return _send(request, _checked(request, by.on), by, at)


@atomic
def take_back(*, request: Request, by: Actor, at: datetime) -> Request:
    """From the second person's desk back to a draft."""
    require(by, Power.MANAGE_FORMS, request.union_id)
    request = _locked(request)
    request.state = REQUEST_MOVES.target("back", request.state)
    request.save(update_fields=["state"])
    journal.write("filing.taken-back", of=request, by=by, at=at)
    return request


@atomic
def remind(*, request: Request, by: Actor, at: datetime) -> int:
    """Those who have not answered, once. Refused: "no-power", "wrong-state", "reminded-already"."""
    require(by, Power.MANAGE_FORMS, request.union_id)
    request = _locked(request)
    REQUEST_MOVES.target("close", request.state)
    if request.reminded_at is not None:
        raise Refused("reminded-already", "已经催过一次。只催一次，免得打扰。")
    request.reminded_at = at
    request.save(update_fields=["reminded_at"])
    waiting = list(Filler.objects.filter(request=request, state=FillerState.WAITING))
    _tell(request, waiting, by, at, again=True)
    journal.write("filing.reminded", of=request, by=by, at=at, count=len(waiting))
    return len(waiting)


@atomic
def close(*, request: Request, by: Actor, at: datetime) -> Request:
    require(by, Power.MANAGE_FORMS, request.union_id)
    request = _locked(request)
    request.state = REQUEST_MOVES.target("close", request.state)
    request.closed_at = at
    request.save(update_fields=["state", "closed_at"])
    journal.write("filing.closed", of=request, by=by, at=at)
    return request


@atomic
def export(*, request: Request, by: Actor, at: datetime) -> list[tuple[Filler, list[Line]]]:
    """Answers that leave the house in a file. Refused: "no-power"."""
    require(by, Power.MANAGE_FORMS, request.union_id)
    rows = rows_of(request, by.on)
    journal.write("filing.exported", of=request, by=by, at=at, rows=len(rows))
    return rows


def _ask_second(request: Request, price: Cost, by: Actor, at: datetime) -> None:
    """Whoever else may send requests there."""
    words = {"who": request.union.name, "what": request.title, "hours": f"{price.hours:g}", "id": request.public_id}
    others = nearest(Power.MANAGE_FORMS, [request.union_id], on=by.on).get(request.union_id, [])
    stamp = int(at.timestamp())
    outbox.put(
        [
            Telling(f"{SECOND}:{request.public_id}:{person}:{stamp}", SECOND, person, home, words)
            for person, home in others
            if person != by.person_id
        ],
        at=at,
    )


def _field(text: str, handling: Handling) -> str:
    found = held_field(text)
    if found is None and handling is not Handling.ASK:
        raise Refused("not-held", "系统里没有这一项，请选“直接问”。")
    if found is not None and handling is Handling.ASK:
        raise Refused(
            "held-already",
            "“%(field)s”系统里有，登记在“%(where)s”，不用再问。请改选“由系统给出”；确实要问的，选一个理由。",
            field=found.label, where=found.where,
        )  # fmt: skip
    return found.key if found else ""


def _locked(request: Request) -> Request:
    found: Request = Request.objects.select_related("union").lock(request.pk)
    return found


def _draft(request: Request, by: Actor) -> Request:
    require(by, Power.MANAGE_FORMS, request.union_id)
    request = _locked(request)
    if request.state != RequestState.DRAFT:
        raise Refused("not-a-draft", "已经下发或在等批准，不能再改问题。")
    return request


def _checked(request: Request, on: date) -> Cost:
    if not any(one.is_asked for one in request.questions.all()):
        raise Refused("questions-none", "没有要人回答的问题。系统里有的，直接看数据或填上级表就行，不用下发。")
    price = cost_of(request, on)
    if not price.fillers:
        raise Refused("fillers-none", "没有要填的工会或会员，请换一个对象。")
    if price.fillers > MOST:
        raise Refused(
            "fillers-many", "一份填报最多问%(most)d个，现在是%(n)d个。请缩小对象。", most=MOST, n=price.fillers
        )
    return price


def _send(request: Request, price: Cost, by: Actor, at: datetime) -> Request:
    request.state = REQUEST_MOVES.target("send", request.state)
    request.sent_at, request.fillers, request.minutes = at, price.fillers, price.minutes
    request.save()
    fillers = Filler.objects.bulk_create(_fillers(request, by.on), batch_size=1_000)
    _tell(request, fillers, by, at)
    journal.write("filing.sent", of=request, by=by, at=at, count=len(fillers))
    return request


def _fillers(request: Request, on: date) -> list[Filler]:
    if request.audience == Audience.MEMBERS:
        stays = people_asked(request, on).values_list("person_id", "person__federation")
        return [Filler(request=request, person_id=person, federation=home) for person, home in stays.order_by("pk")]
    unions = unions_asked(request, on).order_by("pk")
    return [Filler(request=request, union=union, federation=union.federation) for union in unions]


def _tell(request: Request, fillers: Sequence[Filler], by: Actor, at: datetime, *, again: bool = False) -> None:
    """Persons themselves; of a union, those who keep it."""
    words = {"who": request.union.name, "what": request.title, "due": request.due_on.isoformat()}
    stamp = "again" if again else "first"
    tellings = [
        Telling(f"{KEEP}:{one.public_id}:{stamp}", KEEP, one.person_id, one.federation, {**words, "id": one.public_id})
        for one in fillers
        if one.person_id is not None
    ]
    unions = {one.union_id: one for one in fillers if one.union_id is not None}
    for union, people in nearest(Power.KEEP_UNION, unions, on=by.on).items():
        one = unions[union]
        tellings += [
            Telling(f"{ASK}:{one.public_id}:{person}:{stamp}", ASK, person, home, {**words, "id": one.public_id})
            for person, home in people
        ]
    outbox.put(tellings, at=at)
