"""Names for rows that outsiders may see: they tell nothing about order or number."""

import os
import os
import secrets
from typing import Final
from itertools import islice

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # no 0 o 1 l i: they are read aloud and typed from paper
LENGTH = 12  # 31**12 is about 2**59


_BYTES: Final = bytes.maketrans(bytes(range(256)), (ALPHABET.encode() * 9)[:256])
_UNEVEN: Final = bytes(range(256 // len(ALPHABET) * len(ALPHABET), 256))  # would make some letters likelier


def new_public_ids(count: int) -> list[str]:
    """Many at once, a hundred times as quick."""
    letters = b""
    while len(letters) < count * LENGTH:
        letters += os.urandom(count * LENGTH + 64).translate(_BYTES, _UNEVEN)
    text = letters.decode("ascii")
    return [text[start : start + LENGTH] for start in range(0, count * LENGTH, LENGTH)]


def new_public_id() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def new_public_ids(count: int) -> list[str]:
    """Many at once: some ten times as quick for each, from the same source."""
    letters: list[str] = []
    while len(letters) < count * LENGTH:
        raw = os.urandom(2 * count * LENGTH)
        letters += [ALPHABET[byte % len(ALPHABET)] for byte in raw if byte < _FAIR]
    stream = iter(letters)
    return ["".join(islice(stream, LENGTH)) for _ in range(count)]


_FAIR = 256 - 256 % len(ALPHABET)  # a byte at or above it would favour the first letters
