"""`tongxin check_receipt FILE|-`: a receipt checked without network: of a release, or of a ticket in a draw. No database."""

import argparse
import base64
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config.commands.answers import add_json, answer
from config.surroundings import WrongCall

HELP = "check a receipt of a release (TXA1…) or of a draw's ticket (.json) with published keys; needs no network"

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("receipt", metavar="FILE", help="the receipt's text or file, - for standard input")
    parser.add_argument(
        "--keys", action="append", default=[], metavar="FILE", help="keys.json as published; may come again"
    )
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """0: valid; 1: it is not; 2: there is no such file."""
    from tongxin.kernel import tickets  # noqa: PLC0415  only once Django is set up
    from tongxin.kernel.receipts import Verdict  # noqa: PLC0415

    text, keys = _text(args.receipt), _keys(args.keys)
    told, lines = _ticket(text, keys) if tickets.is_one(text) else _arrival(text, keys)
    answer(args, told, "\n".join([str(told["verdict"]), *lines]))
    return 0 if told["verdict"] == Verdict.VALID else 1


def _arrival(text: str, keys: dict[str, bytes]) -> tuple[dict[str, object], list[str]]:
    from tongxin.kernel import receipts  # noqa: PLC0415

    try:
        checked = receipts.check(text, keys)
    except UnicodeEncodeError:  # half a character, which nothing of ours writes
        return {"verdict": str(receipts.Verdict.UNREADABLE)}, []
    if (said := checked.said) is None:
        return {"verdict": str(checked.verdict)}, []
    at = _moment(said.at)
    told = {"verdict": str(checked.verdict), "pool": said.pool, "no": said.no, "at": at, "holder": said.holder,
            "key": said.key}  # fmt: skip
    return told, [f"no {said.no} in {said.pool} at {at}, holder {said.holder}, key {said.key}"]


def _ticket(text: str, keys: dict[str, bytes]) -> tuple[dict[str, object], list[str]]:
    from tongxin.kernel import tickets  # noqa: PLC0415

    checked = tickets.check(text, keys)
    if (said := checked.said) is None:
        return {"verdict": str(checked.verdict)}, []
    told = {name: getattr(said, name) for name in ("call", "ticket", "weight", "groups", "size", "at", "key")}
    line = f"ticket {said.ticket} entered in {said.call} at {said.at}, key {said.key}"
    return {"verdict": str(checked.verdict), **told}, [line]


def _moment(milliseconds: int) -> str:
    """Of a receipt that nobody signed it may be any number."""
    try:
        return (EPOCH + timedelta(milliseconds=milliseconds)).isoformat()
    except OverflowError:
        return str(milliseconds)


def _text(name: str) -> str:
    """With or without the mark that some editors put before the text."""
    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return raw.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise WrongCall(f"{name} cannot be read.") from problem


def _keys(names: list[str]) -> dict[str, bytes]:
    """From files, or this installation's own where none is named."""
    if not names:
        from tongxin.people.queries.passports import public_keys  # noqa: PLC0415  only once Django is set up

        return public_keys(datetime.now(UTC))
    found: dict[str, bytes] = {}
    for name in names:
        try:
            held = json.loads(_text(name))
            found |= {row["id"]: base64.urlsafe_b64decode(row["x"] + "==") for row in held["keys"]}
        except (ValueError, KeyError, TypeError) as problem:
            raise WrongCall(f"{name} is no file of public keys.") from problem
    return found
