"""Every table that names a person, of today and of tomorrow: a merge loses no row of it, and the way back restores each."""

from collections.abc import Callable

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models
from tests.cast import NOW, Cast, Player
from tests.factories.any_rows import Rows
from tests.factories.likenesses import twice
from tests.people.test_merging_merge import merged, rows_of_house

from tongxin.people.actions import merging
from tongxin.people.models import MergedRow
from tongxin.people.queries.pointing import STAY, Column, columns
from tongxin.store.atomic import writing

TABLES = [f"{column.table}.{column.name}" for column in columns() if column.table != "people_person"]

# Whole numbers that look like keys, by what they are: what is none of these must be called `person`, then it is followed.
NO_PERSON = {
    "federation": "a union", "union": "a union", "account": "an account", "by_account": "an account",
    "decided_by": "an account", "decided_account": "an account", "issued_by": "an account", "given_by": "an account",
    "appointed_by": "an account", "undone_by": "an account", "published_by": "an account",
    "changed_by": "an account", "entered_by": "an account", "typed_account": "an account", "signed_account": "an account",
    "confirmed_account": "an account", "value_account": "an account",
    "asked_by": "an account", "approved_by": "an account", "answered_by": "an account",
    "subscription": "a permission that was used up", "document": "a file",
    "photo": "a file", "size": "bytes", "arrived": "bytes", "first": "a journal entry", "last": "a journal entry",
    "programme": "a programme", "source": "a row of the measure", "row": "a row of the table that the row names",
    "step": "a time step", "sending": "a sending", "reached_to": "how far a sending came, by membership",
}  # fmt: skip
# Lists of keys and free bags, each with what becomes of people in them.
BAGS = {
    "people_importpart.people": "who a part of an import added: taken back only while nobody merged them",
}


@pytest.fixture
def both(cast: Cast) -> tuple[Player, Player, Callable[[], object]]:
    """王小华 and the second record of 王晓华; called, they become one."""
    other, pair = twice(cast)
    return cast.wang, other, lambda: merged(cast, pair, cast.wang)


def column_of(name: str) -> Column:
    return next(column for column in columns() if f"{column.table}.{column.name}" == name)


@pytest.mark.parametrize("name", TABLES)
def test_no_row_of_any_table_is_lost(cast: Cast, both: tuple[Player, Player, Callable[[], object]], name: str) -> None:
    """One row of each record, and two of the one that goes: alone, and beside the other one's."""
    column, rows = column_of(name), Rows(cast)
    kept, gone, become_one = both
    field = column.model._meta.get_field(column.name)
    with writing():
        made = [
            rows.of(column.model, **{column.name: player.person if field.is_relation else player.person.pk})
            for player in (gone, kept)
        ]
    before = rows_of_house()
    done = become_one()
    after = rows_of_house()
    assert {table: found.keys() for table, found in after.items()} == {t: found.keys() for t, found in before.items()}
    aside = set(MergedRow.objects.filter(merge=done, aside=True).values_list("table", "row"))
    followed = set(MergedRow.objects.filter(merge=done, aside=False).values_list("table", "row"))
    assert {(column.table, made[0].pk)} <= aside | followed
    assert set(column.rows(gone.person.pk).values_list("pk", flat=True)) == {
        pk for table, pk in aside if table == column.table
    }
    undone = merging.undo(merge=done, why="看错了", by=cast.cadre.actor, at=NOW)
    assert undone.left == ()
    assert rows_of_house() == before
    assert set(column.rows(gone.person.pk).values_list("pk", flat=True)) >= {made[0].pk}


def test_no_column_names_a_person_under_another_name() -> None:
    """A new number that is a key is called `person`, and followed; or it stands in the list above, with what it is."""
    unknown = {
        f"{field.model._meta.db_table}.{field.name}"
        for field in _fields()
        if type(field) is models.BigIntegerField and field.name not in NO_PERSON and field.name != "person"
    }
    assert unknown == set()


def test_no_list_holds_people_unsaid() -> None:
    of_keys = {
        f"{field.model._meta.db_table}.{field.name}"
        for field in _fields()
        if isinstance(field, ArrayField) and isinstance(field.base_field, models.BigIntegerField)
    }
    assert of_keys == set(BAGS)


def test_many_to_many_tables_do_not_hide_people() -> None:
    """Their rows have no model to be followed by; the house writes such tables out."""
    assert [model._meta.db_table for model in _models() if model._meta.auto_created] == []


def test_what_stays_is_still_there() -> None:
    names = {f"{field.model._meta.db_table}.{field.name}" for field in _fields()}
    assert set(STAY) <= names


def _models() -> list[type[models.Model]]:
    return [one for one in apps.get_models(include_auto_created=True) if one.__module__.startswith("tongxin.")]


def _fields() -> list["models.Field[object, object]"]:
    return [field for model in _models() for field in model._meta.concrete_fields if not field.primary_key]
