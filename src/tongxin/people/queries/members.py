"""A union's members by name, page after page without counting pages: each page begins after the last name of the one before."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.db.models import Q, QuerySet

from tongxin.people.authority import Actor
from tongxin.people.models import Membership, Person
from tongxin.people.models.persons import GigGroup
from tongxin.people.powers import Power
from tongxin.people.queries.reach import Reach
from tongxin.people.queries.search import BOTH, Hit, hits
from tongxin.unions.models import Union

SIZE: Final = 50


@dataclass(frozen=True, slots=True)
class Members:
    hits: list[Hit]
    after: str  # the public id after which the next page begins; empty on the last
    total: int | None  # None: more than are worth counting


def members(
    actor: Actor,
    *,
    union: Union | None = None,
    below: bool = True,
    gig_group: str = "",
    after: str = "",
    powers: tuple[Power, ...] = BOTH,
    size: int = SIZE,
) -> Members:
    """Open members in the actor's reach, at or below `union` if one is given. `after` is a public id of the actor's reach."""
    reach = Reach(actor, *powers, at=union, below=below)
    people = Person.objects.all()
    if gig_group in GigGroup:
        people = people.filter(gig_group=gig_group)
    in_reach = reach.narrow(people)
    total = None if reach.few is None else (in_reach.count() if gig_group else len(reach.few))
    rows = _from(in_reach, after).order_by("name_sort", "pk").values_list("pk", "public_id")[: size + 1]
    found = list(rows)
    last = found[size - 1][1] if len(found) > size else ""
    return Members(hits=hits(actor, [pk for pk, _ in found[:size]]), after=last, total=total)


def members_named(union: Union, names: Collection[str]) -> list[Person]:
    """Open members of this one union with one of these names."""
    stays = Membership.objects.filter(union=union, ends=None).values("person")
    return list(Person.objects.filter(pk__in=stays, name__in=names, merged_into=None).order_by("name_sort", "pk"))


def members_among(union: Union, public_ids: Collection[str]) -> list[Person]:
    """Those of these people who are open members of this one union, by key."""
    stays = Membership.objects.filter(union=union, ends=None).values("person")
    return list(Person.objects.filter(pk__in=stays, public_id__in=public_ids, merged_into=None).order_by("pk"))


def _from(people: QuerySet[Person], after: str) -> QuerySet[Person]:
    """After that person in the order of names; the first condition lets the index begin there."""
    last = Person.objects.filter(public_id=after).values_list("name_sort", "pk").first() if after else None
    if last is None:
        return people
    name, pk = last
    return people.filter(Q(name_sort__gt=name) | Q(name_sort=name, pk__gt=pk), name_sort__gte=name)
