"""An office's own workbook, filled: the cells that are marked, and nothing else (docs/adr/0010).

A mark is {{会员数}} in a cell, or a defined name over one cell. A row whose marks speak of people is written once a person,
into the empty rows below it first; only when those are not enough is what stands below moved down, with its merged cells,
formulas, rules and pictures. The file is opened, and written, in the child process.
"""

import json
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tongxin.kernel.refused import Refused
from tongxin.records.sheets.limits import FORM, Limits
from tongxin.records.sheets.process import child_of
from tongxin.records.sheets.reading import measured, unreadable
from tongxin.records.sheets.sheet_xml import Value

CHILD: Final = "tongxin.records.sheets.filling_child"


@dataclass(frozen=True, slots=True)
class Mark:
    """`label` as it stands in the braces; `named`: a defined name over a cell instead."""

    sheet: str
    cell: str
    label: str
    named: bool = False


@dataclass(frozen=True, slots=True)
class Filling:
    """What to write. `row_labels` are the labels whose row is repeated, once for each of `rows`."""

    values: Mapping[str, Value]
    row_labels: Collection[str] = ()
    rows: Sequence[Mapping[str, Value]] = ()
    names: Mapping[str, str] = field(default_factory=dict)  # a defined name → the label whose value it takes


def marks_of(content: bytes, *, row_labels: Collection[str], limits: Limits = FORM) -> list[Mark]:
    """Every mark and every name over a single cell. Refused in words where the book cannot be filled as it is."""
    answer, _ = _asked(content, "marks", Filling({}, row_labels), limits)
    return [Mark(*one) for one in answer["marks"]]


def filled(content: bytes, filling: Filling, *, limits: Limits = FORM) -> bytes:
    """The same workbook, filled."""
    _, body = _asked(content, "fill", filling, limits)
    return body


def _asked(content: bytes, what: str, filling: Filling, limits: Limits) -> tuple[dict[str, Any], bytes]:
    sent = {
        "values": dict(filling.values),
        "row_labels": list(filling.row_labels),
        "rows": [dict(row) for row in filling.rows],
        "names": dict(filling.names),
    }
    with measured(content, limits), tempfile.TemporaryFile() as file:
        file.write(json.dumps(sent).encode() + b"\n" + content)
        file.seek(0)
        with child_of(CHILD, file, limits, {"what": what}) as (output, late):
            try:
                answer: dict[str, Any] = json.loads(output.readline())
            except ValueError:
                raise unreadable(late) from None
            body = output.read()
    if "refused" in answer:
        raise Refused(answer["refused"], answer["words"], **answer["params"])
    if len(body) != answer["size"]:
        raise unreadable(late)
    return answer, body
