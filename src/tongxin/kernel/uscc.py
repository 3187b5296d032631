"""统一社会信用代码, the number of an employer (GB 32100)."""

import re
import unicodedata
from typing import Final

from stdnum.cn.uscc import calc_check_digit

from tongxin.kernel.refused import Refused

LENGTH: Final = 18
_NOISE = re.compile(r"[\s\u200b-\u200f\u2060\ufeff'‘’-]")
_SHAPE = re.compile(r"[0-9A-HJ-NP-RTUW-Y]{18}")  # no I O S V Z: they are read as digits
_NEVER_USED: Final = {"I": "1", "O": "0", "S": "5", "V": "U", "Z": "2"}


def canonical(text: str) -> str:
    """18 characters, upper case. The first may be a letter (A, N, Y registrars); unions begin with 81.

    Refused: "uscc-length", "uscc-chars", "uscc-check".
    """
    code = _NOISE.sub("", unicodedata.normalize("NFKC", text)).upper()
    if len(code) != LENGTH:
        raise Refused("uscc-length", "统一社会信用代码应有18位，这里是%(length)d位，请对照执照核对。", length=len(code))
    if not _SHAPE.fullmatch(code):
        _refuse_characters(code)
    if calc_check_digit(code[:-1]) != code[-1]:
        raise Refused("uscc-check", "统一社会信用代码最后一位校验不对，请对照执照核对，看看有没有抄错的字符。")
    return code


def _refuse_characters(code: str) -> None:
    for place, character in enumerate(code, 1):
        if character in _NEVER_USED:
            raise Refused(
                "uscc-chars",
                "统一社会信用代码第%(place)d位写成了%(letter)s，代码里不用这个字母，像是%(like)s，请核对。",
                place=place,
                letter=character,
                like=_NEVER_USED[character],
            )
    raise Refused("uscc-chars", "统一社会信用代码只有数字和大写字母，请删去别的字符。")
