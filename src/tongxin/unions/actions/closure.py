"""Who is at or below whom, and when: derived from Parenthood and the lives of unions, in the database, set by set."""

from collections.abc import Iterable

from django.db import connection

from tongxin.store.atomic import atomic, must_be_writing

DEEPEST = 40  # far below any real tree; a ring, which move() refuses, would otherwise never end

_DERIVE = f"""
WITH RECURSIVE climbing AS (
    SELECT id AS ancestor, id AS descendant, 0 AS depth, founded_on AS valid_from, dissolved_on AS valid_to
    FROM unions_union WHERE %(all)s OR id = ANY(%(descendants)s)
  UNION ALL
    SELECT step.parent_id, climbing.descendant, climbing.depth + 1,
           greatest(climbing.valid_from, step.valid_from), least(climbing.valid_to, step.valid_to)
    FROM climbing JOIN unions_parenthood step ON step.child_id = climbing.ancestor
     AND step.valid_from < coalesce(climbing.valid_to, 'infinity')
     AND climbing.valid_from < coalesce(step.valid_to, 'infinity')
    WHERE climbing.depth < {DEEPEST}
), stretches AS (
    SELECT ancestor, descendant, depth, unnest(range_agg(daterange(valid_from, valid_to))) AS days
    FROM climbing GROUP BY ancestor, descendant, depth
)
INSERT INTO unions_closure (ancestor_id, descendant_id, depth, valid_from, valid_to)
SELECT ancestor, descendant, depth, lower(days), upper(days) FROM stretches WHERE NOT isempty(days)
"""  # noqa: S608 - a constant of this file
_FORGET = "DELETE FROM unions_closure WHERE %(all)s OR descendant_id = ANY(%(descendants)s)"


def hold_tree(*, growing: bool = False) -> None:
    """One change of the tree at a time: two moves, each right alone, could together make a ring. Readers do not wait.

    What only adds leaves (`growing`) goes side by side with others of its kind. Taken before any row is locked.
    """
    must_be_writing("the tree of unions")
    mode = "ROW EXCLUSIVE" if growing else "SHARE ROW EXCLUSIVE"
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE unions_parenthood IN {mode} MODE")


def derive(descendants: Iterable[int] | None, *, afresh: bool = True) -> int:
    """What stands above each of these unions (None: all) is worked out again; returns the rows written.

    A union's rows depend on nothing but the parenthoods above it, so a change touches exactly the rows of those that
    stand at or below the changed union at any time. `afresh=False`: they are new and have no rows to forget.
    """
    must_be_writing("the closure of unions")
    asked: dict[str, bool | list[int]] = {"all": descendants is None, "descendants": list(descendants or ())}
    with connection.cursor() as cursor:
        if afresh:
            cursor.execute(_FORGET, asked)
        cursor.execute(_DERIVE, asked)
        return int(cursor.rowcount)


@atomic
def rebuild_closure() -> int:
    """From nothing; returns the rows written. Must equal what the single changes left (a test compares)."""
    hold_tree()
    return derive(None)
