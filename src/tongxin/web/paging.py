"""Lists in pages of fifty, without counting all rows when nobody asked."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

M = TypeVar("M", bound=Model)
R = TypeVar("R")
S = TypeVar("S")
SIZE = 50
DEEPEST = 2000  # a page number beyond this is no reader


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """Iterates its rows. `total` is None unless it was counted."""

    rows: list[R]
    number: int
    size: int
    more: bool
    total: int | None = None

    def __iter__(self) -> Iterator[R]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def of(self, rows: list[S]) -> "Page[S]":
        """The same page, of what is shown of each of its rows."""
        return Page(rows, self.number, self.size, self.more, self.total)

    @property
    def first(self) -> int:
        return (self.number - 1) * self.size + 1

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1


def paged(request: HttpRequest, rows: QuerySet[M], *, size: int = SIZE, total: int | None = None) -> Page[M]:
    """The page that ?page= asks for; one row more is fetched to know whether another follows. `rows` must be ordered."""
    asked = request.GET.get("page", "")
    number = min(max(int(asked), 1), DEEPEST) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
    start = (number - 1) * size
    found = list(rows[start : start + size + 1])
    return Page(found[:size], number, size, len(found) > size, total)
