"""One row read again after somebody typed into it: the same readers, the same words."""

import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Final

from tongxin.people.roster.columns import Header
from tongxin.people.roster.fields import FIELDS, REQUIRED
from tongxin.people.roster.kept import Entry
from tongxin.people.roster.rows import read_rows
from tongxin.people.roster.shapes import ColumnMap, Problem
from tongxin.records.sheets.cells import EXCEL_ERROR, FORMULA_UNSAVED, Cell, Fault, Sheet, column_letters

LONGEST: Final = 1_000  # characters of one cell that is typed
_FAULTS: Final = frozenset({EXCEL_ERROR, FORMULA_UNSAVED})
KEY_CODES: Final = frozenset({"key-foreign", "key-wrong", "key-twice"})  # of the row, whatever is typed into it
_SERIAL = re.compile(r"\d{4,5}(?:\.\d+)?")  # a day as the sheet counted it; which calendar, only the file knew


_EMPTY: Final = Problem("name", "row-empty", "这一行没有姓名和证件号码。", "请填上，或跳过这一行。")


def read_again(entry: Entry, typed: Mapping[str, str], *, fields: Collection[str], today: date) -> Entry:
    """The entry with what was typed in place of what stood there. Answers are given to a row as it was, so they go.

    `fields` are those that the sheet has columns for.
    """
    new = {name: text.strip()[:LONGEST] for name, text in typed.items() if name in FIELDS}
    texts = entry.typed | new
    names = [name for name in FIELDS if name in {*texts, *fields, *REQUIRED}]
    row = [_cell(entry, name, texts.get(name, ""), typed=name in new) for name in names]
    columns = [ColumnMap(place, column_letters(place), FIELDS[name].title, name) for place, name in enumerate(names)]
    header = Header(0, tuple(FIELDS[name].title for name in names), tuple(names))
    sheet = Sheet("", [list(header.texts), row])
    rows, _ = read_rows(sheet, header, columns, today=today)
    if not rows:  # emptied, or made to look like a total
        return Entry(entry.row_no, texts, {}, [_EMPTY])
    read = Entry.of(rows[0])
    told = [problem for problem in entry.told if problem.code in KEY_CODES] + read.told
    return Entry(entry.row_no, {name: text for name, text in texts.items() if text}, read.values, told)


def _cell(entry: Entry, name: str, text: str, *, typed: bool) -> Cell:
    if typed:
        return text
    fault = next((problem.code for problem in entry.told if problem.column == name and problem.code in _FAULTS), None)
    if fault:
        return Fault(fault, text)
    return (
        entry.values[name] if _SERIAL.fullmatch(text) and name in {"born", "joined_on"} & entry.values.keys() else text
    )
