"""`tongxin backup DIR`: database, files and keys in one folder, while people go on working."""

import argparse
import os
from pathlib import Path

from config import backup
from config.commands.answers import add_json, answer, progress
from config.embedded import data_folder
from config.surroundings import Wrong, WrongCall, database

HELP = "write database, files and keys into a new folder"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="must not exist yet, or be empty")
    parser.add_argument(
        "--without-keys", action="store_true", help="leave the keys out; keep them elsewhere, all depends on them"
    )
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    target: Path = args.folder.expanduser().resolve()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        message = f"{args.folder} is there already: name a new folder."
        raise WrongCall(message)
    with database():
        progress("Writing the backup …")
        try:
            made = backup.make(
                target, url=os.environ["DATABASE_URL"], data=data_folder(), with_keys=not args.without_keys
            )
        except OSError as problem:
            message = f"The backup could not be written: {problem}"
            raise Wrong(message) from problem
    answer(args, made.told())
    return 0
