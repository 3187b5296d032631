"""The `tongxin` command. Names, JSON keys and exit codes are a contract with scripts: docs/operate.md.

Each command is a module in config.commands with `HELP`, `add_arguments(parser)` and `run(args) -> int`; those that need a
database find it running and Django set up.
"""

import argparse
import contextlib
import importlib
import os
import signal
import sys
from collections.abc import Callable
from types import ModuleType

import psycopg

from config.surroundings import Wrong, WrongCall, database, set_up_django

DONE, NOT_WELL, WRONG_CALL, WRONG_SURROUNDINGS = 0, 1, 2, 3
ON_THEIR_OWN = ("serve", "demo", "manage", "backup", "restore", "bench_release")  # see to their surroundings themselves
NO_DATABASE = ("powers", "check_passport", "check_receipt")
NOTHING = ("verify_draw",)  # needs neither settings nor a data folder: whoever checks a draw has installed nothing else
NOTHING_WITH_KEYS = ("check_receipt",)  # nor does this one, where the published keys are named
COMMANDS = (
    "demo", "serve", "migrate", "load_divisions", "staff_account", "import_roster", "figures", "powers",
    "backup", "restore", "rotate_keys", "check_passport", "check_health", "verify_draw", "check_receipt", "bench_release", "manage",
)  # fmt: skip


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tongxin", description="同心: the platform of trade unions, for its operator."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in COMMANDS:
        module = _module(name)
        module.add_arguments(commands.add_parser(name, help=module.HELP, description=module.HELP))
    return parser


def main(arguments: list[str] | None = None) -> int:
    args = build_parser().parse_args(arguments)
    with contextlib.suppress(ValueError):  # not on a thread
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that what was started is stopped
    try:
        return _run(args)
    except psycopg.OperationalError as problem:
        return _say(f"The database does not answer: {str(problem).splitlines()[0]}", WRONG_SURROUNDINGS)
    except WrongCall as problem:
        return _say(problem, WRONG_CALL)
    except Wrong as problem:
        return _say(problem, WRONG_SURROUNDINGS)
    except BrokenPipeError:  # the reader of our output left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOT_WELL
    except KeyboardInterrupt:
        return 130


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"config.commands.{name}")


def _run(args: argparse.Namespace) -> int:
    run = _module(args.command).run
    needs_nothing = args.command in NOTHING or (args.command in NOTHING_WITH_KEYS and args.keys)
    if needs_nothing or args.command in ON_THEIR_OWN:
        return int(run(args))
    if args.command in NO_DATABASE:
        set_up_django()
        return int(run(args))
    with database():
        set_up_django()
        return _with_database(run, args)


def _with_database(run: Callable[[argparse.Namespace], int], args: argparse.Namespace) -> int:
    """Refusals are 1; a database that does not answer, or has no tables yet, is 3."""
    from django.db import OperationalError, ProgrammingError  # noqa: PLC0415  only once Django is set up
    from psycopg_pool import PoolTimeout  # noqa: PLC0415

    from tongxin.kernel.refused import Refused  # noqa: PLC0415

    try:
        return run(args)
    except Refused as refusal:
        return _say(refusal, NOT_WELL)
    except (OperationalError, PoolTimeout) as problem:
        return _say(f"The database does not answer: {str(problem).splitlines()[0]}", WRONG_SURROUNDINGS)
    except ProgrammingError as problem:
        if getattr(problem.__cause__, "sqlstate", None) == "42P01":  # no such table
            return _say("The database has no tables of ours yet: run `tongxin migrate` first.", WRONG_SURROUNDINGS)
        raise


def _say(words: object, code: int) -> int:
    sys.stderr.write(f"tongxin: {words}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
