"""`tongxin import_roster FILE --union CODE`: a member roster, as the page imports it."""

import argparse
from pathlib import Path

from config.commands.answers import add_json

HELP = "import a member roster (.xlsx, .xls, .csv) into a union"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--union", required=True, metavar="CODE", help="the union's code, such as 500118")
    parser.add_argument("--dry-run", action="store_true", help="only say what would change")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    raise NotImplementedError(args.command)
