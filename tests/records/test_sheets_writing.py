"""What is written reads the same, and nothing of it runs."""

# ruff: noqa: DTZ001  cells of a sheet know no zones

import io
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest

from tongxin.records.sheets.reading import read_sheets
from tongxin.records.sheets.writing import Column, Marked, guarded, sheet_name, write_csv, write_workbook

COLUMNS = [
    Column("姓名"),
    Column("证件号码"),
    Column("人次", "number"),
    Column("日期", "date"),
    Column("时间", "moment"),
]


def opened(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def test_write_workbook_reads_back_the_same():
    rows = [
        ["王华", "510229197001010012", 3, date(2019, 3, 5), datetime(2019, 3, 5, 8, 30)],
        ["李四", None, Decimal("2.5"), None, True],
    ]
    read = read_sheets(write_workbook(COLUMNS, rows, title="名册"))
    assert read.sheets[0].name == "名册"
    assert read.sheets[0].rows == [
        ["姓名", "证件号码", "人次", "日期", "时间"],
        ["王华", "510229197001010012", 3.0, date(2019, 3, 5), datetime(2019, 3, 5, 8, 30)],
        ["李四", "", 2.5, "", "是"],
    ]


@pytest.mark.parametrize(
    "text", ["=1+1", "+8613800138000", "-2", "@SUM(A1)", "\t=1", "\r=1", "{=1}", "http://x", "0012"]
)
def test_write_workbook_never_writes_a_formula_or_a_link(text):
    cell = opened(write_workbook([Column("a")], [[text]], title="x")).active["A2"]
    assert cell.data_type == "s"
    assert cell.value.removeprefix("_x000D_").strip() == text.strip()
    assert cell.hyperlink is None


def test_write_workbook_numbers_of_papers_are_text():
    cell = opened(write_workbook(COLUMNS, [["a", "510229197001010012"]], title="x")).active["B2"]
    assert (cell.value, cell.data_type, cell.number_format) == ("510229197001010012", "s", "@")


def test_write_workbook_freezes_the_header_and_offers_choices():
    columns = [
        Column("性别", choices=("男", "女"), hint="选一个"),
        Column("民族", choices=tuple(f"第{n}个民族" for n in range(60))),
    ]
    book = opened(write_workbook(columns, [], title="x"))
    assert book.active.freeze_panes == "A2"
    validations = book.active.data_validations.dataValidation
    assert [(str(v.sqref), v.formula1) for v in validations] == [
        ("A2:A100001", '"男,女"'),
        ("B2:B100001", "'_选项'!$A$1:$A$60"),
    ]
    assert book["_选项"].sheet_state == "hidden"


def test_write_workbook_marks_a_cell_with_its_remark_and_adds_notes():
    book = opened(write_workbook([Column("a")], [[Marked("x", "这里不对")]], title="x", notes=["说一句"]))
    cell = book.active["A2"]
    assert cell.value == "x"
    assert cell.comment.text == "这里不对"
    assert cell.fill.fgColor.rgb == "FFFDE2E0"
    assert book["说明"]["A1"].value == "说一句"


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+86", "'+86"),
        ("-2", "'-2"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        (" =1", "' =1"),
        ("王华", "王华"),
        ("", ""),
        ("a=1", "a=1"),
    ],
)
def test_guarded_puts_a_quote_before_what_could_run(text, safe):
    assert guarded(text) == safe


def test_write_csv_is_marked_guarded_and_quoted():
    data = b"".join(
        write_csv([Column("姓名"), Column("数", "number")], [["=王", -2], ['a"b', None], [Marked("x"), True]])
    )
    assert data.decode() == '\ufeff姓名,数\r\n\'=王,-2\r\n"a""b",\r\nx,是\r\n'


@pytest.mark.parametrize(("title", "name"), [("a/b:c", "a／b：c"), ("", "表"), ("长" * 40, "长" * 31), ("'x'", "x")])
def test_sheet_name_is_one_that_excel_takes(title, name):
    assert sheet_name(title) == name
