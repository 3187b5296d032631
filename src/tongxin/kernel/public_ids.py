"""Names for rows that outsiders may see: they tell nothing about order or number."""

import os
from typing import Final

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # no 0 o 1 l i: they are read aloud and typed from paper
LENGTH = 12  # 31**12 is about 2**59
_FAIR: Final = 256 - 256 % len(ALPHABET)  # a byte at or above it would favour the first letters
_LETTER_OF: Final = bytes(ALPHABET.encode()[byte % len(ALPHABET)] for byte in range(256))


def new_public_id() -> str:
    return new_public_ids(1)[0]


def new_public_ids(count: int) -> list[str]:
    """Each letter from the system's source of chance, all alike likely. Letter by letter it would take ten times as long."""
    letters = b""
    while len(letters) < count * LENGTH:
        letters += os.urandom(count * LENGTH + 64).translate(_LETTER_OF, bytes(range(_FAIR, 256)))
    text = letters.decode("ascii")
    return [text[start : start + LENGTH] for start in range(0, count * LENGTH, LENGTH)]
