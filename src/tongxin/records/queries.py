"""Whether the journal is still what was written."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC
from typing import Final

from tongxin.records.models import JournalEntry, JournalSeal

GENESIS: Final = bytes(32)  # what the first seal follows
CHUNK: Final = 2_000


@dataclass(frozen=True, slots=True)
class Broken:
    """A seal that does not fit: its range of entry ids, and what is wrong there."""

    seal: int
    first: int
    last: int
    what: str


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain. Kept on paper or elsewhere, it proves later that nothing up to it was written anew."""

    last: int
    digest: str


def line_of(entry: JournalEntry) -> bytes:
    """The canonical line of an entry: JSON with sorted keys and UTC times, one line feed at the end."""
    row = [
        entry.pk,
        entry.federation,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.verb,
        entry.account,
        entry.person,
        entry.of_kind,
        entry.of_id,
        entry.union,
        entry.data,
    ]
    return json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def digest_of(previous: bytes, entries: Iterable[JournalEntry]) -> tuple[bytes, int]:
    """SHA-256 over the previous digest and each entry's line, and the number of entries."""
    digest, count = hashlib.sha256(previous), 0
    for entry in entries:
        digest.update(line_of(entry))
        count += 1
    return digest.digest(), count


def verify_chain() -> Iterator[Broken]:
    """Everything that does not fit; nothing for a journal that is whole. Reads the whole journal."""
    previous, reached = GENESIS, 0
    if JournalEntry.objects.filter(pk__lt=1).exists():  # no sequence gives such an id
        yield Broken(0, 0, 0, "entries stand before the first")
    for seal in JournalSeal.objects.order_by("first").iterator(CHUNK):
        if bytes(seal.previous) != previous or seal.first != reached + 1:
            yield Broken(seal.pk, seal.first, seal.last, "does not follow the seal before it")
        entries = JournalEntry.objects.filter(pk__gte=seal.first, pk__lte=seal.last).order_by("pk").iterator(CHUNK)
        digest, count = digest_of(bytes(seal.previous), entries)
        if count != seal.entries:
            yield Broken(seal.pk, seal.first, seal.last, f"{seal.entries} entries were sealed, {count} are there")
        elif digest != bytes(seal.digest):
            yield Broken(seal.pk, seal.first, seal.last, "an entry was changed")
        previous, reached = bytes(seal.digest), seal.last


def head() -> Head:
    last = JournalSeal.objects.order_by("-last").first()
    return Head(0, GENESIS.hex()) if last is None else Head(last.last, bytes(last.digest).hex())
