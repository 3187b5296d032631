"""One entry of a device's offline list, as its browser signs it. Pure; the same in web/static/tx/till-offline.js.

A JSON array, to the letter as it was signed: [1, device, number, kind, shift, at, text, amount, request, before]. `number`
counts without gaps, `before` is the SHA-256 of the entry before: what was left out, changed or put in between shows.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

TAKE, UNDO = "take", "undo"
MOST: Final = 2_000  # characters of an entry
REQUEST: Final = 40  # of what the device calls its request
_NO_TEXT: Final = re.compile("[\x00\ud800-\udfff]")  # what JSON can say and no column holds
_TYPES: Final = (str, int, str, str, int, str, str, str, str)


@dataclass(frozen=True, slots=True)
class Entry:
    """`at`: seconds by the device's clock. `text`: the voucher's, or the number of the entry that is undone."""

    device: str
    number: int
    kind: str
    shift: str
    at: int
    text: str
    amount: Decimal
    request: str
    before: str


@dataclass(frozen=True, slots=True)
class Signed:
    """As it came: the text to the letter, and 64 bytes."""

    text: str
    signature: bytes

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.text.encode()).digest()

    def by(self, key: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(self.signature, self.text.encode())
        except (InvalidSignature, ValueError):
            return False
        return True


def read(text: str) -> Entry | None:
    """None for anything of another shape."""
    if len(text) > MOST:
        return None
    try:
        row = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not (isinstance(row, list) and len(row) == len(_TYPES) + 1 and row[0] == 1 and _fits(row[1:])):
        return None
    amount = _amount(row[7])
    if amount is None or row[3] not in {TAKE, UNDO}:
        return None
    return Entry(row[1], row[2], row[3], row[4], row[5], row[6], amount, row[8], row[9])


def _fits(values: Sequence[Any]) -> bool:
    """Of the right kinds, and such as a column can hold."""
    of_kind = all(type(value) is kind for value, kind in zip(values, _TYPES, strict=True))
    return (
        of_kind
        and len(values[7]) <= REQUEST
        and not any(_NO_TEXT.search(value) for value in values if isinstance(value, str))
    )


def _amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and 0 <= amount < 10**8 and amount == round(amount, 2) else None
