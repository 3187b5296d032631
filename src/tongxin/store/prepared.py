"""Statements of the hot path: written by hand, planned once a connection, and never built anew by the ORM.

Building a statement in the ORM and planning it in PostgreSQL cost ten times what it takes to run (docs/performance.md), so
what every signed-in request or every sign-up says is said here. Elsewhere the ORM reads better: use it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Generic, TypeVar, cast

from django.db import connection, models
from psycopg.types.numeric import Int8

from tongxin.store.postgresql.base import DatabaseWrapper

M = TypeVar("M", bound=models.Model)
Row = tuple[Any, ...]


class Prepared:
    """One statement with named values, `%(name)s`. Whole numbers go as bigint, so that it is prepared only once.

    A statement that writes belongs into an action, after `must_be_writing`: nothing here looks.
    """

    def __init__(self, sql: str) -> None:
        self.sql = sql

    def run(self, **values: Any) -> None:
        """For a statement that answers nothing."""
        with self._executed(values):
            pass

    def rows(self, **values: Any) -> list[Row]:
        with self._executed(values) as cursor:
            rows: list[Row] = cursor.fetchall()
        return rows

    def row(self, **values: Any) -> Row | None:
        """The first one."""
        with self._executed(values) as cursor:
            row: Row | None = cursor.fetchone()
        return row

    @contextmanager
    def _executed(self, values: dict[str, Any]) -> Iterator[Any]:
        with cast("DatabaseWrapper", connection).prepared_cursor() as cursor:
            cursor.execute(self.sql, {name: _plain(value) for name, value in values.items()})
            yield cursor


class Columns(Generic[M]):
    """A model's columns in one order: what to SELECT, and the instance that such a row makes.

    `without` are left to be read when asked for. Columns that Django converts on reading (sealed, JSON) must be among them.
    """

    def __init__(self, model: type[M], *without: str) -> None:
        self.model = model
        fields = [field for field in model._meta.concrete_fields if field.name not in without]
        if converted := [field.name for field in fields if hasattr(field, "from_db_value")]:
            raise TypeError(f"{model.__name__}: Django converts {converted} on reading; leave them out")
        self.names = [field.attname for field in fields]
        self._columns = [field.column for field in fields]

    def of(self, alias: str) -> str:
        return ", ".join(f'{alias}."{column}"' for column in self._columns)

    def __len__(self) -> int:
        return len(self.names)

    def read(self, values: Sequence[Any]) -> M:
        return self.model.from_db(connection.alias, self.names, values)


def _plain(value: Any) -> Any:
    """By value the driver would choose among four types of whole numbers, and each would be a statement of its own."""
    if type(value) is int:
        return Int8(value)
    if type(value) is list:
        return [_plain(one) for one in value]
    return value
