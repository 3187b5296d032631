"""What someone has, who stands in line, what is left."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from tongxin.calls.models import Applicant, Application, Award, Call, Pool, Preference, Reserve
from tongxin.calls.states import GIVEN, HOLDING, LIVE, CallState
from tongxin.people.models import Person


@dataclass(frozen=True, slots=True)
class Holding:
    """One application of one person, as "my things" shows it. `place` is set while it waits: 1 is next."""

    application: Application
    pool: Pool
    place: int | None


@dataclass(frozen=True, slots=True)
class Room:
    """What a pool has at one moment."""

    units: int
    taken: int
    waiting: int
    closed: bool

    @property
    def left(self) -> int:
        return self.units - self.taken


def is_open(call: Call, at: datetime) -> bool:
    """Published, and `opens <= at < closes`."""
    return call.state == CallState.PUBLISHED and call.opens <= at < call.closes


def place_in_line(application: Application, pool: Pool) -> int | None:
    """1 for the first in line; None for one who does not wait there."""
    place: int | None = (
        Preference.objects.filter(application=application, pool=pool, waits=True)
        .annotate(place=place_ahead())
        .values_list("place", flat=True)
        .first()
    )
    return place


def of_person(person: Person | int, *, pools: Iterable[int] | None = None, live: bool = True) -> list[Holding]:
    """Newest first, in one query; with `live` only what is granted or waits. `pools` narrows to these."""
    rows = Preference.objects.filter(application__in=Applicant.objects.filter(person=person).values("application"))
    if live:
        rows = rows.filter(application__state__in=LIVE)
    had = Award.objects.filter(application=OuterRef("application"), pool=OuterRef("pool"), state__in=HOLDING)
    rows = rows.filter(~Q(application__state__in=GIVEN) | Exists(had))  # of a few wishes the one that was given
    if pools is not None:
        rows = rows.filter(pool__in=pools)
    found = rows.select_related("application__call", "pool").annotate(place=place_ahead())
    return [
        Holding(row.application, row.pool, row.place if row.waits else None)
        for row in found.order_by("-application__at", "-application_id")
    ]


def line(pool: Pool) -> QuerySet[Applicant]:
    """Who waits, first in line first."""
    rows: QuerySet[Applicant] = Applicant.objects.filter(
        application__preferences__pool=pool, application__preferences__waits=True, live=True
    )
    return rows.select_related("application", "person").order_by("application__preferences__no")


def rooms(pools: Iterable[int]) -> dict[int, Room]:
    """What many pools have, in one query."""
    rows = Pool.objects.filter(pk__in=pools).values_list("pk", "units", "taken", "waiting", "closed_at")
    return {pk: Room(units, taken, waiting, closed is not None) for pk, units, taken, waiting, closed in rows}


def miscounted() -> list[int]:
    """Pools whose numbers differ from their rows: always none. For tests and for whoever looks after the house."""
    waits = Preference.objects.filter(pool=OuterRef("pk"), waits=True).order_by().values("pool")
    held = Award.objects.filter(pool=OuterRef("pk"), state__in=HOLDING).order_by().values("pool")
    rows = Pool.objects.annotate(
        held=Coalesce(Subquery(held.annotate(n=Sum("units")).values("n"), output_field=IntegerField()), 0),
        waits=Coalesce(Subquery(waits.annotate(n=Count("*")).values("n"), output_field=IntegerField()), 0),
    )
    wrong = set(rows.exclude(taken=F("held"), waiting=F("waits")).values_list("pk", flat=True))
    of_it = Award.objects.filter(reserve=OuterRef("pk"), state__in=HOLDING).order_by().values("reserve")
    reserves = Reserve.objects.annotate(
        held=Coalesce(Subquery(of_it.annotate(n=Sum("units")).values("n"), output_field=IntegerField()), 0)
    )
    return sorted(wrong | set(reserves.exclude(taken=F("held")).values_list("pool", flat=True)))


def place_ahead() -> Coalesce:
    """How many wait in the same pool up to this row's number."""
    before = (
        Preference.objects.filter(pool=OuterRef("pool"), waits=True, no__lte=OuterRef("no"))
        .order_by()
        .values("pool")
        .annotate(n=Count("*"))
        .values("n")
    )
    return Coalesce(Subquery(before, output_field=IntegerField()), 0)
