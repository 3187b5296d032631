"""Makes small .xls files (BIFF8 in an OLE container) for the tests: no library that is kept up writes them any more.

Only what a reader of cells needs: one FAT sector, streams of at least 4096 bytes, text, numbers, dates, merged areas.
"""

import struct
from collections.abc import Mapping, Sequence
from datetime import date

SECTOR = 512
END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
Area = tuple[int, int, int, int]
Row = Sequence[str | float | date | None]


def ole(streams: Mapping[str, bytes]) -> bytes:
    """An OLE container with these streams in its root, up to 60 KB in all."""
    padded = {name: data.ljust(-(-max(len(data), 4096) // SECTOR) * SECTOR, b"\0") for name, data in streams.items()}
    directory = [_entry("Root Entry", 5, END, 0, child=1)]
    fat = [FAT, END]  # sector 0 is the FAT, sector 1 the directory (three streams at most)
    body = b""
    names = list(padded)
    for place, name in enumerate(names):
        start, count = len(fat), len(padded[name]) // SECTOR
        fat += [*range(start + 1, start + count), END]
        right = place + 2 if place + 1 < len(names) else FREE
        directory.append(_entry(name, 2, start, len(padded[name]), right=right))
        body += padded[name]
    assert len(fat) <= SECTOR // 4
    assert len(directory) <= 4
    fat += [FREE] * (SECTOR // 4 - len(fat))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += (
        struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, END, 0, END, 0)
        + struct.pack("<I", 0)
        + struct.pack("<I", FREE) * 108
    )
    return header + struct.pack("<128I", *fat) + b"".join(directory).ljust(SECTOR, b"\0") + body


def xls(
    rows: Sequence[Row],
    *,
    merges: Sequence[Area] = (),
    locked: bool = False,
    date1904: bool = False,
) -> bytes:
    return ole({"Workbook": biff(rows, merges=merges, locked=locked, date1904=date1904)})


def biff(
    rows: Sequence[Row],
    *,
    merges: Sequence[Area] = (),
    locked: bool = False,
    date1904: bool = False,
) -> bytes:
    sheet = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    width = max(map(len, rows), default=0)
    sheet += _record(0x200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            sheet += _cell(r, c, value, date1904=date1904)
    if merges:
        areas = b"".join(struct.pack("<HHHH", top, bottom, left, right) for top, left, bottom, right in merges)
        sheet += _record(0xE5, struct.pack("<H", len(merges)) + areas)
    sheet += _record(0x0A)
    name = "名册"
    globals_ = _record(0x809, struct.pack("<HHHHII", 0x600, 0x05, 0, 0, 0, 0))
    if locked:
        globals_ += _record(0x2F, struct.pack("<HHH", 0, 0x1234, 0x5678))
    globals_ += _record(0x42, struct.pack("<H", 1200))
    globals_ += _record(0x22, struct.pack("<H", date1904)) + _record(0x0E, struct.pack("<H", 1))
    for number_format in (0, 14):  # general, and a day
        globals_ += _record(0xE0, struct.pack("<HHH", 0, number_format, 0).ljust(20, b"\0"))
    bound_length = 4 + 8 + 2 * len(name)
    position = len(globals_) + bound_length + 4
    globals_ += _record(0x85, struct.pack("<IBBBB", position, 0, 0, len(name), 1) + name.encode("utf-16-le"))
    globals_ += _record(0x0A)
    assert len(globals_) == position
    return globals_ + sheet


def _cell(r: int, c: int, value: str | float | date | None, *, date1904: bool) -> bytes:
    if value is None or value == "":
        return b""
    if isinstance(value, str):
        return _record(0x204, struct.pack("<HHHHB", r, c, 0, len(value), 1) + value.encode("utf-16-le"))
    if isinstance(value, date):
        first = date(1904, 1, 1) if date1904 else date(1899, 12, 30)
        return _record(0x203, struct.pack("<HHHd", r, c, 1, (value - first).days))
    return _record(0x203, struct.pack("<HHHd", r, c, 0, value))


def _record(code: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", code, len(data)) + data


def _entry(name: str, kind: int, start: int, size: int, *, child: int = FREE, right: int = FREE) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    head = text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, FREE, right, child)
    return head + bytes(36) + struct.pack("<IQ", start, size)
