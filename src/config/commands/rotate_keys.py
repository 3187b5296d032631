"""`tongxin rotate_keys`: a new key for personal numbers; what lies under older ones is sealed again."""

import argparse

from config.commands.answers import add_json, answer, progress
from config.surroundings import Wrong

HELP = "add a new key and seal all personal numbers under it; older keys stay in the ring"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_json(parser)
    parser.add_argument(
        "--signing",
        action="store_true",
        help="instead, a new key for membership cards from today; older ones stay public",
    )


def run(args: argparse.Namespace) -> int:
    import os  # noqa: PLC0415  only for the one refusal below

    from tongxin.people.actions import rotation  # noqa: PLC0415  only once Django is set up

    if args.signing:
        return _signing(args)
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


def _signing(args: argparse.Namespace) -> int:
    import os  # noqa: PLC0415

    from django.utils import timezone  # noqa: PLC0415  only once Django is set up

    from tongxin.store import signing  # noqa: PLC0415

    if os.environ.get("TONGXIN_SIGNING_KEYS"):
        raise Wrong("The keys come from TONGXIN_SIGNING_KEYS: add a key there and restart.")
    key = signing.rotate(timezone.localdate())
    words = f"Key {key.id} signs membership cards from {key.since}. Give passport-keys.json to the others anew."
    answer(args, {"key": key.id, "since": str(key.since)}, words)
    return 0
