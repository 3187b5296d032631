"""What points at a person, in every room: found by the tables themselves, so that a new one is found by itself."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from django.apps import apps
from django.db import models

from tongxin.people.models import Person

# Columns that stay, each with its reason.
STAY: Final = {
    "people_merge.kept": "says between which two records a merge was",
    "people_merge.gone": "says between which two records a merge was",
    "people_likeness.one": "a question about two records; asked anew about the one that is kept",
    "people_likeness.other": "a question about two records; asked anew about the one that is kept",
    "people_account.person": "one record, one account: merging.accounts",
    "people_membership.person": "one chain of stays: merging.stays",
    "calls_arrival.person": "append-only: the receipt names the record that came; what it was given follows",
    "records_journalentry.person": "append-only: who acted then, acted as that record",
    "served_servedrow.person": "append-only: the ledger takes back and counts anew",
}


class Column(NamedTuple):
    model: type[models.Model]
    name: str

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    def rows(self, person: int) -> "models.QuerySet[models.Model]":
        found: models.QuerySet[models.Model] = self.model._base_manager.filter(**{self.name: person})
        return found


def columns() -> Iterator[Column]:
    """Every column of the house that names a person, but for those that stay."""
    for model in apps.get_models():
        if not model.__module__.startswith("tongxin."):
            continue
        for field in model._meta.concrete_fields:
            if _names_person(field) and f"{model._meta.db_table}.{field.name}" not in STAY:
                yield Column(model, field.name)


def _names_person(field: "models.Field[Any, Any]") -> bool:
    return field.related_model is Person or (field.name == "person" and isinstance(field, models.BigIntegerField))


def counts(person: Person, tables: Mapping[str, str]) -> dict[str, int]:
    """How many rows of these tables point at the person, by the words for each."""
    found = Counter[str]()
    for column in columns():
        if words := tables.get(column.table):
            found[words] += column.rows(person.pk).count()
    return {words: count for words, count in found.items() if count}
