"""Written in the transaction of the deed itself: no deed without its entry, no entry without its deed."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final, Protocol

from django.db import models

from tongxin.records.models import JournalEntry
from tongxin.store.atomic import atomic
from tongxin.store.copying import copy_new
from tongxin.store.prepared import Prepared

MANY = 100  # from here on COPY is quicker


class By(Protocol):
    """Whoever acts, as far as the journal needs to know."""

    @property
    def account_id(self) -> int | None: ...
    @property
    def person_id(self) -> int | None: ...


_WRITE: Final = Prepared("""
    INSERT INTO records_journalentry (verb, at, account, person, of_kind, of_id, "union", federation, data)
    VALUES (%(verb)s, %(at)s, %(account)s, %(person)s, %(of_kind)s, %(of_id)s, %(union)s, %(federation)s, %(data)s::jsonb)
""")


_NAMED: Final = Prepared("""
    INSERT INTO records_journalentry (verb, at, account, person, of_kind, of_id, "union", federation, data)
    SELECT %(verb)s, %(at)s, %(account)s, %(person)s, %(of_kind)s, of_id, %(union)s, %(federation)s, %(data)s::jsonb
    FROM unnest(%(ids)s::text[]) AS of_id
""")


@atomic
def write(verb: str, *, of: models.Model, by: By, at: datetime, union: int | None = None, **data: Any) -> None:
    """One entry. `of` carries its federation and, where it has one, its public id and its union (else say `union`)."""
    entry = _entry(verb, of, by, at, union, data)
    _WRITE.run(**entry | {"data": json.dumps(data)})


@atomic
def write_many(
    verb: str, *, of: Iterable[models.Model], by: By, at: datetime, union: int | None = None, **data: Any
) -> None:
    """One entry each, in one statement."""
    entries = [JournalEntry(**_entry(verb, thing, by, at, union, data)) for thing in of]
    if len(entries) > MANY:
        copy_new(entries)
    else:
        JournalEntry.objects.bulk_create(entries)


@atomic
def write_named(
    verb: str,
    *,
    of_kind: str,
    ids: Sequence[str],
    federation: int,
    union: int,
    by: By,
    at: datetime,
    **data: Any,
) -> None:
    """One entry each for things known by their public ids alone: what one statement wrote by the thousand."""
    if not ids:
        return
    values = {"verb": verb, "at": at, "account": by.account_id, "person": by.person_id, "of_kind": of_kind}
    _NAMED.run(**values, ids=list(ids), union=union, federation=federation, data=json.dumps(data))


def _entry(
    verb: str, of: models.Model, by: By, at: datetime, union: int | None, data: dict[str, Any]
) -> dict[str, Any]:
    return {
        "verb": verb,
        "at": at,
        "account": by.account_id,
        "person": by.person_id,
        "of_kind": of._meta.model_name,
        "of_id": getattr(of, "public_id", None) or str(of.pk),
        "union": union or getattr(of, "union_id", None),
        "federation": getattr(of, "federation", 0),
        "data": data,
    }
