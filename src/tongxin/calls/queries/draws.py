"""What is published of draws, what is due, and where one's own ticket stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Count, Max, Q, QuerySet, Sum
from django.db.models.expressions import RawSQL

from tongxin.calls.models import Applicant, Application, Draw, Round, Seal
from tongxin.calls.states import BY_DRAW, ApplicationState, CallState, How, Policy, RoundState
from tongxin.people.models import Person

REMINDED: Final = timedelta(hours=24)  # before closing, whoever has not sealed is reminded
MOST: Final = 100  # of one person, that are listed
# The list is sorted text: a ticket's line is how many line ends stand before it. Counted where it lies: it may be megabytes.
_LINE: Final = r"""(SELECT length(head) - length(replace(head, E'\n', ''))
    FROM (SELECT left(E'\n' || frozen, position(%s IN E'\n' || frozen)) AS head) AS before)"""


@dataclass(frozen=True, slots=True)
class MyDraw:
    """Where one's own ticket stands in one pool of a round. `line` and `place` begin with 1; None: not there, or not yet."""

    draw: Draw
    rank: int
    line: int | None
    place: int | None


@dataclass(frozen=True, slots=True)
class Mine:
    """An application to a call that draws, and the newest round of it."""

    application: Application
    round: Round | None
    draws: list[MyDraw]


def published() -> QuerySet[Round]:
    """Of calls that were published, even if withdrawn later; newest first, with how many tickets are in their lists."""
    rows: QuerySet[Round] = Round.objects.exclude(call__state=CallState.DRAFT).select_related("call", "union")
    counted = rows.annotate(entries=Sum("draws__entries"), pools=Count("draws")).prefetch_related("call__pools")
    return counted.order_by("-announced_at", "-pk")


def rounds_of(held: Round) -> list[Round]:
    """Of the same call, newest first: also those that failed."""
    return list(Round.objects.filter(call=held.call_id).order_by("-number"))


def counting_round(call: int) -> Round | None:
    """The newest that is not void, of a call that draws."""
    rows = Round.objects.filter(call=call).exclude(state=RoundState.VOID)
    found: Round | None = rows.order_by("-number").first()
    return found


def seals_of(held: Round) -> list[Seal]:
    return list(Seal.objects.filter(round=held).select_related("person").order_by("order"))


def draws_of(held: Round) -> list[Draw]:
    """Without the lists themselves, which may be long."""
    rows = Draw.objects.filter(round=held).select_related("pool", "file").defer("frozen").order_by("pool__name", "pk")
    return list(rows)


def withdrawn(held: Round) -> Mapping[int, list[tuple[str, datetime]]]:
    """By pool: tickets that left after the list was frozen, and when. They stay in the list."""
    if held.frozen_at is None:
        return {}
    first = Round.objects.filter(call=held.call_id, frozen_at__isnull=False).order_by("number").first()
    rows = (
        Application.objects.filter(call=held.call_id, state=ApplicationState.WITHDRAWN, ticket__isnull=False)
        .annotate(left=Max("steps__at", filter=Q(steps__verb="withdraw")))
        .filter(left__gte=first.frozen_at if first else held.frozen_at)
        .filter(Q(left__lt=held.drawn_at) if held.drawn_at else Q())
        .order_by("left")
    )
    found: dict[int, list[tuple[str, datetime]]] = {}
    for pool, ticket, left in rows.values_list("preferences__pool", "ticket", "left"):
        found.setdefault(pool, []).append((ticket, left))
    return found


# ---- one's own ----------------------------------------------------------------------------------------------------


def mine(person: Person | int) -> list[Application]:
    """The person's applications that have a ticket, newest first."""
    own = Applicant.objects.filter(person=person).values("application")
    rows = Application.objects.filter(pk__in=own, ticket__isnull=False, call__policy__in=BY_DRAW)
    found = rows.select_related("call", "union").prefetch_related("preferences__pool")
    return list(found.order_by("-at", "-pk")[:MOST])


def standing(application: Application) -> Mine:
    """Whether the ticket is in the frozen lists, and on which line of each."""
    newest = Round.objects.filter(call=application.call_id).select_related("call").order_by("-number").first()
    if newest is None:
        return Mine(application, None, [])
    wishes = {pool: (rank, no) for pool, rank, no in application.preferences.values_list("pool", "rank", "no")}
    rows = Draw.objects.filter(round=newest, pool__in=wishes).select_related("pool", "file").defer("frozen")
    lines = rows.annotate(line=RawSQL(_LINE, [f"\n{application.ticket},"]))  # noqa: S611 - its own column, one parameter
    drawn = newest.drawn_at is not None and newest.call.policy == Policy.DRAW  # a level start numbers who came
    found = [
        MyDraw(draw, rank, draw.line or None, no if drawn else None)
        for draw in lines
        for rank, no in (wishes[draw.pool_id],)
    ]
    return Mine(application, newest, sorted(found, key=lambda one: one.rank))


def seals_held_by(person_id: int) -> QuerySet[Seal]:
    rows: QuerySet[Seal] = Seal.objects.filter(person=person_id).select_related("round__call", "round__union")
    return rows.order_by("-round__announced_at", "order")


# ---- what is due --------------------------------------------------------------------------------------------------


def to_freeze(at: datetime, *, call: int | None = None) -> list[Round]:
    """Whose list is complete: of a level start, once everyone who came in time is written down."""
    complete = Q(call__frozen_at__isnull=False) | Q(call__closes__lte=at) & ~Q(call__policy=Policy.LEVEL_START)
    rows = Round.objects.filter(complete, state=RoundState.ANNOUNCED)
    return list((rows if call is None else rows.filter(call=call)).select_related("call").order_by("pk"))


def to_draw(at: datetime) -> list[Round]:
    """Nothing is missing: every seal is open and the outside value is confirmed."""
    rows = Round.objects.filter(state=RoundState.SEALED, how=How.COMPUTED, result_at__lte=at)
    missing = Seal.objects.filter(text="").values("round")
    ready = rows.exclude(pk__in=missing).filter(Q(source="") | Q(confirmed_at__isnull=False))
    return list(ready.select_related("call").order_by("pk"))


def to_remind(at: datetime) -> list[Seal]:
    """Not committed, and the list is complete soon (or is already)."""
    rows = Seal.objects.filter(round__state__in=[RoundState.ANNOUNCED, RoundState.FROZEN], commitment="")
    soon = at + REMINDED
    near = rows.filter(
        Q(round__call__closes__lte=soon) | Q(round__call__policy=Policy.LEVEL_START, round__call__opens__lte=soon)
    )
    return list(near.filter(round__result_at__gt=at).select_related("round__call").order_by("pk"))


def to_open(at: datetime) -> list[Seal]:
    """The next of each round whose time has come."""
    rows = Seal.objects.filter(round__state=RoundState.SEALED, round__result_at__lte=at, text="", withheld_at=None)
    first: dict[int, Seal] = {}
    for seal in rows.select_related("round__call").order_by("round", "order"):
        first.setdefault(seal.round_id, seal)
    return list(first.values())


def void_hindrance(held: Round, *, at: datetime) -> str:
    """Why nobody may void it: "seals-opened", "source-binds". Empty: the outcome cannot be known yet, or the source is silent.

    A source speaks to everyone at once: who holds the seals could reckon the outcome from its number before any is opened.
    """
    if held.source and held.confirmed_at is None and at >= patience_until(held):
        return ""
    opened = Seal.objects.filter(round=held).exclude(text="").exists()
    if opened or held.value or Draw.objects.filter(round=held).exclude(slips="").exists():
        return "seals-opened"
    return "source-binds" if held.source and held.sealed_at is not None else ""


def patience_until(held: Round) -> datetime:
    """From then on a seal that did not come counts as withheld."""
    until: datetime = held.result_at + settings.DRAW_PATIENCE
    return until
