"""All members of a union and below on a day, with the facts that rules ask about as columns: `facts.facts_of` for everybody."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from tongxin.people.models import Person
from tongxin.rules.statements import Column, Statement
from tongxin.unions.models import Union

_FROM = """
    FROM people_membership m
    JOIN people_person p ON p.id = m.person_id
    JOIN unions_union u ON u.id = m.union_id
    WHERE m.starts <= %s AND (m.ends IS NULL OR m.ends > %s)
      AND m.union_id IN (
          SELECT descendant_id FROM unions_closure
          WHERE ancestor_id = %s AND valid_from <= %s AND (valid_to IS NULL OR valid_to > %s))
"""
_AT_OR_BELOW = """m.union_id IN (
    SELECT below.descendant_id FROM unions_closure below JOIN unions_union top ON top.id = below.ancestor_id
    WHERE below.valid_from <= '{on}' AND (below.valid_to IS NULL OR below.valid_to > '{on}') AND top.code = %s)"""


def columns(on: date) -> dict[str, Column]:
    """Of a member on that day. Blank in the record is not known, as in `facts_of`."""
    return {
        "is_member": Column(bool, "true"),
        "membership_union": Column(str, "u.code"),
        "membership_unions": Column(frozenset, _AT_OR_BELOW.format(on=on.isoformat())),
        "gig_group": Column(str, "NULLIF(p.gig_group, '')"),
        "age": Column(Decimal, _age(on)),
        "model_worker": Column(str, "NULLIF(p.model_worker, '')"),
        "migrant_worker": Column(bool, "p.migrant_worker"),
        "skill_level": Column(str, "NULLIF(p.skill_level, '')"),
    }


def tally(statements: Sequence[Statement], union: Union, *, on: date) -> Iterator[tuple[tuple[bool | None, ...], int]]:
    """How many members answer each combination of truths (None: not known), in one pass over them."""
    truths = ", ".join(statement.sql for statement in statements)
    params: list[Any] = [param for statement in statements for param in statement.params]
    group = ", ".join(str(place) for place in range(1, len(statements) + 1))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {truths}, count(*) {_FROM} GROUP BY {group}",
            [*params, on, on, union.pk, on, on],
        )
        for *found, count in cursor.fetchall():
            yield tuple(found), count


def answers(statement: Statement, people: Sequence[Person], union: Union, *, on: date) -> dict[int, bool | None]:
    """The statement's answer for each of these who is a member there, by row id."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT p.id, {statement.sql} {_FROM} AND p.id = ANY(%s)",
            [*statement.params, on, on, union.pk, on, on, [person.pk for person in people]],
        )
        return dict(cursor.fetchall())


def _age(on: date) -> str:
    """Full years; who was born on 29 February is a year older on 1 March."""
    not_yet = f"(extract(month from p.born), extract(day from p.born)) > ({on.month}, {on.day})"
    return f"({on.year} - extract(year from p.born) - ({not_yet})::int)"
