"""Headers as they come: anywhere, in any order, called anything."""

import pytest
from tests.people.rosters import HEADER, WANG, ZHAO, codes, read
from tests.records.workbooks import saved

from tongxin.kernel.refused import Refused
from tongxin.people import roster
from tongxin.people.roster.fields import FIELDS, SERIAL, field_of

MEMBER = ["王华", WANG, "13800138000", "2019-03-05"]


def fields(file: roster.RosterFile) -> list[str | None]:
    return [column.field for column in file.columns]


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("*身份证号码（必填）", "id_number"),
        ("【必填】证件号码", "id_number"),
        ("公民身份号码", "id_number"),
        ("手 机 号", "phone"),
        ("联系电话\n(11位)", "phone"),
        ("姓\u3000名", "name"),
        ("1.姓名", "name"),
        ("名字：", "name"),
        ("会员姓名", "name"),
        ("职工手机号码", "phone"),
        ("出生年月（例：1990-01）", "born"),
        ("（手机）", "phone"),
        ("ＮＡＭＥ", "name"),
        ("文化程度", "education"),
        ("工种", "occupation"),
        ("统一社会信用代码", "employer_uscc"),
        ("入会年月", "joined_on"),
        ("序号", SERIAL),
        ("No.", SERIAL),
        ("姓名必填", "name"),
        ("配偶姓名", None),
        ("紧急联系人电话", None),
        ("户籍所在地", None),
        ("填表人", None),
        ("", None),
        ("（）", None),
    ],
)
def test_field_of_a_header(header, field):
    assert field_of(header) == field


def test_every_title_names_its_own_field():
    assert {field: field_of(words.title) for field, words in FIELDS.items()} == {field: field for field in FIELDS}


def test_no_synonym_names_two_fields():
    for field, words in FIELDS.items():
        assert {synonym: field_of(synonym) for synonym in words.synonyms} == dict.fromkeys(words.synonyms, field)


def test_header_is_found_below_titles_in_any_order():
    file = read(
        [
            ["永川区某厂工会会员花名册"],
            ["填报单位：某厂", None, "2024年3月"],
            [],
            ["入会时间", "手机", "备用", "身份证号", "姓名"],
            ["2019-03-05", "13800138000", "x", WANG, "王华"],
        ],
        ["A1:E1"],
    )
    assert file.header_row == 4
    assert fields(file) == ["joined_on", "phone", None, "id_number", "name"]
    assert file.rows[0].values["phone"] == "+8613800138000"
    assert file.notes == ["这些列没有用到：C列“备用”。"]


def test_header_of_two_merged_rows_is_named_by_both():
    file = read(
        [
            ["姓名", "证件", None, "联系方式", None, "配偶", None],
            [None, "类型", "号码", "手机", "座机", "姓名", "身份证号"],
            ["王华", "居民身份证", WANG, "13800138000", "", "赵兰", ZHAO],
        ],
        ["A1:A2", "B1:C1", "D1:E1", "F1:G1"],
    )
    assert fields(file) == ["name", "id_kind", "id_number", "phone", None, None, None]
    assert [column.header for column in file.columns][1:3] == ["证件/类型", "证件/号码"]
    assert file.rows[0].values["id_number"] == WANG
    assert file.header_row == 2


def test_header_of_two_rows_without_merges():
    text = "姓名,身份证号,联系方式,\n,,手机,QQ\n王华," + WANG + ",13800138000,1\n"
    file = roster.read(text.encode(), "名册.csv")
    assert fields(file) == ["name", "id_number", "phone", None]
    assert [row.row_no for row in file.rows] == [3]
    assert file.sheet.name == "名册"


def test_two_columns_for_one_thing_are_asked_and_the_answer_is_taken():
    rows = [["姓名", "身份证号", "手机", "联系电话"], ["王华", WANG, "13800138000", "13900139000"]]
    file = read(rows)
    assert [(q.about, q.code, q.words, q.options) for q in file.questions] == [
        (
            "phone",
            "column-twice",
            "有2列都像是“手机号码”，内容又不同。请选用哪一列。",
            (("2", "C列“手机”"), ("3", "D列“联系电话”")),
        )
    ]
    answered = read(rows, choices=roster.Choices(columns={"phone": 3}))
    assert answered.questions == []
    assert answered.rows[0].values["phone"] == "+8613900139000"


def test_two_columns_that_say_the_same_are_not_asked():
    same = read([["姓名", "身份证号", "手机", "联系电话"], ["王华", WANG, "13800138000", "13800138000"]])
    empty = read([["姓名", "身份证号", "手机", "联系电话"], ["王华", WANG, "", "13800138000"]])
    assert same.questions == empty.questions == []
    assert empty.rows[0].values["phone"] == "+8613800138000"


def test_several_sheets_are_asked_and_the_answer_is_taken():
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "说明"
    book.active.append(["请填写"])
    for name in ("一车间", "二车间"):
        sheet = book.create_sheet(name)
        sheet.append(list(HEADER))
        sheet.append([name[:2] + "华", *MEMBER[1:]])
    data = saved(book)
    file = roster.read(data)
    assert file.sheet.name == "一车间"
    assert [(q.about, q.options) for q in file.questions] == [("sheet", (("一车间", "一车间"), ("二车间", "二车间")))]
    chosen = roster.read(data, choices=roster.Choices(sheet="二车间"))
    assert (chosen.sheet.name, chosen.questions) == ("二车间", [])


def test_a_hidden_sheet_is_told():
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(list(HEADER))
    book.active.append(MEMBER)
    book.create_sheet("备份").sheet_state = "hidden"
    book.create_sheet("_选项").sheet_state = "hidden"
    assert roster.read(saved(book)).notes == ["隐藏的表没有读：“备份”。要读请先在Excel里取消隐藏。"]


@pytest.mark.parametrize(
    ("rows", "code", "words"),
    [
        (
            [["甲", "乙"], ["王华", WANG]],
            "roster-no-header",
            "没有找到表头。表头那一行要有“姓名”“身份证号”这样的列名，请补上，或下载模板照着填。",
        ),
        (
            [["姓名", "手机"], ["王华", "13800138000"]],
            "roster-no-column",
            "表头里没有“证件号码”这一列，请补上这一列，或下载模板照着填。",
        ),
        (
            [["身份证号", "手机"], [WANG, "13800138000"]],
            "roster-no-column",
            "表头里没有“姓名”这一列，请补上这一列，或下载模板照着填。",
        ),
        ([list(HEADER)], "roster-empty", "表头下面没有会员，请看看是不是选错了文件或表。"),
    ],
)
def test_what_is_no_roster_is_refused(rows, code, words):
    with pytest.raises(Refused) as caught:
        read(rows)
    assert (caught.value.code, str(caught.value)) == (code, words)


def test_xls_and_web_page_read_alike():
    from tests.records.biff import xls

    page = (
        "<table>"
        + "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in (HEADER, MEMBER))
        + "</table>"
    )
    files = [roster.read(xls([HEADER, MEMBER])), roster.read(page.encode("gbk")), read([HEADER, MEMBER])]
    assert [file.rows[0].values for file in files] == [files[2].rows[0].values] * 3
    assert [codes(file.rows[0]) for file in files] == [[], [], []]
