"""A batch's rows as the page shows them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet

from tongxin.kernel import phones
from tongxin.people.masks import Purpose, mask_value, shown
from tongxin.people.models import ImportBatch, ImportRow, Membership, Person
from tongxin.people.roster.fields import FIELDS
from tongxin.people.roster.kept import Entry
from tongxin.people.roster.words import DOCUMENT_KINDS, GIG_GROUPS, MEMBERSHIP_STATES, SEXES
from tongxin.people.states import Answer, Undo, Verdict

COLUMNS: Final = (
    "name",
    "id_number",
    "phone",
    "employer",
    "gig_group",
    "joined_on",
)  # of the preview, where the sheet has them
MASKED: Final = {"name": "name", "id_number": "document", "phone": "phone"}  # roster field, field of masks
_RECORDED: Final = {"is_migrant": "migrant_worker"}  # where a record calls a field otherwise
_CODED: Final[dict[str, Mapping[str, tuple[str, ...]]]] = {
    "sex": SEXES,
    "gig_group": GIG_GROUPS,
    "membership_state": MEMBERSHIP_STATES,
    "id_kind": DOCUMENT_KINDS,
}
_YES_NO: Final = {"1": "是", "0": "否"}
_WHO: Final = ("name", "id_number")


@dataclass(frozen=True, slots=True)
class CellView:
    """What stands in one column of the preview. `problem` is empty where nothing is wrong."""

    field: str
    title: str
    text: str
    problem: str = ""
    blocks: bool = False


@dataclass(frozen=True, slots=True)
class InputView:
    """A cell to be typed anew: what stood there in full, and what is wrong with it."""

    field: str
    title: str
    text: str
    problem: str
    fix: str
    in_table: bool  # the table's cell says already what is wrong


@dataclass(frozen=True, slots=True)
class ChangeView:
    title: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class RowView:
    row_no: int
    verdict: Verdict
    cells: list[CellView]
    inputs: list[InputView]
    sayings: list[tuple[str, str, bool]]  # of the whole row, or of columns that are not shown: message, fix, blocks
    changes: list[ChangeView]
    offers: list[Answer]
    answers: list[Answer]
    known_as: str  # whom the house has under this number, as far as the actor may know
    done: bool
    undo: Undo | None  # what became of it when the import was undone
    who: str  # the record's public id, where there is one

    @property
    def needs_you(self) -> bool:
        return self.verdict in {Verdict.ASKED, Verdict.REFUSED}


def rows_of(batch: ImportBatch, verdict: str = "") -> QuerySet[ImportRow]:
    """Of a large file, the rows that are kept one by one. "open": asked and refused."""
    lines = batch.lines.select_related("person").order_by("row_no")
    if verdict == "open":
        return lines.filter(verdict__in=[Verdict.ASKED, Verdict.REFUSED])
    return lines.filter(verdict=verdict) if verdict else lines


def shown_rows(batch: ImportBatch, verdict: str = "") -> int:
    """How many of them there are, counted only where the batch's own counts speak of packed rows too."""
    if batch.packed:
        return rows_of(batch, verdict).count()
    return batch.left_out if verdict == "open" else getattr(batch, verdict) if verdict else batch.rows


def left_behind(batch: ImportBatch) -> QuerySet[ImportRow]:
    """Rows of an import that was undone which stay as they are, because somebody changed or used them since."""
    left = batch.lines.filter(undo__in=[Undo.CHANGED_SINCE, Undo.USED_SINCE])
    return left.select_related("person").order_by("row_no")


def columns_of(batch: ImportBatch) -> list[tuple[str, str]]:
    """(field, title) of the columns that the preview shows."""
    there = {field for _, _, field in batch.columns}
    return [(field, FIELDS[field].title) for field in COLUMNS if field in there or field in {"name", "id_number"}]


def views(batch: ImportBatch, lines: Iterable[ImportRow]) -> list[RowView]:
    """In the order given. Two statements beside the rows' own."""
    columns = [field for field, _ in columns_of(batch)]
    rows = list(lines)
    people = [line.person_id for line in rows if line.person_id is not None]
    here = set(
        Membership.objects.filter(person__in=people, union=batch.union_id, ends=None).values_list(
            "person_id", flat=True
        )
    )
    return [_view(line, columns, known_well=line.person_id in here) for line in rows]


def _view(line: ImportRow, columns: Sequence[str], *, known_well: bool) -> RowView:
    entry = Entry.from_text(line.row_no, line.values.open(), line.answers)
    verdict = Verdict(line.verdict)
    told = {problem["column"]: problem for problem in reversed(line.problems) if problem["column"]}
    needs = verdict in {Verdict.ASKED, Verdict.REFUSED}
    cells = [_cell(entry, field, told.get(field), in_full=needs) for field in columns]
    wrong = [problem for problem in line.problems if problem["column"] in FIELDS and problem["blocks"]] if needs else []
    if line.offers and any(
        problem["column"] in _WHO for problem in wrong
    ):  # who it is: name and number both may be wrong
        wrong += [
            {"column": name, "message": "", "fix": ""} for name in _WHO if name not in {one["column"] for one in wrong}
        ]
    inputs = [_input(entry, problem, columns) for problem in {one["column"]: one for one in reversed(wrong)}.values()]
    typed = {one.field for one in inputs}
    sayings = [
        (_said(one), str(one["fix"]), bool(one["blocks"]))
        for one in line.problems
        if one["column"] not in typed and (one["blocks"] or one["column"] not in columns)
    ]
    return RowView(
        line.row_no,
        verdict,
        cells,
        inputs[::-1],
        sayings,
        _changes(line, entry),
        [Answer(offer) for offer in line.offers],
        [Answer(one) for one in line.answers],
        _known_as(line, known_well=known_well),
        line.done,
        Undo(line.undo) if line.undo else None,
        line.person.public_id if line.person else "",
    )


def left_out(batch: ImportBatch, verdict: Verdict) -> list[dict[str, object]]:
    """For commands: one entry a row."""
    headers = {field: header for _, header, field in reversed(batch.columns) if field}
    lines = batch.lines.filter(verdict=verdict).order_by("row_no").values_list("row_no", "problems")
    return [told_of(row_no, problems, headers) for row_no, problems in lines]


def told_of(row_no: int, problems: Sequence[dict[str, Any]], headers: dict[str, str]) -> dict[str, object]:
    """The first problem's column (as the sheet calls it) and code, and all the words."""
    blocking = [one for one in problems if one["blocks"]] or problems
    column, code = (str(blocking[0]["column"]), str(blocking[0]["code"])) if blocking else ("", "")
    title = headers.get(column) or (FIELDS[column].title if column in FIELDS else column)
    words = "".join(f"{one['message']}{one['fix']}" for one in blocking)
    return {"row": row_no, "column": title, "code": code, "message": words}


def _cell(entry: Entry, field: str, problem: dict[str, Any] | None, *, in_full: bool) -> CellView:
    """What is wrong stands in full, because it must be corrected; so does the name of a row that waits for somebody."""
    full = (in_full and field == "name") or (problem is not None and problem["blocks"])
    text = (
        entry.typed.get(field, "")
        if problem is not None and problem["blocks"]
        else said(field, entry.values.get(field, ""))
    )
    if not full and field in MASKED:
        text = mask_value(MASKED[field], entry.values.get(field, ""), Purpose.IMPORT_PREVIEW)
    message = str(problem["message"]) if problem else ""
    return CellView(field, FIELDS[field].title, text, message, bool(problem and problem["blocks"]))


def _input(entry: Entry, problem: dict[str, Any], columns: Sequence[str]) -> InputView:
    field, message = str(problem["column"]), str(problem["message"])
    return InputView(
        field, FIELDS[field].title, entry.typed.get(field, ""), message, str(problem["fix"]), field in columns
    )


def _said(problem: dict[str, Any]) -> str:
    title = FIELDS[problem["column"]].title if problem["column"] in FIELDS else ""
    return f"{title}：{problem['message']}" if title else str(problem["message"])


def said(field: str, value: str) -> str:
    """A kept value as people write it."""
    if field == "phone":
        return phones.national(value) if value else ""
    if field in _CODED:
        return _CODED[field].get(value, (value,))[0]
    return _YES_NO.get(value, value) if field.startswith("is_") else value


def _changes(line: ImportRow, entry: Entry) -> list[ChangeView]:
    """Old and new, masked as anywhere in the preview. Of an imported row the old is gone, and only the field is named."""
    person = None if line.done else line.person
    return [
        ChangeView(FIELDS[field].title, _old(person, field), _new(entry, field))
        for field in line.changes
        if field in FIELDS
    ]


def _new(entry: Entry, field: str) -> str:
    value = entry.values.get(field, "")
    return mask_value(MASKED[field], value, Purpose.IMPORT_PREVIEW) if field in MASKED else said(field, value)


def _old(person: Person | None, field: str) -> str:
    column = {"id_number": "document"}.get(field, _RECORDED.get(field, field))
    try:
        return shown(person, column, Purpose.IMPORT_PREVIEW) if person else ""
    except KeyError:  # of the membership, or of no purpose here
        return ""


def _known_as(line: ImportRow, *, known_well: bool) -> str:
    """The name under which the number is known, where it is asked. In full of a member here: one character decides."""
    if line.person is None or not {Answer.RENAME, Answer.SAME} & set(line.offers):
        return ""
    return shown(line.person, "name", Purpose.STAFF_DETAIL if known_well else Purpose.IMPORT_PREVIEW)
