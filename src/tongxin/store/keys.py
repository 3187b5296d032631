"""Keys with ids: personal fields at rest, and the digests by which they are found.

A key ring is a JSON file in the data folder (mode 0600) or the text of TONGXIN_KEYS. It holds one or more keys, each with
an id; new values are sealed under the current one, older ones stay readable. Rotation re-seals by a job.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE = 12


@dataclass(frozen=True, slots=True)
class Key:
    id: int  # 1 to 255, the first byte of everything sealed under it
    seal: bytes  # 32 bytes, AES-256-GCM
    index: bytes  # 32 bytes, HMAC-SHA-256
    since: datetime | None = None  # when it became the current one; of the first key nobody asks


class KeyRing:
    def __init__(self, keys: list[Key], current: int) -> None:
        self.keys = {key.id: key for key in keys}
        self.current = self.keys[current]
        self._ciphers = {key.id: AESGCM(key.seal) for key in keys}

    @classmethod
    def from_json(cls, text: str) -> "KeyRing":
        data = json.loads(text)
        return cls([_read(row) for row in data["keys"]], data["current"])

    def to_json(self) -> str:
        return json.dumps({"current": self.current.id, "keys": [_told(key) for key in self.keys.values()]}, indent=1)

    @classmethod
    def fresh(cls) -> "KeyRing":
        return cls([Key(1, secrets.token_bytes(32), secrets.token_bytes(32))], 1)

    def with_new_key(self, at: datetime | None = None) -> "KeyRing":
        """A ring whose current key is new; all older keys stay, so that what they sealed can be read."""
        free = next(number for number in (*range(max(self.keys) + 1, 256), *range(1, 256)) if number not in self.keys)
        new = Key(free, secrets.token_bytes(32), secrets.token_bytes(32), at)
        return KeyRing([*self.keys.values(), new], new.id)

    def without(self, key: int) -> "KeyRing":
        return KeyRing([one for one in self.keys.values() if one.id != key], self.current.id)

    def seal(self, text: str, *, purpose: str) -> bytes:
        """Key id, nonce and ciphertext. `purpose` is bound in: a value copied into another column does not open."""
        nonce = os.urandom(NONCE)
        body = self._ciphers[self.current.id].encrypt(nonce, text.encode(), purpose.encode())
        return bytes([self.current.id]) + nonce + body

    def open(self, sealed: bytes, *, purpose: str) -> str:
        cipher = self._ciphers[sealed[0]]
        return cipher.decrypt(sealed[1 : 1 + NONCE], sealed[1 + NONCE :], purpose.encode()).decode()

    def seal_many(self, texts: Iterable[str], *, purpose: str) -> list[bytes]:
        """As `seal`, with one question for chance."""
        bodies = [text.encode() for text in texts]
        chance, encrypt = os.urandom(NONCE * len(bodies)), self._ciphers[self.current.id].encrypt
        bound, head = purpose.encode(), bytes([self.current.id])
        sealed = []
        for number, body in enumerate(bodies):
            nonce = chance[number * NONCE : (number + 1) * NONCE]
            sealed.append(head + nonce + encrypt(nonce, body, bound))
        return sealed

    def seal_bytes(self, content: bytes, *, purpose: str) -> bytes:
        nonce = os.urandom(NONCE)
        body = self._ciphers[self.current.id].encrypt(nonce, content, purpose.encode())
        return bytes([self.current.id]) + nonce + body

    def open_bytes(self, sealed: bytes, *, purpose: str) -> bytes:
        return self._ciphers[sealed[0]].decrypt(sealed[1 : 1 + NONCE], sealed[1 + NONCE :], purpose.encode())

    def digest_many(self, canonicals: Iterable[str], *, purpose: str) -> list[bytes]:
        key, head, sign = self.current.index, f"{purpose}\0".encode(), hmac.digest
        return [sign(key, head + canonical.encode(), "sha256") for canonical in canonicals]

    def digest(self, canonical: str, *, purpose: str) -> bytes:
        """The blind index of a canonical form under the current key: 32 bytes, equal for equal values only."""
        return self._digest(self.current, canonical, purpose)

    def digests(self, canonical: str, *, purpose: str) -> list[bytes]:
        """Under every key, newest first: what to look for while a rotation is under way."""
        keys = [self.current, *(key for key in reversed(self.keys.values()) if key is not self.current)]
        return [self._digest(key, canonical, purpose) for key in keys]

    def knows(self, digest: bytes, canonical: str, *, purpose: str) -> bool:
        """Whether it is the digest of this under any key: a rotation may lie between."""
        return any(hmac.compare_digest(digest, one) for one in self.digests(canonical, purpose=purpose))

    @staticmethod
    def _digest(key: Key, canonical: str, purpose: str) -> bytes:
        return hmac.digest(key.index, f"{purpose}\0{canonical}".encode(), hashlib.sha256)


def _told(key: Key) -> dict[str, object]:
    """As the ring's file holds it."""
    told: dict[str, object] = {
        "id": key.id,
        "seal": base64.b64encode(key.seal).decode(),
        "index": base64.b64encode(key.index).decode(),
    }
    return told | ({"since": key.since.isoformat()} if key.since else {})


def _read(row: dict[str, Any]) -> Key:
    since = datetime.fromisoformat(row["since"]) if row.get("since") else None
    return Key(row["id"], base64.b64decode(row["seal"]), base64.b64decode(row["index"]), since)


def write_ring(ring: KeyRing, path: Path, *, replace: bool) -> None:
    write_private(ring.to_json(), path, replace=replace)


def write_private(text: str, path: Path, *, replace: bool) -> None:
    """Written whole or not at all, readable by its owner only. Without `replace`, a file that is there stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    if replace:
        part.replace(path)
        return
    with suppress(FileExistsError):  # another process was first: its file counts
        os.link(part, path)
    part.unlink()


LOOK_AGAIN = 2.0  # seconds after which a process asks whether the ring in the data folder has a new key
_held: tuple[KeyRing, int, float] | None = None  # the ring, its file's time stamp, when that was looked at


def ring() -> KeyRing:
    """This installation's keys: from the environment, else from the data folder (made there at the first need).

    A key added by another process is known here LOOK_AGAIN seconds later: nobody has to restart for it.
    """
    global _held  # noqa: PLW0603 - one ring a process
    now = time.monotonic()
    if _held is not None and now - _held[2] < LOOK_AGAIN:
        return _held[0]
    if text := from_environment():
        found, stamp = KeyRing.from_json(text), 0
    else:
        found, stamp = _from_folder(Path(settings.TONGXIN_DATA) / "keys" / "ring.json")
    _held = (found, stamp, now)
    return found


def from_environment() -> str:
    """The ring's text, where the operator gives it so; then nothing here can change it."""
    return os.environ.get("TONGXIN_KEYS", "")


def forget_ring() -> None:
    """The next call reads it anew."""
    global _held  # noqa: PLW0603
    _held = None


def _from_folder(path: Path) -> tuple[KeyRing, int]:
    if not path.exists():
        write_ring(KeyRing.fresh(), path, replace=False)
    stamp = path.stat().st_mtime_ns
    if _held is not None and _held[1] == stamp:
        return _held[0], stamp
    return KeyRing.from_json(path.read_text()), stamp
