"""Transfers as each side sees them: what comes in, what goes out, what was passed up."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Q, QuerySet

from tongxin.people.authority import Actor
from tongxin.people.models import Membership, Transfer
from tongxin.people.powers import Power
from tongxin.people.scoping import reached
from tongxin.people.states import TransferState

WAITING, OVERDUE, ENDED = "waiting", "overdue", "ended"


def transfers_within(actor: Actor) -> QuerySet[Transfer]:
    """Those of which the old or the new union is in reach."""
    roots = actor.roots(Power.REVIEW_JOINING)
    either = reached(roots, "union_id", actor) | reached(roots, "to_union_id", actor)
    rows: QuerySet[Transfer] = Transfer.objects.filter(either)
    return rows.select_related("person", "union", "to_union", "escalated_to")


def to_answer(actor: Actor, *, show: str = WAITING, at: datetime) -> QuerySet[Transfer]:
    rows = transfers_within(actor)
    if show == ENDED:
        return rows.exclude(state=TransferState.WAITING).order_by("-ended_at", "-pk")
    rows = rows.filter(state=TransferState.WAITING).order_by("due_at", "pk")
    return rows.filter(due_at__lte=at) if show == OVERDUE else rows


def latest_of(person: int) -> Transfer | None:
    rows = Transfer.objects.filter(person=person).select_related("union", "to_union", "escalated_to", "person")
    found: Transfer | None = rows.order_by("-at", "-pk").first()
    return found


def moves_of(person: int, *, since: date) -> int:
    """How often a membership went from one union to another: who moves to and fro is seen by whoever answers."""
    return Membership.objects.filter(person=person, previous__isnull=False, starts__gte=since).count()


def to_look_after(at: datetime, on: date, *, limit: int) -> Iterable[int]:
    """Waiting, and their time is over, or the union or the membership has ended meanwhile."""
    ended = Q(due_at__lte=at) | Q(to_union__dissolved_on__lte=on) | Q(membership__ends__isnull=False)
    ended |= Q(person__merged_into__isnull=False)
    rows = Transfer.objects.filter(ended, state=TransferState.WAITING).order_by("due_at", "pk")
    return list(rows.values_list("pk", flat=True)[:limit])
