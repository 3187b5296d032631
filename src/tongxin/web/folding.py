"""Tables that fold on a phone: each row a card of labelled values, by CSS alone (tx.css, `.tx-fold`).

A folded table is laid out as blocks, and browsers then forget that it is one: so every piece says its role. The label of a
cell is its column's heading, taken from the table itself; written into the cell by hand it is kept (rows that are swapped
alone carry their own).
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import count
from typing import Final

PIECE: Final = re.compile(r'<(table|thead|tbody|tfoot|tr|th|td)\b((?:[^>"]|"[^"]*")*)>')
HEAD: Final = re.compile(r"<thead\b.*?</thead>", re.DOTALL)
HEADING: Final = re.compile(r'<th\b((?:[^>"]|"[^"]*")*)>(.*?)</th>', re.DOTALL)
UNSEEN: Final = re.compile(r'<span class="visually-hidden">.*?</span>|<[^>]*>', re.DOTALL)
SPAN: Final = re.compile(r'\b(col|row)span="(\d+)"')
ROLES: Final = {
    "table": "table",
    "thead": "rowgroup",
    "tbody": "rowgroup",
    "tfoot": "rowgroup",
    "tr": "row",
    "td": "cell",
}


def folded(table: str) -> str:
    """The same table, each piece with its role and each cell with its column's heading."""
    labels, columns = _labels(table), _Columns()
    return PIECE.sub(lambda piece: _piece(piece, labels, columns), table)


def _labels(table: str) -> list[str]:
    head = HEAD.search(table)
    found: list[str] = []
    for attributes, words in HEADING.findall(head[0] if head else ""):
        label = " ".join(UNSEEN.sub("", words).split()).replace('"', "&quot;")
        found += [label] * _span(attributes, "col")
    return found


def _piece(piece: re.Match[str], labels: list[str], columns: "_Columns") -> str:
    name, attributes = piece[1], piece[2]
    said = f' role="{_role(name, attributes)}"'
    if name == "tr":
        columns.next_row()
    elif name in {"td", "th"}:
        column, width = columns.take(attributes), _span(attributes, "col")
        label = labels[column] if width == 1 and column < len(labels) else ""
        if name == "td" and label and "data-label=" not in attributes:
            said += f' data-label="{label}"'
    return f"<{name}{attributes}{said}>"


def _role(name: str, attributes: str) -> str:
    if name != "th":
        return ROLES[name]
    return "columnheader" if 'scope="col"' in attributes else "rowheader"


def _span(attributes: str, of: str) -> int:
    return next((int(count) for what, count in SPAN.findall(attributes) if what == of), 1)


class _Columns:
    """Which column the next cell stands in, cells above that reach down included."""

    def __init__(self) -> None:
        self._reaching: Counter[int] = Counter()  # column: rows that a cell above still takes
        self._free: Iterator[int] = iter(())

    def next_row(self) -> None:
        taken = [column for column, rows in self._reaching.items() if rows > 0]
        self._reaching.subtract(taken)
        self._free = (column for column in count() if column not in taken)

    def take(self, attributes: str) -> int:
        columns = [next(self._free) for _ in range(_span(attributes, "col"))]
        self._reaching.update(dict.fromkeys(columns, _span(attributes, "row") - 1))
        return columns[0]
