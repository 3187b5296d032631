"""What the house holds, by the names that offices give it; and what it does not hold, with who could supply it.

Marks in an office's sheet, questions of a request and what is filled in beforehand all read this one table.
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tongxin.people.roster.fields import FIELDS, field_of, header_key


class About(StrEnum):
    UNION = "union"
    MEMBER = "member"  # one row a member


@dataclass(frozen=True, slots=True)
class Field:
    """`supplier`: empty where the house holds it; else who could say it. `where`: the page on which it is kept."""

    key: str
    label: str
    about: About
    where: str = ""
    supplier: str = ""
    also: tuple[str, ...] = ()
    number: bool = False  # a full number: masked unless it is disclosed

    @property
    def held(self) -> bool:
        return not self.supplier


_ORGANISATION, _COMMITTEE, _MEMBERS, _WORKERS = "工会组织", "班子和任期", "会员登记", "职工数"
_BY_HAND: Final = "采集人手写"
_OFFICE, _MONEY = "本会办公室", "本会财务人员"


def _union(key: str, label: str, where: str, *also: str) -> Field:
    return Field(key, label, About.UNION, where=where, also=also)


def _unheld(key: str, label: str, supplier: str, *also: str, about: About = About.UNION) -> Field:
    return Field(key, label, about, supplier=supplier, also=also)


def _member(key: str, *, number: bool = False, label: str = "") -> Field:
    words = FIELDS.get(key)
    return Field(key, label or (words.title if words else key), About.MEMBER, where=_MEMBERS, number=number)


ALL: Final = (
    _union("union_name", "工会名称", _ORGANISATION, "工会全称", "组织名称", "工会组织名称", "所属工会", "填报单位"),
    _union("union_code", "工会代码", _ORGANISATION, "组织代码"),
    _union("union_uscc", "工会统一社会信用代码", _ORGANISATION, "工会信用代码"),
    _union("union_kind", "工会类型", _ORGANISATION, "基层工会类型", "工会种类", "组织类型"),
    _union("union_level", "工会层级", _ORGANISATION, "层级"),
    _union("founded_on", "建会日期", _ORGANISATION, "成立日期", "建会时间", "成立时间", "工会成立日期"),
    _union("parent_name", "上级工会", _ORGANISATION, "上级工会名称", "隶属工会"),
    _union("chair", "工会主席", _COMMITTEE, "主席", "主席姓名", "工会主席姓名", "工会负责人"),
    _union("term_number", "届次", _COMMITTEE, "第几届"),
    _union("elected_on", "选举日期", _COMMITTEE, "本届选举日期", "换届日期", "任期开始"),
    _union("term_ends", "届满日期", _COMMITTEE, "任期届满", "任期结束", "任期届满日期"),
    _union("members", "会员数", _MEMBERS, "会员人数", "会员总数", "会员总人数", "工会会员数", "工会会员人数", "现有会员数"),
    _union("women", "女会员数", _MEMBERS, "女会员人数", "女性会员数"),
    _union("migrants", "农民工会员数", _MEMBERS, "农民工会员人数"),
    _union("gig_members", "新就业形态会员数", _MEMBERS, "新就业形态劳动者会员数", "新业态会员数"),
    _union("workers", "职工数", _WORKERS, "职工人数", "职工总数", "职工总人数", "从业人员数"),
    _union("as_of", "截至日期", _MEMBERS, "截至日", "数据截至", "填报日期", "统计截至日期"),
    _unheld("legal_person", "工会法人资格证号", _OFFICE, "法人资格证号", "工会法人资格"),
    _unheld("employer_kind", "单位性质", _OFFICE, "单位类型", "经济类型", "登记注册类型"),
    _unheld("industry", "所属行业", _OFFICE, "行业", "行业类别"),
    _unheld("address", "通讯地址", _OFFICE, "地址", "工会地址", "单位地址"),
    _unheld("postcode", "邮政编码", _OFFICE, "邮编"),
    _unheld("union_phone", "工会电话", _OFFICE, "工会联系电话", "办公电话"),
    _unheld("full_time", "专职工会干部数", _OFFICE, "专职干部数", "专职干部人数"),
    _unheld("bank", "工会经费账号", _MONEY, "银行账号", "开户行", "开户银行"),
    _unheld("collector", "采集人", _BY_HAND, "填表人", "采集人签字"),
    _unheld("collected_on", "采集日期", _BY_HAND, "填表日期"),
    _unheld("seal", "工会盖章", _BY_HAND, "盖章"),
    Field("serial", "序号", About.MEMBER, where=_MEMBERS),
    _member("name"), _member("sex"), _member("ethnicity"), _member("id_kind"), _member("id_number", number=True),
    _member("born"), _member("political_status"), _member("education"), _member("skill_level"), _member("is_migrant"),
    _member("is_gig"), _member("gig_group"), _member("phone", number=True), _member("employer"), _member("employer_uscc"),
    _member("occupation"), _member("joined_on"), _member("membership_state"), _member("post"), _member("model_worker"),
    _unheld("household", "户籍类型", "会员本人", "户口类型", "户口性质", about=About.MEMBER),
    _unheld("confirmed_how", "确认方式", _BY_HAND, "代确认方式", about=About.MEMBER),
    _unheld("confirmed", "本人确认", _BY_HAND, "本人确认签字", "会员确认", about=About.MEMBER),
    _unheld("note", "备注", _BY_HAND, about=About.MEMBER),
)  # fmt: skip
BY_KEY: Final = {field.key: field for field in ALL}
_BY_NAME: Final = {header_key(name): field for field in ALL for name in (field.label, *field.also)}


def find(label: str) -> Field | None:
    """By any of its names, decorations apart; by the words of rosters; or by its key, as a defined name must be spelt."""
    key = header_key(label)
    if key in _BY_NAME:
        return _BY_NAME[key]
    known = field_of(label)
    return BY_KEY.get(known or "") or BY_KEY.get(label.strip().lower())


def likely(label: str) -> list[str]:
    """Labels that look alike, for a mark that is not known."""
    return difflib.get_close_matches(label, [field.label for field in ALL], n=2, cutoff=0.5)


def of_labels(labels: Iterable[str]) -> dict[str, Field]:
    """The fields behind labels as they stand in a sheet; unknown ones are left out."""
    return {label: field for label in labels if (field := find(label)) is not None}
