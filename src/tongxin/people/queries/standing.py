"""Who holds which post, who reaches a union and why, and which unions an actor reaches at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet

from tongxin.people.authority import Actor, Reason, actor_of_person, reasons
from tongxin.people.models import Account, Appointment, Disclosure, Membership, Person
from tongxin.people.powers import Power
from tongxin.people.scoping import NOTHING, reached
from tongxin.unions.models import Agreement, AgreementGrant, AgreementParty, Closure, Union

MOST_HOLDERS: Final = 300
CURRENT, COMING, PAST = "current", "coming", "past"
K = TypeVar("K")
WHEN: Final = {CURRENT: "在任", COMING: "即将开始", PAST: "已结束"}


@dataclass(frozen=True, slots=True)
class Why:
    """One way in which someone comes to a power at a union, with what it takes to say it in words."""

    reason: Reason
    post_union: Union
    root: Union
    agreement: Agreement | None


@dataclass(frozen=True, slots=True)
class Holder:
    person: Person
    whys: list[Why]


def posts_within(
    actor: Actor, power: Power, *, when: str = CURRENT, union: Union | None = None
) -> QuerySet[Appointment]:
    """Posts at unions in reach: in force, to come, or past, those that end first on top."""
    rows: QuerySet[Appointment] = Appointment.objects.within(actor, power).select_related("person", "union")
    today = actor.on
    spans = {
        CURRENT: Q(starts__lte=today, ends__gt=today),
        COMING: Q(starts__gt=today),
        PAST: Q(ends__lte=today),
    }
    rows = rows.filter(spans.get(when, spans[CURRENT]))
    if union is not None:
        below = Closure.objects.as_of(today).filter(ancestor=union).values("descendant")
        rows = rows.filter(union__in=below)
    return rows.order_by("-ends" if when == PAST else "ends", "pk")


def posts_of(person: Person, *, on: date) -> list[Appointment]:
    """All of one person's, the current first."""
    rows = Appointment.objects.filter(person=person).select_related("union")
    return sorted(rows, key=lambda post: (post.ends <= on, -post.ends.toordinal()))


def whys(actor: Actor, power: Power, union: Union) -> list[Why]:
    """`authority.reasons`, which the check itself reads, with unions and agreements by name."""
    return _named({0: reasons(actor, power, union)})[0]


def whys_by_power(actor: Actor, union: Union) -> dict[Power, list[Why]]:
    """For every power: the reasons, or none."""
    found = _named({power: reasons(actor, power, union) for power in Power})
    return {power: found[power] for power in Power}


def holders(power: Power, union: Union, *, on: date) -> list[Holder]:
    """Everyone who has the power at that union that day, by the same function as the check."""
    above = Closure.objects.as_of(on).filter(descendant=union).values("ancestor")
    grants = AgreementGrant.objects.filter(
        giver__in=above,
        power=power,
    ).filter(Exists(AgreementParty.objects.filter(agreement=OuterRef("agreement"), signed_on__lte=on)))
    posts = Appointment.objects.filter(
        Q(union__in=above) | Q(union__in=grants.values("taker")), starts__lte=on, ends__gt=on
    )
    people = list(Person.objects.filter(pk__in=posts.values("person")).order_by("name_sort", "pk")[:MOST_HOLDERS])
    found = {person.pk: reasons(actor_of_person(person.pk, on), power, union) for person in people}
    named = _named(found)
    return [Holder(person, named[person.pk]) for person in people if named[person.pk]]


def visible_unions(actor: Actor) -> QuerySet[Union]:
    """Those at which the actor has any power at all."""
    condition = NOTHING
    for power in Power:
        condition |= reached(actor.roots(power), "pk", actor)
    return Union.objects.filter(condition)


def stays_of(person: Person) -> list[Membership]:
    """The history of 会籍, newest first."""
    rows = Membership.objects.filter(person=person).select_related("union")
    return list(rows.order_by("-starts", "-pk"))


def has_account(person: Person) -> bool:
    return Account.objects.filter(person=person).exists()


def looks_at(person: Person, *, most: int = 50) -> list[Disclosure]:
    """谁看过: newest first."""
    rows = Disclosure.objects.filter(person=person).select_related("union")
    return list(rows.order_by("-at", "-pk")[:most])


def _named(found: Mapping[K, list[Reason]]) -> dict[K, list[Why]]:
    """Two queries for any number of reasons."""
    every = [reason for rows in found.values() for reason in rows]
    unions = Union.objects.in_bulk({reason.root_id for reason in every} | {reason.post.union_id for reason in every})
    agreements = Agreement.objects.in_bulk({r.agreement_id for r in every if r.agreement_id is not None})
    return {
        key: [
            Why(
                r,
                unions[r.post.union_id],
                unions[r.root_id],
                agreements.get(r.agreement_id) if r.agreement_id else None,
            )
            for r in rows
        ]
        for key, rows in found.items()
    }
