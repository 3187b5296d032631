"""Small rosters for the tests. All people are synthetic."""

from collections.abc import Iterable

from tests.records.workbooks import sheet_of

from tongxin.people import roster

WANG, ZHAO = "510229197001010012", "11010519491231002X"
HEADER = ("姓名", "身份证号", "手机", "入会时间")


def read(rows: Iterable[Iterable[object]], merges: Iterable[str] = (), **options) -> roster.RosterFile:
    return roster.read(sheet_of(rows, merges), "名册.xlsx", **options)


def one(header: str, value: object, **options) -> roster.RosterRow:
    """The row of 王华 with one more column."""
    return read([["姓名", "身份证号", header], ["王华", WANG, value]], **options).rows[0]


def codes(row: roster.RosterRow) -> list[str]:
    return [problem.code for problem in row.problems]
