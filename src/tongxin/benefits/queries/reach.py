"""Whose members a scheme is for; and what an agreement between federations opens to members of the other one."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from tongxin.benefits.models import Recognition, Scheme, SchemeReach
from tongxin.benefits.states import SchemeState
from tongxin.people.models import Membership
from tongxin.store.prepared import Prepared
from tongxin.unions.models import AgreementParty, Closure


@dataclass(frozen=True, slots=True)
class Way:
    """How someone comes to be within: by the own union's reach, or by what an agreement recognises."""

    recognition: Recognition | None = None


def in_force(on: date) -> QuerySet[Recognition]:
    """Both sides have signed by that day, and neither the agreement nor the recognition has ended."""
    signed = AgreementParty.objects.filter(agreement=OuterRef("agreement"), signed_on__lte=on)
    return Recognition.objects.filter(
        Q(ends=None) | Q(ends__gt=on),
        Q(agreement__ends=None) | Q(agreement__ends__gt=on),
        Q(agreement__ended_early_on=None) | Q(agreement__ended_early_on__gt=on),
        Exists(signed.filter(union=OuterRef("giver"))),
        Exists(signed.filter(union=OuterRef("taker"))),
        starts__lte=on,
        agreement__starts__lte=on,
    )


def above(person: int, on: date) -> set[int]:
    """The unions in which this person is a member that day, and all above them."""
    here = Membership.objects.filter(Q(ends=None) | Q(ends__gt=on), person=person, starts__lte=on)
    rows = Closure.objects.as_of(on).filter(descendant__in=here.values("union"))
    return set(rows.values_list("ancestor_id", flat=True))


def way_in(scheme: Scheme, person: int, on: date) -> Way | None:
    """None: this scheme is not for them that day."""
    unions = above(person, on)
    if SchemeReach.objects.filter(scheme=scheme, union__in=unions).exists():
        return Way()
    if not scheme.universal:
        return None
    found = _opening(scheme.union_id, unions, on).first()
    return None if found is None else Way(found)


_WITHIN: Final = Prepared("""
    SELECT DISTINCT person.id FROM people_person person
    JOIN people_membership stay ON stay.person_id = coalesce(person.merged_into_id, person.id)
    JOIN unions_closure above ON above.descendant_id = stay.union_id
    WHERE person.id = ANY(%(people)s::bigint[]) AND stay.starts <= %(on)s AND (stay.ends IS NULL OR stay.ends > %(on)s)
      AND above.ancestor_id = ANY(%(unions)s::bigint[])
      AND above.valid_from <= %(on)s AND (above.valid_to IS NULL OR above.valid_to > %(on)s)
""")


def within(scheme: Scheme, people: Collection[int], on: date) -> set[int]:
    """Those of them whom `way_in` lets in, in one pass: for what an order has given to thousands."""
    return {pk for (pk,) in _WITHIN.rows(people=sorted(set(people)), unions=sorted(reached(scheme, on)), on=on)}


def reached(scheme: Scheme, on: date) -> set[int]:
    """The unions for whose members, and those below them, it is that day: its own and those that an agreement brings."""
    unions = set(SchemeReach.objects.filter(scheme=scheme).values_list("union_id", flat=True))
    if scheme.universal:
        givers = Closure.objects.as_of(on).filter(descendant=scheme.union_id).values("ancestor")
        unions |= set(in_force(on).filter(giver__in=givers).values_list("taker_id", flat=True))
    return unions


def open_to(unions: Collection[int], on: date) -> QuerySet[Scheme]:
    """Published schemes for members of these unions (with all above them), in one query."""
    recognised = in_force(on).filter(taker__in=unions)
    givers = Closure.objects.as_of(on).filter(ancestor__in=recognised.values("giver")).values("descendant")
    own = SchemeReach.objects.filter(scheme=OuterRef("pk"), union__in=unions)
    rows: QuerySet[Scheme] = Scheme.objects.filter(
        Q(Exists(own)) | Q(universal=True, union__in=givers), state=SchemeState.PUBLISHED
    )
    return rows


def _opening(union: int, takers: Collection[int], on: date) -> QuerySet[Recognition]:
    givers = Closure.objects.as_of(on).filter(descendant=union).values("ancestor")
    return in_force(on).filter(giver__in=givers, taker__in=takers).select_related("agreement", "giver", "taker")
