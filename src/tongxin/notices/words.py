"""The words of one kind of notice."""

import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

_NAMES: Final = re.compile(r"%\((\w+)\)s")
MY_THINGS: Final = "/me/"


@dataclass(frozen=True, slots=True)
class Words:
    """`link` is where the reader goes on."""

    title: str
    body: str
    link: str = MY_THINGS
    elsewhere: str = ""  # instead of one's things, where what it names is given: older messages do not

    @property
    def names(self) -> frozenset[str]:
        """What must be given to fill the words."""
        return frozenset(_NAMES.findall(self.title + self.body + self.link))

    def onward(self, given: AbstractSet[str]) -> str:
        """The link that can be filled."""
        return self.elsewhere if self.elsewhere and given >= set(_NAMES.findall(self.elsewhere)) else self.link
