"""One person's enrolments, as far as an actor may see the cohorts."""

from tongxin.activities.models import Cohort, Enrolment
from tongxin.people.authority import Actor
from tongxin.people.models import Person
from tongxin.people.powers import Power


def enrolments_of(person: Person, *, actor: Actor, most: int = 20) -> list[Enrolment]:
    """Newest first."""
    cohorts = Cohort.objects.within(actor, Power.SEE_COURSES)
    rows = Enrolment.objects.filter(person=person, cohort__in=cohorts).select_related("cohort__course", "cohort__term")
    return list(rows.order_by("-at")[:most])
