"""Rows about whom the house knows nothing, told apart from the others by two statements for thousands of rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from tongxin.people.queries.lookup import DOCUMENT, PHONE
from tongxin.people.roster.kept import Entry
from tongxin.store.keys import ring
from tongxin.unions.models import Union

_DOCUMENTS = "SELECT document_digest FROM people_person WHERE document_digest = ANY(%s::bytea[])"
_PHONES = """
    SELECT DISTINCT person.phone_digest FROM people_person AS person
    WHERE person.phone_digest = ANY(%s::bytea[]) AND person.merged_into_id IS NULL AND (person.document_digest IS NULL OR EXISTS (
        SELECT 1 FROM people_membership AS stay
        WHERE stay.person_id = person.id AND stay.union_id = %s AND stay.ends IS NULL))
    AND person.created_at IS DISTINCT FROM %s
"""


@dataclass(frozen=True, slots=True)
class Looked:
    """By the rows' places. `strange`: nobody has its document, and nobody here or without a document has its phone."""

    documents: list[bytes]  # digests under the current key, empty where a row has none
    phones: list[bytes]
    strange: list[bool]


def look_up(entries: Sequence[Entry], *, union: Union) -> Looked:
    """A row without a document is never strange: it may be somebody's whom only name and phone tell."""
    documents = [entry.document for entry in entries]
    phones = [entry.values.get("phone", "") for entry in entries]
    return looked_up(documents, phones, _digests(documents, DOCUMENT), _digests(phones, PHONE), union.pk)


def looked_up(
    documents: Sequence[str],
    phones: Sequence[str],
    by_document: list[bytes],
    by_phone: list[bytes],
    union: int,
    *,
    mine: datetime | None = None,
) -> Looked:
    """`mine`: when this batch is written. Newcomers of its other parts do not count, as they did not in the preview."""
    known = _known(_DOCUMENTS, by_document, [])
    near = _known(_PHONES, by_phone, [union, mine])
    if len(ring().keys) > 1:  # while keys change, records may still be found under an older one
        known |= _under_older_keys(documents, by_document, DOCUMENT, _DOCUMENTS, [])
        near |= _under_older_keys(phones, by_phone, PHONE, _PHONES, [union, mine])
    strange = [
        bool(document) and document not in known and phone not in near
        for document, phone in zip(by_document, by_phone, strict=True)
    ]
    return Looked(by_document, by_phone, strange)


def _digests(texts: Sequence[str], purpose: str) -> list[bytes]:
    found = iter(ring().digest_many([text for text in texts if text], purpose=purpose))
    return [next(found) if text else b"" for text in texts]


def _known(statement: str, digests: Sequence[bytes], more: Sequence[int | datetime | None]) -> set[bytes]:
    asked = [digest for digest in digests if digest]
    if not asked:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(statement, [_as_array(asked), *more])
        return {bytes(digest) for (digest,) in cursor.fetchall()}


def _as_array(digests: Sequence[bytes]) -> str:
    """As PostgreSQL reads an array: a tenth of the driver's time for thousands of them."""
    return '{"\\\\x' + '","\\\\x'.join(map(bytes.hex, digests)) + '"}'


def _under_older_keys(
    texts: Sequence[str], current: Sequence[bytes], purpose: str, statement: str, more: Sequence[int | datetime | None]
) -> set[bytes]:
    older = {
        digest: now
        for text, now in zip(texts, current, strict=True)
        if text
        for digest in ring().digests(text, purpose=purpose)
    }
    return {older[digest] for digest in _known(statement, list(older), more)}
