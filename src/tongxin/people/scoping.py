"""Lists start from what the actor may see. Every row of a union is reached through one query: `.within(actor, power)`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Exists, OuterRef, Q

from tongxin.store.models import GuardedQuerySet
from tongxin.unions.models import Closure, Union, UnionQuerySet

if TYPE_CHECKING:
    from tongxin.people.authority import Actor, Roots
    from tongxin.people.powers import Power


class ScopedQuerySet(GuardedQuerySet[Any]):
    """For tables with a union. `union_path` leads to it; `own` adds what an actor reaches by being named in the row."""

    union_path = "union_id"

    def within(self, actor: Actor, power: Power) -> Self:
        """Rows that the actor reaches by `power`, in the power's scope, on the actor's day. No reach, no rows."""
        roots = actor.roots(power)
        condition = reached(roots, self.union_path, actor)
        if roots.own and actor.person_id is not None:
            condition |= self.own(actor.person_id)
        return self.filter(condition)

    def own(self, person_id: int) -> Q:  # noqa: ARG002 - for the tables that say so
        """Rows that belong to this person by name (a teacher's cohorts). Nothing unless a table says so."""
        return NOTHING


class PersonQuerySet(GuardedQuerySet[Any]):
    """A person is reached through an open membership. (Named in a roster of one's own: see the cohort's pages.)

    Of records that were merged the one that was kept is reached; the other is read on its page.
    """

    def within(self, actor: Actor, power: Power) -> Self:
        roots = actor.roots(power)
        if roots.empty:
            return self.none()
        from tongxin.people.models import Membership  # noqa: PLC0415 - the table is defined on top of this query set

        open_here = Membership.objects.filter(reached(roots, "union_id", actor), person=OuterRef("pk"), ends=None)
        return self.filter(Exists(open_here), merged_into=None)


NOTHING = Q(pk__in=[])


def reached(roots: Roots, path: str, actor: Actor, *, row_by_row: bool = False) -> Q:
    """A condition on the union at `path`: one of the roots, or below one of them as the tree stands on the actor's day.

    `row_by_row` asks the tree once for each row instead of listing all unions below first: right where few rows are looked
    at and many unions lie below.
    """
    condition = NOTHING
    if roots.here:
        condition |= Q(**{f"{path}__in": roots.here})
    if roots.below:
        below = Closure.objects.as_of(actor.on).filter(ancestor__in=roots.below)
        if row_by_row:
            condition |= Q(Exists(below.filter(descendant=OuterRef(path))))
        else:
            condition |= Q(**{f"{path}__in": below.values("descendant")})
    return condition


def unions_within(actor: Actor, power: Power) -> UnionQuerySet:
    """The unions that the actor reaches by `power`."""
    return Union.objects.filter(reached(actor.roots(power), "pk", actor))
