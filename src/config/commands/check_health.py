"""`tongxin check_health`: what GET /healthz answers, without the web server."""

import argparse

from config.commands.answers import add_json, answer

HELP = "say whether database and job worker work (exit 0 or 1)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    from config.health import health  # noqa: PLC0415  only once Django is set up

    well, parts = health()
    answer(args, parts)
    return 0 if well else 1
