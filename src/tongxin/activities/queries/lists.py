"""Lists for staff: cohorts in reach, and a cohort's people by name."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery, Sum

from tongxin.activities.models import Cohort, Enrolment, Session, Term
from tongxin.activities.queries.overviews import with_people
from tongxin.activities.states import ATTENDED, RUNNING, CohortState, EnrolmentState, SessionState
from tongxin.people.authority import Actor
from tongxin.people.powers import Power

RUNS = "running"  # the filter that takes planned, open and closed together


@dataclass(frozen=True, slots=True)
class CohortFilters:
    """Empty: all."""

    state: str = ""  # of CohortState, or RUNS
    weekday: int | None = None
    site: str = ""  # public id
    programme: str = ""  # public id
    text: str = ""  # course, name or teacher


@dataclass(frozen=True, slots=True)
class RosterFilters:
    left: bool = False  # those who are not on it any more, instead of those who are
    text: str = ""  # in the name


def cohorts_of(actor: Actor, filters: CohortFilters, *, at: datetime) -> QuerySet[Cohort]:
    """Running ones: whose lesson comes next, first. Others: newest first.

    Only which and in what order, by few tables: `overviews.lines` reads what is shown of those on one page. In one
    query, PostgreSQL planned twelve joins and counts (10 ms) and joined for every cohort in reach (30 ms over 1,464).
    """
    rows: QuerySet[Cohort] = Cohort.objects.within(actor, Power.SEE_COURSES)
    return _ordered(matching(rows, filters), filters, at).only("pk")


def term_cohorts(term: Term, filters: CohortFilters) -> QuerySet[Cohort]:
    rows: QuerySet[Cohort] = Cohort.objects.filter(term=term)
    return matching(rows, filters).order_by("weekday", "starts_at", "pk").only("pk")


def totals(rows: QuerySet[Cohort]) -> dict[str, int]:
    """`cohorts`, `enrolled`, `units`, `waiting`. One query."""
    found = with_people(rows.order_by()).aggregate(
        n=Count("pk"), seated=Sum("enrolled"), places=Sum("units"), line=Sum("waiting")
    )
    names = {"cohorts": "n", "enrolled": "seated", "units": "places", "waiting": "line"}
    return {name: found[key] or 0 for name, key in names.items()}


def matching(rows: QuerySet[Cohort], filters: CohortFilters) -> QuerySet[Cohort]:
    if filters.state == RUNS:
        rows = rows.filter(state__in=RUNNING)
    elif filters.state in CohortState:
        rows = rows.filter(state=filters.state)
    if filters.weekday is not None:
        rows = rows.filter(weekday=filters.weekday)
    if filters.site:
        rows = rows.filter(site__public_id=filters.site)
    if filters.programme:
        rows = rows.filter(term__programme__public_id=filters.programme)
    if text := filters.text.strip():
        rows = rows.filter(Q(course__name__icontains=text) | Q(name__icontains=text) | Q(teacher_name__icontains=text))
    return rows


def people_of(cohort: Cohort, filters: RosterFilters) -> QuerySet[Enrolment]:
    """In order of enrolment, with the person, `came` and `marked`; one query."""
    rows: QuerySet[Enrolment] = cohort.enrolments.select_related("person", "moved_to__cohort__course")
    on_it = Q(state=EnrolmentState.ENROLLED)
    rows = rows.filter(~on_it if filters.left else on_it)
    if text := filters.text.strip():
        rows = rows.filter(person__name__icontains=text)
    return rows.annotate(
        marked=Count("attendances"), came=Count("attendances", filter=Q(attendances__mark__in=ATTENDED))
    ).order_by("at", "pk")


def others_of_term(cohort: Cohort) -> QuerySet[Cohort]:
    """Where its people could go: running cohorts of the same term that take sign-ups or did."""
    rows: QuerySet[Cohort] = Cohort.objects.filter(term=cohort.term_id, state__in=RUNNING, pool__closed_at=None)
    return (
        rows.exclude(pk=cohort.pk)
        .exclude(pool=None)
        .select_related("course", "pool", "site")
        .order_by("weekday", "starts_at", "pk")
    )


def _ordered(rows: QuerySet[Cohort], filters: CohortFilters, at: datetime) -> QuerySet[Cohort]:
    if filters.state not in {RUNS, CohortState.OPEN, CohortState.CLOSED, CohortState.PLANNED}:
        return rows.order_by("-first_day", "starts_at", "pk")
    ahead = Session.objects.filter(cohort=OuterRef("pk"), ends_at__gt=at).exclude(state=SessionState.CANCELLED)
    first = ahead.order_by().values("cohort").annotate(first=Min("starts_at")).values("first")
    return rows.order_by(Subquery(first).asc(nulls_last=True), "pk")
