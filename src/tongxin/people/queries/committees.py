"""Committees of unions: the one in office, those before it, and whose election falls due."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from tongxin.people.authority import Actor
from tongxin.people.models import Committee, Officer
from tongxin.people.models.officers import Office
from tongxin.people.powers import Power
from tongxin.people.scoping import unions_within
from tongxin.unions.models import Union, UnionQuerySet

SOON: Final = timedelta(days=183)
OVERDUE, DUE, NONE = "overdue", "due", "none"
SHOWS: Final = {OVERDUE: "已经过期", DUE: "半年内到期", NONE: "没有登记"}
_ORDER: Final = {office: place for place, office in enumerate(Office.values)}


@dataclass(frozen=True, slots=True)
class Term:
    """A committee with its people, offices in the order of rank."""

    committee: Committee
    now: list[Officer]
    left: list[Officer]

    def overdue(self, today: date) -> bool:
        return self.committee.succeeded_on is None and self.committee.ends <= today

    def days_left(self, today: date) -> int:
        return (self.committee.ends - today).days


def terms_of(union: Union) -> list[Term]:
    """The newest first. Two queries."""
    officers = Officer.objects.select_related("person").order_by("starts", "pk")
    rows = Committee.objects.filter(union=union).prefetch_related(Prefetch("officers", officers)).order_by("-number")
    return [_term(row) for row in rows]


def due_within(actor: Actor, power: Power, show: str, today: date) -> QuerySet[Committee]:
    """Committees in reach that are overdue, or due within half a year; the longest due first."""
    rows: QuerySet[Committee] = Committee.objects.within(actor, power).filter(
        succeeded_on=None, union__dissolved_on=None
    )
    rows = rows.filter(ends__lte=today) if show == OVERDUE else rows.filter(ends__gt=today, ends__lte=today + SOON)
    return rows.select_related("union").order_by("ends", "pk")


def without_committee(actor: Actor, power: Power, today: date) -> UnionQuerySet:
    """Living unions in reach of which no committee was ever entered."""
    kept = Committee.objects.filter(union=OuterRef("pk"))
    return unions_within(actor, power).existing(today).filter(~Exists(kept)).order_by("level", "code")


def _term(committee: Committee) -> Term:
    officers = sorted(committee.officers.all(), key=lambda officer: (_ORDER[officer.office], officer.starts))
    in_office = [officer for officer in officers if officer.ends is None or officer.ends == committee.succeeded_on]
    return Term(committee, in_office, [officer for officer in officers if officer not in in_office])
