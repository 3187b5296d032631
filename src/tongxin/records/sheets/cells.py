"""What a sheet holds once it is read, and how a cell crosses the pipe from the child process."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final

FORMULA_UNSAVED: Final = "formula-unsaved"
EXCEL_ERROR: Final = "excel-error"


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell that shows something and holds nothing that can be used. `str()` is what the cell shows."""

    code: str
    shown: str = ""

    @property
    def words(self) -> str:
        if self.code == FORMULA_UNSAVED:
            return "这一格是公式，文件里没有算好的结果。请在Excel里打开、保存一次，或把公式粘贴为数值。"
        return "这一格是Excel的报错，不是数据。请改正公式，或直接填上数据。"

    def __str__(self) -> str:
        return self.shown


Cell = str | float | bool | datetime | date | time | Fault  # int is a float here; an empty cell is ""
Area = tuple[int, int, int, int]  # top, left, bottom, right; from 0, all of them in


@dataclass(slots=True)
class Sheet:
    """`rows[0]` is row 1 of the sheet, `rows[0][0]` its cell A1. Rows may be shorter than the widest."""

    name: str
    rows: list[list[Cell]]
    merges: list[Area] = field(default_factory=list)


@dataclass(slots=True)
class Stream:
    """A sheet whose rows come one after the other and are not kept."""

    name: str
    rows: Iterable[list[Cell]]
    merges: list[Area] = field(default_factory=list)


@dataclass(slots=True)
class Workbook:
    """`kind` is what the content is: xlsx, xls, csv, html. `notes` are sentences for the person who sent it."""

    kind: str
    sheets: list[Sheet]
    hidden: list[str] = field(default_factory=list)  # names of sheets that were not read because they are hidden
    date1904: bool = False  # bare numbers count days from 1904 (old Macintosh workbooks)
    notes: list[str] = field(default_factory=list)


def to_wire(cell: object) -> object:  # noqa: PLR0911  one answer for each type
    """JSON's own types stay; everything else becomes a list, which no cell is."""
    if isinstance(cell, str | float | bool | int):
        return cell
    if isinstance(cell, Fault):
        return ["f", cell.code, cell.shown]
    if isinstance(cell, datetime):
        return ["s", cell.isoformat()]
    if isinstance(cell, date):
        return ["d", cell.isoformat()]
    if isinstance(cell, time):
        return ["t", cell.isoformat()]
    if isinstance(cell, timedelta):
        seconds = int(cell.total_seconds()) % 86_400
        return ["t", time(seconds // 3600, seconds // 60 % 60, seconds % 60).isoformat()]
    return ""


def from_wire(sent: Sequence[Any]) -> Cell:
    match sent:
        case ["f", str(code), str(shown)]:
            return Fault(code, shown)
        case ["s", str(text)]:
            return datetime.fromisoformat(text)
        case ["d", str(text)]:
            return date.fromisoformat(text)
        case ["t", str(text)]:
            return time.fromisoformat(text)
    raise ValueError(sent)


def column_letters(index: int) -> str:
    """0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """A is 0, AA is 26."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1
