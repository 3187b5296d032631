"""Telling people what the outbox holds, and marking what they read."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

import structlog

from tongxin.kernel.refused import Refused
from tongxin.notices.catalogue import fill
from tongxin.notices.models import Message
from tongxin.people.models import Person
from tongxin.records.actions import outbox
from tongxin.records.models import OutboxRow
from tongxin.store.atomic import atomic

log = structlog.get_logger("tongxin.notices")


@atomic
def deliver(limit: int = 500, *, at: datetime) -> int:
    """Tells up to `limit`, each exactly once (the key is unique), and returns how many it took up: 0 means done.

    What cannot be told (no words for it, nobody to tell) waits for another try and does not hold up the others.
    """
    rows = outbox.due(limit, at=at)
    known = set(Person.objects.filter(pk__in={row.person for row in rows}).values_list("pk", flat=True))
    problems = {row.pk: problem for row in rows if (problem := _problem(row, known)) is not None}
    good = [row for row in rows if row.pk not in problems]
    Message.objects.bulk_create([_message(row) for row in good], ignore_conflicts=True)
    outbox.told(good)
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


def _problem(row: OutboxRow, known: set[int]) -> str | None:
    """A code, without personal data; None when it can be told."""
    if row.person not in known:
        return "no-person"
    try:
        fill(row.kind, row.data)
    except Refused as refusal:
        return f"{refusal.code} {row.kind}"
    return None


def _message(row: OutboxRow) -> Message:
    return Message(
        federation=row.federation, person_id=row.person, kind=row.kind, data=row.data, key=row.key, at=row.at
    )
