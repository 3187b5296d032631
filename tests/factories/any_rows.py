"""A row of any table of the house, made from what the table itself says: for tests that must also hold for tables of tomorrow.

A table that asks for more than can be read off it (a check between columns) is helped in HELP; one that cannot be filled
fails by its name.
"""

from collections.abc import Mapping
from datetime import time, timedelta
from decimal import Decimal
from itertools import count
from typing import Any, Final

from django.db import models
from tests.cast import NOW, TODAY, Cast

from tongxin.filings.models import Filler
from tongxin.people.models import Membership, Person
from tongxin.people.models.imports import PART
from tongxin.people.roster.kept import Entry
from tongxin.people.roster.packing import Packed
from tongxin.store.fields import SealedField
from tongxin.store.keys import ring
from tongxin.unions.models import Union

_serial = count(1000)
_ENTRIES: Final = [Entry(2, {}, {"name": "王小华", "id_number": "11010519491231002X", "phone": "+8619900000001"})]
# Columns of a table that cannot be guessed one by one.
HELP: Final[Mapping[str, Mapping[str, Any]]] = {
    "people_committee": {
        "ends": TODAY + timedelta(days=1),
        "years": 3,
        "succeeded_on": TODAY,
        "number": lambda _cast: next(_serial),
    },
    "people_transfer": {"to_union": lambda cast: cast.riders},
    "calls_call": {"closes": NOW + timedelta(days=1)},
    "activities_poll": {"closes": NOW + timedelta(days=1)},
    "benefits_recognition": {"taker": lambda cast: cast.riders},
    "calls_publication": {"digest": "0" * 64},
    "calls_objection": {"came_by": "来电"},
    "activities_cohort": {"ends_at": time(10)},
    "people_importrow": {"values": '{"typed":{},"values":{"name":"王小华","phone":"+8619900000001"},"told":[]}'},
    "people_importpart": {"rows": lambda _cast: ring().seal_bytes(Packed.of(_ENTRIES).to_bytes(), purpose=PART)},
    "filings_answer": {"filler": lambda cast: Rows(cast).of(Filler, union=cast.factory)},
    "people_merge": {"before": "{}"},
}


class Rows:
    """`Rows(cast).of(model, person=person)`: made inside `writing()`. What a row needs besides is made as well."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast

    def of(self, model: type[models.Model], **given: Any) -> models.Model:
        number = next(_serial)
        help_ = {
            name: value(self.cast) if callable(value) else value
            for name, value in HELP.get(model._meta.db_table, {}).items()
        }
        values = {
            field.name: self._value(field, number)
            for field in model._meta.concrete_fields
            if field.name not in given and field.name not in help_ and _must(field)
        }
        row = model(**{**values, **help_, **given})
        row.save(force_insert=True)
        return row

    def _value(self, field: "models.Field[Any, Any]", number: int) -> Any:
        if field.is_relation:
            return self._parent(field.related_model)  # type: ignore[arg-type]
        if field.name == "federation":
            return self.cast.chongqing.pk
        if field.choices:
            return next(value for value, _label in field.flatchoices if value != "")
        return _plain(field, number)

    def _parent(self, model: type[models.Model]) -> models.Model:
        if model is Union:
            return self.cast.factory
        if model is Person:
            return self.cast.li.person
        if model is Membership:
            return self.cast.li.person.memberships.get()
        return self.of(model)


def _must(field: "models.Field[Any, Any]") -> bool:
    """Nothing else fills it."""
    return not (field.primary_key or field.null or field.has_default() or (field.blank and field.empty_strings_allowed))


def _plain(field: "models.Field[Any, Any]", number: int) -> Any:
    if isinstance(field, SealedField):
        return f"sealed {number}"
    made: list[tuple[type, Any]] = [
        (models.DateTimeField, NOW), (models.DateField, TODAY), (models.TimeField, time(9)),
        (models.BooleanField, False), (models.DecimalField, Decimal(1)), (models.DurationField, timedelta(days=1)),
        (models.SmallIntegerField, 1), (models.IntegerField, number), (models.BinaryField, f"bytes {number}".encode()),
        (models.JSONField, {}),
    ]  # fmt: skip
    for kind, value in made:
        if isinstance(field, kind):
            return value
    if isinstance(field, models.CharField):
        return f"{number}"[: field.max_length]
    if isinstance(field, models.TextField):
        return f"text {number}"
    if type(field).__name__ == "ArrayField":
        return []
    raise AssertionError(f"no value for {field.model._meta.db_table}.{field.name}: teach tests/factories/any_rows.py")


__all__ = ["HELP", "Rows"]
