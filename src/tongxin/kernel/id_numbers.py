"""Numbers of papers by which a person is known, in the one form that may be digested and compared.

A resident ID number is checked by its length, its date and its last digit (GB 11643, ISO 7064 MOD 11-2) and by nothing
else. Its first six digits name the place that issued the card in the years of issue, not where the person lives or was
born: Yongchuan was 510229 when it was part of Sichuan. So nothing is refused for them and nothing is inferred from them.
"""

import re
import unicodedata
from datetime import date
from functools import lru_cache
from operator import mul
from typing import Final

from stdnum.iso7064 import mod_11_2

from tongxin.kernel.refused import Refused

LENGTH: Final = 18
OLD_LENGTH: Final = 15
OLDEST_YEAR: Final = 1880
LATEST_YEAR: Final = 2099
RESIDENT_ID: Final = "resident_id"
_WEIGHTS: Final = tuple(2**power % 11 for power in range(LENGTH - 1, 0, -1))  # mod_11_2, in a tenth of its time
_CHECK_DIGITS: Final = "10X98765432"
_ZEROS: Final = sum(_WEIGHTS) * ord("0")

_SHAPE = re.compile(r"[0-9]{17}[0-9X]|[0-9]{15}")
_NOISE = re.compile(r"[\s\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad'‘’`,，-]")
_OTHER_X: Final = str.maketrans("×✕╳ХхΧχ", "XXXXXXX")  # a multiplication sign, Cyrillic and Greek letters
_LOOKALIKES: Final = {"O": "0", "I": "1", "L": "1", "B": "8", "S": "5", "Z": "2"}

_PERMITS: Final = {  # kind -> (shape, how much of it stays the same for life, words)
    "passport": (
        re.compile(r"[A-Z0-9]{5,20}"),
        20,
        "护照号码是5到20位字母和数字，请对照证件重填。",
    ),
    "hk_macao_permit": (
        re.compile(r"[HM][0-9]{8}(?:[0-9]{2})?"),
        9,
        "港澳居民来往内地通行证号码以H或M开头，后面8位数字，请对照证件重填。",
    ),
    "taiwan_permit": (
        re.compile(r"[0-9]{8}(?:[0-9]{2}[A-Z]?)?"),
        8,
        "台湾居民来往大陆通行证号码是8位数字，请对照证件重填。",
    ),
    "foreign_resident": (
        re.compile(r"[A-Z]{3}[0-9]{12}|9[0-9]{16}[0-9X]"),
        18,
        "外国人永久居留证号码是3个字母加12位数字，或9开头的18位，请对照证件重填。",
    ),
}


def canonical(text: str, *, today: date | None = None) -> str:
    """18 characters, X upper case; a 15-digit number becomes the 18-digit one of the same person.

    Refused: "id-chars", "id-length", "id-date" (given `today`, also a birth to come), "id-check".
    """
    number = text.upper() if text.isascii() and text.isalnum() else _plain(text)
    if not _SHAPE.fullmatch(number):
        _refuse_shape(number)
    if len(number) == OLD_LENGTH:
        number = f"{number[:6]}19{number[6:]}"
        number += mod_11_2.calc_check_digit(number)
    _check_date(number, today)
    if _CHECK_DIGITS[(sum(map(mul, number.encode(), _WEIGHTS)) - _ZEROS) % 11] != number[-1]:
        raise Refused("id-check", "身份证号第18位校验不对，请对照证件核对，看看有没有抄错或颠倒的数字。")
    return number


def birth_date(number: str) -> date:
    """Of a canonical number."""
    return _day(number[6:14])


def sex(number: str) -> str:
    """`male` or `female`, of a canonical number."""
    return "male" if int(number[16]) % 2 else "female"


def canonical_document(kind: str, number: str, *, today: date | None = None) -> str:
    """The form to digest, for any kind of paper: a resident ID as itself, others as "kind:NUMBER".

    The counts of renewals at the end of permits (港澳, 台湾) are dropped: a new card is the same person.
    """
    if kind == RESIDENT_ID:
        return canonical(number, today=today)
    if kind not in _PERMITS:
        raise Refused("document-kind", "不认识这种证件，请选居民身份证、护照、港澳或台湾居民通行证、外国人永久居留证。")
    shape, kept, words = _PERMITS[kind]
    plain = re.sub(r"[()]", "", _plain(number))
    if not shape.fullmatch(plain):
        raise Refused("document-number", words)
    return f"{kind}:{plain[:kept]}"


@lru_cache(maxsize=40_000)  # more days than workers were born on
def _day(digits: str) -> date:
    return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))


def _plain(text: str) -> str:
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_OTHER_X)
    return _NOISE.sub("", text).upper()


def _refuse_shape(number: str) -> None:
    """Say which character or how many digits are wrong; the number itself stays out of the words."""
    digits = number[:-1] if len(number) == LENGTH and number.endswith("X") else number
    for place, character in enumerate(digits, 1):
        if character in _LOOKALIKES:
            raise Refused(
                "id-chars",
                "身份证号第%(place)d位是字母%(letter)s，像是数字%(digit)s，请改成数字。",
                place=place,
                letter=character,
                digit=_LOOKALIKES[character],
            )
        if not ("0" <= character <= "9"):
            raise Refused("id-chars", "身份证号第%(place)d位不是数字，请对照证件重填。", place=place)
    _refuse_length(len(number))


def _refuse_length(length: int) -> None:
    if length == 0:
        raise Refused("id-missing", "没有身份证号，请补上。")
    if length > LENGTH:
        raise Refused(
            "id-length", "身份证号有%(length)d位，多%(more)d位，请删去多出的数字。", length=length, more=length - LENGTH
        )
    raise Refused(
        "id-length", "身份证号只有%(length)d位，少%(less)d位，请补上漏掉的数字。", length=length, less=LENGTH - length
    )


def _check_date(number: str, today: date | None) -> None:
    try:
        born = _day(number[6:14])
    except ValueError:
        raise Refused("id-date", "身份证号第7到14位是出生日期，写成了不存在的日子，请对照证件核对这8位。") from None
    if not OLDEST_YEAR <= born.year <= LATEST_YEAR or (today is not None and born > today):
        raise Refused("id-date", "身份证号第7到14位是出生日期，年份不对，请对照证件核对这8位。")
