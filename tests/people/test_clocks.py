"""Clocks: the nearest row of the day decides, what is shipped otherwise; days are counted as the law counts them."""

from datetime import date, datetime
from functools import partial

import pytest
from tests.cast import BEIJING, TODAY, Cast

from tongxin.people.models import Clock
from tongxin.people.models.clocks import ClockName
from tongxin.people.queries.clocks import clock, due_at, shipped
from tongxin.store.atomic import writing

moment = partial(datetime, tzinfo=BEIJING)
NAME = ClockName.JOIN_REVIEW


def row(union: object, amount: int, start: date, end: date | None = None) -> None:
    with writing():
        Clock.make(
            name=NAME, union=union, amount=amount, unit="working_days", valid_from=start, valid_to=end, source="test",
            confidence="sure",
        )  # fmt: skip


def days(cast: Cast, on: date = TODAY) -> list[int]:
    return [clock(NAME, union, on).amount for union in (cast.factory, cast.jiangjin_mill, cast.jinjiang_shop)]


def test_the_nearest_row_at_or_above_decides(cast: Cast) -> None:
    assert days(cast) == [3, 3, 3]
    row(None, 7, date(2020, 1, 1))
    assert days(cast) == [7, 7, 7]
    row(cast.chongqing, 5, date(2020, 1, 1))
    row(cast.yongchuan, 2, date(2024, 1, 1))
    assert days(cast) == [2, 5, 7]
    assert days(cast, date(2023, 12, 31)) == [5, 5, 7]


def test_an_ended_row_gives_way(cast: Cast) -> None:
    row(cast.yongchuan, 2, date(2024, 1, 1), TODAY)
    assert days(cast)[0] == 3


def test_nobody_is_held_to_a_time_that_nobody_set(cast: Cast) -> None:
    assert clock(ClockName.TRANSFER_COMPLETES, cast.factory, TODAY) is None
    assert {name for name in ClockName if name not in shipped()} == {ClockName.TRANSFER_COMPLETES}


@pytest.mark.parametrize(
    ("unit", "amount", "begins", "over"),
    [
        ("working_days", 3, moment(2024, 3, 28, 23, 59), date(2024, 4, 3)),  # Thursday: Fri, Mon, Tue
        ("working_days", 3, moment(2024, 4, 3, 8, 0), date(2024, 4, 10)),  # 清明 off, 4月7日 made up
        ("working_days", 3, moment(2031, 1, 3, 8, 0), date(2031, 1, 9)),  # no notice yet: weekdays
        ("days", 90, moment(2024, 1, 1, 0, 0), date(2024, 4, 1)),
        ("months", 6, moment(2023, 8, 31, 12, 0), date(2024, 3, 1)),
    ],
)
def test_time_is_over_when_its_last_day_is(unit: str, amount: int, begins: datetime, over: date) -> None:
    end = due_at(Clock(name=NAME, amount=amount, unit=unit), begins)
    assert end == moment(over.year, over.month, over.day)
