"""Many rows at once, by COPY: for loads. A constraint's refusal arrives as the IntegrityError that Django knows."""

from collections.abc import Iterable, Sequence

from django.db import connection, models

from tongxin.store.atomic import must_be_writing


def copy_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """`columns` as the database names them (cohort_id); values as the driver takes them. Returns how many."""
    must_be_writing(f"copy of {model.__name__}")
    quoted = ", ".join(connection.ops.quote_name(column) for column in columns)
    into = f"{connection.ops.quote_name(model._meta.db_table)} ({quoted})"  # noqa: SLF001 - Django's own name for it
    count = 0
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count
