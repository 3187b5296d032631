"""Reads comma, semicolon and tab separated text, in whatever encoding offices on Windows, Mac and the web produce."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import BinaryIO, Final

from tongxin.kernel.refused import Refused
from tongxin.records.sheets.cells import Cell, Stream, Workbook
from tongxin.records.sheets.limits import Limits
from tongxin.records.sheets.scanning import far_cell, too_many_rows

DELIMITERS: Final = ",\t;|，"
_TRIED_LINES: Final = 40
_SHOWN_LINES: Final = 5
_PIECE: Final = 1 << 20
_FORMULA_TEXT = re.compile(r'="([^"]*)"')  # ="5102..." keeps Excel from making a number of it
_HAN_IN_UTF8 = re.compile(rb"[\xe4-\xe9][\x80-\xbf]{2}")


@dataclass(slots=True)
class _Text:
    """How the bytes are to be read; no encoding: line by line, each as it is."""

    encoding: str | None
    newline: str = "\n"
    notes: list[str] = field(default_factory=list)


def read_delimited(file: BinaryIO, limits: Limits) -> tuple[Workbook, Iterator[Stream]]:
    """The rows are made while they are taken; what is wrong further down is raised then."""
    text = _text_of(file)
    lines = _lines(file, text)
    sample = list(islice(lines, _TRIED_LINES * 2))
    delimiter, skipped = _delimited_by(sample)
    csv.field_size_limit(limits.file_bytes)
    rows = _rows(chain(sample[skipped:], lines), delimiter, limits)
    return Workbook("csv", [], notes=text.notes), iter([Stream("", rows)])


def decoded(data: bytes) -> tuple[str, list[str]]:
    """The text of a small file, and what must be said about how it was read."""
    file = io.BytesIO(data)
    text = _text_of(file)
    if text.encoding is not None:
        return data.decode(text.encoding), text.notes
    file.seek(0)
    return "".join(_decoded_line(line, number)[0] for number, line in _byte_lines(file)), text.notes


def _text_of(file: BinaryIO) -> _Text:
    """One look over all of it: is it what its mark says, is it UTF-8, where do its lines end."""
    file.seek(0)
    head = file.read(3)
    marks = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
    encoding = next((encoding for mark, encoding in marks if head.startswith(mark)), "utf-8")
    file.seek(0)
    feeds = returns = False
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while piece := file.read(_PIECE):
            text = decoder.decode(piece)
            feeds, returns = feeds or "\n" in text, returns or "\r" in text
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return _Text(None, notes=_told_of_foreign(file))
    return _Text(encoding, "\r" if returns and not feeds else "\n")


def _lines(file: BinaryIO, text: _Text) -> Iterator[str]:
    """Lines with their ends; old Macintosh files end them with CR alone."""
    file.seek(0)
    if text.encoding is None:
        lines: Iterator[str] = (_decoded_line(line, number)[0] for number, line in _byte_lines(file))
    else:
        lines = io.TextIOWrapper(file, text.encoding, newline=text.newline)
    for line in lines:
        if "\0" in line:
            raise Refused(
                "file-unknown", "认不出这是什么文件。请用WPS或Excel打开它，另存为“Excel 工作簿(.xlsx)”，再上传。"
            )
        yield line


def _byte_lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    for number, line in enumerate(file, 1):
        yield number, line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line


def _told_of_foreign(file: BinaryIO) -> list[str]:
    """Not all UTF-8. GB18030 would accept nearly any bytes, so lines that are plainly UTF-8 are looked for first."""
    file.seek(0)
    foreign = 0
    shown: list[str] = []  # lines in UTF-8 with Han characters, among others that are not
    for number, line in _byte_lines(file):
        if _decoded_line(line, number)[1]:
            foreign += 1
            shown += [str(number)] if foreign <= _SHOWN_LINES else []
    if not foreign:
        return []
    listed = "、".join(shown) + ("等" if foreign > _SHOWN_LINES else "")
    return [f"这个文件里混着两种编码（UTF-8和GBK），已逐行认出。请核对第{listed}行的汉字对不对。"]


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


def _delimited_by(sample: Sequence[str]) -> tuple[str, int]:
    """The delimiter that cuts most lines alike, and how many lines say nothing else (Excel's own `sep=`)."""
    first = sample[0].rstrip("\r\n") if sample else ""
    if re.fullmatch(r"sep=[,;\t|]", first):
        return first[4], 1
    lines = [line.rstrip("\r\n") for line in sample if line.strip()][:_TRIED_LINES]
    plain = [re.sub(r'"[^"]*"', "", line) for line in lines]

    def fitness(delimiter: str) -> tuple[int, int]:
        counts = [line.count(delimiter) for line in plain]
        usual = max(set(counts), key=lambda count: (counts.count(count) if count else 0, count), default=0)
        return (counts.count(usual) if usual else 0, usual)

    best = max(DELIMITERS, key=fitness)
    return (best if fitness(best)[0] else ","), 0


def _rows(lines: Iterable[str], delimiter: str, limits: Limits) -> Iterator[list[Cell]]:
    """Blank lines keep their place, so that row numbers are those a spreadsheet shows; blank lines at the end are dropped."""
    pending = cells = total = 0
    for record in _records(lines, delimiter):
        row: list[Cell] = [_plain(value) if value[:1] == "=" else value for value in record]
        while row and not str(row[-1]).strip():
            row.pop()
        if not row:
            pending += 1
            continue
        total += pending + 1
        cells += len(row)
        if total > limits.rows:
            raise too_many_rows(limits.rows)
        if len(row) > limits.columns or cells > limits.cells:
            raise far_cell("")
        for _ in range(pending):
            yield []
        pending = 0
        yield row


def _records(lines: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(lines, delimiter=delimiter)
    except csv.Error:
        raise Refused(
            "csv-broken", "这个文本表格的引号或分隔符乱了。请用WPS或Excel打开核对，另存为.xlsx再上传。"
        ) from None


def _plain(value: str) -> str:
    match = _FORMULA_TEXT.fullmatch(value)
    return match[1] if match else value
