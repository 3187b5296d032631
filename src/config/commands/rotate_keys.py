"""`tongxin rotate_keys`: a new key for personal numbers; what lies under older ones is sealed again."""

import argparse

from config.commands.answers import add_json, answer, progress
from config.surroundings import Wrong

HELP = "add a new key and seal all personal numbers under it; older keys stay in the ring"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    import os  # noqa: PLC0415  only for the one refusal below

    from tongxin.people.actions import rotation  # noqa: PLC0415  only once Django is set up

    if os.environ.get("TONGXIN_KEYS"):
        raise Wrong("The keys come from TONGXIN_KEYS: add a key there, restart, and the nightly job seals anew.")
    key = rotation.add_key()
    done = 0
    while batch := rotation.reseal():
        done += batch
        progress(f"{done} sealed under key {key}")
    answer(
        args,
        {"key": key, "sealed": done},
        f"Key {key} is in use; {done} values were sealed under it. Back up the keys now.",
    )
    return 0
