"""Receipts that anyone checks without asking us: what each says, and one signature for a whole batch of them.

A receipt is TXA1, what it says, its path and the signature, parted by points. The receipts of a batch are the leaves of a tree of
SHA-256; its root is signed once (Ed25519), and each receipt carries the path from its leaf to that root. One signature for
hundreds costs what one costs. `web/static/tx/receipt.js` does the same in a browser; both are held to
tests/kernel/receipt_vectors.json. What a receipt proves, and what not: docs/adr/0017-release-lane.md.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

HEAD: Final = b"TXA1"
SIGNED: Final = b"tongxin-arrivals-1\n"  # before the root: a signature of ours for another purpose is none for this one
LEAF, NODE = b"\x00", b"\x01"  # no node of a tree can be passed off as a leaf
LEFT, RIGHT = b"L", b"R"  # on which side the other one stands
STEP: Final = 33
DEEPEST: Final = 32
MOST: Final = 4_000  # characters; more is none
_URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")


class Signs(Protocol):
    @property
    def id(self) -> str: ...
    def sign(self, message: bytes) -> bytes: ...


class Verdict(StrEnum):
    VALID = "valid"
    UNREADABLE = "unreadable"
    UNKNOWN_KEY = "unknown-key"
    FORGED = "forged"


@dataclass(frozen=True, slots=True)
class Arrived:
    """`holder`: 32 hex characters that name nobody but to who holds the receipt. `at`: milliseconds since 1970."""

    key: str
    pool: str
    no: int
    at: int
    holder: str


@dataclass(frozen=True, slots=True)
class Checked:
    verdict: Verdict
    said: Arrived | None = None


def statement(key: str, pool: str, no: int, at: int, holder: str) -> bytes:
    """Exactly so, and in no other way: it is what is hashed."""
    return f'[1,"{key}","{pool}",{no},{at},"{holder}"]'.encode()


def write(statements: Sequence[bytes], key: Signs) -> list[str]:
    """One receipt each, in their order, under one signature."""
    if not statements:
        return []
    root, paths = tree(statements)
    coded, end = binascii.b2a_base64, _coded(key.sign(SIGNED + root)).encode()
    lines = [
        b"%b.%b.%b.%b" % (HEAD, coded(said, newline=False), coded(path, newline=False), end)
        for said, path in zip(statements, paths, strict=True)
    ]
    return b" ".join(lines).translate(_URL_SAFE, b"=").decode().split(" ")  # all at once costs less than one by one


def tree(statements: Sequence[bytes]) -> tuple[bytes, list[bytes]]:
    """The root, and each leaf's path from bottom to top. A node without a neighbour goes up as it is."""
    digest = hashlib.sha256
    levels = [[digest(LEAF + said).digest() for said in statements]]
    while len(levels[-1]) > 1:
        below = levels[-1]
        above = [digest(NODE + below[n] + below[n + 1]).digest() for n in range(0, len(below) - 1, 2)]
        levels.append([*above, below[-1]] if len(below) % 2 else above)
    paths = [b""]
    for nodes in levels[-2::-1]:
        last = len(nodes) - 1
        paths = [
            paths[n >> 1]
            if n == last and not n & 1
            else (LEFT + nodes[n - 1] if n & 1 else RIGHT + nodes[n + 1]) + paths[n >> 1]
            for n in range(len(nodes))
        ]
    return levels[-1][0], paths


def check(text: str, keys: Mapping[str, bytes]) -> Checked:
    """`keys`: public halves by id. Blanks and line breaks do not matter: a receipt may come out of a letter."""
    parts = "".join(text.split()).split(".")
    if len(parts) != 4 or parts[0] != HEAD.decode() or sum(map(len, parts)) > MOST:
        return Checked(Verdict.UNREADABLE)
    said, path, signature = (_plain(part) for part in parts[1:])
    arrived = _read(said)
    if arrived is None or path is None or signature is None or said is None:
        return Checked(Verdict.UNREADABLE)
    if arrived.key not in keys:
        return Checked(Verdict.UNKNOWN_KEY, arrived)
    root = root_of(said, path)
    try:
        if root is None:
            return Checked(Verdict.UNREADABLE)
        Ed25519PublicKey.from_public_bytes(keys[arrived.key]).verify(signature, SIGNED + root)
    except (InvalidSignature, ValueError):
        return Checked(Verdict.FORGED, arrived)
    return Checked(Verdict.VALID, arrived)


def root_of(said: bytes, path: bytes) -> bytes | None:
    """None where the path is none."""
    if len(path) % STEP or len(path) > STEP * DEEPEST:
        return None
    node = hashlib.sha256(LEAF + said).digest()
    for place in range(0, len(path), STEP):
        side, other = path[place : place + 1], path[place + 1 : place + STEP]
        if side not in {LEFT, RIGHT}:
            return None
        pair = other + node if side == LEFT else node + other
        node = hashlib.sha256(NODE + pair).digest()
    return node


_KINDS: Final = (int, str, str, int, int, str)


def _read(said: bytes | None) -> Arrived | None:
    """Only what `statement` writes: written otherwise it would be another leaf."""
    try:
        held = json.loads(said or b"")
    except (ValueError, RecursionError):
        return None
    if not isinstance(held, list) or tuple(type(one) for one in held) != _KINDS or held[0] != 1:
        return None
    arrived = Arrived(*held[1:])
    try:
        again = statement(arrived.key, arrived.pool, arrived.no, arrived.at, arrived.holder)
    except UnicodeEncodeError:  # half a character, which JSON can spell and no text can hold
        return None
    return arrived if again == said else None


def _coded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _plain(coded: str) -> bytes | None:
    try:
        raw = base64.b64decode(coded + "=" * (-len(coded) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if _coded(raw) == coded else None
