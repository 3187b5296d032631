"""Numbers that a condition names instead of writing them down, and where each is said."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final


@dataclass(frozen=True, slots=True)
class Param:
    """Stands in a comparison where a value would: the value of the day, where the rule is used."""

    key: str


@dataclass(frozen=True, slots=True)
class Quoted:
    """A parameter as it holds on a day at a place. `value` None: nobody has said it, or it is said not to be known."""

    key: str
    value: Decimal | int | str | None = None
    words: str = ""
    unit: str = ""
    document: str = ""
    clause: str = ""
    certainty: str = ""  # how surely, in words
    since: date | None = None


class Parameters:
    """Quoted by key. One that nobody has said is not known, as with facts."""

    def __init__(self, *quoted: Quoted) -> None:
        self._quoted: Mapping[str, Quoted] = {one.key: one for one in quoted}

    def __getitem__(self, key: str) -> Quoted:
        return self._quoted.get(key) or Quoted(key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Parameters) and self._quoted == other._quoted

    def __hash__(self) -> int:
        return hash(frozenset(self._quoted.values()))

    def __contains__(self, key: str) -> bool:
        return key in self._quoted


NONE_SAID: Final = Parameters()
