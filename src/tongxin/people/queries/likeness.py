"""Who may be the same person as this record: looked up by digests and keys, each with an index, then compared.

PostgreSQL here has neither pg_trgm nor ICU. So: digests of all numbers that are a slip away, the phone's digest, and
birthdays with the name's sound, which is what `name_sort` keeps of letters (an index of the expression, no column).
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import F, Q, QuerySet

from tongxin.people import likeness
from tongxin.people.authority import Actor
from tongxin.people.likeness import Alike, Traits
from tongxin.people.models import Likeness, Membership, Person
from tongxin.people.models.persons import DocumentKind, Sound
from tongxin.people.powers import Power
from tongxin.people.queries.lookup import DOCUMENT
from tongxin.people.states import LikenessState
from tongxin.store.keys import ring
from tongxin.unions.models import Closure

MOST: Final = 400  # records of one birthday or phone that are compared; more would be a default value, not a birthday
SHARED_BY_MANY: Final = 6  # people: a team's phone says nothing
_COMPARED: Final = (
    "name", "document_kind", "document", "document_digest", "born", "phone_digest", "sex", "employer", "federation",
    "assurance", "public_id",
)  # fmt: skip
_LIVE: Final = Q(merged_into=None)
UNWRITABLE: Final = "[^\u3400-\u9fff·]"  # also characters beyond these: rare ones, which readings may lack


@dataclass(frozen=True, slots=True)
class Candidate:
    person: Person
    alike: Alike


def traits(person: Person) -> Traits:
    number = person.document_text()
    resident = person.document_kind == DocumentKind.RESIDENT_ID
    return Traits(
        name=person.name,
        document=(number if resident else f"{person.document_kind}:{number}") if number else "",
        born=person.born,
        phone=bytes(person.phone_digest or b""),
        sex=person.sex,
        employer=person.employer,
    )


def candidates(person: Person) -> list[Candidate]:
    """Records worth asking about, the likeliest first. At most four short statements, whatever the number of people."""
    mine = traits(person)
    others = {one.pk: one for rows in _near(person, mine) for one in rows if one.pk != person.pk}
    found = [Candidate(one, likeness.compare(mine, traits(one))) for one in others.values()]
    return sorted((c for c in found if c.alike.worth_asking), key=lambda c: (-c.alike.score, c.person.pk))


def _near(person: Person, mine: Traits) -> Iterable[Iterable[Person]]:
    people = Person.objects.filter(_LIVE).only(*_COMPARED)
    if mine.document and person.document_kind == DocumentKind.RESIDENT_ID:
        yield people.filter(document_digest__in=_digests(mine.document))
    if mine.phone:
        yield people.filter(phone_digest=mine.phone)[:MOST]
    if mine.born is not None:
        yield _sounding(people, mine)[:MOST]
        yield _unwritable(people, mine)[:MOST]


def _sounding(people: "QuerySet[Person]", mine: Traits) -> "QuerySet[Person]":
    assert mine.born is not None
    heard = people.annotate(sound=Sound(F("name_sort")))
    return heard.filter(born__in=[mine.born, *likeness.near_days(mine.born)], sound=likeness.sound(mine.name))


def _unwritable(people: "QuerySet[Person]", mine: Traits) -> "QuerySet[Person]":
    """Of that birthday, names in which a character could not be typed: where it is not mine, the other one's."""
    same_day = people.filter(born=mine.born)
    return same_day if likeness.unwritable(mine.name) else same_day.filter(name__regex=UNWRITABLE)


def _digests(number: str) -> list[bytes]:
    keys = ring()
    return [digest for near in likeness.near_numbers(number) for digest in keys.digests(near, purpose=DOCUMENT)]


# ---- the sweep: pairs that may be alike, found by joins -----------------------------------------------------------

_SOUND_SQL: Final = "regexp_replace({}.name_sort, '[^a-z]', '', 'g')"
_BY_BIRTHDAY: Final = f"""
    SELECT p.id, q.id FROM unnest(%s::date[], %s::date[]) AS near(born, other)
    JOIN people_person p ON p.born = near.born AND p.merged_into_id IS NULL
    JOIN people_person q ON q.born = near.other AND q.merged_into_id IS NULL
      AND {_SOUND_SQL.format("q")} = {_SOUND_SQL.format("p")}
      AND (near.born < near.other OR p.id < q.id)
"""  # noqa: S608 - constants of this file
_BY_PHONE: Final = """
    SELECT p.id, q.id FROM (
        SELECT phone_digest FROM people_person WHERE phone_digest IS NOT NULL AND merged_into_id IS NULL
        GROUP BY phone_digest HAVING count(*) BETWEEN 2 AND %s
    ) shared
    JOIN people_person p ON p.phone_digest = shared.phone_digest AND p.merged_into_id IS NULL
    JOIN people_person q ON q.phone_digest = shared.phone_digest AND q.merged_into_id IS NULL AND p.id < q.id
"""


def pairs_by_birthday(first: date, last: date) -> list[tuple[int, int]]:
    """People born in these days with others of the same or a near birthday whose names sound the same; each pair once
    over all slices: the earlier birthday's slice has it.
    """
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    near = [(day, other) for day in days for other in [day, *likeness.near_days(day)] if other >= day]
    return _pairs(_BY_BIRTHDAY, [[day for day, _ in near], [other for _, other in near]])


def pairs_by_phone() -> list[tuple[int, int]]:
    return _pairs(_BY_PHONE, [SHARED_BY_MANY])


def _pairs(sql: str, values: list[Any]) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [(min(pair), max(pair)) for pair in cursor.fetchall()]


def compared(pairs: Collection[tuple[int, int]]) -> list[tuple[Person, Person, Alike]]:
    """Those of the pairs that are worth asking about."""
    people = Person.objects.filter(_LIVE).only(*_COMPARED).in_bulk({pk for pair in pairs for pk in pair})
    found = []
    for one, other in pairs:
        if one in people and other in people:
            alike = likeness.compare(traits(people[one]), traits(people[other]))
            if alike.worth_asking:
                found.append((people[one], people[other], alike))
    return found


# ---- who decides, and what waits ----------------------------------------------------------------------------------


def deciding_unions(pairs: Sequence[tuple[Person, Person]], on: date) -> list[int]:
    """Of each pair the lowest union at or above both. Who has no membership stands where the other does, else with the
    federation that keeps the record.
    """
    people = {person.pk: person for pair in pairs for person in pair}
    stays = Membership.objects.filter(person__in=people, ends=None).values_list("person_id", "union_id")
    home: dict[int, int] = dict(stays)
    wanted = [
        (home.get(a.pk, home.get(b.pk, a.federation)), home.get(b.pk, home.get(a.pk, b.federation))) for a, b in pairs
    ]
    above = _above({union for both in wanted for union in both}, on)
    return [a if a == b else _lowest(above.get(a, {}), above.get(b, {}), fallback=a) for a, b in wanted]


def _above(unions: Collection[int], on: date) -> dict[int, dict[int, int]]:
    found: dict[int, dict[int, int]] = {}
    rows = Closure.objects.as_of(on).filter(descendant__in=unions).values_list("descendant_id", "ancestor_id", "depth")
    for below, union, depth in rows:
        found.setdefault(below, {})[union] = depth
    return found


def _lowest(one: dict[int, int], other: dict[int, int], *, fallback: int) -> int:
    both = one.keys() & other.keys()
    return min(both, key=lambda union: one[union]) if both else fallback


def waiting(actor: Actor) -> "QuerySet[Likeness]":
    """What the actor may decide, the likeliest first. Nobody decides about their own record."""
    rows: QuerySet[Likeness] = Likeness.objects.within(actor, Power.MERGE_PEOPLE).filter(state=LikenessState.OPEN)
    if actor.person_id is not None:
        rows = rows.exclude(Q(one=actor.person_id) | Q(other=actor.person_id))
    return rows.select_related("one", "other", "union").order_by("-score", "pk")
