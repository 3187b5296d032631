"""What a worker carries into a release: who it is, and that it may enter. Both are checked without asking the database.

Texts of a few bytes under HMAC-SHA-256 with a key of the ring: we alone write and read them, so a signature that others could
check would only cost more. The session's text names a person until a moment; the entry names pool, person and how surely the
person was known when the rules said yes. docs/adr/0017-release-lane.md says what each stops.
"""

import base64
import binascii
import hmac
import struct
from functools import lru_cache
from typing import Final, NamedTuple

from tongxin.kernel.macs import hmac_sha256
from tongxin.store.keys import KeyRing

SESSION, ENTRY = b"S", b"E"
MAC: Final = 16  # bytes of the digest that are carried
_SESSION: Final = struct.Struct(">cBqI")  # kind, key, person, ends
_ENTRY: Final = struct.Struct(">cBqIqB")  # kind, key, person, ends, pool, assurance
_BARE: Final = (
    struct.Struct(">xxqI"),
    struct.Struct(">xxqIqB"),
)  # the same without kind and key, which are looked at before


class Pass(NamedTuple):
    """A text that was read: `ends` in seconds since 1970. A session has neither pool nor assurance."""

    person: int
    ends: int
    pool: int = 0
    assurance: int = 0


class Passes:
    """Writes and reads both kinds with the keys of one ring; a key that was rotated out is still read."""

    def __init__(self, ring: KeyRing) -> None:
        own = {key.id: hmac_sha256(key.index)(b"tongxin lane") for key in ring.keys.values()}
        self._seals = {number: hmac_sha256(key) for number, key in own.items()}
        self.current = ring.current.id

    def session(self, person: int, ends: int) -> str:
        return self._sealed(_SESSION.pack(SESSION, self.current, person, ends))

    def entry(self, pool: int, person: int, assurance: int, ends: int) -> str:
        return self._sealed(_ENTRY.pack(ENTRY, self.current, person, ends, pool, assurance))

    def read_session(self, text: bytes) -> Pass | None:
        body = self._opened(text, SESSION, _SESSION.size)
        return None if body is None else Pass(*_BARE[0].unpack(body))

    def read_entry(self, text: bytes) -> Pass | None:
        body = self._opened(text, ENTRY, _ENTRY.size)
        return None if body is None else Pass(*_BARE[1].unpack(body))

    def _sealed(self, body: bytes) -> str:
        mac = self._seals[self.current](body)[:MAC]
        return base64.urlsafe_b64encode(body + mac).decode().rstrip("=")

    def _opened(self, text: bytes, kind: bytes, size: int) -> bytes | None:
        try:
            raw = binascii.a2b_base64(text.translate(_STANDARD) + b"==")
        except binascii.Error:
            return None
        if len(raw) != size + MAC or raw[:1] != kind or (seal := self._seals.get(raw[1])) is None:
            return None
        body = raw[:size]
        return body if hmac.compare_digest(seal(body)[:MAC], raw[size:]) else None


_STANDARD: Final = bytes.maketrans(b"-_", b"+/")


def holder(salt: bytes, person: int) -> str:
    """The name that stands for a person on a receipt and in a drawn list of this pool: nobody reads a person from it."""
    return _holders(salt)(b"%d" % person)[:16].hex()


_holders = lru_cache(maxsize=100)(hmac_sha256)
