"""A new key: what lies under older ones is sealed again, in every table that has a sealed column, while people go on working.

The tables are found by their columns' classes (`store.fields`), so a table of tomorrow is found as well. Each batch is a
transaction of its own, and the key's id stands in the first byte of what it sealed: a run that was killed is gone on with
by running again.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, NamedTuple

import structlog
from cryptography.exceptions import InvalidTag
from django.apps import apps
from django.apps.registry import Apps
from django.db import IntegrityError, models
from django.db.models import F, Q
from django.db.models.functions import Substr

from tongxin.kernel.refused import Refused
from tongxin.store.atomic import atomic
from tongxin.store.copying import copy_over
from tongxin.store.fields import DigestField, KeyIdField, SealedBytesField, SealedField
from tongxin.store.keys import ring

BATCH: Final = 1_000
UNREADABLE: Final = (InvalidTag, KeyError, ValueError)
SEALED: Final = (SealedField, SealedBytesField)
CARRIED: Final = timedelta(
    days=30
)  # what people carry under a key and no table holds: entries to releases, rows of workbooks
Left = dict[int, dict[str, int]]  # by key: how many values in which column

log = structlog.get_logger("tongxin.store")


@dataclass(frozen=True, slots=True)
class Keyed:
    """A table with sealed columns."""

    model: type[models.Model]
    sealed: tuple[Any, ...]
    digests: tuple[Any, ...]  # those that are made anew
    ids: tuple[Any, ...]

    @property
    def columns(self) -> list[str]:
        return [field.name for field in (*self.sealed, *self.digests, *self.ids)]

    @property
    def rows(self) -> Any:
        """With the rows that a digest's canonical form looks at."""
        near = getattr(self.model, "digested_with", ())
        found = self.model._base_manager.order_by("pk")
        return found.select_related(*near) if near else found

    def old(self, after: int) -> Any:
        """Rows after that one with a value under another key than the current one."""
        current = bytes([ring().current.id])
        heads = {f"head_{field.name}": _head(field.name) for field in self.sealed}
        other = Q()
        for head in heads:
            other |= Q(**{f"{head}__lt": current}) | Q(**{f"{head}__gt": current})
        return self.rows.annotate(**heads).filter(other, pk__gt=after)


class Batch(NamedTuple):
    seen: int
    sealed: int
    last: int  # the key of its last row


def keyed(registry: Apps = apps) -> list[Keyed]:
    """Every table that has a sealed column, in an order that is the same for everybody."""
    found = []
    for model in registry.get_models(include_auto_created=True):
        fields = model._meta.concrete_fields
        if sealed := tuple(field for field in fields if isinstance(field, SEALED)):
            digests = tuple(field for field in fields if isinstance(field, DigestField) and field.of is not None)
            ids = tuple(field for field in fields if isinstance(field, KeyIdField))
            found.append(Keyed(model, sealed, digests, ids))
    return sorted(found, key=lambda one: one.model._meta.db_table)


def reseal(*, most: int = BATCH, registry: Apps = apps) -> Iterator[int]:
    """Goes through all tables until nothing is left but what others hold at this moment: how many rows, batch by batch."""
    for table in keyed(registry):
        while any(passed := list(_pass(table, most))):
            yield from passed


def _pass(table: Keyed, most: int) -> Iterator[int]:
    last = 0
    while (batch := _batch(table, last, most)).seen:
        last = batch.last
        yield batch.sealed


def _batch(table: Keyed, after: int, most: int) -> Batch:
    """Where one row of many cannot be written, the others are."""
    with suppress(IntegrityError, Refused):
        return _write(table, after, most)
    return _write_one(table, after)


@atomic
def _write(table: Keyed, after: int, most: int) -> Batch:
    rows = list(table.old(after).select_for_update(skip_locked=True, of=("self",))[:most])
    renewed = [row for row in rows if _renew(table, row)]
    copy_over(renewed, table.columns)
    return Batch(len(rows), len(renewed), rows[-1].pk if rows else after)


def _write_one(table: Keyed, after: int) -> Batch:
    try:
        return _write(table, after, 1)
    except (IntegrityError, Refused) as problem:
        last = table.old(after).values_list("pk", flat=True)[0]
        log.warning("not sealed anew", table=table.model._meta.db_table, row=last, problem=type(problem).__name__)
        return Batch(1, 0, last)


def _renew(table: Keyed, row: Any) -> bool:
    """False, with a line in the log, for a value that no key opens: one such row must not stop the others."""
    try:
        for field in table.sealed:
            if (value := getattr(row, field.attname)) is not None:
                setattr(row, field.attname, field.renewed(value))
        for field in table.digests:
            if (digest := field.of(row)) is not None:
                setattr(row, field.attname, digest)
    except UNREADABLE as problem:
        log.warning("opens under no key", table=table.model._meta.db_table, row=row.pk, problem=type(problem).__name__)
        return False
    for field in table.ids:
        setattr(row, field.attname, ring().current.id)
    return True


def under(registry: Apps = apps) -> Left:
    """How many values lie under which key, column by column: one look through each table."""
    found: Left = {}
    for table in keyed(registry):
        for field in table.sealed:
            name = f"{table.model._meta.db_table}.{field.column}"
            rows = table.model._base_manager.exclude(**{field.name: None}).annotate(head=_head(field.name))
            for head, count in rows.order_by().values_list("head").annotate(n=models.Count("pk")):
                found.setdefault(bytes(head)[0] if head else 0, {})[name] = count
    return found


def longest_life(registry: Apps = apps) -> timedelta:
    """How long after a change of keys something may still come back that only the key before knows."""
    lives = [
        field.lives
        for model in registry.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, DigestField) and field.lives is not None
    ]
    return max([CARRIED, *lives])


def mend_digests(*, most: int = BATCH, registry: Apps = apps) -> Counter[str]:
    """Makes digests anew that are not what the current key makes of their row: every value is opened for it. How many, by column.

    Sealing and digesting are two calls; a process that learnt of a new key between the two left such a row.
    """
    wrong: Counter[str] = Counter()
    for table in keyed(registry):
        for row in table.rows.iterator(chunk_size=most) if table.digests else ():
            for column in _wrong(table, row):
                wrong[column] += 1
                _mend(table, row.pk)
    return wrong


def _wrong(table: Keyed, row: Any) -> list[str]:
    with suppress(*UNREADABLE):
        made = {field: field.of(row) for field in table.digests}
        return [
            f"{table.model._meta.db_table}.{field.column}"
            for field, digest in made.items()
            if digest is not None and bytes(getattr(row, field.attname) or b"") != digest
        ]
    return []


@atomic
def _mend(table: Keyed, pk: int) -> None:
    row = table.rows.select_for_update(of=("self",)).get(pk=pk)
    if _renew(table, row):
        copy_over([row], table.columns)


def _head(name: str) -> Any:
    """The id of the key, as the byte that it is."""
    return Substr(F(name), 1, 1, output_field=models.BinaryField())
