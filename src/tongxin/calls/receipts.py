"""A signed word that someone entered, with their ticket: proof for whoever is left out of a frozen list.

Ed25519 over the UTF-8 text of `said`; the public halves are published with the other keys of this installation.
"""

import base64
import binascii
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.utils.timezone import localtime

from tongxin.calls.models import Application
from tongxin.kernel.receipts import Verdict
from tongxin.store.signing import signing_ring

FORMAT: Final = "tongxin-ticket-1"


def said_of(application: Application) -> str:
    """Line by line: format, call, ticket, chances, groups, size, when it was entered."""
    lines = (
        FORMAT,
        application.call.public_id,
        application.ticket or "",
        str(application.weight),
        application.groups,
        str(application.size),
        localtime(application.at).isoformat(timespec="seconds"),
    )
    return "".join(f"{line}\n" for line in lines)


def receipt_of(application: Application, *, on: date) -> dict[str, Any]:
    key = signing_ring(on).on(on)
    said = said_of(application)
    signature = base64.b64encode(key.sign(said.encode())).decode()
    return {"format": FORMAT, "ticket": application.ticket, "said": said, "key": key.id, "signature": signature}


def check(told: object, keys: Mapping[str, bytes]) -> Verdict:
    """Whether one of these keys (public halves by id) signed what such a receipt says, and whether it says its own ticket."""
    if not isinstance(told, Mapping) or told.get("format") != FORMAT:
        return Verdict.UNREADABLE
    said, key, signature = (told.get(name) for name in ("said", "key", "signature"))
    if not (isinstance(said, str) and isinstance(key, str) and isinstance(signature, str)):
        return Verdict.UNREADABLE
    if key not in keys:
        return Verdict.UNKNOWN_KEY
    try:
        signed = base64.b64decode(signature, validate=True)
        Ed25519PublicKey.from_public_bytes(keys[key]).verify(signed, said.encode())
    except (InvalidSignature, ValueError, binascii.Error):
        return Verdict.FORGED
    lines = said.split("\n")
    return Verdict.VALID if lines[0] == FORMAT and lines[2] == told.get("ticket") else Verdict.FORGED
