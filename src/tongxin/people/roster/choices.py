"""Answers about a whole file, from how they are kept to how reading takes them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tongxin.people.roster.shapes import Choices

SHEET = "sheet"
NONE: Final[Mapping[str, str]] = MappingProxyType({})


def choices_of(kept: Mapping[str, str], headers: Mapping[str, str] = NONE) -> Choices:
    """`kept` is by what the question was about: "sheet", or a field with the index of its column."""
    return Choices(kept.get(SHEET), {about: int(option) for about, option in kept.items() if about != SHEET}, headers)
