"""The workbook that goes back can come in again, and the template is no member."""

import io

import openpyxl
import pytest
from tests.people.rosters import WANG, codes, read

from tongxin.kernel.refused import Refused
from tongxin.people import roster
from tongxin.people.roster import template
from tongxin.people.roster.annotate import NotedRow, write_noted
from tongxin.people.roster.fields import FIELDS

ROWS = [
    ["序号", "姓名", "身份证号", "手机", "入会时间", "备用", "联系电话"],
    [1, "王华", WANG, 13800138000, "2019-03-05", "=1+1", "13900139000"],
    [2, "赵兰", 510229197001010012, "1380013800", "2019-02-30", "+1", "13900139001"],
    ["合计", 2],
]


def annotated(file, results=None) -> bytes:
    stream = io.BytesIO()
    rows = (
        NotedRow(row.row_no, file.sheet.rows[row.row_no - 1], (results or {}).get(row.row_no, ""), row.problems)
        for row in file.rows
    )
    write_noted(stream, file.columns, rows, lambda number: f"k{number}", title=file.sheet.name)
    return stream.getvalue()


def test_annotated_workbook_says_beside_each_row_what_to_do():
    file = read(ROWS)
    book = openpyxl.load_workbook(io.BytesIO(annotated(file, {2: "新增"})))
    rows = [[cell.value for cell in row] for row in book.active.iter_rows()]
    assert rows[0] == [
        "行号",
        "结果",
        "问题",
        "怎么改",
        "对号",
        "序号",
        "姓名",
        "身份证号",
        "手机",
        "入会时间",
        "备用",
        "联系电话-未用",
    ]
    assert rows[1] == [
        "2",
        "新增",
        None,
        None,
        "k2",
        "1",
        "王华",
        WANG,
        "13800138000",
        "2019-03-05",
        "公式",
        "13900139000",
    ]
    assert rows[2][:2] == ["3", "先不导入"]
    assert rows[2][2].split("\n") == [
        "手机号只有10位，少1位。",
        "那一年的2月没有30日。",
        "证件号码被Excel截成了科学计数法，末尾几位已经丢失。",
    ]
    assert len(rows) == 3
    assert book.active["I3"].comment.text == "手机号只有10位，少1位。请补上。"
    assert book.active["I3"].fill.fgColor.rgb == "FFFDE2E0"
    assert book.active["I2"].fill.fgColor.rgb == "00000000"


def test_annotated_workbook_comes_in_again_with_the_same_values_and_problems():
    first = read(ROWS, choices=roster.Choices(columns={"phone": 3}))
    again = roster.read(annotated(first))
    assert [row.values for row in again.rows] == [{**row.values, "_key": f"k{row.row_no}"} for row in first.rows]
    assert [codes(row) for row in again.rows] == [codes(row) for row in first.rows]
    assert again.questions == []
    twice = roster.read(annotated(again))
    assert [column.header for column in twice.columns] == [column.header for column in again.columns]


def test_annotated_workbook_offers_choices_in_coded_columns_only():
    file = read([["姓名", "身份证号", "性别", "文化程度"], ["王华", WANG, "男", "本科"]])
    book = openpyxl.load_workbook(io.BytesIO(annotated(file)))
    lists = {str(one.sqref).split(":")[0]: one.formula1 for one in book.active.data_validations.dataValidation}
    assert lists == {"H2": '"男,女"', "I2": lists["I2"]}
    assert "大学本科" in lists["I2"]


def test_template_names_every_field_and_holds_only_examples():
    data = roster.template_workbook()
    with pytest.raises(Refused) as caught:
        roster.read(data)
    assert caught.value.code == "roster-empty"
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["会员名册", "说明"]
    assert [cell.value for cell in book["会员名册"]["A"]] == ["姓名*", "示例一", "示例二", "示例三"]


def test_template_filled_in_is_read():
    book = openpyxl.load_workbook(io.BytesIO(roster.template_workbook()))
    book["会员名册"].append(["王华", WANG, "13800138000"])
    stream = io.BytesIO()
    book.save(stream)
    file = roster.read(stream.getvalue())
    assert [row.values["name"] for row in file.rows] == ["王华"]
    assert file.notes == ["第2、3、4行是示例，没有导入。"]
    assert file.questions == []
    assert all(column.field for column in file.columns)
    assert codes(file.rows[0]) == ["employer-missing"]


def test_template_examples_are_right_in_themselves():
    fields = sorted({field for example in template.EXAMPLES for field in example})
    titles = [FIELDS[field].title for field in fields]
    file = read([titles, *[[example.get(field, "") for field in fields] for example in template.EXAMPLES]])
    assert {code for row in file.rows for code in codes(row)} == {"id-two-people"}  # one number in its old and new form
