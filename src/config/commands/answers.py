"""How commands answer: one JSON object with --json, else lines for people."""

import argparse
import json
import sys
from collections.abc import Mapping


def add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")


def answer(args: argparse.Namespace, data: Mapping[str, object], lines: str | None = None) -> None:
    """`lines` for people; without them the names and values of `data`."""
    if args.json:
        sys.stdout.write(_json(data) + "\n")
    else:
        said = lines or "\n".join(f"{name}: {value}" for name, value in data.items())
        sys.stdout.write(said.encode(_encoding(), "backslashreplace").decode(_encoding()) + "\n")


def _json(data: Mapping[str, object]) -> str:
    """As it reads; escaped where the terminal's encoding, or half a character in it, cannot be written."""
    said = json.dumps(data, ensure_ascii=False, default=str)
    try:
        said.encode(_encoding())
    except UnicodeEncodeError:
        return json.dumps(data, default=str)
    return said


def _encoding() -> str:
    return sys.stdout.encoding or "utf-8"


def progress(words: str) -> None:
    """Long work says where it is; on stderr, so that stdout stays what was asked for."""
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()
