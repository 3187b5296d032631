"""Persons and memberships by COPY, in as many processes as there are cores."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

JOINED: Final = date(2018, 1, 1)
CHUNK: Final = 20_000
CONSTANT: Final = {"document_kind": "resident_id", "assurance": 2, "synthetic": True}


class Home(NamedTuple):
    """A union and its federation, as ids."""

    union: int
    federation: int


class Stretch(NamedTuple):
    """Workers `first` to `last` (not included); their row ids are the numbers plus `offset`. `homes` is for all workers."""

    first: int
    last: int
    offset: int
    workers: int


def load_stretch(stretch: Stretch, homes: Sequence[Home]) -> int:
    """In a process of the pool: one stretch of persons, then their memberships."""
    from django.db import connection, transaction  # noqa: PLC0415  only once Django is set up

    from tongxin.people.models import Membership, Person  # noqa: PLC0415

    with transaction.atomic(), connection.cursor() as cursor:
        _copy(cursor, Person, _persons(stretch, homes))
        _copy(cursor, Membership, _memberships(stretch, homes))
    return stretch.last - stretch.first


def home_of(number: int, workers: int, homes: Sequence[Home]) -> Home:
    """Neighbours by number are members of one union, and unions of one county follow each other."""
    return homes[number * len(homes) // workers]


def _copy(cursor: Any, model: Any, rows: Iterator[dict[str, Any]]) -> None:
    """What a row does not say gets the model's default."""
    blank = model()
    fields = list(model._meta.concrete_fields)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    usual = {field.attname: _plain(getattr(blank, field.attname)) for field in fields}
    with cursor.copy(f"COPY {model._meta.db_table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([row.get(name, value) for name, value in usual.items()])


def _plain(value: Any) -> Any:
    return value.value if hasattr(value, "value") else value


def _persons(stretch: Stretch, homes: Sequence[Home]) -> Iterator[dict[str, Any]]:
    from django.utils import timezone  # noqa: PLC0415

    from config.demo.workers import worker  # noqa: PLC0415
    from tongxin.kernel.public_ids import new_public_id  # noqa: PLC0415
    from tongxin.people.actions.values import document_columns, name_columns, phone_columns  # noqa: PLC0415

    now = timezone.now()
    for number in range(stretch.first, stretch.last):
        made = worker(number)
        home = home_of(number, stretch.workers, homes)
        columns = name_columns(made.name) | document_columns("resident_id", made.id_number) | phone_columns(made.phone)
        yield CONSTANT | columns | {
            "id": number + stretch.offset, "public_id": new_public_id(), "federation": home.federation,
            "document": columns["document"].raw, "phone": columns["phone"].raw, "sex": str(columns["sex"].value),
            "gig_group": made.gig_group or "", "employer": made.employer or "", "created_at": now, "changed_at": now,
        }  # fmt: skip


def _memberships(stretch: Stretch, homes: Sequence[Home]) -> Iterator[dict[str, Any]]:
    from tongxin.kernel.public_ids import new_public_id  # noqa: PLC0415

    for number in range(stretch.first, stretch.last):
        home = home_of(number, stretch.workers, homes)
        yield {
            "id": number + stretch.offset, "public_id": new_public_id(), "federation": home.federation,
            "person_id": number + stretch.offset, "union_id": home.union, "starts": JOINED + timedelta(days=number % 2000),
        }  # fmt: skip
