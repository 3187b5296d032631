"""Whom a window may serve: members in its reach, and people of its province who are a member nowhere yet."""

from django.db.models import Q

from tongxin.kernel.refused import Refused
from tongxin.people import names
from tongxin.people.authority import Actor, require
from tongxin.people.models import Membership, Person, Verification
from tongxin.people.powers import Power
from tongxin.people.queries.search import by_number
from tongxin.unions.models import Union


def served_at(by: Actor, power: Power, person: Person) -> int:
    """The union in whose name the actor serves this person: where the person is a member; of someone without a
    membership, the actor's own, if it belongs to the federation that keeps the record. Refused: "no-power".
    """
    stay: int | None = Membership.objects.filter(person=person, ends=None).values_list("union_id", flat=True).first()
    if stay is not None:
        require(by, power, stay)
        return stay
    if by.system:
        return person.federation
    mine = [post.union_id for post in by.posts if post.reach(power)]
    here: int | None = (
        Union.objects.filter(pk__in=mine, federation=person.federation).values_list("pk", flat=True).first()
    )
    if here is None:
        require(by, power, person.federation)
        return person.federation
    return here


def at_window(actor: Actor, power: Power, *, name: str, number: str) -> Person | None:
    """By name and a whole number (document or phone) as someone at the window says them: both must fit."""
    people: list[Person] = list(
        Person.objects.filter(by_number(number), merged_into=None, name=names.tidy(name)).order_by("pk")[:5]
    )
    for person in people:
        try:
            served_at(actor, power, person)
        except Refused:
            continue
        return person
    return None


def reachable(actor: Actor, power: Power, public_id: str) -> Person | None:
    """By public id: within reach, or without a membership in a federation that the actor serves."""
    person: Person | None = Person.objects.filter(Q(public_id=public_id), merged_into=None).first()
    if person is None:
        return None
    try:
        served_at(actor, power, person)
    except Refused:
        return None
    return person


def checks_of(person: Person, *, most: int = 20) -> list[Verification]:
    """How the person came to be known: newest first."""
    rows = Verification.objects.filter(person=person).select_related("union")
    return list(rows.order_by("-at", "-pk")[:most])
