"""Rows whose keys are among many: one parameter instead of thousands, which the driver and PostgreSQL would read one by one."""

from collections.abc import Iterable

from django.db.models.expressions import RawSQL


def among(keys: Iterable[int]) -> RawSQL:
    """For `…__in=among(keys)`."""
    return RawSQL("SELECT unnest(%s::bigint[])", [sorted(set(keys))])
