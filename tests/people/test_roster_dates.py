"""Days in every usual shape, and none where there are two ways to read."""

from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongxin.kernel.refused import Refused
from tongxin.people.roster.dates import Dated, read_day
from tongxin.records.sheets.cells import Fault

FIFTH = Dated(date(2019, 3, 5))
DIGITS = "〇一二三四五六七八九"


def in_han(day: date) -> str:
    """二〇一九年三月五日"""

    def number(n: int) -> str:
        tens, ones = divmod(n, 10)
        return ("" if tens == 0 else "十" if tens == 1 else DIGITS[tens] + "十") + ("" if ones == 0 else DIGITS[ones])

    return "".join(DIGITS[int(digit)] for digit in f"{day:%Y}") + f"年{number(day.month)}月{number(day.day)}日"


@pytest.mark.parametrize(
    "cell",
    [
        "2019-3-5",
        "2019-03-05",
        "2019/03/05",
        "2019/3/5",
        "2019.3.5",
        "20190305",
        "2019年3月5日",
        "2019年3月5号",
        "2019 年 3 月 5 日",
        "２０１９－３－５",
        "2019—3—5",
        "2019。3。5",
        " 2019-3-5 ",
        "2019-3-5 00:00:00",
        "2019/3/5 8:30",
        "2019-03-05T00:00:00",
        "二〇一九年三月五日",
        "二零一九年三月五日",
        "二○一九年三月五日",
        43529,
        43529.0,
        "43529",
        20190305.0,
        date(2019, 3, 5),
        datetime(2019, 3, 5, 8, 30),  # noqa: DTZ001  cells know no zones
    ],
)
def test_read_day_in_every_usual_shape(cell):
    assert read_day(cell) == FIFTH


@pytest.mark.parametrize(
    "cell", ["2019年3月", "2019-3", "2019.03", "2019/3", "201903", 201903.0, "二〇一九年三月", "2019年3月份", 2019.03]
)
def test_read_day_of_a_month_is_its_first_and_says_so(cell):
    assert read_day(cell) == Dated(date(2019, 3, 1), whole=False)


def test_read_day_of_a_serial_from_1904():
    assert read_day(42067.0, date1904=True) == FIFTH


@pytest.mark.parametrize(
    ("cell", "code", "words"),
    [
        ("2019-02-30", "date-none", "那一年的2月没有30日，请核对这个日期。"),
        ("20190230", "date-none", "那一年的2月没有30日，请核对这个日期。"),
        ("二〇一九年二月三十日", "date-none", "那一年的2月没有30日，请核对这个日期。"),
        ("2019-2-29", "date-none", "那一年的2月没有29日，请核对这个日期。"),
        ("2019-13-1", "date-none", "没有13月，请核对这个日期。"),
        ("2019", "date-year-only", "只有年份，请补上月份，例如2019年3月。"),
        (2019.0, "date-year-only", "只有年份，请补上月份，例如2019年3月。"),
        (2019.1, "date-october", "这里分不清是1月还是10月（Excel会丢掉末尾的0），请写成2019年10月这样。"),
        ("19-3-5", "date-short-year", "年份要写全4位，请写成2019-03-05这样。"),
        ("3/5/2019", "date-order", "分不清哪个是月、哪个是日，请写成2019-03-05这样。"),
        ("1819-1-1", "date-far", "年份不像真的，请核对这个日期。"),
        ("长期", "date-shape", "认不出这个日期，请写成2019-03-05这样。"),
        (True, "date-shape", "认不出这个日期，请写成2019-03-05这样。"),
        (Fault("excel-error", "#N/A"), "date-shape", "认不出这个日期，请写成2019-03-05这样。"),
    ],
)
def test_read_day_refuses_with_what_to_write(cell, code, words):
    with pytest.raises(Refused) as caught:
        read_day(cell)
    assert (caught.value.code, str(caught.value)) == (code, words)


@settings(deadline=None)
@given(
    st.dates(date(1906, 1, 1), date(2099, 12, 31)),
    st.sampled_from(
        [
            "{0:%Y-%m-%d}",
            "{0:%Y/%m/%d}",
            "{0:%Y.%m.%d}",
            "{0:%Y%m%d}",
            "{0.year}-{0.month}-{0.day}",
            "{0.year}年{0.month}月{0.day}日",
        ]
    ),
)
def test_read_day_reads_what_was_written(day, shape):
    assert read_day(shape.format(day)) == Dated(day)


@settings(deadline=None)
@given(st.dates(date(1912, 1, 1), date(2099, 12, 31)))
def test_read_day_reads_han_numbers_and_serials(day):
    assert read_day(in_han(day)) == Dated(day)
    serial = (day - date(1899, 12, 30)).days
    assert read_day(float(serial)) == Dated(day)
    assert read_day(float(serial - 1462), date1904=True) == Dated(day)


@settings(deadline=None)
@given(
    st.one_of(
        st.text(max_size=20),
        st.floats(),
        st.integers(-(10**9), 10**9),
        st.text("0123456789-/.年月日 〇一十", max_size=12),
    )
)
def test_read_day_of_anything_is_a_day_or_refused(cell):
    try:
        dated = read_day(cell)
    except Refused:
        return
    assert 1900 <= dated.day.year <= 2099
