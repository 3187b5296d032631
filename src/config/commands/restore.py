"""`tongxin restore DIR`: bring a backup back, into an empty installation or with --replace in the place of what is there."""

import argparse
import os
import sys
from pathlib import Path

from config import restore
from config.commands.answers import add_json, answer, progress
from config.embedded import data_folder
from config.surroundings import WrongCall, database

HELP = "bring a backup back (verified first; what was there is kept aside)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="what `tongxin backup` wrote")
    parser.add_argument("--replace", action="store_true", help="put aside a database that is not empty")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    source: Path = args.folder.expanduser().resolve()
    if not source.is_dir():
        message = f"{args.folder} is not a folder."
        raise WrongCall(message)
    with database():
        progress("Verifying and restoring …")
        try:
            made, kept = restore.bring_back(
                source, url=os.environ["DATABASE_URL"], data=data_folder(), replace=args.replace
            )
        except restore.Declined as problem:
            sys.stderr.write(f"tongxin: {problem}\n")
            return 1
    for name in kept:
        progress(f"kept aside: {name}")
    answer(args, made.told())
    return 0
