"""Rows as they come: what is a member, what its cells mean, and what is wrong with them."""

from datetime import date

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from tests.people.rosters import HEADER, WANG, ZHAO, codes, one, read
from tests.records.workbooks import saved

from tongxin.people import roster
from tongxin.people.roster.shapes import Problem

TODAY = date(2024, 3, 28)


def test_a_whole_member():
    file = read(
        [
            [
                "序号",
                "姓名",
                "性别",
                "民族",
                "身份证号",
                "出生日期",
                "政治面貌",
                "学历",
                "技能等级",
                "户籍类型",
                "是否农民工",
                "手机",
                "工作单位",
                "统一社会信用代码",
                "岗位",
                "入会时间",
                "会籍状态",
                "所属工会",
                "职务",
                "劳模类别",
                "备注",
            ],
            [
                1,
                "王　华",
                "男",
                "汉",
                "510229700101001",
                "1970.1.1",
                "党员",
                "大专",
                "高级",
                "农业",
                "是",
                13800138000,
                " 某 厂 ",
                "81500118mc0000001q",
                "钳工",
                "2019年3月5日",
                "在册",
                "某厂工会",
                "委员",
                "否",
                "x",
            ],
        ]
    )
    assert file.rows[0].values == {
        "name": "王华",
        "sex": "male",
        "ethnicity": "汉族",
        "id_kind": "resident_id",
        "id_number": WANG,
        "born": date(1970, 1, 1),
        "political_status": "中共党员",
        "education": "大学专科",
        "skill_level": "高级工",
        "household": "农业户口",
        "is_migrant": True,
        "phone": "+8613800138000",
        "employer": "某厂",
        "employer_uscc": "81500118MC0000001Q",
        "occupation": "钳工",
        "joined_on": date(2019, 3, 5),
        "membership_state": "active",
        "union_name": "某厂工会",
        "post": "委员",
        "note": "x",
    }
    assert file.rows[0].problems == []
    assert file.rows[0].raw["phone"] == "13800138000"
    assert file.rows[0].texts()["joined_on"] == "2019-03-05"
    assert file.rows[0].texts()["is_migrant"] == "1"


def test_rows_that_are_no_members_are_skipped_and_said():
    file = read(
        [
            ["花名册"],
            ["序号", "姓名", "身份证号", "手机", "备注"],
            [1, "王华", WANG, "13800138000"],
            [],
            ["二车间"],
            ["序号", "姓  名", "身份证号", "手机", "备注"],
            [2, "赵兰", ZHAO, "13800138001"],
            [3],
            [None, "示例", "1", "", "示例，可删"],
            ["本页小计", None, 2],
            ["合　计", "", "2人"],
            ["填表人：张三", None, None, "审核："],
            ["注：1.手机必填"],
            ["2024年3月28日"],
        ],
        ["A5:E5"],
    )
    assert [row.row_no for row in file.rows] == [3, 7]
    assert file.notes == [
        "第6行是重复的表头，已跳过。",
        "第10、11行是合计，已跳过。",
        "第12、13、14行是表尾的说明或签字，已跳过。",
        "第5行像是分组标题，没有当作会员。",
        "第9行是示例，没有导入。",
    ]


@pytest.mark.parametrize("name", ["合超", "总小明", "小野", "共田", "本杰", "称心", "姓名"])
def test_a_name_that_looks_like_a_total_is_a_member_all_the_same(name):
    assert read([HEADER, [name, WANG, "13800138000", "2019-03-05"]]).rows[0].values["name"] == name


def test_a_member_without_a_number_is_not_a_footer():
    row = read([HEADER, ["王华", None, "13800138000", None]]).rows[0]
    assert codes(row) == ["id-missing"]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("王　华", "王华"),
        (" 王 华 ", "王华"),
        ("王\u200b华", "王华"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("阿依古丽．买买提", "阿依古丽·买买提"),
        ("阿依古丽 · 买买提", "阿依古丽·买买提"),
        ("阿依古丽・买买提", "阿依古丽·买买提"),
        ("王𬘬", "王𬘬"),
        ("㐅明", "㐅明"),
        ("John Smith", "John Smith"),
        ("欧阳娜娜", "欧阳娜娜"),
        ("_x000D_王华", "王华"),
        ("'王华", "王华"),
        ("叶一〇", "叶一〇"),
    ],
)
def test_names_are_made_one(typed, name):
    assert read([["姓名", "身份证号"], [typed, WANG]]).rows[0].values["name"] == name


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("王", "name-short"),
        ("王*", "name-masked"),
        ("王某某", "name-masked"),
        ("王?", "name-lost-character"),
        ("王\ue000", "name-lost-character"),
        ("王华(组长)", "name-brackets"),
        ("王华1", "name-digits"),
        ("王华、李四", "name-signs"),
        ("王" * 21, "name-long"),
        ("", "name-missing"),
        ("无", "name-missing"),
        (123.0, "name-digits"),
    ],
)
def test_names_that_cannot_be_are_refused(typed, code):
    row = read([["姓名", "身份证号"], [typed, WANG]]).rows[0]
    assert [problem.code for problem in row.problems if problem.column == "name"] == [code]
    assert row.is_blocked


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        (WANG, WANG),
        ("510229700101001", WANG),
        (510229700101001, WANG),
        ("'" + WANG, WANG),
        ("５１０２２９１９７００１０１００１２", WANG),
        ("11010519491231002x", ZHAO),
        (WANG + "\t", WANG),
        ("510229 19700101 0012", WANG),
    ],
)
def test_numbers_are_made_one(typed, number):
    assert read([["姓名", "身份证号"], ["王华", typed]]).rows[0].values["id_number"] == number


@pytest.mark.parametrize("typed", [510229197001010012, 5.10229197001e17, "5.10229E+17", "5.10229197001010E+17"])
def test_a_number_that_excel_cut_is_told_so(typed):
    problem = read([["姓名", "身份证号"], ["王华", typed]]).rows[0].problems[0]
    assert problem == Problem(
        "id_number",
        "id-digits-lost",
        "证件号码被Excel截成了科学计数法，末尾几位已经丢失。",
        "请先把这一列的格式设为文本，再照原件重填。",
    )


def test_a_number_that_ends_in_noughts_and_does_not_check_is_told_so():
    problem = read([["姓名", "身份证号"], ["王华", "510229197001010000"]]).rows[0].problems[0]
    assert problem.code == "id-digits-lost"
    assert problem.message == "身份证号末尾是000，校验又不对，像是被Excel抹掉了末几位。"


def test_a_formula_without_a_result_is_told_in_its_cell():
    row = read([["姓名", "身份证号", "手机"], ["王华", "=A1", "=A1"]]).rows[0]
    assert [(p.column, p.code, p.fix) for p in row.problems] == [
        ("phone", "formula-unsaved", "请在Excel里打开、保存一次，或把公式粘贴为数值。"),
        ("id_number", "formula-unsaved", "请在Excel里打开、保存一次，或把公式粘贴为数值。"),
    ]


def test_other_papers_by_their_kind():
    rows = [
        ["姓名", "证件类型", "证件号码"],
        ["李四", "港澳居民来往内地通行证", "h1234567801"],
        ["John Smith", "护照", "e1234 5678"],
    ]
    values = [row.values for row in read(rows).rows]
    assert [(v["id_kind"], v["id_number"]) for v in values] == [
        ("hk_macao_permit", "H12345678"),
        ("passport", "E12345678"),
    ]
    assert "sex" not in values[0]


def test_a_passport_without_its_kind_is_asked_for_it():
    assert codes(read([["姓名", "证件号码"], ["李四", "E12345678"]]).rows[0]) == ["id-kind-missing"]


def test_sex_and_birth_come_from_the_number_and_must_agree():
    assert one("性别", "").values["sex"] == "male"
    assert [(p.code, p.blocks) for p in one("性别", "女").problems] == [("sex-differs", True)]
    row = one("出生日期", "1970-02-01")
    assert row.values["born"] == date(1970, 1, 1)
    assert [(p.code, p.blocks) for p in row.problems] == [("born-differs", False)]
    assert one("出生日期", "1970年1月").problems == []


@pytest.mark.parametrize(
    ("typed", "sex"), [("男", "male"), ("1", "male"), (1.0, "male"), ("m", "male"), ("男性", "male"), (" 男 ", "male")]
)
def test_sex_as_people_write_it(typed, sex):
    row = one("性别", typed)
    assert (row.values["sex"], row.problems) == (sex, [])


@pytest.mark.parametrize(
    ("typed", "group"),
    [
        ("货车司机", "truck_driver"),
        ("网约车司机", "ride_hailing_driver"),
        ("滴滴司机", "ride_hailing_driver"),
        ("快递员", "courier"),
        ("快递小哥", "courier"),
        ("外卖配送员", "food_delivery_rider"),
        ("骑手", "food_delivery_rider"),
        ("外卖骑手", "food_delivery_rider"),
        ("外卖员", "food_delivery_rider"),
    ],
)
def test_gig_workers_need_no_employer(typed, group):
    row = read([["姓名", "身份证号", "工作单位", "新就业形态类别"], ["王华", WANG, None, typed]]).rows[0]
    assert (row.values["gig_group"], row.problems) == (group, [])


def test_others_are_asked_for_an_employer_and_come_in_without():
    row = read([["姓名", "身份证号", "工作单位", "新就业形态类别"], ["王华", WANG, None, "否"]]).rows[0]
    assert [(p.code, p.blocks) for p in row.problems] == [("employer-missing", False)]


def test_a_gig_worker_without_a_group_is_asked_which_unless_the_job_says():
    rows = [
        ["姓名", "身份证号", "是否新就业形态", "岗位"],
        ["王华", WANG, "是", "工人"],
        ["赵兰", ZHAO, "是", "外卖骑手"],
    ]
    first, second = read(rows).rows
    assert codes(first) == ["gig-which"]
    assert second.values["gig_group"] == "food_delivery_rider"


@pytest.mark.parametrize(
    ("header", "typed", "field", "value"),
    [
        ("民族", "土家", "ethnicity", "土家族"),
        ("政治面貌", "团员", "political_status", "共青团员"),
        ("学历", "研究生", "education", "硕士研究生"),
        ("技能等级", "技师", "skill_level", "技师"),
        ("会籍状态", "转出", "membership_state", "transferred"),
        ("是否农民工", "否", "is_migrant", False),
        ("是否农民工", "√", "is_migrant", True),
        ("劳模", "全国劳动模范", "model_worker", "全国劳动模范"),
        ("岗位", "钳 工", "occupation", "钳工"),
    ],
)
def test_closed_lists_as_people_write_them(header, typed, field, value):
    row = one(header, typed)
    assert (row.values[field], row.problems) == (value, [])


@pytest.mark.parametrize(
    ("header", "typed", "blocks"),
    [
        ("民族", "火星", False),
        ("学历", "天才", False),
        ("是否农民工", "也许", False),
        ("统一社会信用代码", "123", False),
        ("出生日期", "长期", False),
        ("性别", "甲", True),
        ("会籍状态", "飞升", True),
        ("手机", "1380013800", True),
        ("入会时间", "2019-02-30", True),
        ("证件类型", "饭卡", True),
    ],
)
def test_what_matters_stops_a_row_and_the_rest_is_left_empty(header, typed, blocks):
    row = one(header, typed)
    assert [problem.blocks for problem in row.problems] == [blocks]
    assert row.is_blocked is blocks
    if not blocks:
        assert row.problems[0].message.endswith("暂不填这一项。")


def test_days_to_come_and_before_birth_are_noticed():
    assert codes(one("入会时间", "2024-03-29", today=TODAY)) == ["date-future"]
    assert codes(one("入会时间", "2024-03-28", today=TODAY)) == []
    assert codes(one("入会时间", "1969-12-31")) == ["joined-before-born"]
    assert [(p.code, p.blocks) for p in one("入会时间", "2019年3月").problems] == [("date-month-only", False)]


def test_a_landline_and_no_phone_are_told():
    assert [(p.code, p.blocks) for p in one("手机", "023-49822222").problems] == [("phone-landline", False)]
    assert [(p.code, p.blocks) for p in one("手机", "").problems] == [("phone-missing", False)]


def test_cells_merged_downwards_speak_for_each_row():
    file = read(
        [
            ["姓名", "身份证号", "工作单位"],
            ["王华", WANG, "某厂"],
            ["赵兰", ZHAO, None],
            ["孙七", "510229700101003", None],
        ],
        ["C2:C3"],
    )
    assert [row.values.get("employer") for row in file.rows] == ["某厂", "某厂", None]


def test_days_of_a_1904_workbook():
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.append(list(HEADER))
    book.active.append(["王华", WANG, "13800138000", 42067])
    assert roster.read(saved(book)).rows[0].values["joined_on"] == date(2019, 3, 5)


def test_one_number_on_two_rows():
    def marked(*rows):
        return [
            [(p.code, p.message, p.blocks) for p in row.problems] for row in read([["姓名", "身份证号"], *rows]).rows
        ]

    assert marked(["王华", WANG], ["王 华", "510229700101001"]) == [
        [],
        [("row-twice", "与第2行完全相同，只算一次。", False)],
    ]
    assert marked(["王华", WANG], ["李四", WANG]) == [
        [("id-two-people", "证件号码与第3行相同，姓名不同。", True)],
        [("id-two-people", "证件号码与第2行相同，姓名不同。", True)],
    ]
    told = read([["姓名", "身份证号", "岗位"], ["王华", WANG, "钳工"], ["王华", WANG, "焊工"]]).rows
    assert [codes(row) for row in told] == [["row-twice-differs"], ["row-twice-differs"]]


def test_problems_never_repeat_what_stands_in_the_cells():
    rows = [
        ["姓名", "身份证号", "手机", "出生日期", "统一社会信用代码", "工作单位"],
        ["王华1", "510229197001010013", "1380013800", "1970-02-30", "81500118MC0000001R", ""],
        ["李四*", "51O229197001010012", "13800138000/13900139000", "70-1-1", "81500118MC000000IQ", ""],
        ["赵(兰)", "5102291970010100122", "李四", "1870-1-1", "9", ""],
    ]
    for row in read(rows).rows:
        assert len(row.problems) >= 4
        for problem in row.problems:
            said = problem.message + problem.fix
            assert not [value for value in row.raw.values() if len(value) > 1 and value in said]


def test_every_problem_says_what_to_do():
    row = read([HEADER, ["", "1", "2", "3"]]).rows[0]
    assert [(p.code, p.fix[:1]) for p in row.problems] == [
        ("phone-unknown", "请"),
        ("date-shape", "请"),
        ("name-missing", "请"),
        ("id-length", "请"),
    ]
