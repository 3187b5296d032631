"""Makes workbooks for the tests, honest and hostile."""

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping

from openpyxl import Workbook

SHEET = "xl/worksheets/sheet1.xml"
HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
TAIL = b"</sheetData></worksheet>"
A1 = b'<row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row>'


def saved(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def sheet_of(rows: Iterable[Iterable[object]], merges: Iterable[str] = (), title: str = "名册") -> bytes:
    book = Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(list(row))
    for area in merges:
        book.active.merge_cells(area)
    return saved(book)


def replaced(parts: Mapping[str, Callable[[], Iterable[bytes]]], base: bytes | None = None) -> bytes:
    """A workbook with these parts written anew, or added."""
    old = zipfile.ZipFile(io.BytesIO(base or sheet_of([["x"]])))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, pieces in parts.items():
            with new.open(name, "w") as part:
                for piece in pieces():
                    part.write(piece)
    return stream.getvalue()


def with_sheet(*body: bytes) -> bytes:
    return replaced({SHEET: lambda: [HEAD, *body, TAIL]})
