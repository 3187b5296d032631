"""Reads the table out of a web page saved as .xls, which is what many office systems call "export to Excel".

It is read here rather than sent back, because Excel would turn its 18-digit numbers into 5.1E+17 on the way.
Only text is taken: no scripts, no links, no requests.
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import BinaryIO, Final

from tongxin.kernel.refused import Refused
from tongxin.records.sheets.cells import Area, Cell, Sheet, Workbook
from tongxin.records.sheets.delimited import decoded
from tongxin.records.sheets.limits import Limits
from tongxin.records.sheets.scanning import far_cell, too_many_rows

_SILENT: Final = {"script", "style", "head", "title", "xml"}
_BREAKS: Final = {"br", "p", "div"}
_HIGHEST_SPAN: Final = 1000
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([A-Za-z0-9_-]+)", re.IGNORECASE)
NOTE: Final = "这个文件其实是网页，不是Excel工作簿。已按网页里的表格读取，请核对预览。"


@dataclass(slots=True)
class _Table:
    rows: list[list[Cell]] = field(default_factory=list)
    merges: list[Area] = field(default_factory=list)
    taken: dict[tuple[int, int], bool] = field(default_factory=dict)  # cells covered by a span from above


class _Reader(HTMLParser):
    def __init__(self, limits: Limits) -> None:
        super().__init__(convert_charrefs=True)
        self.limits = limits
        self.tables: list[_Table] = []
        self._open: list[_Table] = []
        self._silent = 0
        self._cell: list[str] | None = None
        self._spans = (1, 1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag == "table":
            self._end_cell()
            table = _Table()
            self.tables.append(table)
            self._open.append(table)
        elif tag == "tr" and self._open:
            self._end_cell()
            self._open[-1].rows.append([])
            if len(self._open[-1].rows) > self.limits.rows:
                raise too_many_rows(self.limits.rows)
        elif tag in {"td", "th"} and self._open:
            self._end_cell()
            self._cell = []
            self._spans = (_span(attrs, "rowspan"), _span(attrs, "colspan"))
        elif tag in _BREAKS and self._cell:
            self._cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in {"td", "th", "tr"}:
            self._end_cell()
        elif tag == "table" and self._open:
            self._end_cell()
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._cell is not None and not self._silent:
            self._cell.append(data)

    def _end_cell(self) -> None:
        if self._cell is None or not self._open:
            return
        table = self._open[-1]
        if not table.rows:
            table.rows.append([])
        row = table.rows[-1]
        top, (height, width) = len(table.rows) - 1, self._spans
        while table.taken.pop((top, len(row)), False):
            row.append("")
        left = len(row)
        if left + width > self.limits.columns:
            raise far_cell("")
        row.extend([_text(self._cell), *[""] * (width - 1)])
        if height > 1 or width > 1:
            table.merges.append((top, left, top + height - 1, left + width - 1))
            table.taken.update(
                dict.fromkeys(((r, c) for r in range(top + 1, top + height) for c in range(left, left + width)), True)
            )
            if len(table.taken) > self.limits.rows * 10:
                raise far_cell("")
        self._cell = None


def read_web_page(file: BinaryIO, limits: Limits) -> Workbook:
    data = file.read()
    match = _CHARSET.search(data[:4096])
    text, notes = _decoded(data, match[1].decode() if match else "")
    reader = _Reader(limits)
    reader.feed(text)
    reader.close()
    tables = [table for table in reader.tables if table.rows]
    if not tables:
        raise Refused("page-no-table", "这个文件其实是网页，里面没有表格。请回到原来的系统重新导出。")
    sheets = [Sheet(f"表{number}", table.rows, table.merges) for number, table in enumerate(tables[: limits.sheets], 1)]
    return Workbook("html", sheets, notes=[NOTE, *notes])


def _decoded(data: bytes, charset: str) -> tuple[str, list[str]]:
    """The page's own word for its encoding is tried, then the usual ones: pages say utf-8 and are GBK."""
    if charset.lower() in {"gb2312", "gbk"}:
        charset = "gb18030"
    try:
        return data.decode(charset or "utf-8"), []
    except (UnicodeDecodeError, LookupError):
        return decoded(data)


def _span(attrs: list[tuple[str, str | None]], name: str) -> int:
    value = dict(attrs).get(name) or "1"
    return min(max(int(value), 1), _HIGHEST_SPAN) if value.strip().isascii() and value.strip().isdigit() else 1


def _text(pieces: list[str]) -> str:
    return re.sub(r"[ \t\r\f\v]+", " ", "".join(pieces).replace("\xa0", " ")).strip()
