"""`read`: a roster file as it comes, into rows of values with their problems, notes, and questions. Writes nothing."""

from datetime import date
from pathlib import Path

from tongxin.kernel.refused import Refused
from tongxin.people.roster.columns import Header, find_header, map_columns, no_header
from tongxin.people.roster.duplicates import mark_duplicates
from tongxin.people.roster.rows import read_rows
from tongxin.people.roster.shapes import Choices, ColumnMap, Question, RosterFile
from tongxin.records.sheets.cells import Sheet, Workbook
from tongxin.records.sheets.reading import read_sheets

USUAL = Choices()


def read(
    source: str | Path | bytes,
    filename: str = "",
    *,
    choices: Choices = USUAL,
    today: date | None = None,
) -> RosterFile:
    """`filename` names the sheet of a file that has no names for sheets; what the file is, its content says.

    Refused when the file is no roster; what is wrong in single rows stands in `rows[n].problems`.

    `choices` answers earlier `questions`; `today` lets days to come be noticed.
    """
    book = read_sheets(source)
    for sheet in book.sheets:
        sheet.name = sheet.name or Path(filename).stem or "名册"
    return read_book(book, choices=choices, today=today)


def read_book(book: Workbook, *, choices: Choices = USUAL, today: date | None = None) -> RosterFile:
    sheet, header, asked = choose_sheet(book, choices)
    body = sheet.rows[header.row + 1 :]
    columns, questions = map_columns(header, body, choices)
    if any(question.code == "column-missing" for question in questions):  # nothing can be read before it is answered
        return RosterFile(
            columns, [], told_of_file(book, columns), asked + questions, sheet, header.row + 1, book.kind, _names(book)
        )
    rows, skipped = read_rows(sheet, header, columns, date1904=book.date1904, today=today)
    if not rows:
        raise Refused("roster-empty", "表头下面没有会员，请看看是不是选错了文件或表。")
    mark_duplicates(rows)
    return RosterFile(
        columns,
        rows,
        [*book.notes, *_hidden(book), *skipped, *_unused(columns)],
        asked + questions,
        sheet,
        header.row + 1,
        book.kind,
        _names(book),
    )


def choose_sheet(book: Workbook, choices: Choices) -> tuple[Sheet, Header, list[Question]]:
    """The sheet that was chosen, or the first with a roster's header; when several have one, it is asked."""
    if choices.sheet is not None:
        chosen = [(sheet, find_header(sheet)) for sheet in book.sheets if sheet.name == choices.sheet]
    else:
        chosen = [(sheet, find_header(sheet)) for sheet in book.sheets if any(sheet.rows)]
    rosters = [(sheet, header) for sheet, header in chosen if header is not None and len(sheet.rows) > header.row + 1]
    rosters = rosters or [(sheet, header) for sheet, header in chosen if header is not None]
    if not rosters:
        raise no_header()
    sheet, header = rosters[0]
    return sheet, header, [_which_sheet([sheet.name for sheet, _ in rosters])] if len(rosters) > 1 else []


def _names(book: Workbook) -> list[str]:
    return [sheet.name for sheet in book.sheets]


def told_of_file(book: Workbook, columns: list[ColumnMap]) -> list[str]:
    """Without what was skipped: that is known when the rows are read."""
    return [*book.notes, *_hidden(book), *_unused(columns)]


def _which_sheet(names: list[str]) -> Question:
    listed = "、".join(f"“{name}”" for name in names)
    words = f"文件里有{len(names)}张表像名册：{listed}。一次导入一张，请选这次要导入哪一张。"
    return Question("sheet", "sheets-many", words, tuple((name, name) for name in names))


def _hidden(book: Workbook) -> list[str]:
    names = [name for name in book.hidden if not name.startswith("_")]
    listed = "、".join(f"“{name}”" for name in names)
    return [f"隐藏的表没有读：{listed}。要读请先在Excel里取消隐藏。"] if names else []


def _unused(columns: list[ColumnMap]) -> list[str]:
    unused = [f"{column.letter}列“{column.header}”" for column in columns if column.field is None]
    return [f"这些列没有用到：{'、'.join(unused)}。"] if unused else []
