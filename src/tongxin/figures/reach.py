"""Which unions a question is about: of those that hold programmes or cohorts or have served anybody, the ones in reach.

They are few. A province has tens of thousands of unions, and listing them all for each relation, with their branches, took
longer than counting the rows (docs/performance.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection

from tongxin.figures.asking import Asking
from tongxin.unions.models import Union

NATIONAL: Final = "000000"

# From one union to the next in the index, so that a ledger of millions costs a step a union.
_HOLDERS: Final = """
    WITH RECURSIVE served AS (
        SELECT min("union") AS id FROM served_servedrow
        UNION ALL
        SELECT (SELECT min(s."union") FROM served_servedrow s WHERE s."union" > served.id)
        FROM served WHERE served.id IS NOT NULL
    ), held AS (
        SELECT min(union_id) AS id FROM activities_cohort
        UNION ALL
        SELECT (SELECT min(c.union_id) FROM activities_cohort c WHERE c.union_id > held.id)
        FROM held WHERE held.id IS NOT NULL
    )
    SELECT id FROM served WHERE id IS NOT NULL UNION SELECT id FROM held WHERE id IS NOT NULL
    UNION SELECT union_id FROM activities_programme
"""
# From each of the unions upwards: a root has more below it than a union has above.
_BRANCHES: Final = """
    SELECT below.descendant_id, child.descendant_id
    FROM unnest(%s::bigint[]) AS asked (member)
    JOIN unions_closure below ON below.descendant_id = asked.member
    JOIN unions_closure child ON child.descendant_id = below.ancestor_id AND child.ancestor_id = %s AND child.depth = 1
    WHERE child.valid_from <= %s AND (child.valid_to IS NULL OR child.valid_to > %s)
      AND below.valid_from <= %s AND (below.valid_to IS NULL OR below.valid_to > %s)
"""


@dataclass(frozen=True, slots=True)
class Reach:
    """`unions` None: all. `branches`: of each, the union directly under the one asked about at or below which it stands."""

    unions: Sequence[int] | None
    branches: Sequence[tuple[int, int]] = ()


def reach_of(asking: Asking, *, branches: bool) -> Reach:
    """Two or three queries; worked out once for all relations of a page."""
    unions = None if asking.scope is None and asking.union is None else _within(asking)
    if not branches:
        return Reach(unions)
    root = asking.union or Union.objects.get(code=NATIONAL)
    members = holders() if unions is None else unions
    with connection.cursor() as cursor:
        cursor.execute(_BRANCHES, [list(members), root.pk, *[asking.as_of] * 4])
        return Reach(unions, [(member, branch) for member, branch in cursor.fetchall()])


def holders() -> list[int]:
    """Unions that hold programmes or cohorts, or stand in the ledger; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLDERS)
        return [pk for (pk,) in cursor.fetchall()]


def _within(asking: Asking) -> list[int]:
    """What the reader may see, and what stood under the union asked about."""
    rows = Union.objects.filter(pk__in=holders())
    if asking.scope is not None:
        rows = rows.filter(pk__in=asking.scope.values("pk"))
    if asking.union is not None:
        rows = rows.filter(pk__in=Union.objects.under(asking.union, on=asking.as_of).values("pk"))
    return list(rows.values_list("pk", flat=True))
