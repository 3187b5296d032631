"""What is to be told leaves after commit, through a row written in the deed's transaction."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from tongxin.records.models import OutboxRow
from tongxin.store.atomic import atomic


class Telling(NamedTuple):
    """To whom, of what, with which words; `key` says when two tellings are one."""

    key: str
    kind: str
    person: int
    federation: int
    data: dict[str, Any]


@atomic
def put(tellings: Iterable[Telling], *, at: datetime) -> None:
    """Many at once, in one statement; a key that is already there is left alone."""
    rows = [
        OutboxRow(key=t.key, kind=t.kind, person=t.person, federation=t.federation, data=t.data, at=at, next_try=at)
        for t in tellings
    ]
    OutboxRow.objects.bulk_create(rows, ignore_conflicts=True)
