"""The only writer of the ledger."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import NamedTuple

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

    A source keeps the person of its last row: where two records were merged, that is the one that was kept.
    The caller holds the lock on the sources' owner row. Returns the number of rows written.
    """
    wanted = list(services)
    turns = _turns((s.measure, s.source) for s in wanted)
    rows = []
    for service in wanted:
        turn, person = turns.get((service.measure, service.source), (0, service.person))
        if service.counts == (turn % 2 == 1):
            continue
        turns[service.measure, service.source] = turn + 1, person
        rows.append(_row(service._replace(person=person), turn + 1, at))
    ServedRow.objects.bulk_create(rows)
    return len(rows)


@atomic
def record_new(services: Iterable[Service], *, at: datetime) -> int:
    """For loads: what was served by rows that were never in the ledger, by COPY. The database refuses one that was."""
    rows = (
        (s.day, s.federation, s.union, s.person, s.programme, s.measure.value, 1, s.source, 1, at) for s in services
    )
    return copy_rows(ServedRow, _COLUMNS, rows)


@atomic
def reattribute(
    *, person: int, to: int, at: datetime, only: Collection[tuple[str, int]] | None = None
) -> list[tuple[str, int]]:
    """What counts for one record counts for another from now on (they are one person, or are not after all): each source
    is taken back and counted again, on its own day. Returns the sources, for the way back.

    The caller holds the locks of both records.
    """
    mine = ServedRow.objects.filter(person=person)
    sources = list(mine.order_by().values_list("measure", "source").distinct())
    sources = [source for source in sources if only is None or source in set(only)]
    rows = [row for row in _last(sources) if row.turn % 2 == 1 and row.person == person]
    ServedRow.objects.bulk_create([fresh for row in rows for fresh in _passed_on(row, to, at)])
    return [(row.measure, row.source) for row in rows]


def _passed_on(row: ServedRow, to: int, at: datetime) -> list[ServedRow]:
    service = Service(
        row.day, row.union, row.federation, row.person, row.programme, Measure(row.measure), row.source, counts=False
    )
    return [_row(service, row.turn + 1, at), _row(service._replace(person=to, counts=True), row.turn + 2, at)]


def _last(sources: Collection[tuple[str, int]]) -> Iterable[ServedRow]:
    """The last row of each source."""
    wanted = set(sources)
    found = ServedRow.objects.filter(measure__in={m for m, _ in wanted}, source__in={s for _, s in wanted})
    rows = found.order_by("measure", "source", "-turn").distinct("measure", "source")
    return [row for row in rows if (row.measure, row.source) in wanted]


def _turns(sources: Iterable[tuple[str, int]]) -> dict[tuple[str, int], tuple[int, int]]:
    """Of each source that has rows: the last turn, and for whom it counts or counted."""
    return {(row.measure, row.source): (row.turn, row.person) for row in _last(list(sources))}


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
