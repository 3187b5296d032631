"""A card as text: what is signed is what is read, and nothing else passes. The vectors also hold the browser's half to it
(tests/journeys/test_passport.py).
"""

import base64
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from tongxin.people.passport_card import (
    SKEW,
    Card,
    Revoked,
    Verdict,
    check,
    read_list,
    second_of,
    spaced,
    write,
    write_list,
)
from tongxin.store.signing import SigningKey, SigningRing, key_id

VECTORS = Path(__file__).with_name("passport_vectors.json")
KEY = SigningKey("", bytes(range(32)), date(2024, 1, 1))
OTHER = SigningKey("", bytes(range(1, 33)), date(2024, 1, 1))
KEY, OTHER = (replace(key, id=key_id(key.public)) for key in (KEY, OTHER))
AT = 1_711_591_200  # 2024-03-28 10:00 in Beijing
CARD = Card(
    KEY.id, "abcdefghjkmn", "p", "王*华", "member", "永川同心机械厂工会", "500118-J1", "500000", AT, AT + 30 * 86400,
    "00ff00ff00ff", second_of("00ff00ff00ff", "001X"),
)  # fmt: skip
TEXT = write(CARD, KEY)
SCREEN = write(replace(CARD, kind="s", ends=AT + 120), KEY)
KEYS = {KEY.id: KEY.public}


def flipped(text: str, place: int) -> str:
    return text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]


def tampered() -> str:
    """What it says is changed, as readable as before; the signature is the old one."""
    raw = base64.b32decode(TEXT[4:] + "=" * (-len(TEXT[4:]) % 8))
    return "TX1:" + base64.b32encode(raw.replace(b"500118-J1", b"510104-J1")).decode().rstrip("=")


def cases() -> list[dict[str, Any]]:
    """(what it is, text, seconds, last four, revoked serials, what must come out)."""
    listed = write_list(AT, ["abcdefghjkmn", "zzzzzzzzzzzz"], KEY)
    rows: list[tuple[str, str, int, str, str, Verdict]] = [
        ("paper", TEXT, AT, "", "", Verdict.VALID),
        ("paper, its holder's document", TEXT, AT, "001x", "", Verdict.VALID),
        ("paper, somebody else's document", TEXT, AT, "1234", "", Verdict.OTHER_PERSON),
        ("typed in groups and small letters", spaced(TEXT).lower(), AT, "", "", Verdict.VALID),
        ("letters that look like digits", "TX1:" + TEXT[4:].replace("O", "0").replace("I", "1"), AT, "", "", Verdict.VALID),
        ("last second and the clocks' difference", TEXT, CARD.ends + SKEW, "", "", Verdict.VALID),
        ("a second later", TEXT, CARD.ends + SKEW + 1, "", "", Verdict.EXPIRED),
        ("from a clock that is ahead", TEXT, AT - SKEW, "", "", Verdict.VALID),
        ("from the future", TEXT, AT - SKEW - 1, "", "", Verdict.NOT_YET),
        ("screen", SCREEN, AT + 119, "", "", Verdict.VALID),
        ("a photograph of the screen", SCREEN, AT + 120 + SKEW + 1, "", "", Verdict.SCREEN_OVER),
        ("revoked", TEXT, AT, "", listed, Verdict.REVOKED),
        ("of another key", write(replace(CARD, key=OTHER.id), OTHER), AT, "", "", Verdict.UNKNOWN_KEY),
        ("another key under our name", write(CARD, OTHER), AT, "", "", Verdict.FORGED),
        ("another union under the same signature", tampered(), AT, "", "", Verdict.FORGED),
        ("one letter of the signature", flipped(TEXT, len(TEXT) - 8), AT, "", "", Verdict.FORGED),
        ("cut off", TEXT[:-3], AT, "", "", Verdict.UNREADABLE),
        ("cut short", TEXT[:40], AT, "", "", Verdict.UNREADABLE),
        ("no card", "https://example.invalid/", AT, "", "", Verdict.UNREADABLE),
        ("nothing", "", AT, "", "", Verdict.UNREADABLE),
        ("endless", "TX1:" + "A" * 5000, AT, "", "", Verdict.UNREADABLE),
        ("a list in place of a card", listed, AT, "", "", Verdict.UNREADABLE),
        ("no document registered", write(replace(CARD, second=""), KEY), AT, "9999", "", Verdict.VALID),
        ("of an unknown kind", write(replace(CARD, kind="x"), KEY), AT, "", "", Verdict.UNREADABLE),
    ]  # fmt: skip
    names = ("what", "text", "now", "last", "list", "verdict")
    return [dict(zip(names, row, strict=True)) | {"verdict": str(row[-1])} for row in rows]


def vectors() -> dict[str, Any]:
    return {"keys": {KEY.id: base64.urlsafe_b64encode(KEY.public).decode().rstrip("=")}, "cases": cases()}


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["what"].replace(" ", "-"))
def test_card_is_answered(case: dict[str, Any]) -> None:
    taken = read_list(case["list"], KEYS) if case["list"] else None
    revoked = {} if taken is None else dict([taken])
    found = check(
        case["text"], keys=KEYS, revoked=revoked, at=datetime.fromtimestamp(case["now"], UTC), last=case["last"]
    )
    assert found.verdict == case["verdict"]


def test_vectors_on_file_are_these() -> None:
    assert json.loads(VECTORS.read_text()) == vectors()


def test_what_is_read_is_what_was_written() -> None:
    assert check(TEXT, keys=KEYS, revoked={}, at=datetime.fromtimestamp(AT, UTC)).card == CARD


def test_no_single_letter_can_be_changed() -> None:
    """Every one of them, in what it says and in the signature; the last letter's spare bits are no part of it."""
    at = datetime.fromtimestamp(AT, UTC)
    answers = {check(flipped(TEXT, place), keys=KEYS, revoked={}, at=at).verdict for place in range(4, len(TEXT) - 1)}
    assert Verdict.VALID not in answers
    assert answers <= {Verdict.FORGED, Verdict.UNREADABLE, Verdict.UNKNOWN_KEY}


def test_card_says_no_more_than_it_must() -> None:
    said = base64.b32decode(TEXT[4:] + "=" * (-len(TEXT[4:]) % 8))[:-64].decode()
    assert json.loads(said) == [
        1, KEY.id, "abcdefghjkmn", "p", "王*华", "member", "永川同心机械厂工会", "500118-J1", "500000", AT,
        AT + 30 * 86400, "00ff00ff00ff", second_of("00ff00ff00ff", "001X"),
    ]  # fmt: skip
    assert len(TEXT) <= 420  # a QR code of 69 modules at most
    assert len(second_of("00ff00ff00ff", "001X")) == 2  # eight bits: the four characters cannot be told from it


def test_list_counts_only_when_a_known_key_signed_it() -> None:
    text = write_list(AT, ["b", "a"], KEY)
    assert read_list(text, KEYS) == (KEY.id, Revoked(AT, frozenset({"a", "b"})))
    assert read_list(flipped(text, 20), KEYS) is None
    assert read_list(text, {OTHER.id: OTHER.public}) is None
    assert read_list(write_list(AT, ["a"], replace(OTHER, id=KEY.id)), KEYS) is None
    assert read_list(TEXT, KEYS) is None


def test_key_of_the_day_signs() -> None:
    ring = SigningRing.fresh(date(2024, 1, 1)).rotated(date(2024, 6, 1))
    old, new = ring.keys
    assert [ring.on(day) for day in (date(2023, 1, 1), date(2024, 5, 31), date(2024, 6, 1))] == [old, old, new]
    assert SigningRing.from_json(ring.to_json()) == ring
    assert old.id != new.id
