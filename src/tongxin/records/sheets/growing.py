"""A sheet whose marked row becomes many: the new rows, and everything below and around that must know of it."""

import re
from collections.abc import Callable, Mapping, Sequence
from html import unescape
from typing import Final
from xml.sax.saxutils import escape

from tongxin.kernel.refused import Refused
from tongxin.records.sheets.cells import column_letters
from tongxin.records.sheets.references import Growth, copied, grown_range, shifted
from tongxin.records.sheets.sheet_xml import Cell, Row, SheetXml, Value, filled_text

_FORMULA: Final = re.compile(rb"(<f(?:\s[^>]*)?>)(.*?)(</f>)", re.DOTALL)
_RULE: Final = re.compile(rb"(<(?:formula[12]?|xm:f)>)(.*?)(</(?:formula[12]?|xm:f)>)", re.DOTALL)
_RANGES: Final = re.compile(rb'(<(?P<tag>[A-Za-z0-9:]+)\b[^>]*?\b(?:sq)?ref=")([^"]*)(")')
_BREAK: Final = re.compile(rb'(<brk\b[^>]*?\bid=")([0-9]+)(")')
_BREAKS: Final = re.compile(rb"<rowBreaks\b.*?</rowBreaks>", re.DOTALL)
_EXTENDED: Final = re.compile(rb"(<xm:sqref>)(.*?)(</xm:sqref>)", re.DOTALL)
_DIMENSION: Final = re.compile(rb'(<dimension\b[^>]*\bref=")([^"]*)(")')
_MERGES: Final = re.compile(rb"<mergeCells\b[^>]*>.*?</mergeCells>", re.DOTALL)
_COVERING: Final = frozenset({b"dataValidation", b"conditionalFormatting", b"protectedRange", b"ignoredError"})
_CANNOT_MOVE: Final = ((b"<tableParts", "表格区域"), (b"<legacyDrawing", "批注或控件"), (b"<pivot", "数据透视表"))
_CANNOT_COPY: Final = re.compile(rb'<f\b[^>]*\bt="(?:shared|array|dataTable)"')


def spare_below(sheet: SheetXml, row: Row) -> int:
    """How many empty rows follow at once; a cell merged over several of them ends the count."""
    by_number = {one.number: one for one in sheet.rows}
    tall = {number for top, _, bottom, _ in sheet.merges if bottom > top for number in range(top, bottom + 1)}
    spare = 0
    while (below := by_number.get(row.number + spare + 1)) is not None and below.is_blank and below.number not in tall:
        spare += 1
    return spare


def growth_of(sheet: SheetXml, row: Row, rows: int) -> Growth:
    """Refused where the row cannot be repeated, or what stands below cannot be moved."""
    for top, left, bottom, _ in sheet.merges:
        if bottom > top and top <= row.number <= bottom:
            cell = f"{column_letters(left)}{top}"
            raise Refused(
                "mark-merged", "%(cell)s这一格是跨行合并的，会员的标记所在行不能跨行合并。请拆开后再上传。", cell=cell
            )
    if any(_CANNOT_COPY.search(cell.inner) for cell in row.cells):
        raise Refused("row-shared", "会员的标记所在行里有成组的公式，不能逐行照抄。请把公式改成普通公式，再上传。")
    growth = Growth(row.number, spare_below(sheet, row), rows)
    has_below = any(one.number > growth.last and not one.is_blank for one in sheet.rows)
    if growth.moved and has_below:
        whole = sheet.after + b"".join(one.raw for one in sheet.rows if one.number > growth.last)
        odd = next((name for sign, name in _CANNOT_MOVE if sign in whole), "")
        odd = odd or ("成组的公式" if _CANNOT_COPY.search(whole) else "")
        if odd:
            raise Refused(
                "rows-few",
                "名单要写%(rows)d行，表里只留了%(room)d行，下面又有不能挪动的%(odd)s。请在表里把空行加够，再上传。",
                rows=rows, room=growth.spare + 1, odd=odd,
            )  # fmt: skip
    return growth


def grown(
    sheet: SheetXml,
    row: Row,
    growth: Growth,
    name: str,
    fill: Callable[[Row], bytes | None],
    given: Sequence[Mapping[str, Value]],
) -> bytes:
    """The sheet with `row` once for each of `given`; `fill` writes the other rows (None: as it was)."""
    written: list[bytes] = []
    for one in sheet.rows:
        if one.number == row.number:
            written += [_copy(row, place, values, growth, name) for place, values in enumerate(given or [{}])]
        elif not row.number < one.number <= growth.last:
            written.append(_moved(fill(one) or one.raw, one, growth, name))
    after = _after(sheet, row, growth, name)
    before = _DIMENSION.sub(lambda m: m[1] + _ranged(m[2], growth, covers=True) + m[3], sheet.before)
    return SheetXml(before, [], after, []).joined(b"".join(written))


def _copy(row: Row, place: int, values: Mapping[str, Value], growth: Growth, name: str) -> bytes:
    number = row.number + place
    return row.written(number, b"".join(_cell(cell, number, place, values, growth, name) for cell in row.cells))


def _cell(cell: Cell, number: int, place: int, values: Mapping[str, Value], growth: Growth, name: str) -> bytes:
    if cell.marks and cell.text is not None:
        return cell.written(number, filled_text(cell.text, values))
    if not cell.has_formula:
        return cell.written(number)
    inner = _FORMULA.sub(
        lambda m: m[1] + _text(m[2], lambda text: copied(shifted(text, growth, own=True, sheet=name), place)) + m[3],
        cell.inner,
    )
    return Cell(cell.column, cell.attributes, cell.kind, inner, None).written(number)


def _moved(raw: bytes, row: Row, growth: Growth, name: str) -> bytes:
    number = growth.of(row.number)
    if number != row.number:
        raw = re.sub(rb'(<row\b[^>]*?\br=")[0-9]+(")', rb"\g<1>%d\g<2>" % number, raw, count=1)
        raw = re.sub(rb'(<c\b[^>]*?\br="[A-Z]+)[0-9]+(")', rb"\g<1>%d\g<2>" % number, raw)
    return formulas(raw, growth, own=True, sheet=name)


def formulas(xml: bytes, growth: Growth, *, own: bool, sheet: str) -> bytes:
    """Every formula in the XML after the growth."""

    def one(found: re.Match[bytes]) -> bytes:
        return found[1] + _text(found[2], lambda text: shifted(text, growth, own=own, sheet=sheet)) + found[3]

    return _RULE.sub(one, _FORMULA.sub(one, xml))


def _after(sheet: SheetXml, row: Row, growth: Growth, name: str) -> bytes:
    """What follows the rows: merged cells, ranges of rules, breaks, links."""

    def ranged(found: re.Match[bytes]) -> bytes:
        return found[1] + _ranged(found[3], growth, covers=found["tag"].rpartition(b":")[2] in _COVERING) + found[4]

    def changed(part: bytes) -> bytes:
        part = _RANGES.sub(ranged, part)
        part = _EXTENDED.sub(lambda m: m[1] + _ranged(m[2], growth, covers=True) + m[3], part)
        part = _BREAKS.sub(lambda m: _BREAK.sub(lambda n: n[1] + b"%d" % growth.of(int(n[2])) + n[3], m[0]), part)
        return formulas(part, growth, own=True, sheet=name)

    whole = _MERGES.search(sheet.after)
    if whole is None:
        return changed(sheet.after)
    return (
        changed(sheet.after[: whole.start()])
        + _merges(sheet, row, growth, whole[0])
        + changed(sheet.after[whole.end() :])
    )


def _merges(sheet: SheetXml, row: Row, growth: Growth, before: bytes) -> bytes:
    refs: list[str] = []
    for top, left, bottom, right in sheet.merges:
        if row.number == top == bottom:
            spans = [(row.number + place, row.number + place) for place in range(growth.rows)]
        elif row.number < top and bottom <= growth.last:
            continue  # of an empty row that was used up: the marked row's own are copied instead
        else:
            spans = [growth.span(top, bottom)]
        refs += [f"{column_letters(left)}{one}:{column_letters(right)}{two}" for one, two in spans]
    if refs == [
        f"{column_letters(left)}{top}:{column_letters(right)}{bottom}" for top, left, bottom, right in sheet.merges
    ]:
        return before
    cells = "".join(f'<mergeCell ref="{ref}"/>' for ref in refs)
    return f'<mergeCells count="{len(refs)}">{cells}</mergeCells>'.encode() if refs else b""


def _ranged(text: bytes, growth: Growth, *, covers: bool) -> bytes:
    return grown_range(text.decode(), growth, covers=covers).encode()


def _text(xml: bytes, change: Callable[[str], str]) -> bytes:
    text = unescape(xml.decode("utf-8", "replace"))
    new = change(text)
    return xml if new == text else escape(new).encode()
