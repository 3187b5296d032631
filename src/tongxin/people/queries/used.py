"""Whether something was done with a person since a roster brought them in: any row anywhere that points at them."""

from collections.abc import Collection
from typing import Any, Final

from django.db.models import ForeignObjectRel

from tongxin.people.models import Membership, Person
from tongxin.served.models import ServedRow

_OWN: Final = frozenset({"people.membership", "people.importrow", "people.likeness"})  # come with it, or follow from it


def used_since(people: Collection[int]) -> set[int]:
    """One statement for each table that knows persons, for any number of them."""
    asked = list(people)
    if not asked:
        return set()
    found = set(ServedRow.objects.filter(person__in=asked).values_list("person", flat=True))
    for relation in Person._meta.related_objects:
        found |= _pointed_at(relation, asked)
    stays = Membership.objects.filter(person__in=asked).values_list("pk", "person_id")
    owner = dict(stays)
    for relation in Membership._meta.related_objects:
        if relation.related_model is not Membership:
            found |= {owner[stay] for stay in _pointed_at(relation, list(owner))}
    return found


def _pointed_at(relation: ForeignObjectRel, asked: list[int]) -> set[int]:
    model: Any = relation.related_model
    if model._meta.label_lower in _OWN:
        return set()
    name = relation.field.attname
    return set(model._base_manager.filter(**{f"{name}__in": asked}).values_list(name, flat=True))
