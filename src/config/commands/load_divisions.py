"""`tongxin load_divisions`: the unions of 国家统计局's divisions, without any demo data."""

import argparse

from config.commands.answers import add_json, answer, progress

HELP = "make the federations of Sichuan and Chongqing down to townships, with their history (what is there stays)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    from tongxin.unions.actions import seed  # noqa: PLC0415  only once Django is set up
    from tongxin.unions.models import Union  # noqa: PLC0415

    progress("Planting the tree of unions …")
    added = seed.load_divisions()
    answer(args, {"added": added, "unions": Union.objects.count(), "parameters": load_parameters()})
    return 0


def load_parameters() -> int:
    """The ceilings that the house brings along; how many rows are new."""
    from django.utils import timezone  # noqa: PLC0415  only once Django is set up

    from tongxin.people.authority import system  # noqa: PLC0415
    from tongxin.rulebook.actions import shipped  # noqa: PLC0415

    now = timezone.now()
    return shipped.load_parameters(by=system(timezone.localdate(now)), at=now)
