"""Dates as staff type them."""

from datetime import date

import pytest

from tongxin.activities.days import parse_day
from tongxin.kernel.refused import Refused


@pytest.mark.parametrize("text", ["2024-04-02", "2024/4/2", "2024.4.2", "2024年4月2日", " 2024 年 4 月 2 号 "])
def test_parse_day_reads_every_usual_shape(text: str) -> None:
    assert parse_day(text) == date(2024, 4, 2)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2024-02-30", "2024年2月没有30日，请改成实际有的日期。"),
        ("2023年2月29日", "2023年2月没有29日，请改成实际有的日期。"),
        ("2024-13-01", "一年没有13月，请改成1至12月。"),
        ("0000-01-01", "0年1月没有1日，请改成实际有的日期。"),
        ("明天", "没看懂这个日期，请写成2024年4月2日或2024-04-02。"),
        ("", "没看懂这个日期，请写成2024年4月2日或2024-04-02。"),
    ],
)
def test_parse_day_refuses_in_words(text: str, words: str) -> None:
    with pytest.raises(Refused) as refusal:
        parse_day(text)
    assert str(refusal.value) == words
