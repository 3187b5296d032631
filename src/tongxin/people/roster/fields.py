"""The fields of a roster: what they are called in sheets, and how they are asked for in ours."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

SERIAL: Final = "_serial"  # 序号: read over
OURS: Final = "_ours"  # a column that we wrote ourselves on an annotated workbook
KEY: Final = "_key"  # which row of ours it is, when a workbook of ours comes back
KEY_COLUMN: Final = "对号"
OUR_COLUMNS: Final = ("行号", "结果", "问题", "怎么改")
UNREAD: Final = frozenset({OURS, SERIAL, KEY})  # say nothing about a member


@dataclass(frozen=True, slots=True)
class FieldWords:
    """`title` is our own header; `synonyms` are others'. All are compared by `header_key`."""

    title: str
    synonyms: tuple[str, ...]


FIELDS: Final[dict[str, FieldWords]] = {
    "name": FieldWords(
        "姓名",
        (
            "名字",
            "姓 名",
            "会员姓名",
            "真实姓名",
            "中文姓名",
            "人员姓名",
            "姓名名称",
            "名称姓名",
            "称呼",
            "name",
            "fullname",
        ),
    ),
    "sex": FieldWords("性别", ("男女", "sex", "gender")),
    "ethnicity": FieldWords("民族", ("族别", "民族成份", "民族成分", "ethnicity")),
    "id_kind": FieldWords("证件类型", ("证件种类", "身份证件类型", "证件名称", "有效证件类型", "证照类型")),
    "id_number": FieldWords(
        "证件号码",
        (
            "身份证号",
            "身份证号码",
            "身份证",
            "证件号",
            "公民身份号码",
            "公民身份证号码",
            "居民身份证号",
            "居民身份证号码",
            "身份证件号码",
            "身份证件号",
            "有效证件号码",
            "证件编号",
            "身份证编号",
            "身份号码",
            "身份证码",
            "二代身份证号",
            "二代身份证号码",
            "idcard",
            "idnumber",
            "idno",
        ),
    ),
    "born": FieldWords(
        "出生日期", ("出生年月", "出生年月日", "生日", "出生时间", "出生", "birthday", "birthdate", "dateofbirth")
    ),
    "political_status": FieldWords("政治面貌", ("政治身份", "党派", "面貌", "政治面目")),
    "education": FieldWords("学历", ("文化程度", "最高学历", "文化水平", "受教育程度", "学历层次", "教育程度")),
    "skill_level": FieldWords(
        "技能等级", ("技术等级", "职业技能等级", "职业资格等级", "技能等级证书", "职业资格", "技能水平", "职称等级")
    ),
    "household": FieldWords("户籍类型", ("户口类型", "户口性质", "户籍性质", "户籍", "户口", "户口类别", "户籍类别")),
    "is_migrant": FieldWords(
        "是否农民工", ("农民工", "是否为农民工", "是否属于农民工", "是否进城务工", "是否农民工会员")
    ),
    "is_gig": FieldWords(
        "是否新就业形态劳动者",
        (
            "是否新就业形态",
            "新就业形态劳动者",
            "是否为新就业形态劳动者",
            "是否属于新就业形态劳动者",
            "是否新业态",
            "新业态",
        ),
    ),
    "gig_group": FieldWords(
        "新就业形态类别",
        (
            "新就业形态",
            "新就业形态群体",
            "新就业形态劳动者类别",
            "新就业形态劳动者类型",
            "新就业形态类型",
            "新就业形态职业",
            "新业态类别",
            "新业态类型",
            "新就业群体",
            "新就业形态群体类别",
            "群体类别",
            "所属群体",
            "八大群体",
            "四类群体",
        ),
    ),
    "phone": FieldWords(
        "手机号码",
        (
            "手机",
            "手机号",
            "联系电话",
            "电话",
            "联系方式",
            "移动电话",
            "电话号码",
            "联系手机",
            "联系手机号",
            "手机电话",
            "常用手机号",
            "常用手机",
            "手机号码联系方式",
            "联系号码",
            "联系电话手机",
            "联系方式手机",
            "联系方式手机号",
            "联系方式手机号码",
            "联系方式电话",
            "移动电话号码",
            "通讯方式",
            "联系电话号码",
            "mobile",
            "phone",
            "tel",
        ),
    ),
    "employer": FieldWords(
        "工作单位",
        (
            "单位",
            "单位名称",
            "所在单位",
            "就业单位",
            "用人单位",
            "用工单位",
            "工作单位名称",
            "所属单位",
            "公司",
            "公司名称",
            "企业名称",
            "企业",
            "单位全称",
            "用人单位名称",
            "工作单位全称",
            "就职单位",
            "所在企业",
            "劳动关系单位",
        ),
    ),
    "employer_uscc": FieldWords(
        "单位统一社会信用代码",
        (
            "统一社会信用代码",
            "社会信用代码",
            "信用代码",
            "单位信用代码",
            "工作单位统一社会信用代码",
            "企业统一社会信用代码",
            "单位社会信用代码",
            "组织机构代码",
            "用人单位统一社会信用代码",
        ),
    ),
    "occupation": FieldWords(
        "岗位",
        (
            "职业",
            "工种",
            "岗位名称",
            "工作岗位",
            "职业工种",
            "岗位职业",
            "岗位工种",
            "从事工种",
            "从事职业",
            "工种岗位",
            "岗位职务",
        ),
    ),
    "joined_on": FieldWords(
        "入会时间",
        ("入会日期", "加入工会时间", "加入工会日期", "入会年月", "入会", "入会年月日", "参加工会时间", "加入时间"),
    ),
    "membership_state": FieldWords("会籍状态", ("会员状态", "会籍", "状态", "会籍情况", "会员会籍状态")),
    "union_name": FieldWords(
        "所属工会",
        (
            "工会名称",
            "所在工会",
            "基层工会",
            "工会",
            "所属基层工会",
            "所属工会名称",
            "工会组织",
            "工会组织名称",
            "所属工会组织",
            "会籍所在工会",
            "基层工会名称",
            "所在工会名称",
            "入会工会",
            "工会全称",
        ),
    ),
    "post": FieldWords("工会职务", ("职务", "担任职务", "工会内职务", "会内职务", "担任工会职务")),
    "model_worker": FieldWords(
        "劳模类别",
        ("劳模", "劳模等级", "劳模级别", "劳动模范", "荣誉称号", "劳模类型", "劳模先进类别", "是否劳模", "劳模称号"),
    ),
    "note": FieldWords("备注", ("说明", "附注", "备注说明", "其他", "注", "remark", "note", "remarks")),
    SERIAL: FieldWords("序号", ("编号", "序", "号", "no", "no.", "行次", "排序", "顺序号", "#", "№")),
}
REQUIRED: Final = ("name", "id_number")
WITHOUT_BLANKS: Final = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\u00ad*★☆※✱:,.,、/|_·-]+")
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^】]*】|\{[^{}]*\}|〔[^〕]*〕|<[^<>]*>")
_NUMBERING = re.compile(r"^(?:[0-9]{1,2}|[一二三四五六七八九十]{1,2})[.、)]")
_WHOSE = re.compile(r"^(?:工会会员|会员|职工|员工|本人|个人|人员|劳动者|从业人员|从业者)(?=.)")
OTHERS_WORDS: Final = re.compile(
    r"配偶|家属|家庭成员|子女|父母|父亲|母亲|紧急|介绍人|经办|填表|审核|负责人|法人|主席|代办|监护"
)


def header_key(text: str) -> str:
    """A header without everything that is decoration: widths, blanks, stars, numbering, what stands in brackets."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    plain = _NUMBERING.sub("", re.sub(r"^[\s*★☆※✱]+", "", plain))
    outside = _BRACKETED.sub("", plain)
    key = WITHOUT_BLANKS.sub("", outside) or re.sub(r"[\[\](){}【】〔〕<>]", "", WITHOUT_BLANKS.sub("", plain))
    return re.sub(r"(?:必填项?|选填项?|可不填)$", "", key)


def field_of(header: str) -> str | None:
    """The field that a header names, or None. `职工姓名` is a name, `配偶姓名` is somebody else's."""
    key = header_key(header)
    if key in _OUR_KEYS:
        return OURS
    if key == KEY_COLUMN:
        return KEY
    if key in _BY_KEY:
        return _BY_KEY[key]
    return _BY_KEY.get(_WHOSE.sub("", key))


_BY_KEY: Final = {
    header_key(word): field
    for field, words in FIELDS.items()
    for word in (words.title, *words.synonyms)
    if header_key(word)
}
_OUR_KEYS: Final = frozenset(map(header_key, OUR_COLUMNS))
