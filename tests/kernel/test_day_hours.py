"""Hours of a day: read as people write them, and the first moment outside of them."""

from datetime import UTC, datetime, timedelta

import pytest

from tongxin.kernel.day_hours import free_from, read
from tongxin.kernel.refused import Refused

DAY = datetime(2024, 4, 2, tzinfo=UTC)
MEALS = "11:00-13:00、17:00-19:00"


@pytest.mark.parametrize(
    ("text", "at", "free"),
    [
        (MEALS, "10:59:59", "10:59:59"), (MEALS, "11:00", "13:00"), (MEALS, "12:59:59", "13:00"), (MEALS, "13:00", "13:00"),
        (MEALS, "18:20", "19:00"), ("11:00-13:00, 13:00-14:30", "11:30", "14:30"), ("9:00-10:00;9:30-10:30", "9:45", "10:30"),
    ],
)  # fmt: skip
def test_free_from_is_the_first_moment_outside(text: str, at: str, free: str) -> None:
    def moment(said: str) -> datetime:
        hours, minutes, *seconds = map(int, said.split(":"))
        return DAY + timedelta(hours=hours, minutes=minutes, seconds=sum(seconds))

    assert free_from(read(text), moment(at)) == moment(free)


def test_over_midnight_the_next_day_is_free() -> None:
    assert free_from(read("22:00-02:00"), DAY + timedelta(hours=23)) == DAY + timedelta(days=1, hours=2)
    assert free_from(read("17:00-24:00"), DAY + timedelta(hours=20)) == DAY + timedelta(days=1)


@pytest.mark.parametrize(
    "text",
    ["", "11点到13点", "11:00", "11:00-11:00", "25:00-26:00", "20:00-24:30", "0:00-24:00", "0:00-12:00、12:00-24:00"],
)
def test_what_cannot_be_hours_is_refused(text: str) -> None:
    with pytest.raises(Refused) as found:
        read(text)
    assert found.value.code == "hours-form"
