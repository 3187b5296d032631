"""`tongxin bench_release --workers N --places M`: a release measured on this machine, in a data folder of its own."""

import argparse
import os
import sys
from pathlib import Path

from config.commands.answers import add_json, answer
from config.surroundings import Wrong, WrongCall, database

HELP = "measure a release: N workers for M places against the real server, in a data folder of its own"
REPOSITORY = Path(__file__).resolve().parents[3]
CLIENTS = 256


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--workers", type=int, required=True, metavar="N", help="how many come, each once")
    parser.add_argument("--places", type=int, required=True, metavar="M", help="how many places there are")
    parser.add_argument("--clients", type=int, default=CLIENTS, metavar="C", help=f"connections (default: {CLIENTS})")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """0: all answered, none oversold, none twice; 1: something of that is not so, and the numbers say what."""
    if min(args.workers, args.places, args.clients) < 1:
        raise WrongCall("--workers, --places and --clients are 1 at least.")
    if not (REPOSITORY / "bench" / "release.py").is_file():
        raise Wrong(
            "The measuring programs stand in the repository: run this from an installation made by `make install`."
        )
    sys.path.insert(0, str(REPOSITORY))
    os.environ.pop("DATABASE_URL", None)  # never the one that people use, and never their folder
    os.environ.setdefault("TONGXIN_BENCH_DATA", str(REPOSITORY / ".cache" / "bench-release"))
    from bench.ground import set_up, settle  # noqa: PLC0415  after the path is known

    folder = settle()
    with database():
        set_up()
        from config.commands.migrate import migrate  # noqa: PLC0415

        migrate()
        from bench.release import bench  # noqa: PLC0415

        found = bench(folder, args.workers, args.places, args.clients)
    answer(args, found)
    well = found["granted"] == min(args.workers, args.places) and not any(
        found[name] for name in ("oversold", "duplicates", "errors")
    )
    return 0 if well else 1
