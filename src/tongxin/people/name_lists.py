"""A list of names with numbers, pasted or in a sheet, as a cadre has it: which name, and the digits that tell two apart.

Where the named are looked for, each room says itself (one union's members, those who entered a call); `fits` is the same.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from tongxin.kernel import id_numbers, phones
from tongxin.kernel.refused import Refused
from tongxin.people import names
from tongxin.people.models import Person
from tongxin.people.roster.fields import field_of
from tongxin.records.sheets.cells import Cell
from tongxin.records.sheets.reading import read_sheets

MOST: Final = 300  # of one list: one class has fewer places
SEARCHED: Final = 10
FEWEST_DIGITS: Final = 4
SHORTEST_ID: Final = 15
_APART = re.compile(r"[\s,，;；、|/:：]+")
_NUMBER = re.compile(r"[0-9]{3,}[0-9A-Za-z]*|[A-Za-z]{1,2}[0-9]{6,}")
_ENDING = re.compile(r"后.{1,2}位|尾号|末.{1,2}位")
_SERIAL = re.compile(r"^\d{1,3}[.、)）]?$")


@dataclass(frozen=True, slots=True)
class Line:
    """`number`: all or the last digits of a document or a phone; empty where none was given."""

    no: int
    name: str
    number: str


def of_text(text: str) -> list[Line]:
    """One person a line: 王小华 1234. Refused: "names-none", "names-many"."""
    return _checked(of_line(no, line) for no, line in enumerate(text.splitlines(), 1))


def of_line(no: int, text: str) -> Line:
    """One such line; what it does not say is empty."""
    return _of_parts(no, _APART.split(text.strip()))


def fits(number: str, person: Person) -> bool:
    """Whether a document or the phone ends so. Of two of one name the whole number tells which."""
    document, phone = person.document_text(), phones.national(person.phone_text())
    whole = number
    if len(number) >= SHORTEST_ID:
        with suppress(Refused):
            whole = id_numbers.canonical_document("resident_id", number)
    return bool(document and document.endswith(whole)) or bool(phone and phone.endswith(number))


def check_many(n: int) -> None:
    if n > MOST:
        raise Refused("names-many", "一次最多%(most)d人，这里有%(n)d人。请分成几次。", most=MOST, n=n)


def of_sheet(content: bytes) -> list[Line]:
    """The first visible sheet; a header is looked for, and without one each row is read as a pasted line."""
    sheets = read_sheets(content).sheets
    rows = sheets[0].rows if sheets else []
    for place, row in enumerate(rows[:SEARCHED]):
        name, numbers = _columns(row)
        if name is not None:
            below = enumerate(rows[place + 1 :], place + 2)
            return _checked(_of_columns(no, one, name, numbers) for no, one in below)
    return _checked(_of_parts(no, [_text(cell) for cell in row]) for no, row in enumerate(rows, 1))


def _columns(row: Sequence[Cell]) -> tuple[int | None, list[int]]:
    titles = [_text(cell) for cell in row]
    fields = [field_of(title) if title else None for title in titles]
    name = fields.index("name") if "name" in fields else None
    numbers = [
        place
        for place, (title, field) in enumerate(zip(titles, fields, strict=True))
        if field in {"id_number", "phone"} or _ENDING.search(title)
    ]
    return name, numbers


def _of_columns(no: int, row: Sequence[Cell], name: int, numbers: Iterable[int]) -> Line:
    cells = [_text(row[place]) if place < len(row) else "" for place in numbers]
    number = next((cell for cell in cells if cell), "")
    return Line(no, names.tidy(_text(row[name])) if name < len(row) else "", _number(number))


def _of_parts(no: int, parts: Iterable[str]) -> Line:
    found = [part for part in parts if part and not _SERIAL.fullmatch(part)]
    numbers = [part for part in found if _NUMBER.fullmatch(unicodedata.normalize("NFKC", part))]
    words = [part for part in found if part not in numbers and any(map(names.is_han, part))] or [
        part for part in found if part not in numbers
    ]
    return Line(no, names.tidy(words[0]) if words else "", _number(numbers[0]) if numbers else "")


def _text(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _number(text: str) -> str:
    return re.sub(r"[^0-9A-Z]", "", unicodedata.normalize("NFKC", text).upper())


def _checked(lines: Iterable[Line]) -> list[Line]:
    found = [line for line in lines if line.name]
    if not found:
        raise Refused("names-none", "没有读到姓名。每行写一人：姓名，逗号，再写证件号或手机号的后4位以上。")
    check_many(len(found))
    return found
