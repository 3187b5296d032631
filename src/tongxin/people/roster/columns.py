"""Where the header is, and what each column was taken for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from tongxin.kernel.refused import Refused
from tongxin.people.roster.cleaning import text_of
from tongxin.people.roster.fields import FIELDS, OTHERS_WORDS, REQUIRED, UNREAD, field_of, header_key
from tongxin.people.roster.shapes import Choices, ColumnMap, Question
from tongxin.records.sheets.cells import Cell, Sheet, column_letters

SEARCHED_ROWS: Final = 40
FEWEST_FIELDS: Final = 2
MERGES_LOOKED_AT: Final = 1_000


@dataclass(frozen=True, slots=True)
class Header:
    """`row` is the header's last row, from 0. `score` is the number of fields that it names."""

    row: int
    texts: tuple[str, ...]
    fields: tuple[str | None, ...]

    @property
    def score(self) -> int:
        return len(real_fields(self.fields))


def real_fields(fields: Sequence[str | None]) -> set[str]:
    return {field for field in fields if field and field not in UNREAD}


def find_header(sheet: Sheet) -> Header | None:
    """The row among the first forty that names most fields, with the group headers above and sub-headers below it."""
    top = _filled_top(sheet)
    found = [_fields(row) for row in top]
    best = max(range(len(top)), key=lambda row: (len(real_fields(found[row])), -row), default=None)
    if best is None:
        return None
    while _is_tied_below(sheet, best) and best + 1 < len(top):
        if len(real_fields(found[best + 1])) < len(real_fields(found[best])):
            break
        best += 1
    header = _with_groups(sheet, top, best)
    header = _with_subheader(top, header)
    enough = header.score >= FEWEST_FIELDS and bool({"name", "id_number"} & real_fields(header.fields))
    return header if enough else None


def map_columns(
    header: Header, rows: Iterable[Sequence[Cell]], choices: Choices
) -> tuple[list[ColumnMap], list[Question]]:
    """Two columns for one field: settled when one is empty or both say the same, otherwise asked (the first is read).

    `rows` are gone through once for each such field. A column that must be there and was not known is asked for.
    """
    fields = _chosen(_remembered(header, choices), choices)
    questions: list[Question] = []
    for field in sorted(real_fields(fields)):
        places = [place for place, taken in enumerate(fields) if taken == field]
        if len(places) > 1:
            keep, differ = _settled(places, rows)
            if differ:
                questions.append(_asked(field, places, header))
            for place in places:
                if place != keep:
                    fields[place] = None
    questions += [_which_column(field, header, fields) for field in REQUIRED if field not in fields]
    columns = [
        ColumnMap(place, column_letters(place), text, fields[place])
        for place, text in enumerate(header.texts)
        if text or fields[place]
    ]
    return columns, questions


def _which_column(field: str, header: Header, fields: Sequence[str | None]) -> Question:
    """Any of the columns that nobody knows. Refused where there is none to choose from."""
    title = FIELDS[field].title
    free = [(place, text) for place, text in enumerate(header.texts) if text and fields[place] is None]
    if not free:
        raise Refused("roster-no-column", "表头里没有“%(title)s”这一列，请补上这一列，或下载模板照着填。", title=title)
    options = tuple((str(place), f"{column_letters(place)}列“{text}”") for place, text in free)
    return Question(field, "column-missing", f"没有认出哪一列是“{title}”。请选一列，以后会记住。", options)


def no_header() -> Refused:
    return Refused(
        "roster-no-header", "没有找到表头。表头那一行要有“姓名”“身份证号”这样的列名，请补上，或下载模板照着填。"
    )


def _filled_top(sheet: Sheet) -> list[list[str]]:
    """The first rows as text, merged cells all saying what they show."""
    rows = [[text_of(cell) for cell in row] for row in sheet.rows[:SEARCHED_ROWS]]
    width = max(map(len, rows), default=0)
    rows = [row + [""] * (width - len(row)) for row in rows]
    for top, left, bottom, right in [area for area in sheet.merges if area[0] < len(rows)][:MERGES_LOOKED_AT]:
        if left < width and rows[top][left]:
            for row in rows[top : bottom + 1]:
                for place in range(left, min(right + 1, width)):
                    row[place] = row[place] or rows[top][left]
    return rows


def _fields(texts: Sequence[str]) -> tuple[str | None, ...]:
    return tuple(field_of(text) if text else None for text in texts)


def _is_tied_below(sheet: Sheet, row: int) -> bool:
    """A cell that is merged over this row and the next makes both one header."""
    return any(top <= row < bottom <= row + 2 for top, _, bottom, _ in sheet.merges)


def _with_groups(sheet: Sheet, top: list[list[str]], row: int) -> Header:
    """Under a group header a column is named by both: 配偶 over 姓名 is not the member's name."""
    groups = top[row - 1] if row and _is_tied_below(sheet, row - 1) else []
    texts: list[str] = []
    fields: list[str | None] = []
    for place, text in enumerate(top[row]):
        group = groups[place] if place < len(groups) else ""
        if not group or group == text:
            texts.append(text)
            fields.append(field_of(text) if text else None)
            continue
        texts.append(f"{group}/{text}" if text else group)
        fields.append(None if OTHERS_WORDS.search(group) else field_of(group + text) or field_of(text))
    return Header(row, tuple(texts), tuple(fields))


def _with_subheader(top: list[list[str]], header: Header) -> Header:
    """A second row of headers where nothing is merged (CSV): no name, no number, and only words that name columns."""
    if header.row + 1 >= len(top):
        return header
    below = top[header.row + 1]
    named = [place for place, field in enumerate(header.fields) if field in REQUIRED]
    words = [text for text in below if text]
    if any(below[place] for place in named) or not words or not any(map(field_of, words)):
        return header
    if any(character.isdigit() for text in words for character in text):
        return header
    texts, fields = list(header.texts), list(header.fields)
    group = ""
    for place, text in enumerate(below):
        group = texts[place] or group
        if text:
            texts[place] = text
            fields[place] = None if OTHERS_WORDS.search(group) else field_of(group + text) or field_of(text)
    return Header(header.row + 1, tuple(texts), tuple(fields))


def _remembered(header: Header, choices: Choices) -> list[str | None]:
    """What this union's cadre said earlier of a header counts before what we take it for."""
    known = choices.headers
    return [
        (known[key] or None) if text and (key := header_key(text)) in known else field
        for text, field in zip(header.texts, header.fields, strict=True)
    ]


def _chosen(fields: list[str | None], choices: Choices) -> list[str | None]:
    for field, place in choices.columns.items():
        fields = [None if taken == field else taken for taken in fields]
        if 0 <= place < len(fields):
            fields[place] = field
    return fields


def _settled(places: Sequence[int], rows: Iterable[Sequence[Cell]]) -> tuple[int, bool]:
    """Which column to read, and whether the columns say different things. The rows are gone through once."""
    filled: set[int] = set()
    apart: set[tuple[int, int]] = set()
    for row in rows:
        texts = [(place, text_of(row[place]) if place < len(row) else "") for place in places]
        filled |= {place for place, text in texts if text}
        apart |= {(one, other) for one, said in texts for other, also in texts if one < other and said != also}
    kept = min(filled, default=places[0])
    return kept, any((kept, place) in apart for place in filled)


def _asked(field: str, places: Sequence[int], header: Header) -> Question:
    options = tuple((str(place), f"{column_letters(place)}列“{header.texts[place]}”") for place in places)
    title = FIELDS[field].title
    return Question(field, "column-twice", f"有{len(places)}列都像是“{title}”，内容又不同。请选用哪一列。", options)
