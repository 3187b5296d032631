"""Who comes together by one application, and what of it may still change."""

from dataclasses import dataclass
from datetime import datetime

from tongxin.calls.models import Applicant, Application
from tongxin.calls.states import BY_SPEED, ENTRY, LIVE, ApplicationState
from tongxin.people.models import Person


@dataclass(frozen=True, slots=True)
class Party:
    """`people`: who entered comes first. `companions`: who come along without a record."""

    people: list[Person]
    companions: int
    grows: bool
    shrinks: bool

    @property
    def lead(self) -> Person | None:
        return self.people[0] if self.people else None


def party_of(application: Application, at: datetime) -> Party:
    """One query; the call comes loaded."""
    rows = Applicant.objects.filter(application=application).select_related("person").order_by("pk")
    people = [row.person for row in rows]
    grows = _takes(application, at) and application.size < application.call.party_most
    frozen = application.state in ENTRY and application.call.frozen_at is not None
    return Party(people, application.size - len(people), grows, application.state in LIVE and not frozen)


def _takes(application: Application, at: datetime) -> bool:
    """Before the list is frozen; by arrival also with a place or a number in hand, while the window is open."""
    call = application.call
    if call.frozen_at is not None or not call.opens <= at < call.closes:
        return False
    by_arrival = call.policy in BY_SPEED and application.state in {ApplicationState.GRANTED, ApplicationState.WAITING}
    return by_arrival or application.state in ENTRY
