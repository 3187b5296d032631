"""A workbook as the parts of its zip: which sheets it has, where its marks are, and the zip once more with some parts changed."""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from html import unescape
from typing import BinaryIO, Final

from tongxin.kernel.refused import Refused
from tongxin.records.sheets.archive import Archive
from tongxin.records.sheets.cells import column_letters
from tongxin.records.sheets.growing import formulas, grown, growth_of
from tongxin.records.sheets.limits import Limits
from tongxin.records.sheets.references import Growth
from tongxin.records.sheets.scanning import look_at_sheet, parsed, sheet_parts, without_entities
from tongxin.records.sheets.sheet_xml import Row, SheetXml, Value, filled_text, make_room, taken_apart
from tongxin.records.sheets.sniffing import kind_of
from tongxin.records.sheets.writing import guarded

WORKBOOK: Final = "xl/workbook.xml"
RELATIONS: Final = "xl/_rels/workbook.xml.rels"
TYPES: Final = "[Content_Types].xml"
CHAIN: Final = "xl/calcChain.xml"
STRINGS: Final = "xl/sharedStrings.xml"
_NO_CELLS: Final = ("xl/chartsheets/", "xl/dialogsheets/", "xl/macrosheets/")
_NAME: Final = re.compile(r"(?:'((?:[^']|'')+)'|([^'!]+))!\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_DEFINED: Final = re.compile(rb'(<definedName\b[^>]*\bname="([^"]*)"[^>]*>)(.*?)(</definedName>)', re.DOTALL)
_ANCHOR_ROW: Final = re.compile(rb"(<(?:\w+:)?row>)([0-9]+)(</(?:\w+:)?row>)")
_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


class Book:
    def __init__(self, file: BinaryIO, limits: Limits, row_labels: frozenset[str]) -> None:
        _check_kind(file)
        self._archive, self._limits, self._row_labels = Archive(file, limits), limits, row_labels
        if self._archive.has_macros():
            raise Refused(
                "file-macros", "这个表带宏（小程序），不能在这里填。请在Excel里另存为“Excel 工作簿(.xlsx)”，再上传。"
            )
        self._parts = {name: self._whole(name) for name in self._archive.names()}
        self._names = {
            name: part
            for part, name in sheet_parts(self._archive)[0].items()
            if part in self._archive and not part.startswith(_NO_CELLS)
        }
        shared = self._shared()
        self._sheets = {name: self._sheet(part, shared) for name, part in self._names.items()}
        self._check_size()

    # ---- looking ----------------------------------------------------------------------------------------------

    def marks(self) -> list[list[object]]:
        """[sheet, cell, label, named], from the top; refused where a mark cannot be filled."""
        found: list[list[object]] = []
        for name, sheet in self._sheets.items():
            row = self._repeated(name, sheet)
            if row is not None:
                growth_of(sheet, row, 1)
            for one in sheet.rows:
                found += [
                    [name, _address(cell.column, one.number), label, False]
                    for cell in one.cells
                    for label in cell.marks
                ]
            self._check_hidden_marks(sheet)
        return found + [[sheet, cell, name, True] for name, (sheet, cell) in self._defined().items()]

    def _repeated(self, name: str, sheet: SheetXml) -> Row | None:
        rows = [row for row in sheet.rows if any(set(cell.marks) & self._row_labels for cell in row.cells)]
        if len(rows) > 1:
            raise Refused(
                "rows-marked", "“%(sheet)s”的第%(one)d行和第%(two)d行都写了会员的标记。只要留第一行，填的时候会逐人往下写。",
                sheet=name, one=rows[0].number, two=rows[1].number,
            )  # fmt: skip
        return rows[0] if rows else None

    @staticmethod
    def _check_hidden_marks(sheet: SheetXml) -> None:
        covered = {
            (row, column)
            for top, left, bottom, right in sheet.merges
            for row in range(top, min(bottom, top + 200) + 1)
            for column in range(left, min(right, left + 200) + 1)
            if (row, column) != (top, left)
        }
        for row in sheet.rows:
            for cell in row.cells:
                if cell.marks and (row.number, cell.column) in covered:
                    raise Refused(
                        "mark-covered", "%(cell)s的标记被合并单元格盖住，填了也看不见。请把标记写在合并单元格的左上角。",
                        cell=_address(cell.column, row.number),
                    )  # fmt: skip

    def _defined(self) -> dict[str, tuple[str, str]]:
        """Names over one cell, by name."""
        found = {}
        for _, name, text, _ in _DEFINED.findall(self._parts[WORKBOOK]):
            match = _NAME.fullmatch(unescape(text.decode("utf-8", "replace")).strip())
            if match is not None and (sheet := (match[1] or match[2]).replace("''", "'")) in self._sheets:
                found[unescape(name.decode("utf-8", "replace"))] = (sheet, f"{match[3]}{match[4]}")
        return found

    # ---- filling ----------------------------------------------------------------------------------------------

    def filled(
        self, values: Mapping[str, Value], rows: Sequence[Mapping[str, Value]], names: Mapping[str, str]
    ) -> bytes:
        values, rows = _safe(values), [_safe(row) for row in rows]
        named = self._named(values, names)
        for name, cells in named.items():
            make_room(self._sheets[name], cells)
        changed: dict[str, bytes] = {}
        grew: list[tuple[str, Growth]] = []
        for name, sheet in self._sheets.items():
            row = self._repeated(name, sheet)
            fill = _Filler(values, named.get(name, {}))
            if row is not None:
                growth = growth_of(sheet, row, max(1, len(rows)))
                grew.append((name, growth))
                changed[name] = grown(sheet, row, growth, name, fill, [{**values, **one} for one in rows] or [values])
            else:
                new = [fill(one) for one in sheet.rows]
                if any(new):
                    both = zip(new, sheet.rows, strict=True)
                    changed[name] = sheet.joined(b"".join(one or row.raw for one, row in both))
        return self._written({self._names[name]: xml for name, xml in changed.items()}, grew)

    def _named(self, values: Mapping[str, Value], names: Mapping[str, str]) -> dict[str, dict[str, Value]]:
        """By sheet, then by cell: what defined names put there."""
        found: dict[str, dict[str, Value]] = {}
        for name, (sheet, cell) in self._defined().items():
            if name in names:
                found.setdefault(sheet, {})[cell] = values.get(names[name], "")
        return found

    def _written(self, changed: dict[str, bytes], grew: list[tuple[str, Growth]]) -> bytes:
        parts = {**self._parts, **changed}
        for sheet, growth in grew:
            if growth.moved:
                self._move_others(parts, sheet, growth)
        if any(b"<f" in parts[part] for part in self._names.values()):
            parts[WORKBOOK] = _recalculated(parts[WORKBOOK])
            _forget_chain(parts)
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as out:
            for entry in self._archive.entries():
                if entry.filename in parts:
                    copy = zipfile.ZipInfo(entry.filename, entry.date_time)
                    copy.compress_type, copy.external_attr = entry.compress_type, entry.external_attr
                    out.writestr(copy, parts[entry.filename])
        return stream.getvalue()

    def _move_others(self, parts: dict[str, bytes], sheet: str, growth: Growth) -> None:
        """Formulas of other sheets, defined names and pictures that speak of rows which have moved."""
        for name, part in self._names.items():
            if name != sheet:
                parts[part] = formulas(parts[part], growth, own=False, sheet=sheet)

        def one(found: re.Match[bytes]) -> bytes:
            inner = formulas(b"<f>" + found[3] + b"</f>", growth, own=False, sheet=sheet)
            return found[1] + inner[3:-4] + found[4]

        parts[WORKBOOK] = _DEFINED.sub(one, parts[WORKBOOK])
        for drawing in self._drawings(self._names[sheet]):
            parts[drawing] = _ANCHOR_ROW.sub(
                lambda m: m[1] + b"%d" % (growth.of(int(m[2]) + 1) - 1) + m[3], parts[drawing]
            )

    def _drawings(self, part: str) -> list[str]:
        folder, _, file = part.rpartition("/")
        relations = self._parts.get(f"{folder}/_rels/{file}.rels", b"")
        targets = re.findall(rb'Target="(?:\.\./|/xl/)(drawings/[^"]+\.xml)"', relations)
        return [name for target in targets if (name := "xl/" + target.decode()) in self._parts]

    # ---- the zip ----------------------------------------------------------------------------------------------

    def _whole(self, name: str) -> bytes:
        pieces = self._archive.inflate(name)
        return b"".join(without_entities(pieces) if name.endswith((".xml", ".rels")) else pieces)

    def _shared(self) -> list[str]:
        if STRINGS not in self._archive:
            return []
        return [
            "".join(text.text or "" for run in (item, *item.findall(f"{_MAIN}r")) for text in run.findall(f"{_MAIN}t"))
            for item in parsed(self._archive, STRINGS).findall(f"{_MAIN}si")
        ]

    def _sheet(self, part: str, shared: list[str]) -> SheetXml:
        try:
            look_at_sheet(iter([self._parts[part]]), self._limits)
        except Refused:
            raise _too_long(self._limits.rows) from None
        return taken_apart(self._parts[part], shared)

    def _check_size(self) -> None:
        most = max((len(sheet.rows) for sheet in self._sheets.values()), default=0)
        if most > self._limits.rows:
            raise _too_long(self._limits.rows)
        if not self._sheets:
            raise Refused("form-sheets", "这个工作簿里没有表。请上传上级下发的空表。")


class _Filler:
    """Writes a row whose cells have marks or are named; None for one that stays as it is."""

    def __init__(self, values: Mapping[str, Value], named: Mapping[str, Value]) -> None:
        self._values, self._named = values, named
        self._rows = {int(re.sub(r"[A-Z]", "", cell)) for cell in named}

    def __call__(self, row: Row) -> bytes | None:
        if row.number not in self._rows and not any(cell.marks for cell in row.cells):
            return None
        cells = []
        for cell in row.cells:
            place = _address(cell.column, row.number)
            if place in self._named:
                cells.append(cell.written(row.number, self._named[place]))
            elif cell.marks and cell.text is not None:
                cells.append(cell.written(row.number, filled_text(cell.text, self._values)))
            else:
                cells.append(cell.written(row.number))
        return row.written(row.number, b"".join(cells))


def _check_kind(file: BinaryIO) -> None:
    kind = kind_of(file)
    file.seek(0)
    if kind != "xlsx":
        raise Refused(
            "form-kind", "要照原样填，只能用.xlsx。请用WPS或Excel打开这个文件，另存为“Excel 工作簿(.xlsx)”，再上传。"
        )


def _too_long(rows: int) -> Refused:
    return Refused(
        "form-long", "这张表超过%(rows)d行，或很远的地方还有内容，不像还没填的空表。请上传上级下发的空表，会员从系统里取。",
        rows=rows,
    )  # fmt: skip


def _address(column: int, row: int) -> str:
    return f"{column_letters(column)}{row}"


def _safe(values: Mapping[str, Value]) -> dict[str, Value]:
    """No text that would become a formula once the sheet is saved as CSV."""
    return {label: guarded(value) if isinstance(value, str) else value for label, value in values.items()}


def _recalculated(workbook: bytes) -> bytes:
    """Excel and WPS count anew when the book is opened: saved results are of the empty sheet."""
    if b"fullCalcOnLoad" in workbook:
        return re.sub(rb'fullCalcOnLoad="[^"]*"', b'fullCalcOnLoad="1"', workbook)
    if b"<calcPr" in workbook:
        return workbook.replace(b"<calcPr", b'<calcPr fullCalcOnLoad="1"', 1)
    for end in (b"</definedNames>", b"</externalReferences>", b"</sheets>"):
        if end in workbook:
            return workbook.replace(end, end + b'<calcPr calcId="0" fullCalcOnLoad="1"/>', 1)
    return workbook


def _forget_chain(parts: dict[str, bytes]) -> None:
    """The order of the last calculation names cells that may have moved; both programs make it anew."""
    if parts.pop(CHAIN, None) is None:
        return
    parts[TYPES] = re.sub(rb'<Override\b[^>]*"/xl/calcChain\.xml"[^>]*/>', b"", parts[TYPES])
    parts[RELATIONS] = re.sub(rb'<Relationship\b[^>]*"(?:/xl/)?calcChain\.xml"[^>]*/>', b"", parts[RELATIONS])
