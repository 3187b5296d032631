"""`tongxin check_receipt`: of a release or of a ticket, with nothing but the published keys; whatever it is given it answers."""

import argparse
import base64
import json
from pathlib import Path

import pytest
from tests.kernel.test_receipts import KEY
from tests.kernel.test_tickets import TEXT as TICKET

from config.commands import check_receipt
from config.surroundings import WrongCall
from tongxin.kernel import receipts

AT = 1_712_030_400_123


@pytest.fixture
def keys(tmp_path: Path) -> str:
    held = {"keys": [{"id": KEY.id, "x": base64.urlsafe_b64encode(KEY.public).decode().rstrip("=")}]}
    (tmp_path / "keys.json").write_text(json.dumps(held))
    return str(tmp_path / "keys.json")


def checked(text: str, keys: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, object]]:
    file = Path(keys).with_name("receipt.txt")
    file.write_text(text, encoding="utf-8")
    code = check_receipt.run(argparse.Namespace(receipt=str(file), keys=[keys], json=True))
    told: dict[str, object] = json.loads(capsys.readouterr().out)
    return code, told


def unsigned(said: str) -> str:
    coded = base64.urlsafe_b64encode(said.encode()).decode().rstrip("=")
    return f"TXA1.{coded}..{'A' * 86}"


def test_release_s_receipt_is_valid_also_out_of_an_editor(keys: str, capsys: pytest.CaptureFixture[str]) -> None:
    (text,) = receipts.write([receipts.statement(KEY.id, "pool", 7, AT, "ab")], KEY)
    told = {
        "verdict": "valid", "pool": "pool", "no": 7, "at": "2024-04-02T04:00:00.123000+00:00", "holder": "ab",
        "key": KEY.id,
    }  # fmt: skip
    assert checked(text, keys, capsys) == (0, told)
    assert checked(f"\ufeff{text[:50]}\r\n{text[50:]}\r\n", keys, capsys) == (0, told)


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        (f'[1,"{KEY.id}","p",1,{10**19},"h"]', "forged"),
        (f'[1,"{KEY.id}","p",1,{"9" * 900},"h"]', "forged"),
        (f'[1,"{KEY.id}","p",1,-{10**14},"h"]', "forged"),
        ('[1,"\\ud800","p",1,1,"h"]', "unreadable"),
        ('[1,"other","p",1,1,"h"]', "unknown-key"),
    ],
)
def test_what_nobody_signed_is_answered_and_does_not_crash(
    said: str, verdict: str, keys: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, told = checked(unsigned(said), keys, capsys)
    assert (code, told["verdict"]) == (1, verdict)


def test_ticket_s_receipt_is_checked_as_well(keys: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = {
        "verdict": "valid", "call": "call00000001", "ticket": "0123456789abcdef" * 2, "weight": 1, "groups": "", "size": 1,
        "at": "2026-11-20T09:30:15+08:00", "key": KEY.id,
    }  # fmt: skip
    assert checked(TICKET, keys, capsys) == (0, told)
    assert checked(f"\ufeff{TICKET}\r\n", keys, capsys) == (0, told)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (TICKET.replace("T09:30", "T09:29"), "forged"),
        (TICKET.replace(f'"key": "{KEY.id}"', '"key": "other"'), "unknown-key"),
        (TICKET[:-5], "unreadable"),
        ("{", "unreadable"),
        ('{"format": []}', "unreadable"),
    ],
)
def test_ticket_s_receipt_that_was_touched_is_none(
    text: str, verdict: str, keys: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """All the ways: tests/kernel/test_tickets.py."""
    code, told = checked(text, keys, capsys)
    assert (code, told["verdict"]) == (1, verdict)


def test_file_that_is_not_there_is_the_caller_s(keys: str) -> None:
    with pytest.raises(WrongCall):
        check_receipt.run(argparse.Namespace(receipt=f"{keys}.none", keys=[keys], json=True))
