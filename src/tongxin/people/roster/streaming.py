"""A large roster, piece by piece: first a look at its head, then its rows, never all of them at once."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from tongxin.people.roster.columns import map_columns
from tongxin.people.roster.reading import USUAL, choose_sheet, told_of_file
from tongxin.people.roster.rows import Layout, carried_from, layout, read_part
from tongxin.people.roster.shapes import Choices, ColumnMap, Question, RosterRow
from tongxin.people.roster.skipping import Skipped
from tongxin.records.sheets.cells import Area, Cell
from tongxin.records.sheets.limits import LARGE
from tongxin.records.sheets.reading import OpenBook, open_book, rows_of

HEAD: Final = 200  # rows that are looked at to find the header
ROWS_A_PIECE: Final = 2_000


@dataclass(slots=True)
class Head:
    """What is known of a file before its rows are read. It goes to other processes as JSON."""

    sheet: str  # as the file calls it; a text has no name for it
    title: str
    header_row: int  # from 0
    columns: list[ColumnMap]
    questions: list[Question]
    notes: list[str]
    merges: list[Area]
    date1904: bool

    def layout(self, today: date | None) -> Layout:
        return layout(self.header_row, self.columns, self.merges, date1904=self.date1904, today=today)

    def to_wire(self) -> dict[str, Any]:
        columns = [[one.index, one.letter, one.header, one.field] for one in self.columns]
        return {"row": self.header_row, "columns": columns, "merges": self.merges, "date1904": self.date1904}


def layout_of(wire: Mapping[str, Any], today: date | None) -> Layout:
    columns = [ColumnMap(*one) for one in wire["columns"]]
    merges = [(top, left, bottom, right) for top, left, bottom, right in wire["merges"]]
    return layout(wire["row"], columns, merges, date1904=wire["date1904"], today=today)


@dataclass(frozen=True, slots=True)
class Piece:
    """`first` is the place of its first row in the sheet, from 0. `carried`: merged cells that begin further up."""

    number: int
    first: int
    line: bytes
    carried: dict[tuple[int, int], Cell]


@contextmanager
def opened(path: Path) -> Iterator[OpenBook]:
    with open_book(path, head=HEAD, limits=LARGE) as file:
        yield file


def look(file: OpenBook, filename: str, *, choices: Choices = USUAL) -> Head:
    """Refused when the file is no roster. Rows are read only where two columns are alike and must be compared."""
    book = file.book
    names = [sheet.name for sheet in book.sheets]
    for sheet in book.sheets:
        sheet.name = sheet.name or Path(filename).stem or "名册"
    sheet, header, asked = choose_sheet(book, choices)
    own = names[book.sheets.index(sheet)]
    columns, questions = map_columns(header, _Body(file.path, own, header.row + 1), choices)
    notes = told_of_file(book, columns)
    merges = [area for area in sheet.merges if area[0] > header.row]
    return Head(own, sheet.name, header.row, columns, asked + questions, notes, merges, book.date1904)


def pieces_of(file: OpenBook, head: Head, *, rows: int = ROWS_A_PIECE) -> Iterator[Piece]:
    how = head.layout(None)
    carried: dict[tuple[int, int], Cell] = {}
    for number, line in enumerate(file.pieces(head.sheet, rows_a_piece=rows)):
        yield Piece(number, number * rows, line, dict(carried))
        if how.merges:
            carried |= carried_from(rows_of(line), number * rows, how)


def read_piece(
    first: int, line: bytes, how: Layout, carried: Mapping[tuple[int, int], Cell]
) -> tuple[list[RosterRow], Skipped]:
    """What is above the header, and the header, is passed over."""
    rows: Sequence[list[Cell]] = rows_of(line)
    skipped = Skipped()
    over = max(0, min(len(rows), how.header_row + 1 - first))
    return read_part(rows[over:], first + over, how, skipped, carried), skipped


@dataclass(frozen=True, slots=True)
class _Body:
    """The rows below the header, as often as they are asked for."""

    path: Path
    sheet: str
    first: int

    def __iter__(self) -> Iterator[list[Cell]]:
        with open_book(self.path, head=1, limits=LARGE) as file:
            number = 0
            for line in file.pieces(self.sheet, rows_a_piece=ROWS_A_PIECE):
                for row in rows_of(line):
                    number += 1
                    if number > self.first:
                        yield row
