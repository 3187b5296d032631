"""People whom an actor reaches, for lists over a million records: two ways to the same rows.

From the members of few unions, or from the names of all people. Whichever looks at fewer rows is taken: with FEW members
in reach the first, else the second, which then meets one in reach at least every hundred or so (docs/performance.md).
"""

from functools import cached_property
from typing import Final

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL

from tongxin.people.authority import Actor, Roots
from tongxin.people.models import Membership, Person
from tongxin.people.powers import Power
from tongxin.people.scoping import NOTHING, reached
from tongxin.unions.models import Closure, Union

FEW: Final = 8000
FEW_UNIONS: Final = 3000


class Reach:
    """The open memberships that an actor reaches by any of some powers, perhaps only those at or below one union."""

    def __init__(self, actor: Actor, *powers: Power, at: Union | None = None, below: bool = True) -> None:
        self._actor = actor
        self._roots = [roots for power in powers if not (roots := actor.roots(power)).empty]
        self._at, self._below = at, below

    def members(self, *, row_by_row: bool = False) -> QuerySet[Membership]:
        """As the tree says it; for single rows and for joins that start elsewhere."""
        condition = NOTHING
        for roots in self._roots:
            condition |= reached(roots, "union_id", self._actor, row_by_row=row_by_row)
        if self._at is not None:
            condition &= self._there(self._at, row_by_row=row_by_row)
        return Membership.objects.filter(condition, ends=None)

    def narrow(self, people: QuerySet[Person]) -> QuerySet[Person]:
        """Those of `people` who are in reach."""
        if not self._roots:
            return people.none()
        if self.few is not None:
            return people.filter(pk__in=RawSQL("SELECT unnest(%s::bigint[])", [self.few]))
        stay = self.members(row_by_row=True).filter(person=OuterRef("pk")).values("pk")[:1]
        return people.annotate(stay=Subquery(stay)).filter(stay__isnull=False)

    @cached_property
    def few(self) -> list[int] | None:
        """The people in reach, where they are few; else None."""
        if (unions := self._unions()) is None:
            return None
        stays = Membership.objects.filter(union__in=unions, ends=None).values_list("person_id", flat=True)
        people = list(stays[: FEW + 1])
        return people if len(people) <= FEW else None

    def _unions(self) -> list[int] | None:
        """The unions in reach, where they are few. Listed, not joined: the planner then knows how many they are."""
        tree = Closure.objects.as_of(self._actor.on)
        here = frozenset[int]().union(*(roots.here for roots in self._roots))
        below = frozenset[int]().union(*(roots.below for roots in self._roots))
        if self._at is not None:
            asked = self._listed(tree.filter(ancestor=self._at)) if self._below else {self._at.pk}
            if asked is None:
                return None
            lies_below = tree.filter(descendant__in=asked, ancestor__in=below).values_list("descendant_id", flat=True)
            return sorted((asked & here) | set(lies_below))
        found = self._listed(tree.filter(ancestor__in=below))
        return None if found is None else sorted(found | here)

    @staticmethod
    def _listed(tree: QuerySet[Closure]) -> set[int] | None:
        found = set(tree.values_list("descendant_id", flat=True)[: FEW_UNIONS + 1])
        return found if len(found) <= FEW_UNIONS else None

    def _there(self, union: Union, *, row_by_row: bool) -> Q:
        if not self._below:
            return Q(union=union)
        roots = Roots(here=frozenset(), below=frozenset({union.pk}), own=False)
        return reached(roots, "union_id", self._actor, row_by_row=row_by_row)
