"""What reading a roster gives: columns, rows, problems, and questions that only a person can answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from tongxin.kernel.refused import Refused
from tongxin.people.roster.fields import KEY, OURS, SERIAL
from tongxin.records.sheets.cells import Sheet


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """One column of the sheet. `field` is None when nothing is read from it; `index` is 0 for column A."""

    index: int
    letter: str
    header: str
    field: str | None

    @property
    def is_ours(self) -> bool:
        return self.field in {OURS, KEY}

    @property
    def is_read(self) -> bool:
        return self.field not in {None, OURS, SERIAL}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in one field of one row. Words never repeat the cell.

    `blocks`: the row cannot come in like this. Otherwise the row comes in and this says with what difference.
    """

    column: str  # a field name, "" for the whole row
    code: str
    message: str
    fix: str = ""
    blocks: bool = True

    @classmethod
    def of(cls, column: str, refusal: Refused, *, blocks: bool = True) -> "Problem":
        """A refusal's words are one sentence, what is wrong and then `请…`."""
        words = str(refusal)
        cut = words.find("请")
        if cut <= 0:
            return cls(column, refusal.code, words, blocks=blocks)
        return cls(column, refusal.code, words[:cut].rstrip("，。； ") + "。", words[cut:], blocks)


@dataclass(slots=True)
class RosterRow:
    """`row_no` as the sheet counts, from 1. `values` hold only what was found; `raw` the text of the cells that say something."""

    row_no: int
    values: dict[str, object]
    raw: dict[str, str]
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_blocked(self) -> bool:
        return any(problem.blocks for problem in self.problems)

    def texts(self) -> dict[str, str]:
        """The values as text for keeping; days are ISO, yes and no are "1" and "0"."""
        return {
            name: value if value.__class__ is str else _kept(value)  # asked by its class: quicker
            for name, value in self.values.items()
        }


@dataclass(frozen=True, slots=True)
class Question:
    """Asked before anything is written. The answer goes into `Choices` under `about`: a field name, or "sheet"."""

    about: str
    code: str
    words: str
    options: tuple[tuple[str, str], ...]  # what to answer, what to show


@dataclass(frozen=True, slots=True)
class Choices:
    """Answers: which sheet, and which column (by its index, -1 for none) a field is read from.

    `headers`: what was said of headers earlier (`fields.header_key`, field); an empty field: not read.
    """

    sheet: str | None = None
    columns: Mapping[str, int] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class RosterFile:
    """`notes` are sentences for the cadre: what was skipped, what was filled, what was not used."""

    columns: list[ColumnMap]
    rows: list[RosterRow]
    notes: list[str]
    questions: list[Question]
    sheet: Sheet
    header_row: int  # as the sheet counts; the last one of a header of two rows
    kind: str
    sheet_names: list[str]

    def column_of(self, name: str) -> ColumnMap | None:
        return next((column for column in self.columns if column.field == name), None)


def rows_listed(numbers: Sequence[int], most: int = 5) -> str:
    """3、8、12等9行"""
    shown = "、".join(map(str, numbers[:most]))
    return f"第{shown}行" if len(numbers) <= most else f"第{shown}等{len(numbers)}行"


def _kept(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return value.isoformat() if isinstance(value, date) else str(value)
