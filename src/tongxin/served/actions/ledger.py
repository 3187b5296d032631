"""The only writer of the ledger."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Max

from tongxin.served.models import Measure, ServedRow
from tongxin.store.atomic import atomic
from tongxin.store.copying import copy_rows

_COLUMNS = ("day", "federation", "union", "person", "programme", "measure", "quantity", "source", "turn", "written_at")


class Service(NamedTuple):
    """One thing served to one person, or (with `counts` false) found not to have been served after all."""

    day: date
    union: int
    federation: int
    person: int
    programme: int
    measure: Measure
    source: int
    counts: bool


@atomic
def record(services: Iterable[Service], *, at: datetime) -> int:
    """Writes what changed and nothing twice: a source that already counts (or already does not) adds no row.

    The caller holds the lock on the sources' owner row. Returns the number of rows written.
    """
    wanted = list(services)
    turns = _turns(wanted)
    rows = []
    for service in wanted:
        turn = turns.get((service.measure, service.source), 0)
        if service.counts == (turn % 2 == 1):
            continue
        turns[service.measure, service.source] = turn + 1
        rows.append(_row(service, turn + 1, at))
    ServedRow.objects.bulk_create(rows)
    return len(rows)


@atomic
def record_new(services: Iterable[Service], *, at: datetime) -> int:
    """For loads: what was served by rows that were never in the ledger, by COPY. The database refuses one that was."""
    rows = (
        (s.day, s.federation, s.union, s.person, s.programme, s.measure.value, 1, s.source, 1, at) for s in services
    )
    return copy_rows(ServedRow, _COLUMNS, rows)


def _turns(services: list[Service]) -> dict[tuple[str, int], int]:
    found = (
        ServedRow.objects.filter(measure__in={s.measure for s in services}, source__in={s.source for s in services})
        .values_list("measure", "source")
        .annotate(last=Max("turn"))
    )
    return {(measure, source): last for measure, source, last in found}


def _row(service: Service, turn: int, at: datetime) -> ServedRow:
    return ServedRow(
        day=service.day,
        union=service.union,
        federation=service.federation,
        person=service.person,
        programme=service.programme,
        measure=service.measure,
        quantity=1 if service.counts else -1,
        source=service.source,
        turn=turn,
        written_at=at,
    )
