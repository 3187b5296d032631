"""`tongxin rotate_keys`: a new key for personal numbers; what lies under older ones is sealed again."""

import argparse

from config.commands.answers import add_json, answer, progress
from config.surroundings import Wrong

HELP = (
    "add a new key and seal everything under it (a run that was stopped is gone on with); older keys stay until removed"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_json(parser)
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument("--check", action="store_true", help="instead, say how much lies under which key")
    ways.add_argument(
        "--remove", type=int, metavar="KEY", help="instead, remove an old key that nothing needs any more"
    )
    ways.add_argument(
        "--signing",
        action="store_true",
        help="instead, a new key for membership cards from today; older ones stay public",
    )
    parser.add_argument("--batch", type=int, default=1_000, metavar="ROWS", help="rows in one transaction (1000)")


def run(args: argparse.Namespace) -> int:
    if args.signing:
        return _signing(args)
    if args.check:
        return _check(args)
    if args.remove is not None:
        return _remove(args)
    return _rotate(args)


def _rotate(args: argparse.Namespace) -> int:
    from django.utils import timezone  # noqa: PLC0415  only once Django is set up

    from tongxin.people.actions import rotation  # noqa: PLC0415
    from tongxin.store.keys import from_environment, ring  # noqa: PLC0415

    added = not rotation.unfinished()
    if added and from_environment():
        raise Wrong("The keys come from TONGXIN_KEYS: add a key there, restart, and run this again.")
    key = rotation.add_key(timezone.now()) if added else ring().current.id
    done = 0
    for batch in rotation.reseal(most=max(1, args.batch)):
        done += batch
        progress(f"{done} rows sealed under key {key}")
    left = sum(sum(found.values()) for other, found in rotation.under().items() if other != key)
    words = f"Key {key} is in use; {done} rows were sealed under it. Back up the keys now."
    if left:
        words += f" {left} values are in use at this moment or open under no key: run this again, or see the log."
    answer(args, {"key": key, "added": added, "sealed": done, "left": left}, words)
    return 0


def _check(args: argparse.Namespace) -> int:
    from tongxin.people.actions import rotation  # noqa: PLC0415
    from tongxin.store.keys import ring  # noqa: PLC0415

    under = rotation.under()
    lines = [f"key {key}: {sum(found.values())} values" for key, found in sorted(under.items())]
    data = {"current": ring().current.id, "keys": sorted(ring().keys), "under": under}
    answer(args, data, "\n".join([f"key {ring().current.id} is the current one", *lines]))
    return 0 if under.keys() <= {ring().current.id} else 1


def _remove(args: argparse.Namespace) -> int:
    from django.utils import timezone  # noqa: PLC0415

    from tongxin.people.actions import rotation  # noqa: PLC0415
    from tongxin.store.keys import from_environment  # noqa: PLC0415

    rotation.remove_key(args.remove, at=timezone.now())
    words = f"Key {args.remove} is gone. Backups from before need the keys that lie in them."
    if from_environment():
        words = f"Nothing is under key {args.remove} any more: take it out of TONGXIN_KEYS and restart."
    answer(args, {"removed": args.remove, "from_ring": not from_environment()}, words)
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
