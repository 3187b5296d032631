"""Unions that sleep: no activity, nobody in office, no roster for a year. Each reason with its last day; for help, never
ranked and never scored.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import DateField, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest, TruncDate

from tongxin.people.models import Committee, ImportBatch
from tongxin.people.states import BatchState
from tongxin.served.models import ServedRow
from tongxin.unions.models import LONG_AGO, Kind, Register, RegisterEntry, Union, UnionQuerySet

YEAR: Final = timedelta(days=365)
STANDING_ALONE: Final = (
    Kind.GRASSROOTS_UNION, Kind.JOINT_GRASSROOTS_UNION, Kind.REGIONAL_ASSOCIATION, Kind.SECTORAL_ASSOCIATION,
    Kind.UNION_ASSOCIATION,
)  # fmt: skip
REASONS: Final = {"activity": "没有活动", "officers": "没有班子", "roster": "没有花名册"}


@dataclass(frozen=True, slots=True)
class Sleeping:
    """The last day of each; None where there never was one."""

    union: Union
    activity: date | None
    officers: date | None
    roster: date | None


def sleeping(unions: UnionQuerySet, day: date, *, reason: str = "") -> QuerySet[Union]:
    """Of these, by code: those that have all three reasons, or `reason` alone. Unions younger than a year are left out.

    For `lines`. The day a year ago itself still counts as within the year.
    """
    since = day - YEAR
    rows = unions.existing(day).filter(kind__in=STANDING_ALONE, founded_on__lt=since).annotate(**_last_days())
    asked = [reason] if reason in REASONS else list(REASONS)
    return rows.filter(*(Q(**{f"last_{one}__lt": since}) for one in asked)).order_by("level", "code")


def lines(unions: list[Union]) -> list[Sleeping]:
    """Of one page of the above."""
    return [Sleeping(union, *(_known(vars(union)[f"last_{one}"]) for one in REASONS)) for union in unions]


def _last_days() -> dict[str, Any]:
    served = ServedRow.objects.filter(union=OuterRef("pk")).order_by("-day").values("day")
    meetings = RegisterEntry.objects.filter(union=OuterRef("pk"), register=Register.CONGRESS_MEETING, closed_on=None)
    in_office = (
        Committee.objects.filter(union=OuterRef("pk"))
        .order_by("-number")
        .annotate(over=Coalesce("succeeded_on", "ends"))
    )
    rosters = ImportBatch.objects.filter(union=OuterRef("pk"), state=BatchState.DONE).order_by(F("committed_at").desc())
    days = rosters.annotate(on=TruncDate("committed_at")).values("on")
    return {
        "last_activity": Greatest(_day(served), _day(meetings.order_by("-signed_on").values("signed_on"))),
        "last_officers": _day(in_office.values("over")),
        "last_roster": _day(days),
    }


def _day(rows: QuerySet[Any, Any]) -> Coalesce:
    return Coalesce(Subquery(rows[:1], output_field=DateField()), LONG_AGO, output_field=DateField())


def _known(day: date) -> date | None:
    return None if day == LONG_AGO else day
