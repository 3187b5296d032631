"""Check-in codes: what stands behind a QR on a phone or on the room's screen. Arithmetic only: a key and a moment go in.

A code is the HMAC of what it is for and of the current step of time, cut to eight characters that can be read aloud.
Nothing is stored: who checks a code computes it again for the steps that still count.
"""

import hashlib
import hmac
from datetime import UTC, datetime

from tongxin.kernel.public_ids import ALPHABET

LENGTH = 8  # 31**8 is about 2**40: a guess a second hits one of three valid codes once in 9,000 years
WORKER_STEP = 30  # seconds; the code on the phone changes this often
WORKER_STEPS = 3  # and counts in its own step and the two after it: 60 to 90 seconds from when it is first shown
SCREEN_STEP = 8
SCREEN_STEPS = 4  # 24 to 32 seconds: time to scan, open the page and press


def derive_key(secret: str, purpose: str) -> bytes:
    """A key of its own for each purpose, from the installation's secret."""
    return hmac.digest(secret.encode(), f"tongxin.activities.check-in.{purpose}".encode(), hashlib.sha256)


def code_at(key: bytes, subject: str, at: datetime, step: int) -> str:
    return _code(key, subject, int(at.timestamp()) // step)


def shown_since(key: bytes, subject: str, code: str, at: datetime, *, step: int, steps: int) -> datetime | None:
    """When this code was first shown, if it is the subject's of the current step or one of the `steps - 1` before it."""
    now = int(at.timestamp()) // step
    typed = code.encode()
    matches = [hmac.compare_digest(_code(key, subject, now - back).encode(), typed) for back in range(steps)]
    return datetime.fromtimestamp((now - matches.index(True)) * step, UTC) if any(matches) else None


def seconds_left(at: datetime, step: int) -> int:
    """Until the next code is shown; never 0, so that a page that waits does not spin."""
    return step - int(at.timestamp()) % step


def canonical(text: str) -> str:
    """As typed by someone who reads a phone held out to them: spaces, hyphens and capitals do not matter."""
    return "".join(text.lower().split()).replace("-", "")


def spaced(code: str) -> str:
    """8f3k 2412: in two groups, as people read it."""
    return f"{code[:4]} {code[4:]}"


def _code(key: bytes, subject: str, step: int) -> str:
    number = int.from_bytes(hmac.digest(key, f"{subject}|{step}".encode(), hashlib.sha256)[:16])
    letters = []
    for _ in range(LENGTH):
        number, rest = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[rest])
    return "".join(letters)
