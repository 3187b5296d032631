"""The process that opens a stranger's file: `python -m tongxin.records.sheets.child`, the file on its standard input.

It takes away its own memory, time, and leave to write files before it looks at the file, and answers in JSON lines on its
standard output: a refusal, or a workbook, its sheets and rows, and an end. Nothing it prints is ever executed.
Lines of rows begin with ROWS, so that who passes them on need not read them.
"""

import gc
import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO, Final

from tongxin.kernel.refused import Refused
from tongxin.records.sheets.cells import Stream, Workbook, to_wire
from tongxin.records.sheets.delimited import read_delimited
from tongxin.records.sheets.limits import Limits
from tongxin.records.sheets.process import bind
from tongxin.records.sheets.sniffing import kind_of

ROWS_A_LINE: Final = 250
_JSON_ITSELF: Final = frozenset({str, float, bool, int})


@dataclass(frozen=True, slots=True)
class Asked:
    """`head`: only so many rows of each sheet. `only`: the one sheet of that name.

    `ears`: a file descriptor on which more is asked of the same file, a line each, until it ends.
    """

    head: int | None = None
    only: str | None = None
    a_line: int = ROWS_A_LINE
    ears: int | None = None


Opened = Callable[[str | None], tuple[Workbook, Iterator[Stream]]]  # all visible sheets, or the one of that name


def main() -> None:
    limits = Limits.from_dict(json.loads(sys.argv[1]))
    gc.disable()  # cells make no rings, and there are millions of them
    bind(limits)
    try:
        for answer in _answers(sys.stdin.buffer, limits, Asked(**json.loads(sys.argv[2]))):
            _say(answer)
    except Refused as refusal:
        _say({"refused": refusal.code, "words": refusal.words, "params": refusal.params})
    except MemoryError:
        _say({"memory": True})


def _answers(file: BinaryIO, limits: Limits, asked: Asked) -> Iterator[dict[str, Any]]:
    opened = _opened(file, limits)
    yield from _told(opened, limits, asked)
    if asked.ears is not None:
        with os.fdopen(asked.ears) as ears:
            for line in ears:
                yield from _told(opened, limits, Asked(**json.loads(line)))


def _told(opened: Opened, limits: Limits, asked: Asked) -> Iterator[dict[str, Any]]:
    book, sheets = opened(asked.only)
    yield {"workbook": book.kind, "hidden": book.hidden, "date1904": book.date1904, "notes": book.notes}
    text = 0
    for sheet in sheets:
        yield {"sheet": sheet.name, "merges": sheet.merges}
        left = iter(sheet.rows) if asked.head is None else islice(sheet.rows, asked.head)
        while rows := [_wired(row) for row in islice(left, asked.a_line)]:
            lengths = [len(cell) for row in rows for cell in row if cell.__class__ is str]
            text += sum(lengths)
            if text > limits.text or max(lengths, default=0) > limits.cell_text:
                raise Refused(
                    "text-much", "表里的文字多得不像名册。请在Excel里新建一个工作簿，只把名册复制进去，再上传。"
                )
            yield {"rows": rows}
    yield {"end": True}


def _opened(file: BinaryIO, limits: Limits) -> Opened:
    """What it is is found out once; a workbook is unpacked and looked over once, however often it is asked for rows."""
    kind = kind_of(file)
    file.seek(0)
    if kind in {"xlsx", "xls"}:
        from tongxin.records.sheets.workbooks import OpenWorkbook  # noqa: PLC0415  not needed for text

        return OpenWorkbook(file, kind, limits).read
    if kind == "html":
        from tongxin.records.sheets.web_pages import read_web_page  # noqa: PLC0415

        page = read_web_page(file, limits)
        return lambda only: (page, _streams(page, only))
    return lambda _: read_delimited(os.fdopen(os.dup(file.fileno()), "rb"), limits)  # it closes what it has read


def _streams(book: Workbook, only: str | None) -> Iterator[Stream]:
    named = [sheet for sheet in book.sheets if only is None or sheet.name == only]
    return iter([Stream(sheet.name, sheet.rows, sheet.merges) for sheet in named])


def _wired(row: list[Any]) -> list[Any]:
    if {cell.__class__ for cell in row} <= _JSON_ITSELF:
        return row
    return [cell if cell.__class__ in _JSON_ITSELF else to_wire(cell) for cell in row]


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
