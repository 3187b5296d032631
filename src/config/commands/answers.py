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
        sys.stdout.write(json.dumps(data, ensure_ascii=False, default=str) + "\n")
    else:
        sys.stdout.write((lines or "\n".join(f"{name}: {value}" for name, value in data.items())) + "\n")


def progress(words: str) -> None:
    """Long work says where it is; on stderr, so that stdout stays what was asked for."""
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()
