"""Spreadsheets out: .xlsx row by row with little memory, and CSV. Nothing that is written can run as a formula."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import IO, Any, Final, Literal

import xlsxwriter  # type: ignore[import-untyped]  # it has no types of its own
from django.utils.timezone import is_aware, localtime
from xlsxwriter.format import Format  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

Kind = Literal["text", "number", "money", "date", "moment"]
Plain = str | float | int | bool | Decimal | datetime | date | time | None

ROWS_WITH_CHOICES: Final = 100_000
_FONT: Final = "等线"
_A4: Final = 9  # as Excel numbers papers
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
_LONGEST_TEXT: Final = 32_767
_LONGEST_LIST: Final = 255  # of a drop-down's choices written in place; longer ones lie on a hidden sheet
_WIDEST, _NARROWEST = 40, 8
_SHEET_NAME_FORBIDDEN: Final = str.maketrans("[]:*?/\\", "（）：＊？／＼")
LISTS: Final = "_选项"


@dataclass(frozen=True, slots=True)
class Column:
    """`text` is the kind of numbers of papers and phones too: they are not for counting with."""

    header: str
    kind: Kind = "text"
    width: float | None = None
    choices: Sequence[str] = ()
    hint: str = ""  # shown when the cell is chosen
    required: bool = False  # header in another colour


@dataclass(frozen=True, slots=True)
class Marked:
    """A cell in red with a remark beside it."""

    value: Plain
    remark: str = ""


Written = Plain | Marked


def write_workbook(
    columns: Sequence[Column],
    rows: Iterable[Sequence[Written]],
    *,
    title: str,
    notes: Sequence[str] = (),
) -> bytes:
    """One sheet named `title` with a frozen header, and the notes on a second sheet 说明."""
    stream = io.BytesIO()
    write_workbook_to(stream, columns, rows, title=title, notes=notes)
    return stream.getvalue()


def write_workbook_to(
    stream: IO[bytes],
    columns: Sequence[Column],
    rows: Iterable[Sequence[Written]],
    *,
    title: str,
    notes: Sequence[str] = (),
) -> None:
    """Rows are taken one at a time, so an iterator over the database may be passed."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": True,
    }
    book = xlsxwriter.Workbook(stream, options)
    try:
        formats = _formats(book)
        sheet = book.add_worksheet(sheet_name(title))
        _write_header(book, sheet, columns, formats)
        for number, row in enumerate(rows, 1):
            for place, value in enumerate(row):
                kind = columns[place].kind if place < len(columns) else "text"
                _write_cell(sheet, number, place, value, kind, formats)
        _write_notes(book, notes, formats)
    finally:
        book.close()


def write_csv(columns: Sequence[Column], rows: Iterable[Sequence[Written]]) -> Iterator[bytes]:
    """UTF-8 with a mark, so that Excel reads it right; a text that could run as a formula gets a quote before it."""
    yield "\ufeff".encode() + _csv_line([column.header for column in columns])
    for row in rows:
        yield _csv_line([value.value if isinstance(value, Marked) else value for value in row])


def guarded(text: str) -> str:
    """For CSV, where a spreadsheet decides by the first character what is a formula."""
    runs = text.startswith(_FORMULA_STARTS) or text.lstrip(" \u3000\u00a0\ufeff").startswith(_FORMULA_STARTS)
    return f"'{text}" if runs else text


def sheet_name(title: str) -> str:
    return title.translate(_SHEET_NAME_FORBIDDEN).strip("'").strip()[:31] or "表"


def _csv_line(values: Sequence[Plain]) -> bytes:
    line = io.StringIO(newline="")
    csv.writer(line).writerow([guarded(value) if isinstance(value, str) else _shown(value) for value in values])
    return line.getvalue().encode()


def _local(value: datetime) -> datetime:
    """As clocks here show it: a sheet knows no zones."""
    return localtime(value).replace(tzinfo=None) if is_aware(value) else value


def _shown(value: Plain) -> object:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return _local(value).strftime("%Y-%m-%d %H:%M")
    return "" if value is None else value


def _formats(book: xlsxwriter.Workbook) -> dict[str, Format]:
    usual: dict[str, Any] = {"font_name": _FONT, "font_size": 11, "valign": "vcenter"}
    looks: dict[str, dict[str, Any]] = {
        "text": {"num_format": "@"},
        "number": {},
        "money": {"num_format": "#,##0.00"},
        "date": {"num_format": "yyyy-mm-dd"},
        "moment": {"num_format": "yyyy-mm-dd hh:mm"},
    }
    head: dict[str, Any] = {**usual, "bold": True, "border": 1, "text_wrap": True, "align": "center"}
    wrong = {"bg_color": "#FDE2E0", "font_color": "#9C1C14"}
    formats = {kind: book.add_format({**usual, **look}) for kind, look in looks.items()}
    formats |= {f"{kind}!": book.add_format({**usual, **look, **wrong}) for kind, look in looks.items()}
    formats["head"] = book.add_format({**head, "bg_color": "#F2F2F2"})
    formats["head!"] = book.add_format({**head, "bg_color": "#FCE9DA"})
    formats["note"] = book.add_format({**usual, "text_wrap": True})
    return formats


def _write_header(
    book: xlsxwriter.Workbook,
    sheet: Worksheet,
    columns: Sequence[Column],
    formats: dict[str, Format],
) -> None:
    sheet.freeze_panes(1, 0)
    sheet.set_paper(_A4)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)  # on paper all columns stand side by side, under their header on every page
    sheet.repeat_rows(0)
    sheet.set_row(0, 30)
    long_lists: list[Sequence[str]] = []
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width or _fitting_width(column), formats[column.kind])
        sheet.write_string(0, place, column.header, formats["head!" if column.required else "head"])
        validation = _validation(column, long_lists)
        if validation:
            sheet.data_validation(1, place, ROWS_WITH_CHOICES, place, validation)
    if long_lists:
        _write_lists(book, long_lists)


def _fitting_width(column: Column) -> float:
    if column.kind in {"date", "moment"}:
        return 12 if column.kind == "date" else 17
    return max(_NARROWEST, min(_WIDEST, 2 * len(column.header) + 3))


def _validation(column: Column, long_lists: list[Sequence[str]]) -> dict[str, Any] | None:
    """Drop-downs advise and do not stop: a roster is checked on the way in, with better words."""
    asked: dict[str, Any] = {"validate": "any"}
    if column.choices:
        source: object = list(column.choices)
        if len(",".join(column.choices)) > _LONGEST_LIST:
            long_lists.append(column.choices)
            letter = chr(64 + len(long_lists))
            source = f"='{LISTS}'!${letter}$1:${letter}${len(column.choices)}"
        asked = {
            "validate": "list",
            "source": source,
            "error_type": "warning",
            "error_title": column.header[:32],
            "error_message": "这一项不在常用的选项里，确定要这样填吗？",
        }
    if column.hint:
        asked |= {"input_title": column.header[:32], "input_message": column.hint[:255]}
    return asked if column.choices or column.hint else None


def _write_lists(book: xlsxwriter.Workbook, lists: Sequence[Sequence[str]]) -> None:
    sheet = book.add_worksheet(LISTS)
    sheet.hide()
    for row in range(max(map(len, lists))):
        for place, choices in enumerate(lists):
            if row < len(choices):
                sheet.write_string(row, place, choices[row])


def _write_cell(sheet: Worksheet, row: int, place: int, value: Written, kind: Kind, formats: dict[str, Format]) -> None:
    mark = ""
    if isinstance(value, Marked):
        mark, remark, value = "!", value.remark, value.value
        if remark:
            sheet.write_comment(row, place, remark, {"x_scale": 2, "author": "同心"})
    look = formats[kind + mark]
    if value is None or value == "":
        if mark:  # the column's own look is there without a cell
            sheet.write_blank(row, place, None, look)
    elif isinstance(value, bool):
        sheet.write_string(row, place, "是" if value else "否", look)
    elif isinstance(value, datetime | date):
        dated = (
            formats[("moment" if isinstance(value, datetime) else "date") + mark]
            if kind not in {"date", "moment"}
            else look
        )
        sheet.write_datetime(row, place, _local(value) if isinstance(value, datetime) else value, dated)
    elif isinstance(value, int | float | Decimal) and kind in {"number", "money"}:
        sheet.write_number(row, place, value, look)
    else:
        sheet.write_string(row, place, str(value)[:_LONGEST_TEXT], look)


def _write_notes(book: xlsxwriter.Workbook, notes: Sequence[str], formats: dict[str, Format]) -> None:
    if not notes:
        return
    sheet = book.add_worksheet("说明")
    sheet.set_column(0, 0, 90)
    for row, note in enumerate(notes):
        sheet.write_string(row, 0, note, formats["note"])
