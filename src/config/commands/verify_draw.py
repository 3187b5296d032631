"""`tongxin verify_draw FILE`: recompute a published draw from its file. Needs no database, no settings and no network."""

import argparse
import json
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from config.commands.answers import add_json, answer
from config.surroundings import Wrong, WrongCall
from tongxin.kernel.draw import first_difference

HELP = "check a published draw (draw.json): everything in it is computed again from the list, the seals and the value"
LARGEST = 512 * 1024 * 1024  # bytes; a draw among a million tickets is about 170 MB
LONGEST = 300  # characters of a difference that people are told


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="draw.json, or - for standard input")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """0: it all follows; 1: something does not, and the first such thing is named; 2: there is no such file."""
    difference = _difference(_read(args.file))
    told = "verified: the order and the places follow from the list, the seals and the value"
    answer(
        args,
        {"verified": difference is None, "first_difference": difference},
        f"differs: {_one_line(difference)}" if difference else told,
    )
    return 0 if difference is None else 1


def _one_line(text: str) -> str:
    """What the file says is quoted in it: no line of its own, nothing that moves a terminal's cursor, and not endless."""
    said = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in said)


def _difference(text: bytes) -> str | None:
    try:
        file: Any = json.loads(text.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_number)
    except ValueError as problem:
        return f"the file is not JSON: {problem}"
    except RecursionError:
        return "the file is not JSON: nested too deeply"
    except MemoryError as problem:
        raise Wrong("this machine has too little memory for this file") from problem
    return first_difference(file) if isinstance(file, dict) else "the file is not one JSON object"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of a name that stands twice one reader takes the first and another the last: such a file says two things."""
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(name for n, (name, _) in enumerate(pairs) if name in {one for one, _ in pairs[:n]})
        raise ValueError(f"{twice} stands in it twice")
    return found


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


def _read(name: str) -> bytes:
    """A device or a pipe says nothing of its size: it is read as far as it may go, and no further."""
    try:
        with nullcontext(sys.stdin.buffer) if name == "-" else Path(name).open("rb") as file:
            found = file.read(LARGEST + 1)
    except OSError as problem:
        raise WrongCall(f"{name} cannot be read: {problem.strerror}") from problem
    if len(found) > LARGEST:
        raise WrongCall(f"{name} is larger than {LARGEST:,} bytes")
    return found
