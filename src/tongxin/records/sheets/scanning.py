"""A look over a workbook's XML before it is read: what would make a reader swell up is found here, and named by its cell.

calamine makes a full rectangle up to the last cell with content: one forgotten letter in XFD1048576 is 17 billion cells.
It also leaves out what a cadre must be told: formulas that were never computed, and Excel's own errors. The look goes over
the packed XML in pieces with regular expressions, 30 MB in about 0.1 s. Who writes XML to get past it (attributes in
another order, other quotes) meets the memory limit of the child process instead, with less helpful words.
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.etree import ElementTree

from tongxin.kernel.refused import Refused
from tongxin.records.sheets.archive import Archive, broken, too_big
from tongxin.records.sheets.cells import EXCEL_ERROR, FORMULA_UNSAVED, Fault, column_index
from tongxin.records.sheets.limits import MIB, Limits

NEAR_COLUMNS: Final = 52  # A to AZ: not looked at one by one
ROWS_APART: Final = 20_000  # more empty rows than this before a cell make it a forgotten one, not a long list
_NOTED_FAULTS: Final = 10_000
_SMALL_PART: Final = 8 * MIB

_FAR = re.compile(rb'r="(?:([A-Z]{3,}|[B-Z][A-Z])([0-9]+)|([A-Z]{1,2})([0-9]{6,}))"[^>]*>(?!</c>)')
_FORMULA = re.compile(
    rb'<c r="([A-Z]+)([0-9]+)"((?:\s[^>]*)?)>\s*<f(?:\s[^>]*)?(?:/>|>[^<]*</f>)\s*(<v\s*/>|<v>\s*</v>)?\s*(?:</c>)'
)
_ERROR = re.compile(
    rb'<c r="([A-Z]+)([0-9]+)"[^>]*\st="e"[^>]*>(?:<f(?:\s[^>]*)?(?:/>|>[^<]*</f>))?\s*<v>([^<]{1,20})</v>'
)
_ROW = re.compile(rb'r="[A-Z]+([0-9]+)"')


@dataclass(slots=True)
class Look:
    """What was seen of one sheet: its last row and column with content, and the cells that cannot be used."""

    last_row: int = 0
    last_column: int = NEAR_COLUMNS
    farthest: str = ""
    faults: dict[tuple[int, int], Fault] = field(default_factory=dict)


@dataclass(slots=True)
class Outline:
    """`looks` by the sheet's name."""

    date1904: bool
    looks: dict[str, Look]


def look_over(archive: Archive, limits: Limits) -> Outline:
    """Every part that a reader would open is unpacked and counted; sheets are looked at."""
    names, date1904 = sheet_parts(archive)
    looks: dict[str, Look] = {}
    for part in archive.parts():
        pieces = without_entities(archive.inflate(part))
        if part in names:
            looks[names[part]] = look_at_sheet(pieces, limits)
        else:
            for _ in pieces:
                pass
    return Outline(date1904, looks)


def look_at_sheet(pieces: Iterator[bytes], limits: Limits) -> Look:
    look = Look()
    rest = b""
    for piece in pieces:
        text = rest + piece
        cut = text.rfind(b"<c ")
        if cut <= 0 and len(text) < 4 * MIB:
            rest = text
            continue
        cut = len(text) if cut <= 0 else cut
        _look_at(text[:cut], look, limits)
        rest = text[cut:]
    _look_at(rest, look, limits)
    if look.farthest and look.last_row * look.last_column > limits.cells:
        raise far_cell(look.farthest)
    return look


def far_cell(where: str) -> Refused:
    return Refused(
        "cell-far",
        "表里%(cell)s这一格有内容，离名册太远，或名册太大。请在Excel里删掉名册右边和下面多余的行和列（整行整列删除），保存后再上传。",
        cell=where or "最后",
    )


def too_many_rows(most: int) -> Refused:
    return Refused("rows-many", "一张表最多读%(rows)d行，这张表更长。请分成几个文件上传。", rows=most)


def _look_at(text: bytes, look: Look, limits: Limits) -> None:
    for match in _FAR.finditer(text):
        if not match[0].endswith(b"/>"):
            _note_far(match, look, limits)
    _note_last_row(text, look)
    if b"<f" in text:
        _note_formulas(text, look)
    if b't="e"' in text:
        for match in _ERROR.finditer(text):
            _note_fault(look, match, Fault(EXCEL_ERROR, match[3].decode("utf-8", "replace")))


def _note_far(match: re.Match[bytes], look: Look, limits: Limits) -> None:
    column = column_index((match[1] or match[3]).decode()) + 1
    row = int((match[2] or match[4])[:9])
    where = match[0].split(b'"', 2)[1].decode()
    if column > limits.columns or (row > limits.book_rows and row > look.last_row + ROWS_APART):
        raise far_cell(where)
    if row > limits.book_rows:
        raise too_many_rows(limits.book_rows)
    if column > look.last_column:
        look.last_column, look.farthest = column, where


def _note_last_row(text: bytes, look: Look) -> None:
    value = max(text.rfind(b"<v>"), text.rfind(b"<is>"))
    start = text.rfind(b"<c ", 0, value) if value >= 0 else -1
    if start >= 0 and (match := _ROW.search(text, start, start + 200)):
        look.last_row = max(look.last_row, int(match[1][:9]))


def _note_formulas(text: bytes, look: Look) -> None:
    for match in _FORMULA.finditer(text):
        empty_text = b't="str"' in match[3] and match[4] is not None  # ="" gives an empty text, which is a result
        if not empty_text:
            _note_fault(look, match, Fault(FORMULA_UNSAVED, "公式"))


def _note_fault(look: Look, match: re.Match[bytes], fault: Fault) -> None:
    if len(look.faults) < _NOTED_FAULTS:
        look.faults[int(match[2][:9]) - 1, column_index(match[1].decode()[:4])] = fault


def without_entities(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Excel never writes a document type; who does wants entities that multiply."""
    tail = b""
    for piece in pieces:
        if b"<!DOCTYPE" in tail + piece or b"<!ENTITY" in tail + piece:
            raise Refused(
                "file-entities",
                "这个工作簿里有不正常的内容，不能读。请在Excel里新建一个工作簿，只把名册复制进去，再上传。",
            )
        if b"\0" in piece[:200]:  # UTF-16, which Excel does not write either and which would hide the above
            raise broken()
        tail = piece[-9:]
        yield piece


def sheet_parts(archive: Archive) -> tuple[dict[str, str], bool]:
    """Where each sheet's XML lies, and whether days are counted from 1904."""
    workbook = parsed(archive, "xl/workbook.xml")
    targets = {
        relation.get("Id", ""): relation.get("Target", "") for relation in parsed(archive, "xl/_rels/workbook.xml.rels")
    }
    names: dict[str, str] = {}
    date1904 = False
    for element in workbook.iter():
        tag = element.tag.rpartition("}")[2]
        if tag == "workbookPr":
            date1904 = element.get("date1904", "0") in {"1", "true", "on"}
        elif tag == "sheet":
            relation = next((value for key, value in element.attrib.items() if key.endswith("}id")), "")
            names[posixpath.normpath(posixpath.join("/xl", targets.get(relation, ""))).lstrip("/")] = element.get(
                "name", ""
            )
    return names, date1904


def parsed(archive: Archive, part: str) -> ElementTree.Element:
    if part not in archive:
        raise broken()
    text = b""
    for piece in without_entities(archive.inflate(part)):
        text += piece
        if len(text) > _SMALL_PART:
            raise too_big(Limits())
    try:
        return ElementTree.fromstring(text)  # noqa: S314  no document type got here, so no entities
    except ElementTree.ParseError:
        raise broken() from None
