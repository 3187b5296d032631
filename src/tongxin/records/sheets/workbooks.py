"""Reads .xlsx and .xls through calamine. Runs in the child process only: calamine aborts when memory runs out."""

import struct
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, Final

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from tongxin.kernel.refused import Refused
from tongxin.records.sheets.archive import Archive, broken
from tongxin.records.sheets.cells import Area, Cell, Fault, Stream, Workbook
from tongxin.records.sheets.limits import Limits
from tongxin.records.sheets.scanning import Outline, far_cell, look_over, too_many_rows

LOCKED_WORDS: Final = "这个文件设了打开密码，读不了。请在Excel里取消密码（文件→信息→保护工作簿），另存后再上传。"
MACRO_WORDS: Final = "文件里有宏。只读了单元格里的值，宏没有运行。"
_DATE1904_XLS: Final = b"\x22\x00\x02\x00\x01\x00\x0e\x00\x02\x00"  # DATEMODE is 1, and PRECISION always follows it
_GLOBALS_XLS: Final = b"\x09\x08\x10\x00\x00\x06\x05\x00"  # the begin of a workbook's stream
_FILEPASS, _WRITEPROTECT = 0x2F, 0x86
_MACROS_XLS: Final = "_VBA_PROJECT_CUR".encode("utf-16-le")


class OpenWorkbook:
    """A workbook that has been looked over. The largest sheet that was read is kept: it is the one that is asked for again."""

    def __init__(self, file: BinaryIO, kind: str, limits: Limits) -> None:
        self._kind, self._limits = kind, limits
        self._notes, self._outline = _looked_over(file, kind, limits)
        self._kept: tuple[str, CalamineSheet] | None = None
        file.seek(0)
        try:
            self._book = CalamineWorkbook.from_filelike(file)
        except PasswordError:
            raise Refused("file-locked", LOCKED_WORDS) from None
        except (CalamineError, ValueError, OSError):
            raise broken() from None
        worksheets = [sheet for sheet in self._book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        self._visible = [sheet.name for sheet in worksheets if sheet.visible == SheetVisibleEnum.Visible]
        self._hidden = [sheet.name for sheet in worksheets if sheet.visible != SheetVisibleEnum.Visible]
        if len(self._visible) > limits.sheets:
            raise Refused(
                "sheets-many", "这个文件里有%(count)d张表，太多了。请只留要上传的那一张。", count=len(self._visible)
            )

    def read(self, only: str | None = None) -> tuple[Workbook, Iterator[Stream]]:
        """The workbook without its sheets, and then the visible sheets one by one, or the one that is named."""
        wanted = self._visible if only is None else [name for name in self._visible if name == only]
        return Workbook(self._kind, [], self._hidden, self._outline.date1904, self._notes), self._sheets(wanted)

    def _sheets(self, names: list[str]) -> Iterator[Stream]:
        cells = 0
        for name in names:
            sheet, merges = self._sheet(name)
            size = _size(sheet, self._limits)
            cells += size
            if cells > self._limits.cells:
                raise far_cell("")
            if self._kept is None or size > _size(self._kept[1], self._limits):
                self._kept = name, sheet
            rows = _with_faults((_trimmed(row) for row in _full_rows(sheet)), name, self._outline)
            areas: list[Area] = [(t, left, b, right) for (t, left), (b, right) in merges[: self._limits.merges]]
            yield Stream(name, rows, areas)

    def _sheet(self, name: str) -> tuple[CalamineSheet, list[tuple[tuple[int, int], tuple[int, int]]]]:
        try:
            sheet = self._kept[1] if self._kept and self._kept[0] == name else self._book.get_sheet_by_name(name)
            merges = sheet.merged_cell_ranges or []
        except PasswordError:
            raise Refused("file-locked", LOCKED_WORDS) from None
        except (CalamineError, ValueError, OSError):
            raise broken() from None
        return sheet, merges


def _looked_over(file: BinaryIO, kind: str, limits: Limits) -> tuple[list[str], Outline]:
    if kind == "xlsx":
        archive = Archive(file, limits)
        return [MACRO_WORDS] if archive.has_macros() else [], look_over(archive, limits)
    data = file.read()
    if _is_locked_xls(data):
        raise Refused("file-locked", LOCKED_WORDS)
    return [MACRO_WORDS] if _MACROS_XLS in data else [], Outline(_DATE1904_XLS in data, {})


def _is_locked_xls(data: bytes) -> bool:
    """Calamine notices RC4 only; the older ways would come out as gibberish. FILEPASS is among the first records."""
    place = data.find(_GLOBALS_XLS)
    if place < 0:
        return False
    place += 20
    for _ in range(2):
        code, length = struct.unpack("<HH", data[place : place + 4].ljust(4, b"\0"))
        if code != _WRITEPROTECT:
            return bool(code == _FILEPASS)
        place += 4 + length
    return False


def _size(sheet: CalamineSheet, limits: Limits) -> int:
    """In cells, from A1 (the sheet's own `total_height` is one too small)."""
    rows, columns = (sheet.end[0] + 1, sheet.end[1] + 1) if sheet.end else (0, 0)
    if columns > limits.columns:
        raise far_cell("")
    if rows > limits.book_rows:
        raise too_many_rows(limits.book_rows)
    return rows * columns


def _full_rows(sheet: CalamineSheet) -> Iterator[list[Cell]]:
    """Calamine begins with row 1, but with the first column that holds something."""
    left: list[Cell] = [""] * sheet.start[1] if sheet.start else []
    rows: Iterator[list[Any]] = sheet.iter_rows()
    for row in rows:
        yield left + row if left else row


def _trimmed(row: list[Cell]) -> list[Cell]:
    end = len(row)
    while end and row[end - 1] == "":
        end -= 1
    del row[end:]
    return row


def _with_faults(rows: Iterable[list[Cell]], name: str, outline: Outline) -> Iterator[list[Cell]]:
    look = outline.looks.get(name)
    by_row: dict[int, list[tuple[int, Fault]]] = defaultdict(list)
    for (row, column), fault in (look.faults if look else {}).items():
        by_row[row].append((column, fault))
    for number, cells in enumerate(rows):
        for column, fault in by_row.get(number, ()):
            cells.extend([""] * (column + 1 - len(cells)))
            if cells[column] == "":
                cells[column] = fault
        yield cells
