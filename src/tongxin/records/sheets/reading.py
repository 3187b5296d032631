"""Spreadsheets in: .xlsx, .xls, .csv and web pages named .xls, whatever they are called and whoever made them."""

import json
import os
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from tongxin.kernel.refused import Refused
from tongxin.records.sheets.cells import Sheet, Workbook, from_wire
from tongxin.records.sheets.limits import MIB, USUAL, Limits
from tongxin.records.sheets.process import child_of

CHILD: Final = "tongxin.records.sheets.child"
ROWS: Final = b'{"rows"'  # how the child begins a line of rows


def read_sheets(source: str | Path | bytes, *, limits: Limits = USUAL, head: int | None = None) -> Workbook:
    """The visible sheets with their values; formulas give their saved results, macros are never run.

    `head`: no more than so many rows of each.

    The file is opened in a child process with limits on memory and time, so a hostile file costs at most those.
    Refused with words for the sender when it cannot be read. A file's name is never asked: it is often wrong.
    """
    with measured(source, limits) as file, child_of(CHILD, file, limits, {"head": head}) as (output, late):
        return _understood(output, late)


@contextmanager
def measured(source: str | Path | bytes, limits: Limits) -> Iterator[IO[bytes]]:
    with opened(source) as file:
        size = os.fstat(file.fileno()).st_size
        if size > limits.file_bytes:
            raise too_large(size, limits)
        if size == 0:
            raise Refused("file-empty", "这个文件是空的，请看看是不是选错了文件。")
        yield file


@dataclass(slots=True)
class Pieces:
    """A file's answers in the order in which the child gives them: `lines` of rows are left as JSON until `rows_of`."""

    book: Workbook
    lines: Iterator[bytes]


@contextmanager
def pieces(path: Path, *, limits: Limits, only: str | None = None, rows_a_piece: int = 1_000) -> Iterator[Pieces]:
    """One sheet (`only`; of a text the whole), some rows at a time. What is wrong further down is raised on the way.

    Not for more than one sheet: where one ends and the next begins is not told.
    """
    asked = {"only": only or None, "a_line": rows_a_piece}
    with measured(path, limits) as file, child_of(CHILD, file, limits, asked) as (output, late):
        book: Workbook | None = None
        lines = iter(output)
        for line in lines:
            answer = _answer(line)
            if "workbook" in answer:
                book = _workbook(answer)
            elif "sheet" in answer and book is not None:
                book.sheets.append(_sheet(answer))
                break
        if book is None or not book.sheets:
            raise unreadable(late)
        yield Pieces(book, _rows_until_end(lines, late))


def rows_of(line: bytes) -> list[list[Any]]:
    return list(map(_row, json.loads(line)["rows"]))


def _rows_until_end(lines: Iterable[bytes], late: threading.Event) -> Iterator[bytes]:
    for line in lines:
        if line.startswith(ROWS):
            yield line
            continue
        answer = _answer(line)
        if "end" in answer:
            return
    raise unreadable(late)


def too_large(size: int, limits: Limits) -> Refused:
    return Refused(
        "file-large",
        "文件有%(size)d兆，超过%(limit)d兆。请删掉图片和用不着的表，或分成几个文件上传。",
        size=-(-size // MIB),
        limit=limits.file_bytes // MIB,
    )


def opened(source: str | Path | bytes) -> IO[bytes]:
    if not isinstance(source, bytes):
        return Path(source).open("rb")
    file = tempfile.TemporaryFile()  # noqa: SIM115  the caller closes it
    file.write(source)
    file.seek(0)
    return file


def _understood(lines: Iterable[bytes], late: threading.Event) -> Workbook:
    book: Workbook | None = None
    for line in lines:
        answer = _answer(line)
        if "rows" in answer and book is not None:
            book.sheets[-1].rows.extend(map(_row, answer["rows"]))
        elif "sheet" in answer and book is not None:
            book.sheets.append(_sheet(answer))
        elif "workbook" in answer:
            book = _workbook(answer)
        elif "end" in answer and book is not None:
            return book
    raise unreadable(late)


def _answer(line: bytes) -> dict[str, Any]:
    """Nothing where the child was killed in the middle of a line. Refused as the child refused."""
    try:
        answer: dict[str, Any] = json.loads(line)
    except ValueError:
        return {}
    if "refused" in answer:
        raise Refused(answer["refused"], answer["words"], **answer["params"])
    return answer


def _workbook(answer: dict[str, Any]) -> Workbook:
    return Workbook(answer["workbook"], [], answer["hidden"], answer["date1904"], answer["notes"])


def _sheet(answer: dict[str, Any]) -> Sheet:
    return Sheet(answer["sheet"], [], [(t, left, b, r) for t, left, b, r in answer["merges"]])


def unreadable(late: threading.Event) -> Refused:
    if late.is_set():
        return Refused("file-slow", "这个文件读了太久还没读完。请在Excel里新建一个工作簿，只把名册复制进去，再上传。")
    return Refused(
        "file-unreadable",
        "这个文件读不出来，可能已损坏，或大得不正常。请在Excel里新建一个工作簿，只把名册复制进去，再上传。",
    )


def _row(sent: list[Any]) -> list[Any]:
    if list in {cell.__class__ for cell in sent}:
        return [from_wire(cell) if cell.__class__ is list else cell for cell in sent]
    return sent
