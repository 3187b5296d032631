"""Keys with which the installation signs what others check without asking it: Ed25519, with ids and dates.

The ring is a JSON file in the data folder (mode 0600) or the text of TONGXIN_SIGNING_KEYS. A new key signs from its first
day; the public half of an older one stays published until everything that it signed has ended.
"""

import base64
import hashlib
import json
import os
import secrets
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from tongxin.store.keys import write_private

ID = 8  # characters of a key's id: the start of its public half's digest


@dataclass(frozen=True, slots=True)
class SigningKey:
    """Signs from `since`, and before `until` where that is set; `public` is 32 bytes."""

    id: str
    seed: bytes
    since: date
    until: date | None = None

    @classmethod
    def fresh(cls, since: date) -> Self:
        seed = secrets.token_bytes(32)
        return cls(key_id(_private(seed).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)), seed, since)

    @property
    def public(self) -> bytes:
        return _private(self.seed).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def sign(self, message: bytes) -> bytes:
        return _private(self.seed).sign(message)

    def told(self) -> dict[str, Any]:
        """As the ring's file holds it."""
        seed = base64.b64encode(self.seed).decode()
        return {"id": self.id, "seed": seed, "since": str(self.since), "until": str(self.until) if self.until else None}


@dataclass(frozen=True, slots=True)
class SigningRing:
    """`salt` never rotates: what is salted with it must come out the same on every card of one person."""

    keys: tuple[SigningKey, ...]
    salt: bytes

    @classmethod
    def fresh(cls, since: date) -> Self:
        return cls((SigningKey.fresh(since),), secrets.token_bytes(32))

    @classmethod
    def from_json(cls, text: str) -> Self:
        held = json.loads(text)
        return cls(tuple(_read(row) for row in held["keys"]), base64.b64decode(held["salt"]))

    def to_json(self) -> str:
        salt = base64.b64encode(self.salt).decode()
        return json.dumps({"salt": salt, "keys": [key.told() for key in self.keys]}, indent=1)

    def on(self, day: date) -> SigningKey:
        """The key that signs on a day: the newest that has begun. Before all of them, the first."""
        begun = [key for key in self.keys if key.since <= day and (key.until is None or day < key.until)]
        return max(begun, key=lambda key: key.since) if begun else self.keys[0]

    def rotated(self, on: date) -> Self:
        """A new key from that day; the one before signs until then."""
        older = tuple(replace(key, until=on) if key.until is None else key for key in self.keys)
        return replace(self, keys=(*older, SigningKey.fresh(on)))


def key_id(public: bytes) -> str:
    return hashlib.sha256(public).hexdigest()[:ID]


def signing_ring(today: date) -> SigningRing:
    """This installation's; made at the first need."""
    if text := os.environ.get("TONGXIN_SIGNING_KEYS"):
        return SigningRing.from_json(text)
    path = _path()
    if not path.exists():
        write_private(SigningRing.fresh(today).to_json(), path, replace=False)
    return SigningRing.from_json(path.read_text())


def rotate(on: date) -> SigningKey:
    """Written whole; the new key is known to every process at its next signature."""
    ring = signing_ring(on).rotated(on)
    write_private(ring.to_json(), _path(), replace=True)
    return ring.keys[-1]


def _path() -> Path:
    return Path(settings.TONGXIN_DATA) / "keys" / "signing.json"


def _private(seed: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(seed)


def _read(row: dict[str, Any]) -> SigningKey:
    until = date.fromisoformat(row["until"]) if row["until"] else None
    return SigningKey(row["id"], base64.b64decode(row["seed"]), date.fromisoformat(row["since"]), until)
