"""`tongxin demo`: tables, a synthetic history, addresses and accounts to try it with, and the server."""

import argparse
import os
import sys

from config.commands.answers import progress
from config.commands.migrate import migrate
from config.commands.serve import add_address, refuse_taken_port, serve
from config.embedded import data_folder
from config.surroundings import database, set_up_django

HELP = "serve with synthetic data and demo accounts (a second run adds nothing)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_address(parser)
    parser.add_argument("--no-serve", action="store_true", help="only make the data")


def run(args: argparse.Namespace) -> int:
    if not args.no_serve:
        refuse_taken_port(args.host, args.port)
    os.environ["TONGXIN_DEMO"] = "1"
    with database() as server:
        set_up_django()
        migrate()
        from config.demo import load  # noqa: PLC0415  needs the models

        words = load(progress)
        mark = data_folder() / "DEMO"  # from now on every command knows that this folder holds a demo
        mark.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        mark.touch()
        sys.stdout.write(f"{words}\n" if words else "")
        if not args.no_serve:
            serve(args, server)
    return 0
