"""The words of one kind of notice."""

import re
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

    @property
    def names(self) -> frozenset[str]:
        """What must be given to fill the words."""
        return frozenset(_NAMES.findall(self.title + self.body + self.link))
