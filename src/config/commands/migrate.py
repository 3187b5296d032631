"""`tongxin migrate`: bring the database's tables to this version."""

import argparse

from config.commands.answers import progress

HELP = "make or change the database's tables for this version (take a backup first)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    del parser


def run(args: argparse.Namespace) -> int:
    del args
    migrate()
    return 0


def migrate() -> None:
    from django.core.management import call_command  # noqa: PLC0415  only once Django is set up

    if not pending():
        return
    progress("Bringing the database to this version …")
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    _renew_parameters()


def pending() -> int:
    """How many migrations wait."""
    from django.db import connection  # noqa: PLC0415
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415

    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _renew_parameters() -> None:
    """What a newer version ships is loaded where the tree stands; without a tree `load_divisions` does it."""
    from config.commands.load_divisions import load_parameters  # noqa: PLC0415  only once Django is set up
    from tongxin.unions.models import Union  # noqa: PLC0415

    if Union.objects.exists():
        load_parameters()
