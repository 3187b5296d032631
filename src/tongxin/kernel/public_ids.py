"""Names for rows that outsiders may see: they tell nothing about order or number."""

import secrets

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # no 0 o 1 l i: they are read aloud and typed from paper
LENGTH = 12  # 31**12 is about 2**59


def new_public_id() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
