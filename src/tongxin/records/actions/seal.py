"""The chain of hashes over the journal, laid by a job over entries that are settled; no writer ever waits for it."""

import time
from datetime import datetime
from typing import Final

from django.db import connection
from django.db.models import Max

from tongxin.records.models import JournalEntry, JournalSeal
from tongxin.records.queries import GENESIS, digest_of
from tongxin.store.atomic import atomic

BATCH: Final = 5_000
PATIENCE: Final = 2.0  # seconds for the writers of the moment to finish; a long import is sealed by a later run
ONE_SEALER: Final = 0x5EA1  # the key of an advisory lock

_WRITERS = """
    SELECT virtualtransaction FROM pg_locks
    WHERE locktype = 'relation' AND relation = 'records_journalentry'::regclass AND mode = 'RowExclusiveLock'
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND pid <> pg_backend_pid()
"""


@atomic
def seal(limit: int = BATCH, *, at: datetime, patience: float = PATIENCE) -> int:
    """Seals up to `limit` entries after the last seal, and returns how many: fewer than `limit` means done for now."""
    if not _only_sealer():
        return 0
    before = JournalSeal.objects.order_by("-last").first()
    first = before.last + 1 if before else 1
    last = _settled(patience)
    entries = list(JournalEntry.objects.filter(pk__gte=first, pk__lte=last).order_by("pk")[:limit])
    if not entries:
        return 0
    previous = bytes(before.digest) if before else GENESIS
    digest, count = digest_of(previous, entries)
    JournalSeal.make(first=first, last=entries[-1].pk, entries=count, previous=previous, digest=digest, at=at)
    return count


def _only_sealer() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ONE_SEALER])
        return bool(cursor.fetchone()[0])


def _settled(patience: float) -> int:
    """An id up to which no entry can appear any more; 0 when it cannot be told within `patience`.

    A writer takes its lock on the table before it takes an id. So whoever could still bring a lower id than the highest
    one that is visible holds that lock now; once these have ended, all lower ids are there or will never be.
    """
    highest: int = JournalEntry.objects.aggregate(highest=Max("pk"))["highest"] or 0
    waited_for, until = _writers(), time.monotonic() + patience
    while waited_for & _writers():
        if time.monotonic() > until:
            return 0
        time.sleep(0.02)
    return highest


def _writers() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(_WRITERS)
        return {transaction for (transaction,) in cursor.fetchall()}
