"""The signed word that someone entered a draw: what it says, and how anyone checks it without asking us.

A file of JSON: what is said, line by line; the key's id; Ed25519 over the UTF-8 text of `said`. `web/static/tx/ticket.js` does the
same in a browser; both are held to tests/kernel/ticket_vectors.json. It proves that this ticket was entered in this call at
that moment: whoever finds the ticket missing in the frozen list shows it.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tongxin.kernel.receipts import Verdict

FORMAT: Final = "tongxin-ticket-1"
MOST: Final = 4_000  # characters; more is none
FIELDS: Final = frozenset({"format", "ticket", "said", "key", "signature"})
_SAID: Final = re.compile(
    r"tongxin-ticket-1\n(?P<call>[0-9a-z]{12})\n(?P<ticket>[0-9a-f]{32})\n(?P<weight>[1-9][0-9]{0,3})\n(?P<groups>[^\n]*)\n"
    r"(?P<size>[1-9][0-9]?)\n(?P<at>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[+-][0-9]{2}:[0-9]{2})\n"
)


@dataclass(frozen=True, slots=True)
class Entered:
    """`groups` as they stand in the list, `at` as it is written."""

    key: str
    call: str
    ticket: str
    weight: int
    groups: str
    size: int
    at: str


@dataclass(frozen=True, slots=True)
class Checked:
    verdict: Verdict
    said: Entered | None = None


def statement(entered: Entered) -> str:
    """What is signed: format, call, ticket, chances, groups, size, when it was entered."""
    parts = (entered.call, entered.ticket, entered.weight, entered.groups, entered.size, entered.at)
    return "".join(f"{part}\n" for part in (FORMAT, *parts))


def is_one(text: str) -> bool:
    """Whether this is meant to be a ticket's receipt, and not one of a release (kernel.receipts)."""
    return text.lstrip().startswith("{")


def check(text: str, keys: Mapping[str, bytes]) -> Checked:
    """`keys`: public halves by id."""
    held = _object(text)
    entered = _read(held) if held is not None else None
    if held is None or entered is None or (signature := _plain(held["signature"])) is None:
        return Checked(Verdict.UNREADABLE)
    if entered.key not in keys:
        return Checked(Verdict.UNKNOWN_KEY, entered)
    try:
        Ed25519PublicKey.from_public_bytes(keys[entered.key]).verify(signature, held["said"].encode())
    except (InvalidSignature, ValueError):
        return Checked(Verdict.FORGED, entered)
    return Checked(Verdict.VALID, entered)


def _object(text: str) -> dict[str, str] | None:
    """Exactly the five texts."""
    if len(text) > MOST:
        return None
    try:
        held: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(held, dict) or held.keys() != FIELDS:
        return None
    return held if all(isinstance(one, str) for one in held.values()) else None


def _read(held: Mapping[str, str]) -> Entered | None:
    found = _SAID.fullmatch(held["said"])
    if found is None or held["format"] != FORMAT or found["ticket"] != held["ticket"] or _is_torn(held["said"]):
        return None
    weight, size = int(found["weight"]), int(found["size"])
    return Entered(held["key"], found["call"], found["ticket"], weight, found["groups"], size, found["at"])


def _is_torn(text: str) -> bool:
    """Half of a letter: no text has it in UTF-8."""
    return any("\ud800" <= letter <= "\udfff" for letter in text)


def _plain(coded: str) -> bytes | None:
    try:
        raw = base64.b64decode(coded, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if base64.b64encode(raw).decode() == coded else None
