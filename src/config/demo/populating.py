"""Synthetic workers as rows: each number becomes one person with a membership, however often the demo is loaded."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any, Final

from config.demo.planting import (
    JINJIANG,
    SMALL,
    TRADES,
    YONGCHUAN,
    firm_code,
    joint_code,
    rider_code,
    small_code,
)
from config.demo.workers import SyntheticWorker, worker
from tongxin.kernel import id_numbers
from tongxin.people.actions.values import DOCUMENT, document_columns, name_columns, phone_columns
from tongxin.people.models import Membership, Person
from tongxin.people.models.persons import Assurance, DocumentKind
from tongxin.store.atomic import atomic
from tongxin.store.keys import ring
from tongxin.unions.models import Union

BATCH: Final = 1000
JOINED: Final = date(2017, 4, 1)
JOINED_WITHIN: Final = 300  # days
Home = Callable[[SyntheticWorker], str]  # the code of the union where a worker is a member


@atomic
def populate(numbers: Iterable[int], home: Home, *, at: datetime) -> dict[int, Person]:
    """Persons by their worker number. Loaded without journal: synthetic people are no deeds."""
    wanted = {_digest(made): (number, made) for number in sorted(set(numbers)) if (made := worker(number))}
    known = _known(list(wanted))
    missing = [(number, made) for digest, (number, made) in wanted.items() if digest not in known]
    unions = _unions({home(made) for _, made in missing})
    people = Person.objects.bulk_create(
        [_person(made, unions[home(made)], at) for _, made in missing], batch_size=BATCH
    )
    Membership.objects.bulk_create(
        [
            _membership(person, unions[home(made)], number)
            for person, (number, made) in zip(people, missing, strict=True)
        ],
        batch_size=BATCH,
    )
    found = {wanted[digest][0]: person for digest, person in known.items()}
    return found | {number: person for (number, _), person in zip(missing, people, strict=True)}


def home_in_yongchuan(made: SyntheticWorker) -> str:
    """Gig workers in the association of their trade, half of the others in their firm's union, the rest in small ones."""
    if made.gig_group:
        return rider_code(made.gig_group)
    choice = made.union_hint % (2 * len(TRADES))
    return firm_code(YONGCHUAN, choice) if choice < len(TRADES) else small_code(made.union_hint % SMALL)


def home_in_jinjiang(made: SyntheticWorker) -> str:
    return joint_code(JINJIANG) if made.gig_group else firm_code(JINJIANG, made.union_hint % len(TRADES))


def _digest(made: SyntheticWorker) -> bytes:
    canonical = id_numbers.canonical_document(DocumentKind.RESIDENT_ID, made.id_number)
    return ring().digest(canonical, purpose=DOCUMENT)


def _known(digests: list[bytes]) -> dict[bytes, Person]:
    rows = Person.objects.filter(document_digest__in=digests)
    return {bytes(row.document_digest): row for row in rows if row.document_digest is not None}


def _unions(codes: set[str]) -> dict[str, Union]:
    return {union.code: union for union in Union.objects.filter(code__in=codes)}


def _person(made: SyntheticWorker, union: Union, at: datetime) -> Person:
    """The employer is the firm whose union it is; of small unions and gig workers none is said."""
    employer = union.name.removesuffix("工会") if "-F" in union.code else ""
    return Person(
        federation=union.federation, assurance=Assurance.ROSTER, synthetic=True, created_at=at, changed_at=at,
        gig_group=made.gig_group or "", employer="" if made.gig_group else employer, **_columns(made),
    )  # fmt: skip


def _columns(made: SyntheticWorker) -> dict[str, Any]:
    document = document_columns(DocumentKind.RESIDENT_ID, made.id_number)
    return name_columns(made.name) | document | phone_columns(made.phone)


def _membership(person: Person, union: Union, number: int) -> Membership:
    starts = JOINED + timedelta(days=number * 7 % JOINED_WITHIN)
    return Membership(federation=person.federation, person=person, union=union, starts=starts)
