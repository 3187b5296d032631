"""How alike two records are, as a number and reasons: pure, no database. What to do with it is for people to say.

Two records of one person differ by what goes wrong at counters: a new phone, a number copied with one digit wrong or two
exchanged (a 15-digit number has no check digit that would notice), a name in traditional or rare characters or written as
it sounds, a number that one of the two never had.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from stdnum.iso7064 import mod_11_2

from tongxin.people import names

ALIKE: Final = 50  # from here on people are asked
RESIDENT_ID: Final = "resident_id"
BODY: Final = 17  # digits of an ID number before its check digit
_SOUND = re.compile(r"[^a-z]")
_TONED = re.compile(r"[a-z]+[0-9]?")
_BIRTH = slice(6, 14)

SAME_NAME, SAME_READING, SAME_SOUND = "same-name", "same-reading", "same-sound"
NEAR_NAME, RARE_CHARACTER, OTHER_NAME = "near-name", "rare-character", "other-name"
SAME_PHONE, SAME_BIRTHDAY, NEAR_BIRTHDAY = "same-phone", "same-birthday", "near-birthday"
ID_SLIP, ID_SWAP, NO_NUMBER, OTHER_NUMBER, OTHER_SEX = "id-slip", "id-swap", "no-number", "other-number", "other-sex"
SAME_EMPLOYER: Final = "same-employer"
SAME_PAPER: Final = "same-paper"  # not seen by comparing: a window met one paper for both

WEIGHT: Final = {
    SAME_NAME: 32,
    SAME_READING: 28,
    RARE_CHARACTER: 26,
    SAME_SOUND: 24,
    NEAR_NAME: 5,
    OTHER_NAME: -25,
    SAME_PHONE: 30,
    SAME_BIRTHDAY: 22,
    NEAR_BIRTHDAY: 8,
    ID_SLIP: 40,
    ID_SWAP: 40,
    NO_NUMBER: 5,
    OTHER_NUMBER: -40,
    OTHER_SEX: -10,
    SAME_EMPLOYER: 5,
    SAME_PAPER: 90,
}
WORDS: Final = {
    SAME_NAME: "姓名相同",
    SAME_READING: "姓名读音相同，可能是繁体字、异体字",
    RARE_CHARACTER: "姓名只差一个字，那个字可能是生僻字",
    SAME_SOUND: "姓名拼音相同",
    NEAR_NAME: "姓名只差一个字",
    OTHER_NAME: "姓名不同",
    SAME_PHONE: "手机号相同",
    SAME_BIRTHDAY: "出生日期相同",
    NEAR_BIRTHDAY: "出生日期只差一位数字或两位颠倒",
    ID_SLIP: "身份证号只差一位数字",
    ID_SWAP: "身份证号只有相邻两位颠倒",
    NO_NUMBER: "有一份没有证件号码",
    OTHER_NUMBER: "两份的证件号码不同",
    OTHER_SEX: "性别不同",
    SAME_EMPLOYER: "工作单位相同",
    SAME_PAPER: "窗口核验时，这份登记的本人出示了另一份登记的证件",
}


@dataclass(frozen=True, slots=True)
class Traits:
    """What of a record is compared. `document` is canonical; `phone` anything that is equal for equal numbers."""

    name: str
    document: str = ""
    born: date | None = None
    phone: bytes = b""
    sex: str = "0"
    employer: str = ""


@dataclass(frozen=True, slots=True)
class Alike:
    score: int  # 0 to 100
    reasons: tuple[str, ...]  # codes, the weightiest first

    @property
    def worth_asking(self) -> bool:
        return self.score >= ALIKE


def compare(one: Traits, other: Traits) -> Alike:
    """The same either way round."""
    found = [code for code in _reasons(one, other) if code]
    score = max(0, min(100, sum(WEIGHT[code] for code in found)))
    return Alike(score, tuple(sorted(found, key=lambda code: (-WEIGHT[code], code))))


def _reasons(one: Traits, other: Traits) -> Iterator[str]:
    yield _name(one.name, other.name)
    yield SAME_PHONE if one.phone and one.phone == other.phone else ""
    yield _number(one.document, other.document)
    if not (one.document and other.document):  # else the numbers have said it, and twins share the day
        yield _birthday(one.born, other.born)
    yield OTHER_SEX if {one.sex, other.sex} == {"1", "2"} else ""
    yield SAME_EMPLOYER if one.employer and one.employer == other.employer else ""


# ---- names --------------------------------------------------------------------------------------------------------


def sound(name: str) -> str:
    """王晓华 and 王小华: wangxiaohua. The database makes the same of `Person.name_sort` (queries.likeness)."""
    return _SOUND.sub("", names.sort_key(name))


def unwritable(name: str) -> bool:
    """Something stands in it that is no Chinese character we can read: ?, □, letters for a character, a rare one."""
    return any(not names.is_han(character) for character in name if character != names.DOT)


def _name(one: str, other: str) -> str:
    one, other = names.tidy(one), names.tidy(other)
    if one.casefold() == other.casefold():
        return SAME_NAME
    read, heard = _readings(one), _readings(other)
    if read and read == heard and len(one) == len(other):
        return SAME_READING
    if sound(one) and sound(one) == sound(other):
        return SAME_SOUND
    return _one_apart(one, other) or OTHER_NAME


def _readings(name: str) -> list[str]:
    return _TONED.findall(names.sort_key(name))


def _one_apart(one: str, other: str) -> str:
    """One character differs: of a rare one some wrote ?, □ or its reading. Two-character names have only one to share."""
    if len(one) != len(other) or len(one) < 2:
        return ""
    apart = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    if len(apart) != 1:
        return ""
    if not all(names.is_han(character) for character in apart[0]):
        return RARE_CHARACTER
    return NEAR_NAME if len(one) > 2 else ""


# ---- numbers ------------------------------------------------------------------------------------------------------


def _number(one: str, other: str) -> str:
    if not one or not other:
        return NO_NUMBER if one or other else ""
    return slip(one, other) or OTHER_NUMBER


def slip(one: str, other: str) -> str:
    """Of two canonical numbers: ID_SLIP, ID_SWAP, or nothing. The check digit follows from the others."""
    if len(one) != BODY + 1 or len(other) != BODY + 1:
        return ""
    apart = [place for place in range(BODY) if one[place] != other[place]]
    if len(apart) == 1:
        return ID_SLIP
    return ID_SWAP if _exchanged(one, other, apart) else ""


def near_numbers(number: str) -> list[str]:
    """Every canonical number that is one digit, or two neighbours exchanged, away from this one; some 150."""
    found = {body for body in _near(number[:BODY]) if _is_day(body[_BIRTH])}
    return sorted(body + mod_11_2.calc_check_digit(body) for body in found)


def near_days(day: date) -> list[date]:
    """Days that are one digit, or two neighbours exchanged, away; and with day and month exchanged."""
    text = f"{day:%Y%m%d}"
    near = {*_near(text), text[:4] + text[6:] + text[4:6]} - {text}
    return sorted(date(int(t[:4]), int(t[4:6]), int(t[6:])) for t in near if _is_day(t))


def _birthday(one: date | None, other: date | None) -> str:
    if one is None or other is None:
        return ""
    if one == other:
        return SAME_BIRTHDAY
    return NEAR_BIRTHDAY if _slipped(f"{one:%Y%m%d}", f"{other:%Y%m%d}") else ""


def _slipped(one: str, other: str) -> bool:
    """As `near_days`, asked of one pair."""
    apart = [place for place, digit in enumerate(one) if digit != other[place]]
    return len(apart) == 1 or _exchanged(one, other, apart) or one[:4] + one[6:] + one[4:6] == other


def _near(digits: str) -> Iterator[str]:
    for place, digit in enumerate(digits):
        for another in "0123456789":
            if another != digit:
                yield digits[:place] + another + digits[place + 1 :]
        if place and digits[place - 1] != digit:
            yield digits[: place - 1] + digit + digits[place - 1] + digits[place + 1 :]


def _exchanged(one: str, other: str, apart: list[int]) -> bool:
    return (
        len(apart) == 2
        and apart[1] - apart[0] == 1
        and (one[apart[0]], one[apart[1]]) == (other[apart[1]], other[apart[0]])
    )


def _is_day(text: str) -> bool:
    try:
        born = date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return 1880 <= born.year <= 2099
