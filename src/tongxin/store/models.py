"""What every table of the house shares."""

from collections.abc import Iterable
from typing import Any, ClassVar, Self, TypeVar

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from tongxin.kernel.public_ids import LENGTH, new_public_id
from tongxin.store.atomic import must_be_writing

M = TypeVar("M", bound=models.Model)


class GuardedQuerySet(models.QuerySet[M]):
    """Reads freely; writes only inside an action."""

    def update(self, **kwargs: Any) -> int:
        must_be_writing(f"update of {self.model.__name__}")
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        must_be_writing(f"delete of {self.model.__name__}")
        return super().delete()

    def bulk_create(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> list[M]:
        must_be_writing(f"bulk_create of {self.model.__name__}")
        return super().bulk_create(objs, *args, **kwargs)

    def bulk_update(self, objs: Iterable[M], fields: Iterable[str], batch_size: int | None = None) -> int:
        must_be_writing(f"bulk_update of {self.model.__name__}")
        return super().bulk_update(objs, fields, batch_size=batch_size)

    def lock(self, pk: int) -> M:
        """The row, locked until the transaction ends. Many rows of one table: lock_rows, which sorts them.

        FOR NO KEY UPDATE: keys never change, and rows that point here may be inserted meanwhile. (FOR UPDATE would make
        an insert that points at a locked row wait, and two actions that lock in the same order could still wait in a ring.)
        """
        return self.select_for_update(of=("self",), no_key=True).get(pk=pk)

    def lock_rows(self, pks: Iterable[int]) -> list[M]:
        """The rows, locked in the order of their keys, so that two actions never wait for each other in a ring."""
        rows = self.select_for_update(of=("self",), no_key=True).filter(pk__in=sorted(set(pks)))
        return list(rows.order_by("pk"))


class Guarded(models.Model):
    """A table that only actions write."""

    objects: ClassVar[Any] = GuardedQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        must_be_writing(f"save of {type(self).__name__}")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        must_be_writing(f"delete of {type(self).__name__}")
        return super().delete(*args, **kwargs)

    @classmethod
    def make(cls, **values: Any) -> Self:
        """Inserts a row without asking for its object manager's type."""
        row = cls(**values)
        row.save(force_insert=True)
        return row


class Sharded(Guarded):
    """A table that grows with people: each row carries the province-level federation that keeps it.

    The column is plain (Django 5.2 has no foreign key to a composite key) and never changes once written, so that
    tables can later be spread by it (Citus, regional deployments) without a rewrite. A test holds every such table to it.
    """

    federation = models.BigIntegerField(editable=False)

    class Meta:
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["federation", "id"], name="%(app_label)s_%(class)s_shard"),
        ]


class PublicIdField(models.CharField):  # type: ignore[type-arg]  # not subscriptable at run time
    """The name by which outsiders see a row."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **{**kwargs, "max_length": LENGTH, "unique": True, "default": new_public_id, "editable": False}
        )

    def db_type(self, connection: BaseDatabaseWrapper) -> str:  # noqa: ARG002  Django asks so
        """`varchar`, spelt out: where Django reads that word, it adds a second index, for the beginnings of values. Nobody
        asks for the beginning of a random name, and each row would pay a twelfth of its writing for it.
        """
        return f"character varying({self.max_length})"


def append_only(table: str) -> tuple[str, str]:
    """SQL and its reverse for a migration: the database itself refuses to change or delete a row of `table`."""
    forward = f"""
        CREATE OR REPLACE FUNCTION store_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$;
        CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION store_refuse_change();
    """
    return forward, f"DROP TRIGGER {table}_append_only ON {table}"
