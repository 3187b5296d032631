"""What would be written into a sheet, and what would stay empty, before anything is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from tongxin.filings.catalogue import About, Field, of_labels
from tongxin.filings.queries.held import listed, member_rows, members_of, union_facts
from tongxin.people.authority import Actor, may
from tongxin.people.masks import Purpose, mask_value
from tongxin.people.powers import Power
from tongxin.records.sheets.filling import Filling, Mark
from tongxin.records.sheets.sheet_xml import Value
from tongxin.unions.models import Union

SAMPLE: Final = 5


@dataclass(frozen=True, slots=True)
class Preview:
    """`cells`: (sheet, cell, label, value); `missing`: fields that stay empty, with who could supply them."""

    cells: list[tuple[str, str, str, Value]]
    missing: list[tuple[str, str]]
    columns: list[str]  # labels that are written once a member
    sample: list[list[Value]]
    members: int
    numbers: list[str]  # labels of full numbers
    may_reveal: bool


@dataclass(frozen=True, slots=True)
class Marks:
    """Of one sheet: each label with its field."""

    found: list[Mark]
    fields: Mapping[str, Field] = field(default_factory=dict)

    @property
    def row_labels(self) -> list[str]:
        return [label for label, one in self.fields.items() if one.about is About.MEMBER]

    @property
    def numbers(self) -> list[str]:
        return [label for label, one in self.fields.items() if one.number]


def preview(marks: Marks, union: Union, by: Actor) -> Preview:
    """Names masked, numbers masked: the file is what is disclosed, not this page."""
    facts = union_facts(union, by.on)
    labels = [label for label in marks.row_labels if marks.fields[label].held]
    sees = bool(labels) and may(by, Power.SEE_PEOPLE, union)
    stays = (
        members_of(union, by.on).select_related("person").order_by("person__name_sort", "pk")[:SAMPLE] if sees else []
    )
    rows = member_rows(stays, [marks.fields[label].key for label in labels])
    return Preview(
        cells=[
            (mark.sheet, mark.cell, mark.label, facts.get(found.key, ""))
            for mark in marks.found
            if (found := marks.fields.get(mark.label)) is not None and found.held and found.about is About.UNION
        ],
        missing=_missing(marks, facts),
        columns=labels,
        sample=[[_masked(marks.fields[label], row) for label in labels] for row in rows],
        members=int(facts["members"]) if labels else 0,
        numbers=marks.numbers,
        may_reveal=bool(marks.numbers) and may(by, Power.REVEAL_NUMBERS, union),
    )


def filling(marks: Marks, union: Union, on: date, *, full: bool) -> Filling:
    """What goes into the workbook. Refused: "members-many"."""
    facts = union_facts(union, on)
    rows: list[dict[str, Value]] = []
    if marks.row_labels:
        held = {label: marks.fields[label].key for label in marks.row_labels if marks.fields[label].held}
        by_key = member_rows(listed(union, on), list(held.values()), full=full)
        rows = [{label: row[key] for label, key in held.items()} for row in by_key]
    return Filling(
        values={label: facts.get(one.key, "") for label, one in marks.fields.items()},
        row_labels=marks.row_labels,
        rows=rows,
        names={mark.label: mark.label for mark in marks.found if mark.named and mark.label in marks.fields},
    )


def resolved(found: list[Mark]) -> Marks:
    """Names over cells that are none of the catalogue's are the office's own, and left alone."""
    fields = of_labels(mark.label for mark in found)
    return Marks([mark for mark in found if mark.label in fields], fields)


def _masked(one: Field, row: Mapping[str, Value]) -> Value:
    value = row[one.key]
    return mask_value("name", str(value), Purpose.STAFF_LIST) if one.key == "name" else value


def _missing(marks: Marks, facts: Mapping[str, Value]) -> list[tuple[str, str]]:
    """What is held nowhere, and what could be held but is not entered yet."""
    found = [(label, one.supplier) for label, one in marks.fields.items() if not one.held]
    return found + [
        (label, f"还没有登记，请在“{one.where}”里补上")
        for label, one in marks.fields.items()
        if one.held and one.about is About.UNION and facts.get(one.key, "") == ""
    ]
