"""Coming along with children: how many of which age, said by their guardian; forgotten when it is no longer needed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tongxin.activities.actions import enrolments
from tongxin.activities.days import day_of
from tongxin.activities.models import Cohort, Family
from tongxin.activities.models.families import MOST_CHILDREN
from tongxin.activities.states import ActivityKind
from tongxin.calls.actions import parties
from tongxin.calls.models import Application
from tongxin.calls.states import LIVE
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.people.models import Person
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic

KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Children:
    """No names, no birthdays: seats and safety need no more."""

    under_6: int = 0
    from_6_to_11: int = 0
    from_12_to_17: int = 0

    @property
    def count(self) -> int:
        return self.under_6 + self.from_6_to_11 + self.from_12_to_17


@atomic
def sign_up(
    *,
    cohort: Cohort,
    person: Person,
    children: Children,
    consents: bool,
    by: Actor,
    at: datetime,
    key: str | None = None,
) -> Application:
    """Where the call takes parties, each of the family has a place; else one place a family. Said again, the numbers change.

    Refused: "no-families", "family-consent", "family-none", "family_most", "party", "pool-full", and what
    `enrolments.sign_up` refuses.
    """
    if not ActivityKind(cohort.course.kind).traits.families:
        raise Refused("no-families", "这个班不是亲子活动，不用填孩子。")
    _check(children, consents=consents)
    companions = seats_of(cohort, children)
    application = enrolments.sign_up(cohort=cohort, person=person, by=by, at=at, key=key, companions=companions)
    if counts_each(cohort) and application.state in LIVE:
        application = parties.bring(application=application, companions=companions, by=by, at=at)
    Family.objects.update_or_create(
        cohort=cohort,
        person=person,
        defaults={
            "federation": person.federation, "consented_at": at, "under_6": children.under_6,
            "from_6_to_11": children.from_6_to_11, "from_12_to_17": children.from_12_to_17,
        },
    )  # fmt: skip
    journal.write("cohort.family-said", of=cohort, by=by, at=at)
    return application


def counts_each(cohort: Cohort) -> bool:
    """Whether each of a family takes a place of this event."""
    call = cohort.term.call
    return call is not None and call.party_most > 1


def seats_of(cohort: Cohort, children: Children) -> int:
    """How many places the children take."""
    return children.count if counts_each(cohort) else 0


@atomic
def forget(*, at: datetime) -> int:
    """Those whose event was a month ago. Returns how many."""
    rows = Family.objects.filter(cohort__last_day__lte=day_of(at) - KEPT)
    count, _ = rows.delete()
    return count


def _check(children: Children, *, consents: bool) -> None:
    if min(children.under_6, children.from_6_to_11, children.from_12_to_17) < 0 or children.count == 0:
        raise Refused("family-none", "请填带几个孩子，至少1个。")
    if children.count > MOST_CHILDREN:
        raise Refused("family_most", "每家最多带%(most)s个孩子。", most=MOST_CHILDREN)
    if not consents:
        raise Refused("family-consent", "孩子的人数和年龄段要监护人同意才能填，请勾选同意。")
