"""Whom to tell of what. The rows leave after commit through the outbox; the words are the notices' catalogue's."""

from collections.abc import Collection
from datetime import datetime

from tongxin.activities.models import Cohort, Enrolment
from tongxin.activities.states import EnrolmentState
from tongxin.people.models import Person
from tongxin.records.actions import outbox
from tongxin.records.actions.outbox import Telling
from tongxin.venues.models import Room


def tell(people: Collection[tuple[int, int]], kind: str, *, of: str, at: datetime, **data: str | int) -> None:
    """`people` are (person, federation) pairs; `of` is the public id of what it is about. One statement."""
    stamp = int(at.timestamp())
    if not people:
        return
    outbox.put(
        [
            Telling(f"{kind}:{of}:{person}:{stamp}", kind, person, federation, dict(data))
            for person, federation in people
        ],
        at=at,
    )


def place_of(cohort: Cohort, room: Room | None) -> str:
    """职工服务中心·舞蹈室."""
    return f"{cohort.site.name}·{room.name}" if room else cohort.site.name


def enrolled_in(cohort: Cohort) -> list[tuple[int, int]]:
    rows = Enrolment.objects.filter(cohort=cohort, state=EnrolmentState.ENROLLED)
    return list(rows.values_list("person_id", "person__federation"))


def teachers_of(*cohorts: Cohort) -> list[tuple[int, int]]:
    ids = {cohort.teacher_id for cohort in cohorts if cohort.teacher_id is not None}
    return list(Person.objects.filter(pk__in=ids).values_list("pk", "federation")) if ids else []
