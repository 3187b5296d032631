"""A batch of a release in one statement: each person gets a number in the pool's line, or the one that it has already.

Nothing is given here. What the line is worth is settled afterwards, by batches too (actions.settling). A number is whole:
none is left out and none is twice, whichever of the web processes a claim came to.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection
from django.utils import timezone

from tongxin.calls.models import Pool
from tongxin.people.authority import system
from tongxin.records.actions import journal
from tongxin.store.atomic import atomic
from tongxin.store.prepared import Prepared

# calls_arrive is a function of the database; what it says today stands in migrations/0014_arrive_in_one_statement.py (a test
# holds this line to the newest).
_ARRIVE: Final = Prepared("""
WITH come AS MATERIALIZED (
    SELECT person, no, at, fresh FROM calls_arrive(%(pool)s, %(persons)s::text::bigint[], %(moments)s::text::bigint[])
), noted AS (
    INSERT INTO records_journalentry (verb, at, of_kind, of_id, "union", federation, data)
    SELECT 'arrivals.taken', timestamptz 'epoch' + max(at) * interval '1 millisecond', 'pool', %(public_id)s, %(union)s,
        %(federation)s, jsonb_build_object('first', min(no), 'last', max(no))
    FROM come WHERE fresh HAVING count(*) > 0
)
SELECT person, no, at FROM come
""")


Come = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Into:
    """The pool that is entered, as far as a batch needs to know."""

    pool: int
    public_id: str
    union: int
    federation: int
    rehearsal: bool = False  # the rows go into a schema of their own (actions.rehearsals)


def arrive(*, into: Into, persons: Sequence[int], moments: Sequence[int]) -> list[Come]:
    """Person, number, and the moment in milliseconds at which they came first. `persons` are distinct, in order of arrival.

    One journal entry for all who are new. Whoever calls has checked the entries; here only the database's own laws hold.

    The statement is a transaction by itself (a rehearsal needs a second one): it commits in the database's own time. Else
    the pool's line would be held until this process gets its turn to say COMMIT, and every other process waits for it.
    """
    if into.rehearsal:
        return _rehearsed(into, persons, moments)
    return _arrived(into, persons, moments)


@atomic
def _rehearsed(into: Into, persons: Sequence[int], moments: Sequence[int]) -> list[Come]:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL search_path TO rehearsal, public")
    return _arrived(into, persons, moments)


def _arrived(into: Into, persons: Sequence[int], moments: Sequence[int]) -> list[Come]:
    return _ARRIVE.rows(
        pool=into.pool, public_id=into.public_id, union=into.union, federation=into.federation,
        persons="{" + ",".join(map(str, persons)) + "}", moments="{" + ",".join(map(str, moments)) + "}",
    )  # fmt: skip


@atomic
def note(*, into: Into, counts: Mapping[str, int], at: datetime) -> None:
    """What the lane turned away and someone should look at: entries of others, changed entries, a clock that was set."""
    if into.rehearsal:
        return
    pool = Pool.objects.get(pk=into.pool)
    journal.write("arrivals.noticed", of=pool, by=system(timezone.localdate(at)), at=at, **counts)
