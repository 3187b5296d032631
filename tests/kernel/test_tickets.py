"""The receipt of a ticket: what is written, what is read, and what is refused. The browser's twin is held to the same file."""

import json
from pathlib import Path

from tests.kernel.test_receipts import KEY, KEYS

from tongxin.kernel import tickets
from tongxin.kernel.receipts import Verdict
from tongxin.kernel.tickets import Entered

VECTORS = json.loads((Path(__file__).parent / "ticket_vectors.json").read_text())
TEXT = json.dumps(VECTORS["written"])


def test_every_vector_is_judged_as_it_is_written() -> None:
    found = {case["why"]: str(tickets.check(case["text"], KEYS).verdict) for case in VECTORS["checks"]}
    assert found == {case["why"]: case["verdict"] for case in VECTORS["checks"]}
    assert set(found.values()) == {"valid", "forged", "unknown-key", "unreadable"}


def test_what_was_written_is_read_again() -> None:
    said = Entered(KEY.id, "call00000001", "0123456789abcdef" * 2, 1, "", 1, "2026-11-20T09:30:15+08:00")
    assert tickets.statement(said) == VECTORS["written"]["said"]
    checked = tickets.check(TEXT, KEYS)
    assert (checked.verdict, checked.said) == (Verdict.VALID, said)


def test_any_letter_that_changes_is_seen() -> None:
    for place in range(len(TEXT)):
        changed = TEXT[:place] + ("a" if TEXT[place] != "a" else "b") + TEXT[place + 1 :]
        assert tickets.check(changed, KEYS).verdict is not Verdict.VALID, place


def test_a_release_s_receipt_is_told_from_a_ticket_s() -> None:
    assert tickets.is_one(f"\n {TEXT}")
    assert not tickets.is_one("TXA1.x.y.z")
