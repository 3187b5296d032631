"""Workers counted, by sheet: one line a union and group; a line that is wrong is named, and nothing is entered."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Final

from django import forms
from django.db.models import QuerySet

from tongxin.activities.days import parse_day
from tongxin.kernel.refused import Refused
from tongxin.records.sheets.cells import Cell
from tongxin.records.sheets.reading import read_sheets
from tongxin.records.sheets.writing import Column, Written, write_workbook
from tongxin.unions.actions.workforce import MOST, MOST_ROWS, Count
from tongxin.unions.models import Confidence, Union, WorkGroup
from tongxin.web.forms import HouseForm

CODE, NAME, GROUP, WORKERS, SOURCE, AS_OF, SURE = "工会代码", "工会", "群体", "职工数", "来源", "截至日", "把握程度"
COLUMNS: Final = (
    Column(CODE, width=18, required=True), Column(NAME, width=36), Column(GROUP, choices=WorkGroup.labels, required=True),
    Column(WORKERS, "number", required=True), Column(SOURCE, width=36, required=True), Column(AS_OF, "date", required=True),
    Column(SURE, choices=Confidence.labels),
)  # fmt: skip
NEEDED: Final = (CODE, GROUP, WORKERS, SOURCE, AS_OF)
_GROUPS: Final = {one.label: one.value for one in WorkGroup}
_SURE: Final = {one.label: one.value for one in Confidence}


class SheetForm(HouseForm):
    file = forms.FileField(
        label="表格", widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv"}), max_length=255, allow_empty_file=True,
        help_text="用模板填，列名不要改。没有填职工数的行不登记。",
    )  # fmt: skip


def template(unions: Iterable[Union], today: date) -> bytes:
    """A line for everyone at each union; lines for groups may be added."""
    rows: Iterable[Sequence[Written]] = (
        [union.code, union.name, WorkGroup.ALL.label, "", "", today, ""] for union in unions
    )
    return write_workbook(COLUMNS, rows, title="职工数", notes=["群体和把握程度从下拉里选。没有填职工数的行不登记。"])


def counts_of(content: bytes, *, among: QuerySet[Union]) -> list[Count]:
    """Refused: "sheet-columns", "sheet-empty", "sheet-row" (which row and why), and what cannot be read."""
    sheets = read_sheets(content).sheets
    rows = sheets[0].rows if sheets else []
    heads = [str(cell).strip() for cell in rows[0]] if rows else []
    if missing := [name for name in NEEDED if name not in heads]:
        raise Refused("sheet-columns", "第一行缺少这几列：%(names)s。请用模板填。", names="、".join(missing))
    lines = [(number, dict(zip(heads, row, strict=False))) for number, row in enumerate(rows[1:], 2)]
    filled = [(number, line) for number, line in lines if str(line.get(WORKERS, "")).strip()]
    if not filled:
        raise Refused("sheet-empty", "没有一行填了职工数，请填好再传。")
    if len(filled) > MOST_ROWS:
        raise Refused("workforce-many", "一次最多%(most)s行，请分成几个表。", most=MOST_ROWS)
    codes = {str(line.get(CODE, "")).strip() for _, line in filled}
    unions = {union.code: union for union in among.filter(code__in=codes)}
    return [_count(number, line, unions) for number, line in filled]


def _count(number: int, line: dict[str, Cell], unions: dict[str, Union]) -> Count:
    union = unions.get(str(line.get(CODE, "")).strip())
    if union is None:
        raise _wrong(number, "没有找到这个工会代码，或不在您的范围内")
    group = _GROUPS.get(str(line.get(GROUP, "")).strip())
    sure = str(line.get(SURE, "")).strip()
    if group is None or (sure and sure not in _SURE):
        raise _wrong(number, "群体或把握程度不在选项里")
    return Count(
        union=union,
        workers=_whole(number, line.get(WORKERS, "")),
        source=str(line.get(SOURCE, "")),
        as_of=_day(number, line.get(AS_OF, "")),
        group=group,
        confidence=_SURE.get(sure, Confidence.FAIRLY),
    )


def _whole(number: int, cell: Cell) -> int:
    text = str(cell).strip().replace(",", "")
    try:
        value = float(text)
    except ValueError:
        raise _wrong(number, "职工数不是数字") from None
    if not (value.is_integer() and 0 <= value <= MOST):
        raise _wrong(number, "职工数请填0到1亿之间的整数")
    return int(value)


def _day(number: int, cell: Cell) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    try:
        return parse_day(str(cell))
    except Refused:
        raise _wrong(number, "没看懂截至日，请写成2024-04-02这样") from None


def _wrong(number: int, why: str) -> Refused:
    return Refused("sheet-row", "第%(number)s行：%(why)s。整张表都没有登记，请改好再传。", number=number, why=why)
