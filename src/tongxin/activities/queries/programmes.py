"""Programmes with their terms and courses, as their staff see them."""

from django.db.models import Count, IntegerField, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from tongxin.activities.models import Cohort, Course, Enrolment, Programme, Term
from tongxin.activities.states import CohortState, EnrolmentState
from tongxin.people.authority import Actor
from tongxin.people.powers import Power

_TAKES_PLACE = ~Q(state=CohortState.CANCELLED)


def programmes_of(actor: Actor) -> QuerySet[Programme]:
    """With `term_count` and `course_count`, by union and name; one query."""
    rows: QuerySet[Programme] = Programme.objects.within(actor, Power.SEE_COURSES).select_related("union")
    return rows.annotate(
        term_count=_count(Term.objects.filter(programme=OuterRef("pk")), "programme"),
        course_count=_count(Course.objects.filter(programme=OuterRef("pk")), "programme"),
    ).order_by("union__code", "name", "pk")


def terms_of(programme: Programme) -> QuerySet[Term]:
    """Newest first, with `cohort_count` (without the cancelled) and `enrolled` (a worker in two cohorts counts twice)."""
    cohorts = Cohort.objects.filter(_TAKES_PLACE, term=OuterRef("pk"))
    seats = Enrolment.objects.filter(cohort__term=OuterRef("pk"), state=EnrolmentState.ENROLLED)
    rows: QuerySet[Term] = programme.terms.select_related("call").annotate(
        cohort_count=_count(cohorts, "term"), enrolled=_count(seats, "cohort__term")
    )
    return rows.order_by("-ordinal")


def courses_of(programme: Programme) -> QuerySet[Course]:
    """By topic and name, with `cohort_count`: in how many cohorts it was offered."""
    cohorts = Cohort.objects.filter(_TAKES_PLACE, course=OuterRef("pk"))
    rows: QuerySet[Course] = programme.courses.select_related("asked__poll").annotate(
        cohort_count=_count(cohorts, "course")
    )
    return rows.order_by("topic", "name", "pk")


def _count(rows: QuerySet[Model], by: str) -> Coalesce:
    counted = rows.order_by().values(by).annotate(n=Count("*")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
