"""Spreadsheets in: .xlsx, .xls, .csv and web pages named .xls, whatever they are called and whoever made them."""

import json
import os
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
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


class OpenBook:
    """A file whose child waits: `book` has the first rows of each sheet, and `pieces` asks for one sheet from its beginning."""

    def __init__(self, path: Path, output: Iterator[bytes], late: threading.Event, mouth: IO[str]) -> None:
        self.path = path
        self._output, self._late, self._mouth = output, late, mouth
        self.book = _understood(output, late)
        self._is_free = True

    def pieces(self, only: str, *, rows_a_piece: int) -> Iterator[bytes]:
        """Lines of rows, left as JSON until `rows_of`; of a text (no name) the whole. What is wrong further down is raised
        on the way. May be asked again when all of it has been taken.
        """
        if not self._is_free:
            raise RuntimeError("the pieces that were asked for before have not been taken")
        self._is_free = False
        self._mouth.write(json.dumps({"only": only or None, "a_line": rows_a_piece}) + "\n")
        self._mouth.flush()
        sheets = 0
        for line in self._output:
            if line.startswith(ROWS):
                yield line
                continue
            answer = _answer(line)
            if "end" in answer and sheets:
                self._is_free = True
                return
            sheets += "sheet" in answer
        raise unreadable(self._late)


@contextmanager
def open_book(path: Path, *, head: int, limits: Limits) -> Iterator[OpenBook]:
    """`head`: so many rows of each sheet are read at once. The file is unpacked once for all that is asked."""
    ears, mouth = os.pipe()
    with os.fdopen(ears) as heard, os.fdopen(mouth, "w") as asking, measured(path, limits) as file:
        asked = {"head": head, "ears": heard.fileno()}
        with child_of(CHILD, file, limits, asked, keeps=[heard.fileno()]) as (output, late):
            yield OpenBook(path, iter(output), late, asking)


def rows_of(line: bytes) -> list[list[Any]]:
    return list(map(_row, json.loads(line)["rows"]))


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
