"""A few who registered once more by themselves, as happens: another phone, a name as it sounds. Synthetic like all.

They have no membership, so no count of members or classes changes.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from tongxin.people.actions import likenesses
from tongxin.people.actions.values import name_columns, phone_columns
from tongxin.people.models import Person
from tongxin.people.models.persons import Assurance
from tongxin.people.queries import lookup
from tongxin.store.atomic import atomic

PHONES: Final = ("+8615499990001", "+8615499990002", "+8615499990003", "+8615499990004")
AS_IT_SOUNDS: Final = str.maketrans("小建志国家文明丽英华伟萍红梅", "晓剑智囯佳纹鸣莉瑛桦玮苹虹玫")


@atomic
def plant(people: Iterable[Person], *, at: datetime) -> int:
    """Beside each of these one more record; returns how many are new."""
    made = 0
    for number, (person, phone) in enumerate(zip(people, PHONES, strict=False)):
        if person.born is None or _there(person, phone, number):
            continue
        again = Person.make(
            federation=person.federation, assurance=Assurance.DECLARED, synthetic=True, created_at=at, changed_at=at,
            gig_group=person.gig_group, employer=person.employer, **_columns(person, phone, number),
        )  # fmt: skip
        likenesses.look(person=again, at=at)
        made += 1
    return made


def _there(person: Person, phone: str, number: int) -> bool:
    """Loaded before, whatever became of it."""
    if number % 3 == 2:
        return Person.objects.filter(phone_digest=person.phone_digest).count() > 1
    return bool(lookup.by_phone(phone))


def _columns(person: Person, phone: str, number: int) -> dict[str, Any]:
    """By turns: another phone; the name as it sounds; the same phone without a birthday."""
    name = person.name.translate(AS_IT_SOUNDS) if number % 3 == 1 else person.name
    columns = name_columns(name) | {"sex": person.sex}
    if number % 3 == 2:
        return columns | phone_columns(person.phone_text())
    return columns | {"born": person.born} | phone_columns(phone)
