"""会籍凭证 as a text: what it says, how it is signed, and how anyone checks it without network. Pure; the same in
web/static/tx/passport.js, held together by the vectors in tests/people/passport_vectors.json.

TX1: then Base32 of a JSON array and its Ed25519 signature (the last 64 bytes). Capitals and digits only: a QR code packs
them tighter than mixed text, and people can type them. docs/adr/0009-membership-passport.md says against whom it holds.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

CARD, LIST = "TX1:", "TXR1:"
SIGNATURE = 64
SKEW: Final = 180  # seconds that two clocks may differ
SCREEN: Final = 120  # seconds that a code on a screen counts
STALE: Final = 7 * 86400  # a list of revoked cards older than this is said to be old
MOST: Final = 2_000  # characters of a card; more is none


class Signs(Protocol):
    @property
    def id(self) -> str: ...
    def sign(self, message: bytes) -> bytes: ...


class Verdict(StrEnum):
    VALID = "valid"
    UNREADABLE = "unreadable"
    UNKNOWN_KEY = "unknown-key"
    FORGED = "forged"
    NOT_YET = "not-yet"
    SCREEN_OVER = "screen-over"
    EXPIRED = "expired"
    REVOKED = "revoked"
    OTHER_PERSON = "other-person"


@dataclass(frozen=True, slots=True)
class Card:
    """`kind`: s on a screen, p on paper. `second`: see `second_of`; empty where no document is registered."""

    key: str
    serial: str
    kind: str
    name: str  # masked
    state: str
    union: str
    union_code: str
    province: str
    issued: int
    ends: int
    salt: str
    second: str


@dataclass(frozen=True, slots=True)
class Checked:
    verdict: Verdict
    card: Card | None = None


@dataclass(frozen=True, slots=True)
class Revoked:
    """A signed list: which cards count no more, as of when."""

    at: int
    serials: frozenset[str]


def write(card: Card, key: Signs) -> str:
    return CARD + _sealed([1, *astuple(card)], key)


def write_list(at: int, serials: Collection[str], key: Signs) -> str:
    return LIST + _sealed([1, key.id, at, sorted(serials)], key)


def second_of(salt: str, last: str) -> str:
    """Eight bits of a digest of the document's last four characters. No more: four characters could be guessed from a
    whole digest by anyone who photographed the card. So a stranger's document passes once in 256 times, and the card
    gives away eight bits of the thirteen.
    """
    return hashlib.sha256(f"{salt}:{last.strip().upper()}".encode()).hexdigest()[:2]


def check(
    text: str,
    *,
    keys: Mapping[str, bytes],
    revoked: Mapping[str, Revoked],
    at: datetime,
    last: str = "",
) -> Checked:
    """`keys`: public halves by id. `revoked`: by the id of the key that signed the list; serials are unique everywhere."""
    parts = _opened(text, CARD, MOST)
    card = _card(parts[0]) if parts else None
    if parts is None or card is None:
        return Checked(Verdict.UNREADABLE)
    if card.key not in keys:
        return Checked(Verdict.UNKNOWN_KEY)
    if not _signed(parts, keys[card.key]):
        return Checked(Verdict.FORGED)
    return Checked(_stands(card, revoked, int(at.timestamp()), last), card)


def read_list(text: str, keys: Mapping[str, bytes]) -> tuple[str, Revoked] | None:
    """None where it is no list, or no known key signed it."""
    parts = _opened(text, LIST, None)
    if parts is None or not _is_list(parts[0]):
        return None
    _one, key, at, serials = parts[0]
    if key not in keys or not _signed(parts, keys[key]):
        return None
    return key, Revoked(at, frozenset(serials))


def spaced(text: str) -> str:
    """In groups of five, as people type it."""
    body = text.removeprefix(CARD)
    return " ".join([CARD, *(body[place : place + 5] for place in range(0, len(body), 5))])


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _stands(card: Card, revoked: Mapping[str, Revoked], now: int, last: str) -> Verdict:
    if card.issued > now + SKEW:
        return Verdict.NOT_YET
    if now > card.ends + SKEW:
        return Verdict.SCREEN_OVER if card.kind == "s" else Verdict.EXPIRED
    if any(card.serial in one.serials for one in revoked.values()):
        return Verdict.REVOKED
    if last.strip() and card.second and second_of(card.salt, last) != card.second:
        return Verdict.OTHER_PERSON
    return Verdict.VALID


def _sealed(parts: Sequence[object], key: Signs) -> str:
    body = json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.b32encode(body + key.sign(body)).decode().rstrip("=")


_Parts = tuple[list[Any], bytes, bytes]


def _opened(text: str, head: str, most: int | None) -> _Parts | None:
    """What it says, the signed bytes, the signature. Blanks, hyphens and small letters do not matter; 0 is O, 1 is I, 8 is B."""
    plain = "".join(text.split()).replace("-", "").upper()
    if not plain.startswith(head) or (most is not None and len(plain) > most):
        return None
    coded = plain.removeprefix(head).translate(_TYPED)
    try:
        raw = base64.b32decode(coded + "=" * (-len(coded) % 8))
        body, signature = raw[:-SIGNATURE], raw[-SIGNATURE:]
        said = json.loads(body.decode())
    except (binascii.Error, ValueError, RecursionError):
        return None
    return (said, body, signature) if isinstance(said, list) and said and said[0] == 1 else None


_TYPED = str.maketrans("018", "OIB")
_KINDS: Final = (*(str for _ in range(8)), int, int, str, str)


def _card(said: list[Any]) -> Card | None:
    values = said[1:]
    if len(values) != len(_KINDS) or any(type(one) is not kind for one, kind in zip(values, _KINDS, strict=True)):
        return None
    return Card(*values) if values[2] in {"s", "p"} else None


def _is_list(said: list[Any]) -> bool:
    kinds = [type(one) for one in said]
    return kinds == [int, str, int, list] and all(type(one) is str for one in said[3])


def _signed(parts: _Parts, public: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(parts[2], parts[1])
    except (InvalidSignature, ValueError):
        return False
    return True
