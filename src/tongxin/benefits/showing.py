"""What a voucher's QR code says while it is open: signed, for minutes, one opening of one voucher. Pure.

TXV1: then Base32 of a JSON array and its Ed25519 signature (the last 64 bytes), as the membership card is written
(people/passport_card.py). A counter with network asks the house, which knows the last opening; one without can still tell
a forged text and an old one. docs/adr/0018-vouchers.md says against whom it holds.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any, Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

PREFIX: Final = "TXV1:"
SIGNATURE: Final = 64
MOST: Final = 1_000  # characters; more is none
_TYPES: Final = (str, str, int, int, str, str, str)


class Signs(Protocol):
    @property
    def id(self) -> str: ...
    def sign(self, message: bytes) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Shown:
    """`until`: seconds since 1970. `site`: where alone it may be taken without network; empty: nowhere."""

    key: str
    voucher: str  # public id
    opening: int
    until: int
    site: str
    scheme: str  # public id
    value: str  # yuan, as a decimal writes itself


def write(shown: Shown, key: Signs) -> str:
    body = json.dumps([1, *astuple(shown)], separators=(",", ":")).encode()
    return PREFIX + base64.b32encode(body + key.sign(body)).decode().rstrip("=")


def read(text: str, keys: Mapping[str, bytes]) -> Shown | None:
    """None for anything that no known key signed, whatever it looks like. Whether it is still good, the caller asks."""
    text = text.strip().upper()
    if not text.startswith(PREFIX) or len(text) > MOST:
        return None
    packed = text.removeprefix(PREFIX)
    try:
        whole = base64.b32decode(packed + "=" * (-len(packed) % 8))
        shown = _shown(json.loads(whole[:-SIGNATURE]))
    except (binascii.Error, ValueError):
        return None
    if shown is None or shown.key not in keys:
        return None
    try:
        Ed25519PublicKey.from_public_bytes(keys[shown.key]).verify(whole[-SIGNATURE:], whole[:-SIGNATURE])
    except InvalidSignature:
        return None
    return shown


def _shown(row: Any) -> Shown | None:
    if not (isinstance(row, list) and len(row) == len(_TYPES) + 1 and row[0] == 1):
        return None
    if any(type(value) is not kind for value, kind in zip(row[1:], _TYPES, strict=True)):
        return None
    return Shown(*row[1:])
