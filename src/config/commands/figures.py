"""`tongxin figures --programme NAME`: a programme's figures, as the page shows them."""

import argparse
from datetime import date

from config.commands.answers import add_json

HELP = "print the figures of a programme, each with its unit, definition and version"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--programme", required=True, metavar="NAME", help="such as 惠工之家")
    parser.add_argument("--union", metavar="CODE", help="this union and below (default: all)")
    parser.add_argument("--as-of", type=date.fromisoformat, metavar="DATE", help="as it stood on YYYY-MM-DD (default: today)")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    raise NotImplementedError(args.command)
