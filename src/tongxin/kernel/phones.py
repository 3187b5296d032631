"""Phone numbers in the one form that may be dialled, digested and compared: E.164, +8613800138000.

A mainland mobile number is eleven digits that begin with 13 to 19. That is all that is asked of it: operators open new
ranges every year, and a list of ranges in a library refuses people with new numbers until it is updated. Landlines and
numbers from abroad are read by `phonenumbers`.
"""

import re
import unicodedata
from typing import Final

import phonenumbers

from tongxin.kernel.refused import Refused

MOBILE_LENGTH: Final = 11
MAINLAND: Final = "+86"
_NOISE = re.compile(r"[\s\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad'‘’().·-]|[\u2010-\u2015\u2212]")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_PREFIX = re.compile(r"(?:\+|00)?86(?=1[3-9][0-9]{9}$)|^0(?=1[3-9][0-9]{9}$)")
_CANONICAL_MOBILE = re.compile(r"\+861[3-9][0-9]{9}")
_MANY = re.compile(r"[/\\、,，;；|]|或")
_FEWEST_OF_MOBILE: Final = 8  # a shorter number that begins with 1 is no mobile number with digits missing


def canonical(text: str) -> str:
    """Refused: "phone-missing", "phone-many", "phone-length", "phone-area", "phone-chars", "phone-unknown"."""
    whole = text.strip() if text.isascii() else unicodedata.normalize("NFKC", text).strip()
    if _MANY.search(whole.strip("/\\、,;|")):
        raise Refused("phone-many", "这里像有两个号码，请只留本人常用的一个手机号。")
    number = _NOISE.sub("", whole)
    mobile = _PREFIX.sub("", number, count=1)
    if _MOBILE.fullmatch(mobile):
        return MAINLAND + mobile
    return _other(number)


def is_mobile(number: str) -> bool:
    """Of a canonical number: can it receive a text message? From abroad, what the library knows."""
    if number.startswith(MAINLAND):
        return _CANONICAL_MOBILE.fullmatch(number) is not None
    kind = phonenumbers.number_type(phonenumbers.parse(number, None))
    return kind in {phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE}


def canonical_mobile(text: str) -> str:
    """As `canonical`, and only numbers that receive text messages (refused: "phone-landline")."""
    number = canonical(text)
    if not is_mobile(number):
        raise Refused("phone-landline", "这是固定电话，收不到短信，请填手机号。")
    return number


def national(number: str) -> str:
    """As people write it: 13800138000 for a mainland mobile number, 023-... stays without its dash, abroad with +."""
    if not number.startswith(MAINLAND):
        return number
    inland = number[len(MAINLAND) :]
    return inland if _MOBILE.fullmatch(inland) or inland.startswith("400") else f"0{inland}"


def _other(number: str) -> str:
    _check_characters(number)
    digits = number.lstrip("+")
    if _like_mobile(number):
        _refuse_length(digits.removeprefix("86") if number.startswith("+86") else digits)
    try:
        parsed = phonenumbers.parse(number, "CN")
    except phonenumbers.NumberParseException:
        raise _unknown() from None
    if phonenumbers.is_valid_number(parsed):
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    if parsed.country_code == 86 and len(digits) in {7, 8} and digits[0] in "2345678":
        raise Refused("phone-area", "固定电话要写区号，例如023加8位号码；有手机号请填手机号。")
    raise _unknown()


def _check_characters(number: str) -> None:
    if not number:
        raise Refused("phone-missing", "没有手机号，请补上。")
    if not re.fullmatch(r"\+?[0-9]+", number):
        raise Refused("phone-chars", "手机号里有数字以外的字符，请只写11位数字。")


def _like_mobile(number: str) -> bool:
    return re.match(r"(?:\+86)?1[3-9]", number) is not None and len(number) >= _FEWEST_OF_MOBILE


def _refuse_length(digits: str) -> None:
    length = len(digits)
    if length < MOBILE_LENGTH:
        raise Refused(
            "phone-length", "手机号只有%(length)d位，少%(less)d位，请补上。", length=length, less=MOBILE_LENGTH - length
        )
    raise Refused(
        "phone-length",
        "手机号有%(length)d位，多%(more)d位，请删去多出的数字。",
        length=length,
        more=length - MOBILE_LENGTH,
    )


def _unknown() -> Refused:
    return Refused("phone-unknown", "认不出这个号码，请填11位手机号，或带区号的固定电话。")
