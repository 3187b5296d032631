"""What the house holds that fits the rows of a roster: as many statements for a thousand rows as for one."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, TypeVar

from django.db.models import Exists, OuterRef, Q

from tongxin.people import names
from tongxin.people.authority import Actor
from tongxin.people.models import Membership, Person
from tongxin.people.models.persons import Sex
from tongxin.people.powers import Power
from tongxin.people.queries.lookup import DOCUMENT, PHONE
from tongxin.people.roster.judging import Found, Known
from tongxin.people.roster.kept import Entry
from tongxin.people.scoping import unions_within
from tongxin.store.keys import ring
from tongxin.unions.models import Closure, Kind, Level, Union

CHUNK: Final = 1_000
T = TypeVar("T")
_SEXES: Final = {Sex.MALE: "male", Sex.FEMALE: "female"}
_YES_NO: Final[dict[bool | None, str]] = {True: "1", False: "0"}
_PLAIN: Final = (
    "ethnicity",
    "political_status",
    "education",
    "skill_level",
    "gig_group",
    "employer",
    "employer_uscc",
    "occupation",
    "model_worker",
)
_READ: Final = (  # the pieces for searching are left where they are
    *_PLAIN,
    "name",
    "sex",
    "born",
    "document_digest",
    "phone",
    "phone_digest",
    "migrant_worker",
    "federation",
    "changed_at",
)
_ASKABLE: Final = (Level.PROVINCE, Level.PREFECTURE, Level.COUNTY)


def chunks(things: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    left = iter(things)
    while chunk := list(islice(left, size)):
        yield chunk


def found_for(entries: Sequence[Entry], *, union: Union, by: Actor) -> dict[int, Found]:
    """By row number, for one chunk of rows: six statements at most."""
    by_number = _by_number({entry.document for entry in entries if entry.document})
    loose = [entry for entry in entries if entry.document not in by_number]
    by_phone = _by_phone({entry.values["phone"] for entry in loose if "phone" in entry.values}, union)
    people = {
        person.pk: person for person in [*by_number.values(), *(one for some in by_phone.values() for one in some)]
    }
    known = _known(people, union)
    away = _elsewhere({one.union for one in known.values() if one.union is not None} - {union.pk}, union, by)
    holdings = _Holdings(union.pk, by_number, by_phone, known, away)
    return {entry.row_no: holdings.fitting(entry) for entry in entries}


@dataclass(frozen=True, slots=True)
class _Holdings:
    here: int
    by_number: Mapping[str, Person]
    by_phone: Mapping[str, list[Person]]
    known: Mapping[int, Known]
    away: Mapping[int | None, tuple[bool, str]]  # of other unions: may move from there, whom to ask

    def fitting(self, entry: Entry) -> Found:
        person = self.by_number.get(entry.document) if entry.document else None
        if person is not None:
            known = self.known[person.pk]
            may_move, ask = self.away.get(known.union, (False, ""))
            return Found(known=known, may_move=may_move, whom_to_ask=ask)
        named = self._named(entry)
        unnumbered = tuple(one for one in named if not one.has_document) if entry.document else ()
        here = tuple(one for one in named if one.union == self.here and one not in unnumbered)
        may_move, ask = self.away.get(unnumbered[0].union, (False, "")) if unnumbered else (False, "")
        return Found(here=here, unnumbered=unnumbered, may_move=may_move, whom_to_ask=ask)

    def _named(self, entry: Entry) -> list[Known]:
        same_phone = self.by_phone.get(entry.values.get("phone", ""), ())
        name = entry.values.get("name")
        return [self.known[person.pk] for person in same_phone if self.known[person.pk].name == name]


def _by_number(documents: Collection[str]) -> dict[str, Person]:
    digests = {digest: text for text in documents for digest in ring().digests(text, purpose=DOCUMENT)}
    rows = Person.objects.filter(document_digest__in=list(digests)).only(*_READ, "merged_into") if digests else ()
    found = {digests[bytes(person.document_digest)]: person for person in rows}
    merged = {person.merged_into_id for person in found.values() if person.merged_into_id is not None}
    kept = Person.objects.only(*_READ).in_bulk(merged) if merged else {}
    return {text: kept.get(person.merged_into_id, person) for text, person in found.items()}


def _by_phone(phones: Collection[str], union: Union) -> dict[str, list[Person]]:
    """Members here, and records that have no number yet."""
    digests = {digest: text for text in phones for digest in ring().digests(text, purpose=PHONE)}
    here = Membership.objects.filter(union=union, person=OuterRef("pk"), ends=None)
    found: dict[str, list[Person]] = defaultdict(list)
    if digests:
        people = Person.objects.filter(
            Q(document_digest=None) | Exists(here), phone_digest__in=list(digests), merged_into=None
        )
        for person in people.only(*_READ).order_by("pk"):
            found[digests[bytes(person.phone_digest)]].append(person)
    return found


def _known(people: Mapping[int, Person], union: Union) -> dict[int, Known]:
    stays: dict[int, list[Membership]] = defaultdict(list)
    if people:
        for stay in Membership.objects.filter(person__in=list(people)).order_by("starts", "pk"):
            stays[stay.person_id].append(stay)
    return {pk: _one(person, stays[pk], union) for pk, person in people.items()}


def _one(person: Person, stays: Sequence[Membership], union: Union) -> Known:
    stay = next((one for one in stays if one.ends is None), None)
    ends = [one.ends for one in stays if one.ends is not None]
    facts: dict[str, Any] = {}
    if stay is not None:
        facts = {
            "union": stay.union_id,
            "starts": stay.starts,
            "moved_in": stay.previous_id is not None,
            "post": stay.post,
            "retained": stay.retained,
        }
    held = f"{stay.pk}.{stay.starts:%y%m%d}.{stay.retained:d}" if stay else "-"
    return Known(
        person=person.pk,
        name=names.tidy(person.name),
        values=_values(person),
        last_end=max(ends, default=None),
        basis=f"{person.changed_at.timestamp():.6f}/{held}/{len(stays)}",
        has_document=person.document_digest is not None,
        away=person.federation != union.federation,
        **facts,
    )


def _values(person: Person) -> dict[str, str]:
    return {name: getattr(person, name) for name in _PLAIN} | {
        "phone": person.phone_text(),
        "sex": _SEXES.get(Sex(person.sex), ""),
        "born": person.born.isoformat() if person.born else "",
        "is_migrant": _YES_NO.get(person.migrant_worker, ""),
    }


def _elsewhere(unions: Collection[int], union: Union, by: Actor) -> dict[int | None, tuple[bool, str]]:
    """Of each: whether the actor may move members away from there, and the federation to ask otherwise.

    What is named is the county's federation (in another province, the province's), not the employer's union.
    """
    if not unions:
        return {}
    mine = (
        set(unions)
        if by.system
        else set(unions_within(by, Power.MANAGE_PEOPLE).filter(pk__in=unions).values_list("pk", flat=True))
    )
    above = (
        Closure.objects.as_of(by.on)
        .filter(descendant__in=unions, ancestor__kind=Kind.FEDERATION, ancestor__level__in=_ASKABLE)
        .order_by("ancestor__level")
    )
    near = Q(ancestor__level=Level.PROVINCE) | Q(ancestor__federation=union.federation)
    ask = dict(above.filter(near).values_list("descendant_id", "ancestor__name"))  # the lowest comes last, and stays
    return {one: (one in mine, ask.get(one, "对方工会的上级")) for one in unions}
