"""One number on two rows of the same file: said twice, told two ways, or two people. Only the first is harmless."""

from collections.abc import Sequence
from typing import Final

from tongxin.people.roster.shapes import Problem, RosterRow

CODES: Final = frozenset({"id-two-people", "row-twice", "row-twice-differs"})


def mark_duplicates(rows: Sequence[RosterRow]) -> None:
    first: dict[tuple[object, object], RosterRow] = {}
    for row in rows:
        number = row.values.get("id_number")
        if number is None:
            continue
        key = (row.values.get("id_kind"), number)
        earlier = first.setdefault(key, row)
        if earlier is not row:
            _mark(earlier, row)


def _mark(earlier: RosterRow, row: RosterRow) -> None:
    names = {earlier.values.get("name"), row.values.get("name")}
    if len(names) > 1 and None not in names:
        _mark_both(earlier, row, "id-two-people", "证件号码与第%d行相同，姓名不同。", "请对照证件，改正其中一行。")
    elif earlier.values == row.values:
        row.problems.append(
            Problem(
                "",
                "row-twice",
                f"与第{earlier.row_no}行完全相同，只算一次。",
                "不用改；也可以删去这一行。",
                blocks=False,
            )
        )
    else:
        _mark_both(earlier, row, "row-twice-differs", "与第%d行是同一个人，内容不同。", "请只留正确的一行。")


def _mark_both(earlier: RosterRow, row: RosterRow, code: str, message: str, fix: str) -> None:
    row.problems.append(Problem("id_number", code, message % earlier.row_no, fix))
    if not any(problem.code == code for problem in earlier.problems):
        earlier.problems.append(Problem("id_number", code, message % row.row_no, fix))
