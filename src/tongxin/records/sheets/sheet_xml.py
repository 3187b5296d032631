"""One sheet's XML, taken apart no further than rows and cells, so that whatever is not changed stays byte for byte."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Final
from xml.sax.saxutils import escape

from tongxin.kernel.refused import Refused
from tongxin.records.sheets.cells import Area, column_index, column_letters

MARK: Final = re.compile(r"[{｛]{2}\s*([^{}｛｝]{1,40}?)\s*[}｝]{2}")
_DATA: Final = re.compile(rb"<sheetData\s*(?:/>|>(.*?)</sheetData>)", re.DOTALL)
_ROW: Final = re.compile(rb"<row\b([^>]*?)(?:/>|>(.*?)</row>)", re.DOTALL)
_CELL: Final = re.compile(rb"<c\b([^>]*?)(?:/>|>(.*?)</c>)", re.DOTALL)
_VALUE: Final = re.compile(rb"<v(?:\s[^>]*)?>(.*?)</v>", re.DOTALL)
_INLINE: Final = re.compile(rb"<t(?:\s[^>]*)?>(.*?)</t>", re.DOTALL)
_MERGE: Final = re.compile(rb'<mergeCell\b[^>]*\bref="([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)"')
_R: Final = re.compile(rb'\s\br="([^"]*)"')
_T: Final = re.compile(rb'\s\bt="([^"]*)"')
_SPANS: Final = re.compile(rb'\sspans="[^"]*"')
_NEVER_IN_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
Value = str | int


@dataclass(slots=True)
class Cell:
    """`attributes` without place and type. `text` is what a text cell shows, None for anything else."""

    column: int
    attributes: bytes
    kind: bytes
    inner: bytes
    text: str | None

    @property
    def marks(self) -> list[str]:
        return MARK.findall(self.text) if self.text and ("{{" in self.text or "｛｛" in self.text) else []

    @property
    def is_blank(self) -> bool:
        return not self.inner.strip()

    @property
    def has_formula(self) -> bool:
        return b"<f" in self.inner

    def written(self, row: int, value: Value | None = None) -> bytes:
        """At that row; with a value in place of what it held."""
        place = b' r="%s%d"' % (column_letters(self.column).encode(), row)
        if value is None:
            kind = b' t="%s"' % self.kind if self.kind else b""
            inner = b">%s</c>" % self.inner if self.inner else b"/>"
            return b"<c%s%s%s%s" % (place, self.attributes, kind, inner)
        if value == "":
            return b"<c%s%s/>" % (place, self.attributes)
        if isinstance(value, int):
            return b"<c%s%s><v>%d</v></c>" % (place, self.attributes, value)
        text = escape(_NEVER_IN_XML.sub("", value)).encode()
        return b'<c%s%s t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>' % (place, self.attributes, text)


@dataclass(slots=True)
class Row:
    number: int
    attributes: bytes  # without its number and spans
    cells: list[Cell]
    raw: bytes

    @property
    def is_blank(self) -> bool:
        return all(cell.is_blank for cell in self.cells)

    def written(self, number: int, cells: bytes) -> bytes:
        return b'<row r="%d"%s>%s</row>' % (number, self.attributes, cells)


@dataclass(slots=True)
class SheetXml:
    before: bytes
    rows: list[Row]
    after: bytes
    merges: list[Area]  # top, left, bottom, right; rows from 1, columns from 0

    def joined(self, rows: bytes) -> bytes:
        return b"%s<sheetData>%s</sheetData>%s" % (self.before, rows, self.after)


def taken_apart(part: bytes, shared: list[str]) -> SheetXml:
    """Refused: "sheet-dialect" (written with prefixes, which no office program in use here does)."""
    found = _DATA.search(part)
    if found is None:
        raise Refused("sheet-dialect", "这张表的写法少见，不能照原样填。请用WPS或Excel打开，另存为.xlsx，再上传。")
    rows: list[Row] = []
    for row in _ROW.finditer(found[1] or b""):
        place = _R.search(row[1])
        number = int(place[1]) if place else (rows[-1].number + 1 if rows else 1)
        rows.append(Row(number, _SPANS.sub(b"", _R.sub(b"", row[1])), _cells(row[2] or b"", shared), row[0]))
    after = part[found.end() :]
    merges = [
        (int(top), column_index(left.decode()), int(bottom), column_index(right.decode()))
        for left, top, right, bottom in _MERGE.findall(after)
    ]
    return SheetXml(part[: found.start()], rows, after, merges)


def _cells(row: bytes, shared: list[str]) -> list[Cell]:
    cells: list[Cell] = []
    for found in _CELL.finditer(row):
        attributes, inner = found[1], found[2] or b""
        place, kind = _R.search(attributes), _T.search(attributes)
        column = column_index(re.sub(rb"[^A-Z]", b"", place[1]).decode()) if place else _next(cells)
        type_ = kind[1] if kind else b""
        plain = _T.sub(b"", _R.sub(b"", attributes))
        cells.append(Cell(column, plain, type_, inner, _text(type_, inner, shared)))
    return cells


def _next(cells: list[Cell]) -> int:
    return cells[-1].column + 1 if cells else 0


def _text(kind: bytes, inner: bytes, shared: list[str]) -> str | None:
    if kind == b"s" and (value := _VALUE.search(inner)):
        number = int(value[1])
        return shared[number] if 0 <= number < len(shared) else ""
    if kind == b"inlineStr":
        return unescape(b"".join(_INLINE.findall(inner)).decode("utf-8", "replace"))
    return None


def filled_text(text: str, values: Mapping[str, Value]) -> Value:
    """The cell's text with its marks filled; a cell that is nothing but one mark keeps a number a number."""
    whole = MARK.fullmatch(text.strip())
    if whole is not None:
        return values.get(whole[1], "")
    return MARK.sub(lambda found: str(values.get(found[1], "")), text)


def make_room(sheet: SheetXml, cells: Iterable[str]) -> None:
    """Cells that a sheet leaves out because they are empty and plain."""
    for place in cells:
        letters, number = re.sub(r"[0-9]", "", place), int(re.sub(r"[A-Z]", "", place))
        row = next((one for one in sheet.rows if one.number == number), None)
        if row is None:
            row = Row(number, b"", [], b"")
            sheet.rows.append(row)
            sheet.rows.sort(key=lambda one: one.number)
        if all(cell.column != column_index(letters) for cell in row.cells):
            row.cells.append(Cell(column_index(letters), b"", b"", b"", None))
            row.cells.sort(key=lambda cell: cell.column)
