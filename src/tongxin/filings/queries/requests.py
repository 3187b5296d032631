"""Whom a request would ask, what it costs, how far it is, and what each filler sees filled in beforehand."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Count, Prefetch, Q, QuerySet

from tongxin.filings.catalogue import BY_KEY, About
from tongxin.filings.costs import Cost, cost
from tongxin.filings.models import Answer, Filler, Question, Request
from tongxin.filings.queries.held import member_rows, members_of, union_facts
from tongxin.filings.states import Audience, FillerState, Handling, Kind, RequestState
from tongxin.people.authority import Actor
from tongxin.people.models import Membership
from tongxin.people.powers import Power
from tongxin.people.scoping import unions_within
from tongxin.unions.models import Level, Parenthood, Union, UnionQuerySet

MOST: Final = 20_000  # fillers of one request


@dataclass(frozen=True, slots=True)
class Line:
    """A question as its filler meets it: `held` is what the house says, `value` what was answered or is proposed."""

    question: Question
    held: str
    value: str
    where: str = ""


def unions_asked(request: Request, on: date) -> UnionQuerySet:
    if request.audience == Audience.DIRECT:
        below = Parenthood.objects.as_of(on).filter(parent=request.union_id).values("child")
        return Union.objects.filter(pk__in=below).existing(on)
    under = Union.objects.all().under(request.union_id, on=on, here=False)
    return under.filter(level=Level.GRASSROOTS).existing(on)


def people_asked(request: Request, on: date) -> QuerySet[Membership]:
    return members_of(request.union, on)


def cost_of(request: Request, on: date) -> Cost:
    """As it would be today; of one that was sent, with the fillers that it has."""
    questions = [(Kind(one.kind), Handling(one.handling)) for one in request.questions.all()]
    if request.state in {RequestState.SENT, RequestState.CLOSED}:
        return cost(request.fillers, questions, on)
    if request.audience == Audience.MEMBERS:
        return cost(people_asked(request, on).count(), questions, on)
    return cost(unions_asked(request, on).count(), questions, on)


def sent_within(actor: Actor) -> QuerySet[Request]:
    rows: QuerySet[Request] = Request.objects.within(actor, Power.MANAGE_FORMS)
    done = Count("answered", filter=Q(answered__state=FillerState.ANSWERED))
    return rows.annotate(done=done).select_related("union").order_by("-at", "-pk")


def to_fill_within(actor: Actor) -> QuerySet[Filler]:
    """Of unions in reach: what waits first, the nearest day on top."""
    mine = unions_within(actor, Power.KEEP_UNION).values("pk")
    rows: QuerySet[Filler] = Filler.objects.filter(union__in=mine)
    return rows.select_related("request__union", "union").order_by("-state", "request__due_on", "pk")


def fillers_of(request: Request) -> QuerySet[Filler]:
    rows: QuerySet[Filler] = Filler.objects.filter(request=request)
    return rows.select_related("union", "person").order_by("-state", "union__code", "pk")


def lines_of(filler: Filler, on: date) -> list[Line]:
    """What the house holds is filled in; what was answered before stands."""
    questions = list(filler.request.questions.order_by("no"))
    given = {one.question_id: one.text.open() for one in filler.answers.all()}
    held = _held(filler, questions, on)
    return [
        Line(
            one,
            held.get(one.field, ""),
            given.get(one.pk, _proposed(one, held)),
            BY_KEY[one.field].where if one.field else "",
        )
        for one in questions
    ]


def rows_of(request: Request, on: date) -> list[tuple[Filler, list[Line]]]:
    """For the export: everyone that was asked."""
    answers = Prefetch("answers", Answer.objects.all())
    return [(filler, lines_of(filler, on)) for filler in fillers_of(request).prefetch_related(answers)]


def _proposed(question: Question, held: dict[str, str]) -> str:
    return held.get(question.field, "") if question.handling == Handling.CHECK else ""


def _held(filler: Filler, questions: Iterable[Question], on: date) -> dict[str, str]:
    keys = {one.field for one in questions if one.field}
    if not keys:
        return {}
    stay = Membership.objects.filter(person=filler.person_id, ends=None).select_related("person", "union").first()
    union = filler.union or (stay.union if stay else None)
    found = {key: str(value) for key, value in union_facts(union, on).items()} if union else {}
    own = [key for key in keys if BY_KEY[key].about is About.MEMBER]
    if stay is not None and filler.person_id is not None and own:
        found |= {key: str(value) for key, value in member_rows([stay], own)[0].items()}
    return {key: found.get(key, "") for key in keys}
