"""Text as people type it, made comparable: widths, blanks and marks that nobody sees."""

import math
import re
import unicodedata
from typing import Final

from tongxin.records.sheets.cells import Cell, Fault

_UNSEEN = re.compile(
    r"[\u0000-\u0008\u000b-\u001f\u007f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe0e\ufe0f\ufeff]"
)
_BLANKS = re.compile(r"\s+")
_HAN = r"[\u3400-\u9fff\U00020000-\U0003ffff\u3007]"
_BLANK_BETWEEN_HAN = re.compile(rf"(?<={_HAN})\s+(?={_HAN})")
NOTHING: Final = frozenset(
    {
        "",
        "无",
        "没有",
        "暂无",
        "不详",
        "未知",
        "空",
        "/",
        "\\",
        "-",
        "--",
        "—",
        "——",
        "、",
        ".",
        "N/A",
        "n/a",
        "NA",
        "null",
        "NULL",
        "None",
    }
)
_WHOLE_DIGITS: Final = 1e15  # above this a number in a sheet has lost digits


def text_of(cell: Cell) -> str:
    """What the cell says, in narrow letters and digits, without unseen marks and outer blanks. A fault says nothing."""
    if cell.__class__ is str:
        return tidy(cell)
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, int | float):
        return number_text(cell)
    if isinstance(cell, Fault):
        return ""
    return cell.isoformat() if not isinstance(cell, str) else cell


def tidy(text: str) -> str:
    if "_x000D_" in text:  # how Excel writes a carriage return in XML
        text = text.replace("_x000D_", " ")
    if text.isascii() and text.isprintable():
        return _BLANKS.sub(" ", text.strip())
    text = unicodedata.normalize("NFKC", text)
    return _BLANKS.sub(" ", _UNSEEN.sub("", text)).strip()


def number_text(number: float) -> str:
    """13800138000.0 is 13800138000; what has lost digits shows that it did (5.10229197001e+17)."""
    whole = math.isfinite(number) and abs(number) < _WHOLE_DIGITS and number == int(number)
    return str(int(number)) if whole else repr(number)


def without_blanks(text: str) -> str:
    return _BLANKS.sub("", text)


def phrase(text: str) -> str:
    """A name of a place or a job: blanks between Han characters are for the looks and go, others stay single."""
    return _BLANK_BETWEEN_HAN.sub("", text)
