"""`tongxin powers`: the matrix role × power × reach, from the table that the checks read."""

import argparse

from config.commands.answers import add_json, answer

HELP = "print which role holds which power, and how far it reaches"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    from tongxin.people.powers import Power  # noqa: PLC0415  only once Django is set up
    from tongxin.people.roles import ROLES  # noqa: PLC0415

    matrix = [
        {"role": role.value, "power": power.value, "scope": power.scope.value, "reach": reach.value if reach else None}
        for role, held in ROLES.items()
        for power in Power
        for reach in [held.reach_of(power)]
    ]
    rows = [f"{row['role']:<20}{row['power']:<20}{row['scope']:<10}{row['reach']}" for row in matrix if row["reach"]]
    head = f"{'role':<20}{'power':<20}{'scope':<10}reach"
    answer(args, {"powers": matrix}, "\n".join([head, *rows]))
    return 0
