"""Finding people: by any two characters of a name, by pinyin initials, by a whole number. Only in the actor's reach."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from django.db.models import Q, QuerySet

from tongxin.kernel import id_numbers, phones
from tongxin.kernel.refused import Refused
from tongxin.people import names
from tongxin.people.authority import Actor
from tongxin.people.masks import Purpose
from tongxin.people.models import Membership, Person
from tongxin.people.powers import Power
from tongxin.people.queries.reach import Reach
from tongxin.store.keys import ring
from tongxin.unions.models import Union

MOST: Final = 50
BOTH: Final = (Power.SEE_PEOPLE, Power.FIND_PEOPLE)
NUMBER_AT_LEAST: Final = 7  # digits: shorter is not a number that we know whole
PERMIT_KINDS: Final = ("passport", "hk_macao_permit", "taiwan_permit", "foreign_resident")


@dataclass(frozen=True, slots=True)
class Hit:
    person: Person
    union: Union
    purpose: Purpose  # how much of it may stand in the list: seen, or only found


@dataclass(frozen=True, slots=True)
class Found:
    hits: list[Hit]
    more: bool  # there are others: ask for a longer text


def search(actor: Actor, text: str) -> Found:
    """At most MOST people whom the actor may see or find, by name. Refused: "search-short".

    When there are more, they are any MOST of them: a longer text is asked for, rather than time for sorting them all.
    """
    matching = _matching(text.strip())
    rows = list(Reach(actor, *BOTH).narrow(matching).values_list("name_sort", "pk")[: MOST + 1])
    return Found(hits=hits(actor, [pk for _, pk in sorted(rows)[:MOST]]), more=len(rows) > MOST)


def hits(actor: Actor, person_pks: Iterable[int]) -> list[Hit]:
    """Rows for a list, in the order given: each person with the union through which the actor reaches them."""
    pks = list(person_pks)
    stays = Membership.objects.filter(person__in=pks, ends=None).select_related("person", "union")
    by_person = {stay.person_id: stay for stay in stays}
    seen = set(Person.objects.within(actor, Power.SEE_PEOPLE).filter(pk__in=pks).values_list("pk", flat=True))
    return [
        Hit(by_person[pk].person, by_person[pk].union, Purpose.STAFF_LIST if pk in seen else Purpose.FIND_LIST)
        for pk in pks
        if pk in by_person
    ]


def _matching(text: str) -> QuerySet[Person]:
    digits = sum(character.isdigit() for character in text)
    if digits >= NUMBER_AT_LEAST:
        return Person.objects.filter(by_number(text))
    pieces = names.query_pieces(text)
    if not pieces:
        raise Refused("search-short", "请输入姓名中的一个字以上，或拼音首字母两个以上，或完整的证件号码、手机号。")
    return Person.objects.filter(name_pieces__contains=pieces)


def by_number(text: str) -> Q:
    """A number is any kind that it can be; what it cannot be is left out. That of a merged record leads to the one kept."""
    keys = ring()
    condition = Q(pk__in=[])
    for kind in ("resident_id", *PERMIT_KINDS):
        try:
            digests = keys.digests(id_numbers.canonical_document(kind, text), purpose="person.document")
        except Refused:
            continue
        condition |= Q(document_digest__in=digests)
    with suppress(Refused):
        condition |= Q(phone_digest__in=keys.digests(phones.canonical(text), purpose="person.phone"))
    merged = Person.objects.filter(condition, merged_into__isnull=False)
    kept = list(merged.values_list("merged_into", flat=True))
    return condition | Q(pk__in=kept) if kept else condition
