"""Many rows at once, by COPY: for loads. A constraint's refusal arrives as the IntegrityError that Django knows."""

from collections.abc import Iterable, Sequence
from enum import Enum
from itertools import repeat
from operator import attrgetter
from typing import Any, Final

from django.db import connection, connections, models

from tongxin.store.atomic import must_be_writing
from tongxin.store.models import PublicIdField


def copy_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """`columns` as the database names them (cohort_id); values as the driver takes them. Returns how many."""
    must_be_writing(f"copy of {model.__name__}")
    quoted = ", ".join(connection.ops.quote_name(column) for column in columns)
    into = f"{connection.ops.quote_name(model._meta.db_table)} ({quoted})"
    count = 0
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count


def copy_new(things: Sequence[models.Model]) -> None:
    """Instances of one model that are not saved yet; they get their keys. Some five times as quick as bulk_create."""
    if not things:
        return
    model = type(things[0])
    for thing, key in zip(things, new_keys(model, len(things)), strict=True):
        thing.pk = key
    fields: list[Any] = list(model._meta.concrete_fields)
    copy_rows(model, [field.column for field in fields], _values(things, fields))
    for thing in things:
        thing._state.adding, thing._state.db = False, connection.alias


NULL: Final = "\\N"  # as COPY reads it
Columns = dict[str, "Sequence[str] | str"]  # by column: one text a row, or one for all


def as_text(text: str) -> str:
    """As COPY reads a text that holds no control characters; those must be gone before."""
    return text.replace("\\", "\\\\") if "\\" in text else text


def as_bytes(value: bytes) -> str:
    return "\\\\x" + value.hex()


def as_array(texts: Sequence[str]) -> str:
    """Of texts without quotes and backslashes."""
    return '{"' + '","'.join(texts) + '"}' if texts else "{}"


def copy_columns(model: type[models.Model], columns: Columns, count: int) -> None:
    """Rows given by columns, as COPY reads them. A column that is not given has the model's default in every row."""
    must_be_writing(f"copy of {model.__name__}")
    blank = model()
    fields: list[Any] = list(model._meta.concrete_fields)
    lists: list[Iterable[str]] = []
    for field in fields:
        given = columns.get(field.column)
        if given is None:
            given = _default_text(getattr(blank, field.attname))
        lists.append(repeat(given, count) if isinstance(given, str) else given)
    if strange := columns.keys() - {field.column for field in fields}:
        raise TypeError(f"{model.__name__} has no columns {sorted(strange)}")
    text = "\n".join(map("\t".join, zip(*lists, strict=True))) + "\n"
    quote = connection.ops.quote_name
    into = f"{quote(model._meta.db_table)} ({', '.join(quote(field.column) for field in fields)})"
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
        copy.write(text)


def copy_keyed(model: type[models.Model], columns: Columns, count: int) -> list[int]:
    """As `copy_columns`, with new keys. Returns them; none for no rows."""
    if not count:
        return []
    keys = new_keys(model, count)
    copy_columns(model, columns | {"id": list(map(str, keys))}, count)
    return keys


def copy_unless_there(model: type[models.Model], columns: Columns, *, unique: str) -> None:
    """As `copy_columns`, by way of a table of this transaction: a row whose `unique` column is there already is left out."""
    must_be_writing(f"copy of {model.__name__}")
    blank = model()
    fields: list[Any] = [field for field in model._meta.concrete_fields if not field.primary_key]
    given = {
        field.column: columns.get(field.column) or _default_text(getattr(blank, field.attname)) for field in fields
    }
    if strange := columns.keys() - given.keys():
        raise TypeError(f"{model.__name__} has no columns {sorted(strange)}")
    varying = {name: texts for name, texts in given.items() if not isinstance(texts, str)}
    alike = {name: text for name, text in given.items() if isinstance(text, str)}
    quote = connection.ops.quote_name
    table, fresh = quote(model._meta.db_table), quote(f"fresh_{model._meta.db_table}")
    names = ", ".join(map(quote, [*varying, *alike]))
    with connection.wrap_database_errors, connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE {fresh} ON COMMIT DROP AS SELECT {names} FROM {table} WITH NO DATA")  # noqa: S608 - names of ours
        with cursor.copy(f"COPY {fresh} ({', '.join(map(quote, varying))}) FROM STDIN") as copy:
            copy.write("\n".join(map("\t".join, zip(*varying.values(), strict=True))) + "\n")
        values = ", ".join([*map(quote, varying), *(f"%s::{_type(model, name)}" for name in alike)])
        told = [None if text == NULL else text for text in alike.values()]
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {values} FROM {fresh} ON CONFLICT ({quote(unique)}) DO NOTHING",  # noqa: S608
            told,
        )
        cursor.execute(f"DROP TABLE {fresh}")


def _type(model: type[models.Model], column: str) -> str:
    found = next(field for field in model._meta.concrete_fields if field.column == column)
    return str(found.db_type(connection)).partition("(")[0]


def _default_text(value: object) -> str:
    value = _plain(value)
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, list):
        return as_array(value)
    return as_text(str(value))


def copy_over(things: Sequence[models.Model], columns: Iterable[str]) -> None:
    """These fields of rows that are there: two statements for any number of them. Lock them first."""
    if not things:
        return
    model = type(things[0])
    must_be_writing(f"copy over {model.__name__}")
    quote = connection.ops.quote_name
    fields: list[Any] = [model._meta.get_field(name) for name in sorted(columns)]
    listed = ", ".join(quote(field.column) for field in fields)
    table, fresh = quote(model._meta.db_table), quote(f"fresh_{model._meta.db_table}")
    with connection.wrap_database_errors, connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE {fresh} ON COMMIT DROP AS SELECT id, {listed} FROM {table} WITH NO DATA")  # noqa: S608 - names of ours
        with cursor.copy(f"COPY {fresh} (id, {listed}) FROM STDIN") as copy:
            for row in _values(things, [model._meta.pk, *fields]):
                copy.write_row(row)
        changes = ", ".join(f"{quote(field.column)} = {fresh}.{quote(field.column)}" for field in fields)
        cursor.execute(f"UPDATE {table} SET {changes} FROM {fresh} WHERE {table}.id = {fresh}.id")  # noqa: S608
        cursor.execute(f"DROP TABLE {fresh}")


def new_keys(model: type[models.Model], count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [key for (key,) in cursor.fetchall()]


_AS_IT_IS: Final = frozenset({
    models.AutoField, models.BigAutoField, models.SmallIntegerField, models.IntegerField, models.BigIntegerField,
    models.CharField, models.TextField, models.BooleanField, models.DateField, models.DateTimeField, models.ForeignKey,
    PublicIdField,
})  # fmt: skip


def _values(things: Sequence[models.Model], fields: Sequence[Any]) -> Iterable[list[object]]:
    """As the driver takes them. Most fields hold just that; asking each one costs half of the whole."""
    database = connections[connection.alias]  # itself, not what stands for it: this is asked a hundred thousand times
    names = attrgetter(*(field.attname for field in fields))
    chosen = [place for place, field in enumerate(fields) if field.choices]
    prepared = [(place, field.get_db_prep_save) for place, field in enumerate(fields) if type(field) not in _AS_IT_IS]
    for thing in things:
        row = list(names(thing))
        for place, prepare in prepared:
            row[place] = prepare(row[place], connection=database)
        for place in chosen:
            row[place] = _plain(row[place])
        yield row


def _plain(value: object) -> object:
    return value.value if isinstance(value, Enum) else value
