"""Applications with all that is asked of them at once: wishes with their places in line, what is held, who comes together."""

from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet

from tongxin.calls.models import Applicant, Application, Award, Call, Pool, Preference
from tongxin.calls.queries import place_ahead
from tongxin.calls.states import HOLDING, CallState
from tongxin.people.authority import Actor
from tongxin.people.powers import Power


def told(rows: QuerySet[Application]) -> QuerySet[Application]:
    """Four queries however many: `preferences` (each with `place`, None for one who does not wait there), `awards` that
    are held, `applicants` with their people.
    """
    wishes: Prefetch[Any] = Prefetch(
        "preferences", Preference.objects.select_related("pool").annotate(place=place_ahead()).order_by("rank")
    )
    held: Prefetch[Any] = Prefetch("awards", Award.objects.filter(state__in=HOLDING).order_by("pk"))
    people: Prefetch[Any] = Prefetch("applicants", Applicant.objects.select_related("person").order_by("pk"))
    found: QuerySet[Application] = rows.select_related("call__union", "reviewer").prefetch_related(wishes, held, people)
    return found


def own(person: int | None) -> QuerySet[Application]:
    """One's own, alone or in a party; the newest first."""
    mine = Applicant.objects.filter(person=person).values("application")
    rows: QuerySet[Application] = Application.objects.filter(pk__in=mine)
    return rows.order_by("-at", "-pk")


def handled(actor: Actor, public_id: str) -> Application | None:
    """One's own, or one of a call in the reach of whoever acts for workers."""
    found: Application | None = own(actor.person_id).filter(public_id=public_id).first()
    if found is None and actor.holds(Power.ACT_FOR_WORKER):
        found = Application.objects.within(actor, Power.ACT_FOR_WORKER).filter(public_id=public_id).first()
    return found


def open_calls(at: datetime) -> QuerySet[Call]:
    """What takes applications now, what closes first at the top; with its pools that take any."""
    pools: Prefetch[Any] = Prefetch("pools", Pool.objects.filter(closed_at=None).order_by("name", "pk"))
    rows: QuerySet[Call] = Call.objects.filter(state=CallState.PUBLISHED, opens__lte=at, closes__gt=at)
    return rows.select_related("union").prefetch_related(pools).order_by("closes", "pk")
