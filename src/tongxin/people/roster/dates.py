"""Days as people write them in sheets, and only when there is one way to read them."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from tongxin.kernel.refused import Refused
from tongxin.people.roster.cleaning import number_text, tidy
from tongxin.records.sheets.cells import Cell, Fault

FIRST_YEAR, LAST_YEAR = 1900, 2099
MONTHS: Final = 12
EPOCH: Final = date(1899, 12, 30)  # Excel's day 0, right from 1900-03-01 on
EPOCH_1904: Final = date(1904, 1, 1)
_FIRST_SERIAL, _LAST_SERIAL = 2_100, 73_050  # 1905 to 2099, and no year among them
_SHOW: Final = "请写成2019-03-05这样。"

_DAY = re.compile(r"(\d{4})\s*[-/.年,、·~]\s*(\d{1,2})\s*[-/.月,、·~]\s*(\d{1,2})\s*[日号]?(?:[T\s].*|\d{1,2}:.*)?")
_MONTH = re.compile(r"(\d{4})\s*[-/.年,、·]\s*(\d{1,2})\s*月?(?:份)?")
_JOINED_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\.0+)?")
_JOINED_MONTH = re.compile(r"(\d{4})(\d{2})(?:\.0+)?")
_YEAR = re.compile(r"(\d{4})\s*年?(?:\.0+)?")
_SERIAL = re.compile(r"(\d{4,5})(?:\.\d+)?")
_SHORT_YEAR = re.compile(r"\d{2}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?")
_YEAR_LAST = re.compile(r"\d{1,2}\s*[-/.]\s*\d{1,2}\s*[-/.]\s*\d{4}")
_DASHES: Final = str.maketrans("‐‑‒–—―−。", "-------.")
_HAN_DIGITS: Final = ("〇零○", "一壹", "二贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
_DIGITS: Final = {character: str(digit) for digit, pair in enumerate(_HAN_DIGITS) for character in pair}
_HAN_YEAR = re.compile(rf"([{''.join(_DIGITS)}]{{4}})\s*年")
_HAN_NUMBER = re.compile(rf"[{''.join(_DIGITS)}十廿卅拾]{{1,3}}(?=\s*[月日号])")


@dataclass(frozen=True, slots=True)
class Dated:
    """`day` is the first of the month when only the month was written (`whole` is False)."""

    day: date
    whole: bool = True


def read_day(cell: Cell, *, date1904: bool = False) -> Dated:
    """Refused: "date-none" (30 February), "date-year-only", "date-short-year", "date-order", "date-october" (2019.1 as a
    number may have been 2019.10), "date-far", "date-shape".
    """
    if isinstance(cell, datetime):
        return _in_range(cell.date())
    if isinstance(cell, date):
        return _in_range(cell)
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        return _from_number(float(cell), date1904=date1904)
    if isinstance(cell, Fault) or not isinstance(cell, str):
        raise Refused("date-shape", "认不出这个日期，" + _SHOW)
    return _from_text(_arabic(tidy(cell).translate(_DASHES)), date1904=date1904)


def _from_number(number: float, *, date1904: bool) -> Dated:
    if FIRST_YEAR <= number <= LAST_YEAR and abs(number * 10 - int(number) * 10 - 1) < 1e-6:
        raise Refused("date-october", "这里分不清是1月还是10月（Excel会丢掉末尾的0），请写成2019年10月这样。")
    return _from_text(number_text(number), date1904=date1904)


def _from_text(text: str, *, date1904: bool) -> Dated:
    for shape in (_DAY, _JOINED_DAY):
        if match := shape.fullmatch(text):
            return _day(*map(int, match.groups()))
    for shape in (_MONTH, _JOINED_MONTH):
        if match := shape.fullmatch(text):
            return _month(*map(int, match.groups()))
    if (match := _YEAR.fullmatch(text)) and FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
        raise Refused("date-year-only", "只有年份，请补上月份，例如2019年3月。")
    if (match := _SERIAL.fullmatch(text)) and _FIRST_SERIAL < int(match[1]) < _LAST_SERIAL:
        return _in_range((EPOCH_1904 if date1904 else EPOCH) + timedelta(days=int(match[1])))
    raise _refusal(text)


def _day(year: int, month: int, day: int) -> Dated:
    if not 1 <= month <= MONTHS:
        raise Refused("date-none", "没有%(month)d月，请核对这个日期。", month=month)
    try:
        return _in_range(date(year, month, day))
    except ValueError:
        raise Refused("date-none", "那一年的%(month)d月没有%(day)d日，请核对这个日期。", month=month, day=day) from None


def _month(year: int, month: int) -> Dated:
    return Dated(_day(year, month, 1).day, whole=False)


def _in_range(day: date) -> Dated:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Refused("date-far", "年份不像真的，请核对这个日期。")
    return Dated(day)


def _refusal(text: str) -> Refused:
    if _SHORT_YEAR.fullmatch(text):
        return Refused("date-short-year", "年份要写全4位，" + _SHOW)
    if _YEAR_LAST.fullmatch(text):
        return Refused("date-order", "分不清哪个是月、哪个是日，" + _SHOW)
    return Refused("date-shape", "认不出这个日期，" + _SHOW)


def _arabic(text: str) -> str:
    """二〇一九年三月五日 as 2019年3月5日."""
    if "年" not in text or text.isascii():
        return text
    text = _HAN_YEAR.sub(lambda match: "".join(_DIGITS[c] for c in match[1]) + "年", text)
    return _HAN_NUMBER.sub(lambda match: str(_han_number(match[0])), text)


def _han_number(text: str) -> int:
    """Up to 31: 三, 十, 十二, 三十一, 廿五, and digit by digit 二一."""
    text = text.replace("廿", "二十").replace("卅", "三十").replace("拾", "十")
    if "十" not in text:
        return int("".join(_DIGITS[c] for c in text))
    tens, _, ones = text.partition("十")
    if len(tens) > 1 or len(ones) > 1:
        return 99  # no such month or day, and said so
    return int(_DIGITS.get(tens, "1")) * 10 + int(_DIGITS.get(ones, "0"))
