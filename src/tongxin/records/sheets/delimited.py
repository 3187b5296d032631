"""Reads comma, semicolon and tab separated text, in whatever encoding offices on Windows, Mac and the web produce."""

import csv
import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from tongxin.kernel.refused import Refused
from tongxin.records.sheets.cells import Cell, Sheet, Workbook
from tongxin.records.sheets.limits import Limits
from tongxin.records.sheets.scanning import far_cell, too_many_rows

DELIMITERS: Final = ",\t;|，"
_TRIED_LINES: Final = 40
_SHOWN_LINES: Final = 5
_FORMULA_TEXT = re.compile(r'="([^"]*)"')  # ="5102..." keeps Excel from making a number of it
_HAN_IN_UTF8 = re.compile(rb"[\xe4-\xe9][\x80-\xbf]{2}")


def read_delimited(file: BinaryIO, limits: Limits) -> Workbook:
    text, notes = decoded(file.read())
    if "\0" in text:
        raise Refused("file-unknown", "认不出这是什么文件。请用WPS或Excel打开它，另存为“Excel 工作簿(.xlsx)”，再上传。")
    text, delimiter = _delimited_by(text)
    csv.field_size_limit(limits.file_bytes)
    try:
        rows = list(_rows(text, delimiter, limits))
    except csv.Error:
        raise Refused(
            "csv-broken", "这个文本表格的引号或分隔符乱了。请用WPS或Excel打开核对，另存为.xlsx再上传。"
        ) from None
    return Workbook("csv", [Sheet("", rows)], notes=notes)


def decoded(data: bytes) -> tuple[str, list[str]]:
    """The text, and what must be said about how it was read."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            try:
                return data.decode(encoding), []
            except UnicodeDecodeError:
                return _line_by_line(data.removeprefix(b"\xef\xbb\xbf"))
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError:
        return _line_by_line(data)


def _line_by_line(data: bytes) -> tuple[str, list[str]]:
    """Not all UTF-8. GB18030 would accept nearly any bytes, so lines that are plainly UTF-8 are looked for first."""
    texts: list[str] = []
    foreign: list[int] = []  # lines in UTF-8 with Han characters, among others that are not
    for number, line in enumerate(data.split(b"\n"), 1):
        text, utf8 = _decoded_line(line, number)
        texts.append(text)
        if utf8:
            foreign.append(number)
    if not foreign:
        return "\n".join(texts), []
    shown = "、".join(map(str, foreign[:_SHOWN_LINES])) + ("等" if len(foreign) > _SHOWN_LINES else "")
    return "\n".join(texts), [f"这个文件里混着两种编码（UTF-8和GBK），已逐行认出。请核对第{shown}行的汉字对不对。"]


def _decoded_line(line: bytes, number: int) -> tuple[str, bool]:
    if line.isascii():
        return line.decode("ascii"), False
    if _HAN_IN_UTF8.search(line):
        try:
            return line.decode("utf-8"), True
        except UnicodeDecodeError:
            pass
    try:
        return line.decode("gb18030"), False
    except UnicodeDecodeError:
        pass
    try:
        return line.decode("utf-8"), True
    except UnicodeDecodeError:
        raise Refused(
            "csv-encoding",
            "第%(line)d行的文字编码是乱的，认不出来。请用WPS或Excel打开核对这一行，另存为.xlsx再上传。",
            line=number,
        ) from None


def _delimited_by(text: str) -> tuple[str, str]:
    """The text without Excel's own `sep=` line, and the delimiter that cuts most lines alike."""
    first, _, rest = text.partition("\n")
    if re.fullmatch(r"sep=[,;\t|]\r?", first):
        return rest, first[4]
    lines = [line for line in text[:200_000].splitlines()[: _TRIED_LINES * 2] if line.strip()][:_TRIED_LINES]
    plain = [re.sub(r'"[^"]*"', "", line) for line in lines]

    def fitness(delimiter: str) -> tuple[int, int]:
        counts = [line.count(delimiter) for line in plain]
        usual = max(set(counts), key=lambda count: (counts.count(count) if count else 0, count), default=0)
        return (counts.count(usual) if usual else 0, usual)

    best = max(DELIMITERS, key=fitness)
    return text, best if fitness(best)[0] else ","


def _rows(text: str, delimiter: str, limits: Limits) -> Iterator[list[Cell]]:
    """Blank lines keep their place, so that row numbers are those a spreadsheet shows; blank lines at the end are dropped."""
    pending = cells = total = 0
    for record in csv.reader(_lines(text), delimiter=delimiter):
        row: list[Cell] = [_plain(value) for value in record]
        while row and not str(row[-1]).strip():
            row.pop()
        if not row:
            pending += 1
            continue
        total += pending + 1
        cells += len(row)
        if total > limits.rows:
            raise too_many_rows(limits)
        if len(row) > limits.columns or cells > limits.cells:
            raise far_cell("")
        for _ in range(pending):
            yield []
        pending = 0
        yield row


def _lines(text: str) -> Iterator[str]:
    """Lines with their ends; old Macintosh files end them with CR alone."""
    if "\n" not in text and "\r" in text:
        text = text.replace("\r", "\n")
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield text[start:end]
        start = end


def _plain(value: str) -> str:
    if value.startswith("=") and (match := _FORMULA_TEXT.fullmatch(value)):
        return match[1]
    return value
