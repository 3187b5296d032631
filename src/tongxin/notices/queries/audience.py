"""Whom a sending is for: people, each with the union where they are a member that day (`home`)."""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple, cast

from django.conf import settings
from django.db.models import F, FilteredRelation, Q, QuerySet
from django.utils.module_loading import import_string

from tongxin.notices.models import Sending
from tongxin.notices.states import Audience
from tongxin.people.models import Person
from tongxin.unions.models import Closure


class Roster(NamedTuple):
    """A list of people that another room keeps, such as a class: whose it is, what it is called, who is on it."""

    union_id: int
    name: str
    people: QuerySet[Person]


def roster_of(kind: str, public_id: str) -> Roster | None:
    """By settings.NOTICE_ROSTERS, an open table: the room that keeps such lists answers for them."""
    path = settings.NOTICE_ROSTERS.get(kind)
    if not path or not public_id:
        return None
    return cast("Callable[[str], Roster | None]", import_string(path))(public_id)


def audience(sending: Sending, *, on: date) -> QuerySet[Person]:
    """In no order. A merged record is told by the one that was kept, a roster that is gone holds nobody."""
    open_stay = FilteredRelation("memberships", condition=Q(memberships__ends=None))
    people = Person.objects.filter(merged_into=None).annotate(stay=open_stay)
    if sending.gig_group:
        people = people.filter(gig_group=sending.gig_group)
    if sending.audience == Audience.ROSTER:
        roster = roster_of(sending.roster_kind, sending.roster)
        people = people.filter(pk__in=roster.people.values("pk")) if roster else people.none()
    else:
        here = Closure.objects.as_of(on).filter(ancestor=sending.union_id)
        if sending.audience == Audience.HERE:
            here = here.filter(depth=0)
        people = people.filter(stay__union__in=here.values("descendant"), stay__starts__lte=on)
    found: QuerySet[Person] = people.annotate(home=F("stay__union"))  # last: so it takes the join that is there
    return found


def last_person() -> int:
    """The highest key of all, 0 where there is nobody."""
    return Person.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
