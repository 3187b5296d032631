"""Lessons as staff see them: a cohort's, today's, and who has come through the door of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from tongxin.activities.days import day_of
from tongxin.activities.models import Attendance, Cohort, Enrolment, Session
from tongxin.activities.states import ATTENDED, EnrolmentState, SessionState
from tongxin.people.authority import Actor
from tongxin.people.powers import Power
from tongxin.store.moments import start_of

LATEST = 5


@dataclass(frozen=True, slots=True)
class Door:
    """`came` of `enrolled`; the latest first."""

    came: int
    enrolled: int
    latest: Sequence[Attendance]  # each with its enrolment's person


def lessons_of(cohort: Cohort) -> QuerySet[Session]:
    """By day, with the room, `came` and `marked`; one query."""
    rows: QuerySet[Session] = cohort.sessions.select_related("room")
    return rows.annotate(
        marked=Count("attendances"), came=Count("attendances", filter=Q(attendances__mark__in=ATTENDED))
    ).order_by("starts_at", "no")


def todays_lessons(actor: Actor, *, at: datetime) -> QuerySet[Session]:
    """Today's lessons whose roll the actor may call, by hour; with cohort, room, `enrolled` and `came`. One query."""
    midnight = start_of(day_of(at))
    cohorts = Cohort.objects.within(actor, Power.CALL_ROLL)
    rows: QuerySet[Session] = Session.objects.filter(
        cohort__in=cohorts, starts_at__gte=midnight, starts_at__lt=midnight + timedelta(days=1)
    ).exclude(state=SessionState.CANCELLED)
    shown = ("room", "cohort__course", "cohort__site", "cohort__term__programme", "cohort__union")
    enrolled = Enrolment.objects.filter(cohort=OuterRef("cohort"), state=EnrolmentState.ENROLLED)
    came = Attendance.objects.filter(session=OuterRef("pk"), mark__in=ATTENDED)
    return (
        rows.select_related(*shown)
        .annotate(enrolled=_count(enrolled, "cohort"), came=_count(came, "session"))
        .order_by("starts_at", "pk")
    )


def door_of(session: Session) -> Door:
    """Three queries."""
    came = Attendance.objects.filter(session=session, mark__in=ATTENDED)
    enrolled = Enrolment.objects.filter(cohort=session.cohort_id, state=EnrolmentState.ENROLLED).count()
    latest = came.select_related("enrolment__person").order_by("-at", "-pk")[:LATEST]
    return Door(came.count(), enrolled, list(latest))


def _count(rows: QuerySet[Enrolment] | QuerySet[Attendance], by: str) -> Coalesce:
    counted = rows.order_by().values(by).annotate(n=Count("*")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
