"""The newcomers of a part as the columns of their tables, by COPY: worked out once, column by column."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.utils import timezone

from tongxin.kernel.public_ids import new_public_ids
from tongxin.people.actions.imports.writes import SEXES
from tongxin.people.actions.values import DOCUMENT, PHONE, name_columns
from tongxin.people.authority import Actor
from tongxin.people.models import ImportBatch, Membership, Person
from tongxin.people.models.persons import Assurance, DocumentKind, Sex
from tongxin.people.queries.strangers import Looked
from tongxin.people.roster.packing import Packed
from tongxin.store.copying import NULL, Columns, as_array, as_bytes, as_text, copy_columns, new_keys
from tongxin.store.keys import ring

_TEXTS: Final = (
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


def write(
    *, batch: ImportBatch, packed: Packed, places: Sequence[int], looked: Looked, by: Actor, at: datetime
) -> list[int]:
    """Inside the caller's transaction, who journals the part. The keys of the new persons, in the order of `places`."""
    if not places:
        return []
    cut = _Cut(packed, places)
    people = new_keys(Person, len(places))
    written = _persons(cut, looked, batch, at)
    written |= {"id": list(map(str, people)), "public_id": new_public_ids(len(places))}
    copy_columns(Person, written, len(places))
    copy_columns(Membership, _memberships(cut, people, batch, by), len(places))
    return people


class _Cut:
    """The columns of these rows only, in the order of the places."""

    def __init__(self, packed: Packed, places: Sequence[int]) -> None:
        self.places = places
        self._values = packed.values

    def __getitem__(self, field: str) -> list[str | None]:
        column = self._values.get(field)
        if column is None:
            return [None] * len(self.places)
        return [column[place] for place in self.places]


def _persons(cut: _Cut, looked: Looked, batch: ImportBatch, at: datetime) -> Columns:
    named = [name_columns(name or "") for name in cut["name"]]
    kinds = [kind or DocumentKind.RESIDENT_ID.value for kind in cut["id_kind"]]
    columns: Columns = {
        "federation": str(batch.federation),
        "assurance": str(Assurance.ROSTER.value),
        "synthetic": "t" if batch.union.synthetic else "f",
        "created_at": at.isoformat(),
        "changed_at": at.isoformat(),
        "name": [as_text(one["name"]) for one in named],
        "name_pieces": [as_array(one["name_pieces"]) for one in named],
        "name_initials": [as_text(one["name_initials"]) for one in named],
        "name_sort": [as_text(one["name_sort"]) for one in named],
        "document_kind": kinds,
        "document": _sealed(cut["id_number"], DOCUMENT),
        "document_digest": [as_bytes(looked.documents[place]) for place in cut.places],
        "phone": _sealed(cut["phone"], PHONE),
        "phone_digest": [as_bytes(looked.phones[place]) if looked.phones[place] else NULL for place in cut.places],
        "sex": [SEXES[sex].value if sex else Sex.UNKNOWN.value for sex in cut["sex"]],
        "born": [born or NULL for born in cut["born"]],
        "migrant_worker": [_YES_NO[said] for said in cut["is_migrant"]],
    }
    return columns | {field: [as_text(text) if text else "" for text in cut[field]] for field in _TEXTS}


def _memberships(cut: _Cut, people: Sequence[int], batch: ImportBatch, by: Actor) -> Columns:
    """From the day of joining, and neither before the union nor after today. Days as text compare as days do."""
    today, founded = by.on.isoformat(), batch.union.founded_on.isoformat()
    return {
        "id": list(map(str, new_keys(Membership, len(people)))),
        "public_id": new_public_ids(len(people)),
        "federation": str(batch.federation),
        "person_id": list(map(str, people)),
        "union_id": str(batch.union_id),
        "starts": [max(joined or today, founded) for joined in cut["joined_on"]],
        "post": [as_text(post) if post else "" for post in cut["post"]],
        "retained": ["t" if state == "retained" else "f" for state in cut["membership_state"]],
    }


def stay(packed: Packed, place: int, batch: ImportBatch) -> tuple[str, str, bool]:
    """What was written of a newcomer's membership: its first day, post, whether it is retained."""
    assert batch.committed_at is not None
    columns = {name: column[place] for name, column in packed.values.items()}
    today = timezone.localdate(batch.committed_at).isoformat()
    starts = max(columns.get("joined_on") or today, batch.union.founded_on.isoformat())
    return starts, columns.get("post") or "", columns.get("membership_state") == "retained"


def _sealed(texts: Sequence[str | None], purpose: str) -> list[str]:
    sealed = iter(ring().seal_many([text for text in texts if text], purpose=purpose))
    return [as_bytes(next(sealed)) if text else NULL for text in texts]


_YES_NO: Final[dict[str | None, str]] = {None: NULL, "": NULL, "1": "t", "0": "f"}
