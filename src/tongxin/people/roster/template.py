"""The empty workbook for those who have no roster yet."""

from typing import Final

from tongxin.people.roster import words
from tongxin.people.roster.fields import FIELDS, REQUIRED
from tongxin.people.roster.skipping import EXAMPLE
from tongxin.records.sheets.writing import Column, write_workbook

_YES_NO: Final = ("是", "否")
_ASKED: Final = (
    "name",
    "id_number",
    "phone",
    "sex",
    "ethnicity",
    "id_kind",
    "political_status",
    "education",
    "skill_level",
    "household",
    "is_migrant",
    "gig_group",
    "employer",
    "employer_uscc",
    "occupation",
    "joined_on",
    "membership_state",
    "union_name",
    "post",
    "model_worker",
    "note",
)
CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "sex": ("男", "女"),
    "ethnicity": words.ETHNICITIES,
    "political_status": tuple(words.POLITICAL_STATUSES),
    "education": tuple(words.EDUCATIONS),
    "skill_level": tuple(words.SKILL_LEVELS),
    "household": tuple(words.HOUSEHOLDS),
    "is_migrant": _YES_NO,
    "id_kind": tuple(names[0] for names in words.DOCUMENT_KINDS.values()),
    "gig_group": tuple(names[0] for names in words.GIG_GROUPS.values()),
    "membership_state": tuple(names[0] for names in words.MEMBERSHIP_STATES.values()),
}
_HINTS: Final = {
    "id_number": "居民身份证18位，末位X大小写都可以；其他证件请同时选证件类型。",
    "phone": "11位手机号，用来登录和收通知。",
    "joined_on": "例如2019-03-05。",
    "employer": "货车司机、网约车司机、快递员、外卖配送员可以没有单位。",
    "gig_group": "不是这四类的请留空。",
}
_WIDTHS: Final = {
    "id_number": 22,
    "phone": 16,
    "employer": 28,
    "employer_uscc": 24,
    "union_name": 28,
    "note": 24,
    "joined_on": 14,
}
EXAMPLES: Final[tuple[dict[str, str], ...]] = (
    {
        "name": "示例一",
        "id_number": "510229197001010012",
        "phone": "13800000001",
        "sex": "男",
        "ethnicity": "汉族",
        "education": "大学专科",
        "employer": "示例机械厂",
        "occupation": "钳工",
        "joined_on": "2019-03-05",
        "membership_state": "正常",
    },
    {
        "name": "示例二",
        "id_number": "11010519491231002X",
        "phone": "13800000002",
        "sex": "女",
        "ethnicity": "土家族",
        "joined_on": "2019年3月5日",
        "employer": "示例纺织厂",
        "membership_state": "会籍保留",
    },
    {
        "name": "示例三",
        "id_number": "510229700101001",
        "phone": "13800000003",
        "gig_group": "外卖配送员",
        "joined_on": "20190305",
    },
)
_NOTES: Final = (
    "姓名和证件号码必填，手机号码请尽量填，其余有多少填多少。",
    "列的先后可以调，用不着的列可以删；自己的名册不用照抄，直接上传也能认。",
    "备注以“示例”开头的行是示例，内容是编的，导入时会跳过，可以删去。",
    "证件号码和手机号码这两列已设为文本，请不要改成数字，否则Excel会抹掉末尾几位。",
    "货车司机、网约车司机、快递员、外卖配送员请填新就业形态类别，可以没有工作单位。",
)


def template_workbook() -> bytes:
    columns = [
        Column(
            FIELDS[field].title + ("*" if field in REQUIRED else ""),
            width=_WIDTHS.get(field),
            choices=CHOICES.get(field, ()),
            hint=_HINTS.get(field, ""),
            required=field in REQUIRED,
        )
        for field in _ASKED
    ]
    examples = [{**example, "note": f"{EXAMPLE}，导入时跳过"} for example in EXAMPLES]
    return write_workbook(
        columns, [[example.get(field, "") for field in _ASKED] for example in examples], title="会员名册", notes=_NOTES
    )
