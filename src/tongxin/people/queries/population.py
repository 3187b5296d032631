"""All members of a union and below on a day, with the facts that rules ask about as columns: `facts.facts_of` for everybody."""

import re
from calendar import isleap
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import partial
from typing import Any

from django.db import connection

from tongxin.people.models import Person
from tongxin.rules.conditions import Op
from tongxin.rules.statements import Column, Statement
from tongxin.unions.models import Union

_JOINS = {
    "p": " JOIN people_person p ON p.id = m.person_id",
    "u": " JOIN unions_union u ON u.id = m.union_id",
}
_WHERE = """
    WHERE m.starts <= %s AND (m.ends IS NULL OR m.ends > %s)
      AND m.union_id IN (
          SELECT descendant_id FROM unions_closure
          WHERE ancestor_id = %s AND valid_from <= %s AND (valid_to IS NULL OR valid_to > %s))
"""
_FROM = f"FROM people_membership m{''.join(_JOINS.values())}{_WHERE}"
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
        "age": Column(Decimal, _age(on), partial(_older, on)),
        "model_worker": Column(str, "NULLIF(p.model_worker, '')"),
        "migrant_worker": Column(bool, "p.migrant_worker"),
        "skill_level": Column(str, "NULLIF(p.skill_level, '')"),
    }


def tally(statements: Sequence[Statement], union: Union, *, on: date) -> Iterator[tuple[tuple[bool | None, ...], int]]:
    """How many members answer each combination of truths (None: not known), in one pass over them.

    A table of which nothing is asked is not joined: every membership has its one person and its one union.
    """
    truths = ", ".join(statement.sql for statement in statements)
    params: list[Any] = [param for statement in statements for param in statement.params]
    group = ", ".join(str(place) for place in range(1, len(statements) + 1))
    with connection.cursor() as cursor:
        joined = "".join(join for name, join in _JOINS.items() if re.search(rf"\b{name}\.", truths))
        cursor.execute(
            f"SELECT {truths}, count(*) FROM people_membership m{joined}{_WHERE} GROUP BY {group}",  # noqa: S608  no value in it
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


def who(condition: str, params: Sequence[Any], union: Union, *, on: date, size: int, after: int = 0) -> list[int]:
    """Row ids of the members there of whom a condition of SQL is true, in their order, those beyond `after`."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT p.id {_FROM} AND {condition} AND p.id > %s ORDER BY p.id LIMIT %s",
            [on, on, union.pk, on, on, *params, after, size],
        )
        return [pk for (pk,) in cursor.fetchall()]


# ---- of anybody, each on a day of their own -------------------------------------------------------------------------

_THEN = """
    FROM unnest(%s::bigint[], %s::date[]) WITH ORDINALITY AS d (person, day, n)
    JOIN people_person p ON p.id = d.person
    LEFT JOIN LATERAL (
        SELECT stay.id, stay.union_id FROM people_membership stay
        WHERE stay.person_id = p.id AND stay.starts <= d.day AND (stay.ends IS NULL OR stay.ends > d.day)
        ORDER BY stay.starts DESC LIMIT 1) m ON true
    LEFT JOIN unions_union u ON u.id = m.union_id
    ORDER BY d.n
"""
_AGE_THEN = """(extract(year from d.day) - extract(year from p.born)
    - ((extract(month from p.born), extract(day from p.born)) > (extract(month from d.day), extract(day from d.day)))::int)"""
_ABOVE_THEN = """EXISTS (SELECT FROM unions_closure above JOIN unions_union top ON top.id = above.ancestor_id
    WHERE above.descendant_id = m.union_id AND top.code = %s
      AND above.valid_from <= d.day AND (above.valid_to IS NULL OR above.valid_to > d.day))"""


def columns_then() -> dict[str, Column]:
    """Of anybody, member or not, each on a day of their own: for `answers_then`."""
    return columns(date.min) | {
        "is_member": Column(bool, "(m.id IS NOT NULL)"),
        "membership_unions": Column(frozenset, _ABOVE_THEN),
        "age": Column(Decimal, _AGE_THEN),
    }


def answers_then(statement: Statement, people: Sequence[int], days: Sequence[date]) -> list[bool | None]:
    """What it says of each person (a row id) on the day beside it, in the order given."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {statement.sql} {_THEN}", [*statement.params, list(people), list(days)])
        return [truth for (truth,) in cursor.fetchall()]


def _age(on: date) -> str:
    """Full years; who was born on 29 February is a year older on 1 March."""
    not_yet = f"(extract(month from p.born), extract(day from p.born)) > ({on.month}, {on.day})"
    return f"({on.year} - extract(year from p.born) - ({not_yet})::int)"


def _older(on: date, op: Op, than: Decimal) -> Statement:
    """The same by the day of birth, without arithmetic on every row: as old as n is who was born by the day n years ago."""
    least = than.to_integral_value(ROUND_CEILING if op in {">=", "<"} else ROUND_FLOOR)
    if op in {">", "<="}:
        least += 1
    if op in {">=", ">"}:
        return Statement("(p.born <= %s::date)", (_born_by(on, least),))
    if op in {"<", "<="}:
        return Statement("(p.born > %s::date)", (_born_by(on, least),))
    within = "(p.born <= %s::date AND p.born > %s::date)" if least == than else "(p.born IS NULL AND NULL)"
    days = (_born_by(on, least), _born_by(on, least + 1)) if least == than else ()
    return Statement(within if op == "=" else f"(NOT {within})", days)


def _born_by(on: date, years: Decimal) -> str:
    """The latest day of birth of who is that old; where the calendar ends, before or after everybody."""
    year = on.year - years
    if not date.min.year <= year <= date.max.year:
        return "-infinity" if year < date.min.year else "infinity"
    leapless = (on.month, on.day) == (2, 29) and not isleap(int(year))
    return on.replace(year=int(year), day=28 if leapless else on.day).isoformat()
