"""A term as its staff see it: one line a cohort."""

from datetime import datetime

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from tongxin.activities.days import day_of
from tongxin.activities.models import Attendance, Cohort, Enrolment, Session, Term
from tongxin.activities.states import ATTENDED, LISTED, EnrolmentState, SessionState


def term_overview(term: Term, *, at: datetime) -> QuerySet[Cohort]:
    """The term's cohorts by weekday and hour, each with what it comes to; one query."""
    return overview(term.cohorts.all(), at=at).order_by("weekday", "starts_at", "pk")


def overview(rows: QuerySet[Cohort], *, at: datetime) -> QuerySet[Cohort]:
    """Any cohorts, each with what it comes to; one query.

    Adds `enrolled`, `waiting` (read them with `units`), `held` of `planned` lessons, `uncalled` (lessons that are over and
    have no mark), `came` of `marked` marks: the two that an attendance rate is made of.
    """
    lessons = Session.objects.exclude(state=SessionState.CANCELLED)
    marks = Attendance.objects.filter(session__cohort=OuterRef("pk"))
    return rows.select_related("course", "site", "room", "pool", "teacher", "term__call", "term__programme").annotate(
        enrolled=_count(Enrolment.objects.filter(cohort=OuterRef("pk"), state=EnrolmentState.ENROLLED), "cohort"),
        waiting=Coalesce("pool__waiting", 0),
        planned=_count(lessons.filter(cohort=OuterRef("pk")), "cohort"),
        held=_count(lessons.filter(cohort=OuterRef("pk"), state=SessionState.HELD), "cohort"),
        uncalled=_count(lessons.filter(cohort=OuterRef("pk"), state=SessionState.PLANNED, ends_at__lte=at), "cohort"),
        came=_count(marks.filter(mark__in=ATTENDED), "session__cohort"),
        marked=_count(marks, "session__cohort"),
    )


def due_to_finish(at: datetime) -> QuerySet[Cohort]:
    """Cohorts whose last lesson was on an earlier day. Such as never opened are left to their staff."""
    rows: QuerySet[Cohort] = Cohort.objects.filter(state__in=LISTED, last_day__lt=day_of(at))
    return rows.order_by("pk")


def _count(rows: QuerySet[Session] | QuerySet[Enrolment] | QuerySet[Attendance], by: str) -> Coalesce:
    counted = rows.order_by().values(by).annotate(n=Count("*")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
