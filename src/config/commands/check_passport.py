"""`tongxin check_passport FILE|-`: a membership card checked at a desk without network. Needs no database."""

import argparse
import base64
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from config.commands.answers import add_json, answer
from config.surroundings import WrongCall

HELP = (
    "check the text of a membership card (会籍凭证) with published keys and a list of revoked cards; needs no network"
)
FORMAT = "tongxin-passport-keys/1"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("card", metavar="FILE", help="the card's text (TX1:…), - for standard input")
    parser.add_argument(
        "--keys", action="append", default=[], metavar="FILE", help="passport-keys.json; may come again"
    )
    parser.add_argument(
        "--revoked", action="append", default=[], metavar="FILE", help="passport-revoked.txt; may come again"
    )
    parser.add_argument("--last", default="", metavar="XXXX", help="the last four characters of the document shown")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    from tongxin.people import passport_card  # noqa: PLC0415  only once Django is set up
    from tongxin.web import passport_words  # noqa: PLC0415

    keys = _keys(args.keys)
    lists = [passport_card.read_list(Path(name).read_text(), keys) for name in args.revoked]
    if None in lists:
        raise WrongCall("A file of revoked cards is none, or none of the given keys signed it.")
    at = datetime.now(UTC)
    found = passport_card.check(
        sys.stdin.read() if args.card == "-" else Path(args.card).read_text(),
        keys=keys, revoked=dict(one for one in lists if one), at=at, last=args.last,
    )  # fmt: skip
    title, what = passport_words.said(found.verdict)
    told: dict[str, object] = {"verdict": str(found.verdict), "words": title}
    lines = [f"{title}。{what}"]
    if found.verdict is passport_card.Verdict.VALID and found.card is not None:
        card = found.card
        told |= {"name": card.name, "state": card.state, "union": card.union, "union_code": card.union_code}
        lines.append(f"{card.name}，{passport_words.state(card)}，{card.union}（{card.union_code}）")
        lines.append(passport_words.second(card, args.last))
        oldest = min((one[1].at for one in lists if one), default=None)
        told["list_at"] = oldest
        if oldest is None or at.timestamp() - oldest > passport_card.STALE:
            lines.append("没有7天内的作废名单，作废的凭证可能看不出来。")
    answer(args, told, "\n".join(filter(None, lines)))
    return 0 if found.verdict is passport_card.Verdict.VALID else 1


def _keys(names: list[str]) -> dict[str, bytes]:
    """From files, or this installation's own where none is named."""
    if not names:
        from tongxin.people.queries.passports import public_keys  # noqa: PLC0415  only once Django is set up

        return public_keys(datetime.now(UTC))
    found: dict[str, bytes] = {}
    for name in names:
        held = json.loads(Path(name).read_text())
        if held.get("format") != FORMAT:
            raise WrongCall(f"{name} is no file of public keys.")
        found |= {row["id"]: base64.urlsafe_b64decode(row["x"] + "==") for row in held["keys"]}
    return found
