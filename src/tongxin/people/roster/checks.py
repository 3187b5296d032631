"""What only the whole row can tell: the number by its kind of paper, and fields that must agree with each other."""

import re
from datetime import date
from typing import Final

from tongxin.kernel import id_numbers, phones
from tongxin.kernel.refused import Refused
from tongxin.people.roster.dates import Dated
from tongxin.people.roster.shapes import Problem, RosterRow
from tongxin.people.roster.values import gig_group_of_occupation, id_text
from tongxin.records.sheets.cells import Cell

_PERMIT_LIKE = re.compile(r"[A-Za-z]{1,2}[0-9]{7,10}")
_LOST_END: Final = "000"
_NAME_MISSING: Final = Problem("name", "name-missing", "没有姓名。", "请补上姓名。")
_ID_MISSING: Final = Problem("id_number", "id-missing", "没有证件号码。", "请补上证件号码。")
_PHONE_MISSING: Final = Problem("phone", "phone-missing", "没有手机号，收不到通知。", "有手机号请补上。", blocks=False)
_LANDLINE: Final = Problem(
    "phone", "phone-landline", "这是固定电话，收不到短信。", "有手机号请改填手机号。", blocks=False
)
_SEX_DIFFERS: Final = Problem("sex", "sex-differs", "性别与身份证号对不上。", "请对照证件，改正性别或身份证号。")
_BORN_DIFFERS: Final = Problem(
    "born",
    "born-differs",
    "出生日期与身份证号对不上，已按身份证号。",
    "如果身份证号错了，请改正。",
    blocks=False,
)
_EMPLOYER_MISSING: Final = Problem(
    "employer",
    "employer-missing",
    "没有工作单位。",
    "请补上；货车司机、网约车司机、快递员、外卖配送员请填新就业形态类别，可以没有单位。",
    blocks=False,
)
_GIG_WHICH: Final = Problem(
    "gig_group",
    "gig-which",
    "写了是新就业形态劳动者，没有写哪一类。",
    "请填货车司机、网约车司机、快递员、外卖配送员之一。",
    blocks=False,
)
_MONTH_ONLY: Final = Problem(
    "joined_on",
    "date-month-only",
    "入会时间只写到月，按当月1日记。",
    "知道是哪一天请补上。",
    blocks=False,
)
_FUTURE: Final = "这一天还没有到，请核对这个日期。"


def check_row(row: RosterRow, number: Cell, has: frozenset[str], today: date | None) -> None:
    """Completes `row.values` and adds to `row.problems`. `has` are the fields that the sheet has columns for."""
    told = {problem.column for problem in row.problems}
    if "name" not in row.values and "name" not in told:
        row.problems.append(_NAME_MISSING)
    if "id_kind" not in told:
        _read_number(row, number, today)
    _check_days(row, today)
    _check_against_number(row)
    _check_phone(row, has, told)
    _check_work(row, has, told)


def _read_number(row: RosterRow, number: Cell, today: date | None) -> None:
    kind = str(row.values.setdefault("id_kind", id_numbers.RESIDENT_ID))
    try:
        text = id_text(number)
        if not text:
            row.problems.append(_ID_MISSING)
            return
        row.values["id_number"] = _canonical(kind, text, today).removeprefix(f"{kind}:")
    except Refused as refusal:
        row.problems.append(Problem.of("id_number", refusal))


def _canonical(kind: str, text: str, today: date | None) -> str:
    try:
        if kind == id_numbers.RESIDENT_ID:
            return id_numbers.canonical(text, today=today)
        return id_numbers.canonical_document(kind, text, today=today)
    except Refused as refusal:
        if kind != id_numbers.RESIDENT_ID:
            raise
        if refusal.code == "id-check" and text.endswith(_LOST_END):
            raise Refused(
                "id-digits-lost",
                "身份证号末尾是000，校验又不对，像是被Excel抹掉了末几位。请先把这一列的格式设为文本，再照证件重填。",
            ) from None
        if _PERMIT_LIKE.fullmatch(text):
            raise Refused(
                "id-kind-missing", "这不是身份证号，像是护照或通行证。请在“证件类型”一列写明是哪一种。"
            ) from None
        raise


def _check_days(row: RosterRow, today: date | None) -> None:
    """Days become plain dates here; `born` that shows only a month stays as it is until it has met the number."""
    joined = row.values.get("joined_on")
    if isinstance(joined, Dated):
        row.values["joined_on"] = joined.day
        if not joined.whole:
            row.problems.append(_MONTH_ONLY)
        if today is not None and joined.day > today:
            del row.values["joined_on"]
            row.problems.append(Problem.of("joined_on", Refused("date-future", _FUTURE)))
    born = row.values.get("born")
    if isinstance(born, Dated) and today is not None and born.day > today:
        del row.values["born"]
        row.problems.append(Problem.of("born", Refused("date-future", _FUTURE), blocks=False))


def _check_against_number(row: RosterRow) -> None:
    written = row.values.pop("born", None)
    number = row.values.get("id_number")
    if number and row.values["id_kind"] == id_numbers.RESIDENT_ID:
        born, sex = id_numbers.birth_date(str(number)), id_numbers.sex(str(number))
        row.values["born"] = born
        if row.values.setdefault("sex", sex) != sex:
            row.problems.append(_SEX_DIFFERS)
        if isinstance(written, Dated) and _differs(written, born):
            row.problems.append(_BORN_DIFFERS)
    elif isinstance(written, Dated) and written.whole:
        row.values["born"] = written.day
    _check_order(row)


def _differs(written: Dated, born: date) -> bool:
    if written.whole:
        return written.day != born
    return (written.day.year, written.day.month) != (born.year, born.month)


def _check_order(row: RosterRow) -> None:
    born, joined = row.values.get("born"), row.values.get("joined_on")
    if isinstance(born, date) and isinstance(joined, date) and joined < born:
        row.problems.append(Problem("joined_on", "joined-before-born", "入会时间早于出生日期。", "请核对入会时间。"))


def _check_phone(row: RosterRow, has: frozenset[str], told: set[str]) -> None:
    phone = row.values.get("phone")
    if phone is None:
        if "phone" in has and "phone" not in told:
            row.problems.append(_PHONE_MISSING)
    elif not phones.is_mobile(str(phone)):
        row.problems.append(_LANDLINE)


def _check_work(row: RosterRow, has: frozenset[str], told: set[str]) -> None:
    """Gig workers need no employer; whoever is said to be one is asked for the group."""
    if row.values.get("is_gig") and "gig_group" not in row.values and "gig_group" not in told:
        group = gig_group_of_occupation(str(row.values.get("occupation", "")))
        if group:
            row.values["gig_group"] = group
        else:
            row.problems.append(_GIG_WHICH)
    is_gig = "gig_group" in row.values or row.values.get("is_gig")
    if "employer" in has and "employer" not in row.values and not is_gig and not {"employer", "gig_group"} & told:
        row.problems.append(_EMPLOYER_MISSING)
