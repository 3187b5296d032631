"""What an import wrote over, kept sealed with its row until the import can no longer be undone."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from tongxin.people.actions.values import document_columns, name_columns, phone_columns
from tongxin.people.models import ImportBatch, Membership, Person
from tongxin.store.copying import copy_over
from tongxin.store.fields import Sealed

FORMER: Final = "import.former"
_STAY: Final = ("starts", "post", "retained")
_DERIVED: Final = frozenset(
    {"name_pieces", "name_initials", "name_sort", "document_digest", "phone_digest", "changed_at"}
)
Kept = dict[str, Any]


def of_person(person: Person, columns: Iterable[str]) -> Kept:
    """The record's values of these columns before they are written; what follows from others is worked out again."""
    found: Kept = {}
    for name in set(columns) - _DERIVED:
        value = getattr(person, name)
        if name == "document":
            value = person.document_text()
        elif name == "phone":
            value = person.phone_text()
        found[name] = value.isoformat() if isinstance(value, date) else value
    if "document" in found:
        found["document_kind"] = str(person.document_kind)
    return found


def person_columns(kept: Mapping[str, Any]) -> dict[str, Any]:
    """As `of_person` kept them, ready to be written back."""
    left = dict(kept)
    columns: dict[str, Any] = {}
    if "document" in left:
        columns |= document_columns(left.pop("document_kind"), left.pop("document"))
    if "name" in left:
        columns |= name_columns(left.pop("name"))
    if "phone" in left:
        columns |= phone_columns(left.pop("phone"))
    if left.get("born"):
        left["born"] = date.fromisoformat(left["born"])
    return columns | left


def of_stay(stay: Membership) -> Kept:
    return {"starts": stay.starts.isoformat(), "post": stay.post, "retained": stay.retained}


def put_back_stay(stay: Membership, kept: Mapping[str, Any]) -> None:
    stay.starts, stay.post, stay.retained = date.fromisoformat(kept["starts"]), kept["post"], kept["retained"]


def keep(batch: ImportBatch, kept: Mapping[int, Kept]) -> None:
    """By row number: {person, stay, was, left}."""
    lines = list(batch.lines.filter(row_no__in=kept))
    for line in lines:
        line.former = Sealed.of(json.dumps(kept[line.row_no], ensure_ascii=False), FORMER)
    copy_over(lines, {"former"})
