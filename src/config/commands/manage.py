"""`tongxin manage …`: Django's own commands, with the database running."""

import argparse

from config.surroundings import database, set_up_django

HELP = "run one of Django's management commands, such as `tongxin manage shell`"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="what `django-admin` would be given")


def run(args: argparse.Namespace) -> int:
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    with database():
        set_up_django()
        execute_from_command_line(["tongxin manage", *args.arguments])
    return 0
