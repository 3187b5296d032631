"""`tongxin powers`: the matrix role × power × reach, from the table that the checks read."""

import argparse

from config.commands.answers import add_json

HELP = "print which role holds which power, and how far it reaches"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    raise NotImplementedError(args.command)
