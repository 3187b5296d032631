"""What is to be told leaves after commit, through a row written in the deed's transaction."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from django.db import connection

from tongxin.records.models import OutboxRow
from tongxin.store.among import among
from tongxin.store.atomic import atomic
from tongxin.store.copying import Columns, as_text, copy_unless_there

MOST_TRIES: Final = 8  # with the waits below: four hours, then someone must look
FIRST_WAIT: Final = timedelta(minutes=1)
MANY: Final = 200  # from here on a copy is quicker


class Telling(NamedTuple):
    """To whom, of what, with which words; `key` says when two tellings are one."""

    key: str
    kind: str
    person: int
    federation: int
    data: dict[str, Any]


class Due(NamedTuple):
    """What a teller needs of a row."""

    pk: int
    key: str
    kind: str
    person: int
    federation: int
    data: dict[str, Any]


@atomic
def put(tellings: Iterable[Telling], *, at: datetime) -> None:
    """Many at once, in one statement; a key that is already there is left alone."""
    given = list(tellings)
    if len(given) > MANY:
        copy_unless_there(OutboxRow, _columns(given, at), unique="key")
        return
    rows = [
        OutboxRow(key=t.key, kind=t.kind, person=t.person, federation=t.federation, data=t.data, at=at, next_try=at)
        for t in given
    ]
    OutboxRow.objects.bulk_create(rows, ignore_conflicts=True)


_ALIKE: Final = """
    INSERT INTO records_outboxrow (federation, key, kind, person, data, at, state, tries, next_try, turn)
    SELECT fresh.federation, %s || fresh.person, %s, fresh.person, %s::jsonb, %s, 'waiting', 0, %s, 1
    FROM unnest(%s::bigint[], %s::bigint[]) AS fresh (person, federation)
    ON CONFLICT (key) DO NOTHING
"""


@atomic
def put_alike(people: Sequence[tuple[int, int]], *, key: str, kind: str, data: dict[str, Any], at: datetime) -> None:
    """The same to many (person, federation): the database writes the rows. `key` is followed by the person.

    However many they are, whatever is told to one person alone passes before them.
    """
    with connection.cursor() as cursor:
        persons, federations = [one for one, _ in people], [kept for _, kept in people]
        cursor.execute(_ALIKE, [key, kind, json.dumps(data), at, at, persons, federations])


def due(limit: int, *, at: datetime) -> list[Due]:
    """Rows to be told now, locked; two tellers at once take different ones. Inside the caller's transaction."""
    rows = OutboxRow.objects.select_for_update(skip_locked=True).filter(state=OutboxRow.State.WAITING, next_try__lte=at)
    return [Due(*row) for row in rows.order_by("turn", "next_try", "pk").values_list(*Due._fields)[:limit]]


@atomic
def told(rows: Iterable[Due]) -> None:
    OutboxRow.objects.filter(pk__in=among(row.pk for row in rows)).update(state=OutboxRow.State.TOLD)


@atomic
def drop(rows: Iterable[Due]) -> None:
    """Not told and never to be: what a stopped sending left behind."""
    if pks := [row.pk for row in rows]:
        OutboxRow.objects.filter(pk__in=among(pks)).update(state=OutboxRow.State.DROPPED)


@atomic
def failed(rows: Iterable[Due], *, at: datetime) -> None:
    """Tried again after twice as long each time; after MOST_TRIES the row stands as failed."""
    for row in OutboxRow.objects.lock_rows(row.pk for row in rows):
        row.tries += 1
        row.next_try = at + FIRST_WAIT * 2 ** (row.tries - 1)
        row.state = OutboxRow.State.FAILED if row.tries >= MOST_TRIES else OutboxRow.State.WAITING
        row.save(update_fields=["tries", "next_try", "state"])


def _columns(tellings: Sequence[Telling], at: datetime) -> Columns:
    """Tellings of one deed often share their data: those are written out once."""
    texts: dict[int, str] = {}
    for one in tellings:
        if id(one.data) not in texts:
            texts[id(one.data)] = as_text(json.dumps(one.data, ensure_ascii=False))
    return {
        "key": [as_text(one.key) for one in tellings],
        "kind": [as_text(one.kind) for one in tellings],
        "person": [str(one.person) for one in tellings],
        "federation": [str(one.federation) for one in tellings],
        "data": [texts[id(one.data)] for one in tellings],
        "at": at.isoformat(),
        "next_try": at.isoformat(),
    }
