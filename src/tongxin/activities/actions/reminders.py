"""The day before a lesson its workers are told."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from tongxin.activities.actions.tellings import place_of
from tongxin.activities.days import moment
from tongxin.activities.models import Enrolment, Session
from tongxin.activities.states import EnrolmentState, SessionState
from tongxin.records.actions import outbox
from tongxin.records.actions.outbox import Telling
from tongxin.store.atomic import atomic

KIND = "session.tomorrow"


@atomic
def remind(*, day: date, at: datetime) -> int:
    """Everyone enrolled, of every lesson of that day; once each, however often this runs. Returns how many lessons."""
    begins = moment(day, time())
    sessions = list(
        Session.objects.filter(
            starts_at__gte=begins, starts_at__lt=begins + timedelta(days=1), state=SessionState.PLANNED
        )
        .select_related("cohort__course", "cohort__site", "room")
        .order_by("pk")
    )
    for session in sessions:
        outbox.put(_tellings(session), at=at)
    return len(sessions)


def _tellings(session: Session) -> Iterable[Telling]:
    cohort = session.cohort
    data = {
        "what": cohort.title,
        "starts": session.starts_at.isoformat(),
        "place": place_of(cohort, session.room),
    }
    people = Enrolment.objects.filter(cohort=cohort, state=EnrolmentState.ENROLLED)
    return [
        Telling(f"{KIND}:{session.public_id}:{person}:{session.starts_at:%Y%m%d%H%M}", KIND, person, federation, data)
        for person, federation in people.values_list("person_id", "person__federation")
    ]
