"""The demo's made-up world: unions, workers, a history of 惠工之家 that adds up to a newspaper's four figures. All synthetic."""

from collections.abc import Callable


def load(progress: Callable[[str], None]) -> str:
    """Loads what is missing and says how to sign in; a second run adds nothing. Django must be set up."""
    from config.demo.loading import load as load_all  # noqa: PLC0415  needs the models

    return load_all(progress)
