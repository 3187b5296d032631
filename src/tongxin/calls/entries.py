"""What a worker carries into a release: who it is, and that it may enter. Both are checked without asking the database.

Texts of a few bytes under HMAC-SHA-256 with a key of the ring: we alone write and read them, so a signature that others could
check would only cost more. The session's text names a person until a moment; the entry names pool, person and how surely the
person was known when the rules said yes. docs/adr/0017-release-lane.md says what each stops.
"""

import base64
import binascii
import hmac
import struct
from dataclasses import dataclass
from typing import Final

from tongxin.store.keys import KeyRing

SESSION, ENTRY = b"S", b"E"
MAC: Final = 16  # bytes of the digest that are carried
_SESSION: Final = struct.Struct(">cBqI")  # kind, key, person, ends
_ENTRY: Final = struct.Struct(">cBqIqB")  # kind, key, person, ends, pool, assurance


@dataclass(frozen=True, slots=True)
class Pass:
    """A text that was read: `ends` in seconds since 1970. A session has neither pool nor assurance."""

    person: int
    ends: int
    pool: int = 0
    assurance: int = 0


class Passes:
    """Writes and reads both kinds with the keys of one ring; a key that was rotated out is still read."""

    def __init__(self, ring: KeyRing) -> None:
        self.keys = {key.id: hmac.digest(key.index, b"tongxin lane", "sha256") for key in ring.keys.values()}
        self.current = ring.current.id

    def session(self, person: int, ends: int) -> str:
        return self._sealed(_SESSION.pack(SESSION, self.current, person, ends))

    def entry(self, pool: int, person: int, assurance: int, ends: int) -> str:
        return self._sealed(_ENTRY.pack(ENTRY, self.current, person, ends, pool, assurance))

    def read_session(self, text: bytes) -> Pass | None:
        body = self._opened(text, SESSION, _SESSION.size)
        return None if body is None else Pass(*_SESSION.unpack(body)[2:])

    def read_entry(self, text: bytes) -> Pass | None:
        body = self._opened(text, ENTRY, _ENTRY.size)
        return None if body is None else Pass(*_ENTRY.unpack(body)[2:])

    def _sealed(self, body: bytes) -> str:
        mac = hmac.digest(self.keys[self.current], body, "sha256")[:MAC]
        return base64.urlsafe_b64encode(body + mac).decode().rstrip("=")

    def _opened(self, text: bytes, kind: bytes, size: int) -> bytes | None:
        try:
            raw = binascii.a2b_base64(text.translate(_STANDARD) + b"==")
        except (binascii.Error, ValueError):
            return None
        body, mac = raw[:-MAC], raw[-MAC:]
        if len(body) != size or body[:1] != kind or (key := self.keys.get(body[1])) is None:
            return None
        return body if hmac.compare_digest(hmac.digest(key, body, "sha256")[:MAC], mac) else None


_STANDARD: Final = bytes.maketrans(b"-_", b"+/")


def holder(salt: bytes, person: int) -> str:
    """The name that stands for a person on a receipt and in a drawn list of this pool: nobody reads a person from it."""
    return hmac.digest(salt, b"%d" % person, "sha256")[:16].hex()
