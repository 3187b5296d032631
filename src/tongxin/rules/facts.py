"""What is known about someone, and where it is known from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

Value = bool | int | Decimal | date | str | frozenset[str]


@dataclass(frozen=True, slots=True)
class Fact:
    """`value` None: not known. `source` says where it comes from, or where it would be registered, for people to read: a
    Chinese sentence (the msgid of its translations) with places that `params` fill, as a refusal's words.
    """

    name: str
    value: Value | None
    source: str = ""
    params: Mapping[str, str | date] = field(default_factory=dict, hash=False)

    @property
    def known(self) -> bool:
        return self.value is not None


def unknown(name: str, source: str = "", **params: str | date) -> Fact:
    return Fact(name, None, source, params)


class Facts:
    """Facts by name. One that nobody gave is unknown, never false."""

    def __init__(self, *facts: Fact) -> None:
        self._facts = {fact.name: fact for fact in facts}

    def __getitem__(self, name: str) -> Fact:
        return self._facts.get(name) or unknown(name)

    def __contains__(self, name: str) -> bool:
        return name in self._facts

    def names(self) -> list[str]:
        return sorted(self._facts)
