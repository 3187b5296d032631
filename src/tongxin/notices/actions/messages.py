"""Telling people what the outbox holds, and marking what they read."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Final

import structlog
from django.db import connection

from tongxin.kernel.public_ids import new_public_ids
from tongxin.kernel.refused import Refused
from tongxin.notices.actions import plans
from tongxin.notices.actions.plans import Fresh
from tongxin.notices.catalogue import words_of
from tongxin.notices.models import Message, Sending
from tongxin.notices.queries.inbox import full_data
from tongxin.notices.states import SendingState
from tongxin.people.models import Person
from tongxin.records.actions import outbox
from tongxin.records.actions.outbox import Due
from tongxin.store.among import among
from tongxin.store.atomic import atomic, must_be_writing

log = structlog.get_logger("tongxin.notices")

_INSERT: Final = """
    INSERT INTO notices_message (federation, public_id, person_id, kind, data, key, at, sending)
    SELECT o.federation, fresh.public_id, o.person, o.kind, o.data, o.key, o.at, s.id
    FROM unnest(%s::bigint[], %s::text[]) AS fresh (id, public_id)
    JOIN records_outboxrow o ON o.id = fresh.id
    LEFT JOIN notices_sending s ON s.public_id = o.data ->> 'sending'
    ON CONFLICT (key) DO NOTHING
    RETURNING id, key, person_id, federation, kind, sending
"""


@atomic
def deliver(limit: int = 500, *, at: datetime) -> int:
    """Tells up to `limit`, each exactly once (the key is unique), and returns how many it took up: 0 means done.

    What cannot be told (no words for it, nobody to tell) waits for another try and does not hold up the others. What a
    stopped sending left in the outbox is dropped. For each message the first channel outside the page is planned.
    """
    rows = outbox.due(limit, at=at)
    dropped = _of_stopped(rows)
    known = set(Person.objects.filter(pk__in=among(row.person for row in rows)).values_list("pk", flat=True))
    problems = _problems([row for row in rows if row.pk not in dropped], known)
    good = [row for row in rows if row.pk not in problems and row.pk not in dropped]
    plans.plan(_insert(good), at=at)
    outbox.told(good)
    outbox.drop([row for row in rows if row.pk in dropped])
    outbox.failed([row for row in rows if row.pk in problems], at=at)
    for problem, count in Counter(problems.values()).items():
        log.warning("not told", problem=problem, count=count)
    return len(rows)


@atomic
def mark_read(*, person: Person, messages: Iterable[str], at: datetime) -> int:
    """By their public ids; another person's are left alone. Returns how many were unread."""
    rows = Message.objects.filter(person=person, public_id__in=list(messages), read_at=None)
    return rows.update(read_at=at)


@atomic
def mark_all_read(*, person: Person, at: datetime) -> int:
    return Message.objects.filter(person=person, read_at=None, at__lte=at).update(read_at=at)


def _insert(rows: list[Due]) -> list[Fresh]:
    """Only what was not there before: its channels are still to be planned."""
    must_be_writing("insert of Message")
    if not rows:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [[row.pk for row in rows], new_public_ids(len(rows))])
        return [Fresh(*found) for found in cursor.fetchall()]


def _of_stopped(rows: list[Due]) -> set[int]:
    wanted = {str(row.data["sending"]) for row in rows if "sending" in row.data}
    if not wanted:
        return set()
    stopped = set(
        Sending.objects.filter(public_id__in=wanted, state=SendingState.STOPPED).values_list("public_id", flat=True)
    )
    return {row.pk for row in rows if row.data.get("sending") in stopped}


def _problems(rows: list[Due], known: set[int]) -> dict[int, str]:
    """By row, a code without personal data; none for what can be told."""
    found = {}
    seen: dict[tuple[str, frozenset[str]], str | None] = {}
    for row, data in zip(rows, full_data([(row.kind, row.data) for row in rows]), strict=True):
        shape = (row.kind, frozenset(data))
        if shape not in seen:
            seen[shape] = _problem(*shape)
        problem = "no-person" if row.person not in known else seen[shape]
        if problem is not None:
            found[row.pk] = problem
    return found


def _problem(kind: str, names: frozenset[str]) -> str | None:
    try:
        words = words_of(kind)
    except Refused as refusal:
        return f"{refusal.code} {kind}"
    return None if words.names <= names else f"notice-data {kind}"
