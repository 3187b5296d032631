"""How much a sheet may hold. Everything is generous for a roster and small for a machine."""

from dataclasses import asdict, dataclass
from typing import Any, Self

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    file_bytes: int = 30 * MIB
    inflated_bytes: int = 300 * MIB  # what a workbook's XML may come to, all parts together
    zip_entries: int = 2_000
    sheets: int = 50
    rows: int = 100_000  # of a text, counted to its last row with content
    book_rows: int = 100_000  # of a workbook's sheet, which is held whole while it is read
    columns: int = 200
    cells: int = 6_000_000  # of all sheets together: rows × columns up to the last cell with content
    text: int = 60 * MIB  # characters of all cells together
    cell_text: int = 40_000  # characters of one cell; Excel itself stops at 32,767
    merges: int = 20_000
    child_memory: int = 1024 * MIB
    child_cpu_seconds: int = 20
    wall_seconds: float = 30.0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        return cls(**values)


USUAL = Limits()
LARGE = Limits(  # for a roster, which is read piece by piece
    file_bytes=256 * MIB,
    rows=1_048_577,  # what Excel can show, and a header
    book_rows=101_000,  # a hundred thousand members, and what stands around them
    cells=60_000_000,
    text=800 * MIB,
    child_cpu_seconds=240,
    wall_seconds=1800.0,
)
FORM = Limits(  # an empty sheet to be filled, which is small
    file_bytes=10 * MIB,
    inflated_bytes=60 * MIB,
    rows=5_000,
    book_rows=5_000,
    cells=500_000,
    text=10 * MIB,
    merges=5_000,
    child_memory=512 * MIB,
)
