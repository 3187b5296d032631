"""`tongxin check_receipt FILE|-`: the receipt of a release checked without network. Needs no database."""

import argparse
import base64
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from config.commands.answers import add_json, answer
from config.surroundings import WrongCall

HELP = "check a receipt of a release (TXA1…) with published keys; needs no network and no database"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("receipt", metavar="FILE", help="the receipt's text, - for standard input")
    parser.add_argument(
        "--keys", action="append", default=[], metavar="FILE", help="keys.json as published; may come again"
    )
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """0: valid; 1: it is not; 2: there is no such file."""
    from tongxin.kernel import receipts  # noqa: PLC0415  only once Django is set up

    checked = receipts.check(_text(args.receipt), _keys(args.keys))
    told: dict[str, object] = {"verdict": str(checked.verdict)}
    lines = [str(checked.verdict)]
    if (said := checked.said) is not None:
        at = datetime.fromtimestamp(said.at / 1000, UTC).isoformat()
        told |= {"pool": said.pool, "no": said.no, "at": at, "holder": said.holder, "key": said.key}
        lines.append(f"no {said.no} in {said.pool} at {at}, holder {said.holder}, key {said.key}")
    answer(args, told, "\n".join(lines))
    return 0 if checked.verdict is receipts.Verdict.VALID else 1


def _text(name: str) -> str:
    if name == "-":
        return sys.stdin.read()
    try:
        return Path(name).read_text()
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
