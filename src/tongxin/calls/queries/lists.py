"""What staff see of the calls in their reach: the calls, their pools, who entered, objections. Each list in a few queries."""

from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet

from tongxin.calls.models import Applicant, Application, Call, Objection, Pool, Preference, Reserve
from tongxin.calls.states import ENTRY, ObjectionState
from tongxin.people.authority import Actor
from tongxin.people.powers import Power


def calls_within(actor: Actor) -> QuerySet[Call]:
    """The newest first, with how many entered and what the first pool is called."""
    rows: QuerySet[Call] = Call.objects.within(actor, Power.RUN_CALLS)
    pools: Prefetch[Any] = Prefetch("pools", Pool.objects.order_by("pk"))
    found: QuerySet[Call] = (
        rows.select_related("union")
        .prefetch_related(pools)
        .annotate(entered=Count("applications", filter=Q(applications__state__in=ENTRY)))
        .order_by("-closes", "-pk")
    )
    return found


def pools_of(call: Call) -> list[Pool]:
    reserves: Prefetch[Any] = Prefetch("reserves", Reserve.objects.order_by("order"))
    return list(Pool.objects.filter(call=call).prefetch_related(reserves).order_by("pk"))


def entries_of(call: Call, state: str) -> QuerySet[Application]:
    """By ticket, as the list is published; with who entered and the wishes."""
    rows: QuerySet[Application] = Application.objects.filter(call=call, **({"state": state} if state else {}))
    people: Prefetch[Any] = Prefetch("applicants", Applicant.objects.select_related("person").order_by("pk"))
    wishes: Prefetch[Any] = Prefetch("preferences", Preference.objects.select_related("pool").order_by("rank"))
    return rows.prefetch_related(people, wishes).order_by("ticket", "pk")


def objections_within(actor: Actor, *, answered: bool) -> QuerySet[Objection]:
    """Those that wait, the oldest first; or those that were answered, the newest first."""
    rows: QuerySet[Objection] = Objection.objects.within(actor, Power.RUN_CALLS)
    rows = rows.select_related("publication__call__union", "award", "person")
    if answered:
        return rows.exclude(state=ObjectionState.FILED).order_by("-at", "-pk")
    return rows.filter(state=ObjectionState.FILED).order_by("at", "pk")
