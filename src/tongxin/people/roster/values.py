"""Readers: one cell of one field into its value, None for nothing, or Refused with what to write instead.

Words say what is wrong and never repeat what stands in the cell: problems are kept and shown where numbers may not be.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from tongxin.kernel import phones, uscc
from tongxin.kernel.refused import Refused
from tongxin.people.roster import words
from tongxin.people.roster.cleaning import NOTHING, number_text, phrase, text_of, without_blanks
from tongxin.records.sheets.cells import Cell, Fault

Value = object
Reader = Callable[[Cell], Value | None]

DOT: Final = "\u00b7"
SHORTEST_NAME, LONGEST_HAN_NAME, LONGEST_NAME = 2, 20, 50
_DOTS = re.compile(r"\s*[·•‧∙⋅・･●．.․˙]\s*")
_HAN: Final = r"\u3400-\u9fff\U00020000-\U0003ffff\u3007\ufa0e-\ufa29"
_HAN_NAME = re.compile(rf"[{_HAN}]+(?:{DOT}[{_HAN}]+)*")
_LATIN_NAME = re.compile(rf"[A-Za-zÀ-ɏ][A-Za-zÀ-ɏ' .,{DOT}-]*")
_USUAL_NAME = re.compile(rf"[\u4e00-\u9fff]{{{SHORTEST_NAME},{LONGEST_HAN_NAME}}}")  # nothing to tidy in these
_USUAL_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_USUAL_ID = re.compile(r"[0-9]{17}[0-9X]")
_PRIVATE = re.compile(r"[\ue000-\uf8ff\U000f0000-\U0010fffd\ufffd?？□■]")
_SOMEBODY = re.compile(r".[某×xX]{1,2}")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE][+]?\d+")
LOST_DIGITS: Final = 1e15
_LOST_WORDS: Final = "%(what)s被Excel截成了科学计数法，末尾几位已经丢失。请先把这一列的格式设为文本，再照原件重填。"
_KEPT_LENGTHS: Final = {
    "employer": 120,
    "occupation": 60,
    "union_name": 120,
    "post": 40,
    "model_worker": 40,
    "note": 500,
}


def sound(cell: Cell) -> Cell:
    """The cell, unless it is one of Excel's own errors or a formula without a result."""
    if isinstance(cell, Fault):
        raise Refused(cell.code, cell.words)
    return cell


def read_name(cell: Cell) -> Value | None:
    if cell.__class__ is str and _USUAL_NAME.fullmatch(cell) and cell not in NOTHING and "某" not in cell:
        return cell
    text = text_of(cell).lstrip("'’‘`")
    if not text or text in NOTHING:
        return None
    if max(text) >= "\u3400":
        name = _DOTS.sub(DOT, without_blanks(text)).strip(DOT)
        if not _HAN_NAME.fullmatch(name) or _SOMEBODY.fullmatch(name):
            _refuse_name(name)
        longest = LONGEST_NAME if DOT in name else LONGEST_HAN_NAME
    else:
        name, longest = text.strip(" .,"), LONGEST_NAME
        if not _LATIN_NAME.fullmatch(name):
            _refuse_name(name)
    if len(name) < SHORTEST_NAME:
        raise Refused("name-short", "姓名只有1个字，请填全名。")
    if len(name) > longest:
        raise Refused("name-long", "姓名有%(length)d个字，像是多粘了内容，请只留姓名。", length=len(name))
    return name


def _refuse_name(name: str) -> None:
    if "*" in name or _SOMEBODY.fullmatch(name):
        raise Refused("name-masked", "姓名被打了码，请填全名。")
    if _PRIVATE.search(name):
        raise Refused(
            "name-lost-character", "姓名里有显示不出来的字，多半是生僻字丢了，请照身份证重填，打不出来时用手写输入。"
        )
    if "(" in name or "[" in name:
        raise Refused("name-brackets", "姓名里有括号，请把括号里的说明移到备注，只留姓名。")
    if re.search(r"[0-9]", name):
        raise Refused("name-digits", "姓名里有数字，请只留姓名。")
    raise Refused("name-signs", "姓名里有不该有的符号，请只留姓名。")


def id_text(cell: Cell) -> str:
    """The number as text, or Refused("id-digits-lost") when the sheet has already lost its last digits."""
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        if abs(cell) >= LOST_DIGITS:
            raise Refused("id-digits-lost", _LOST_WORDS, what="证件号码")
        return number_text(cell)
    if cell.__class__ is str and _USUAL_ID.fullmatch(cell):
        return cell
    text = text_of(sound(cell)).lstrip("'’‘`")
    if _SCIENTIFIC.fullmatch(text):
        raise Refused("id-digits-lost", _LOST_WORDS, what="证件号码")
    return "" if text in NOTHING else text


def read_phone(cell: Cell) -> Value | None:
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        cell = number_text(cell)
    if cell.__class__ is str and _USUAL_MOBILE.fullmatch(cell):
        return phones.MAINLAND + cell
    text = text_of(cell).lstrip("'’‘`")
    if text in NOTHING:
        return None
    if _SCIENTIFIC.fullmatch(text):
        raise Refused("phone-digits-lost", _LOST_WORDS, what="手机号")
    return phones.canonical(text)


def read_uscc(cell: Cell) -> Value | None:
    text = text_of(cell).lstrip("'’‘`")
    if text in NOTHING:
        return None
    if _SCIENTIFIC.fullmatch(text):
        raise Refused("uscc-digits-lost", _LOST_WORDS, what="统一社会信用代码")
    return uscc.canonical(text)


def read_ethnicity(cell: Cell) -> Value | None:
    text = without_blanks(text_of(cell))
    if text in NOTHING:
        return None
    if re.fullmatch(r"穿青人|其他|外国血统.{0,12}|革家人|革家|僜人", text):
        return text
    for name in (text, f"{text}族"):
        if name in words.ETHNICITIES:
            return name
    raise Refused("ethnicity-unknown", "没有这个民族的名称，请写成汉族、土家族这样的规范名称。")


def read_gig_group(cell: Cell) -> Value | None:
    """None also for "否": an ordinary worker."""
    text = without_blanks(text_of(cell))
    if text in NOTHING or text in words.NO_GROUP:
        return None
    return _gig_group(text)


def gig_group_of_occupation(text: str) -> str | None:
    """骑手 under 岗位 says enough where no other column does; 快递 or 货车 alone do not."""
    key = without_blanks(text)
    group = _GIG_KEYS.get(key)
    return group if key == "骑手" or len(key) > 2 else None


def read_yes_no(cell: Cell) -> Value | None:
    text = without_blanks(text_of(cell)).upper()
    if text in words.YES:
        return True
    if text in words.NO:
        return False
    if text in NOTHING:
        return None
    raise Refused("yes-no-unknown", "这里要填是或否，请改成其中一个。")


def read_model_worker(cell: Cell) -> Value | None:
    text = phrase(text_of(cell))
    return None if text in NOTHING or text in words.NO else _fitting("model_worker", text)


def phrase_reader(field: str) -> Reader:
    def read(cell: Cell) -> Value | None:
        text = phrase(text_of(cell))
        return None if text in NOTHING else _fitting(field, text)

    return read


def _fitting(field: str, text: str) -> str:
    if len(text) > _KEPT_LENGTHS[field]:
        raise Refused(
            "text-long",
            "这里有%(length)d个字，最多%(most)d个，请写短一些。",
            length=len(text),
            most=_KEPT_LENGTHS[field],
        )
    return text


def list_reader(known: Mapping[str, Iterable[str]], code: str, what: str, shown: Iterable[str]) -> Reader:
    """For a closed list: keys are the values, the words of each and (for Chinese keys) the key itself stand for it."""
    by_word = {word.upper(): key for key, synonyms in known.items() for word in (key, *synonyms)}
    listed = "、".join(shown)

    def read(cell: Cell) -> Value | None:
        text = without_blanks(text_of(cell)).upper()
        if text in by_word:
            return by_word[text]
        if text in NOTHING:
            return None
        raise Refused(code, "不认识这种%(what)s，请改成%(listed)s之一。", what=what, listed=listed)

    return read


def _first_words(known: Mapping[str, tuple[str, ...]]) -> list[str]:
    return [synonyms[0] for synonyms in known.values()]


_gig_reader = list_reader(words.GIG_GROUPS, "gig-unknown", "新就业形态", _first_words(words.GIG_GROUPS))
_GIG_KEYS: Final = {word: key for key, synonyms in words.GIG_GROUPS.items() for word in synonyms}


def _gig_group(text: str) -> Value | None:
    return _gig_reader(text)


READERS: Final[dict[str, Reader]] = {
    "name": read_name,
    "sex": list_reader(words.SEXES, "sex-unknown", "性别", ["男", "女"]),
    "ethnicity": read_ethnicity,
    "id_kind": list_reader(words.DOCUMENT_KINDS, "id-kind-unknown", "证件类型", _first_words(words.DOCUMENT_KINDS)),
    "political_status": list_reader(
        words.POLITICAL_STATUSES, "political-unknown", "政治面貌", words.POLITICAL_STATUSES
    ),
    "education": list_reader(words.EDUCATIONS, "education-unknown", "学历", words.EDUCATIONS),
    "skill_level": list_reader(words.SKILL_LEVELS, "skill-unknown", "技能等级", words.SKILL_LEVELS),
    "household": list_reader(words.HOUSEHOLDS, "household-unknown", "户籍类型", words.HOUSEHOLDS),
    "is_migrant": read_yes_no,
    "is_gig": read_yes_no,
    "gig_group": read_gig_group,
    "phone": read_phone,
    "employer_uscc": read_uscc,
    "membership_state": list_reader(
        words.MEMBERSHIP_STATES, "state-unknown", "会籍状态", _first_words(words.MEMBERSHIP_STATES)
    ),
    "model_worker": read_model_worker,
    **{field: phrase_reader(field) for field in ("employer", "occupation", "union_name", "post", "note")},
}
