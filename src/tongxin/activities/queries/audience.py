"""A cohort's people as a list to which a sending may go (settings.NOTICE_ROSTERS)."""

from tongxin.activities.models import Cohort
from tongxin.activities.states import EnrolmentState
from tongxin.notices.queries.audience import Roster
from tongxin.people.models import Person


def roster(public_id: str) -> Roster | None:
    """Those on it now. None: no such cohort."""
    cohort = Cohort.objects.select_related("course").filter(public_id=public_id).first()
    if cohort is None:
        return None
    on_it = cohort.enrolments.filter(state=EnrolmentState.ENROLLED).values("person")
    return Roster(cohort.union_id, cohort.title, Person.objects.filter(pk__in=on_it))
