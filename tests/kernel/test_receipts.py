"""Receipts: one signature for many, each checked alone; one byte changed anywhere is seen."""

import json
from datetime import date
from pathlib import Path

import pytest

from tongxin.kernel import receipts
from tongxin.kernel.receipts import Arrived, Verdict, check, statement, tree, write
from tongxin.store.signing import SigningKey

VECTORS = json.loads((Path(__file__).parent / "receipt_vectors.json").read_text())
KEY = SigningKey(VECTORS["key"], bytes.fromhex(VECTORS["seed"]), date(2026, 1, 1))
KEYS = {KEY.id: KEY.public}


def said(count: int) -> list[bytes]:
    return [statement(KEY.id, "pool00000001", n + 1, 1_712_030_400_000 + n, f"{n:032x}") for n in range(count)]


def test_the_vectors_are_what_is_written() -> None:
    """Both twins are held to them: `web/static/tx/receipt.js` reads the same file in its test."""
    for case in VECTORS["batches"]:
        assert write(said(case["count"]), KEY) == case["receipts"]
    for case in VECTORS["checks"]:
        assert str(check(case["text"], KEYS).verdict) == case["verdict"], case["why"]


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 8, 9, 100])
def test_every_receipt_of_a_batch_leads_to_the_one_root(count: int) -> None:
    root, paths = tree(said(count))
    assert [receipts.root_of(leaf, path) for leaf, path in zip(said(count), paths, strict=True)] == [root] * count
    for n, text in enumerate(write(said(count), KEY)):
        checked = check(text, KEYS)
        assert checked.verdict is Verdict.VALID
        assert checked.said == Arrived(KEY.id, "pool00000001", n + 1, 1_712_030_400_000 + n, f"{n:032x}")


def test_no_receipts_need_no_signature() -> None:
    assert write([], KEY) == []


def test_any_byte_that_changes_is_seen() -> None:
    text = write(said(5), KEY)[2]
    for place in range(0, len(text), 7):
        changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
        assert check(changed, KEYS).verdict is not Verdict.VALID


def test_a_receipt_in_a_letter_is_read_all_the_same() -> None:
    text = write(said(3), KEY)[1]
    broken = "\n".join([text[:60], "  " + text[60:200], text[200:]])
    assert check(f" {broken}\n", KEYS).verdict is Verdict.VALID


def test_a_stranger_s_key_is_no_key_of_ours() -> None:
    assert check(write(said(1), KEY)[0], {}).verdict is Verdict.UNKNOWN_KEY


def test_a_path_of_another_receipt_is_none() -> None:
    one, other = (text.split(".") for text in write(said(4), KEY)[:2])
    assert check(".".join([one[0], one[1], other[2], one[3]]), KEYS).verdict is Verdict.FORGED


@pytest.mark.parametrize("text", ["", "TXA1", "TXA1...", "TXA2.a.b.c", "TXA1.%%.b.c", "TXA1." + "A" * 5_000 + ".b.c"])
def test_what_is_no_receipt_is_said_to_be_none(text: str) -> None:
    assert check(text, KEYS).verdict is Verdict.UNREADABLE


def test_a_statement_written_otherwise_is_none() -> None:
    """The same content with a blank more would be another leaf; two spellings are never both taken."""
    loose = said(1)[0].replace(b",1,", b", 1,")
    (text,) = write([loose], KEY)
    assert check(text, KEYS).verdict is Verdict.UNREADABLE


def test_half_a_character_is_no_receipt() -> None:
    (text,) = write([b'[1,"key","\\ud800",1,1,"holder"]'], KEY)
    assert check(text, KEYS).verdict is Verdict.UNREADABLE
