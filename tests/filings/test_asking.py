"""A question that asks for what is held is caught, however politely it is put."""

from datetime import date

import pytest

from tongxin.filings.asking import held_field
from tongxin.filings.costs import cost, figure
from tongxin.filings.states import Handling, Kind


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("姓名", "name"), ("请填写您的姓名", "name"), ("身份证号", "id_number"), ("会员的手机号码是多少？", "phone"),
        ("会员数", "members"), ("贵会现有会员人数", "members"), ("目前会员总数一共是多少", "members"), ("联系电话", "phone"),
        ("工会主席", "chair"), ("本届届满日期", "term_ends"), ("职工人数", "workers"), ("最高学历", "education"),
        ("有没有食堂", None), ("户口性质", None), ("高温天怎么安排", None), ("驿站几点开门", None), ("您最想上什么课", None),
    ],
)  # fmt: skip
def test_what_a_question_asks_for(text: str, key: str | None) -> None:
    found = held_field(text)
    assert (found.key if found else None) == key


def test_cost_counts_what_is_asked_and_not_what_is_given() -> None:
    questions = [(Kind.YES_NO, Handling.ASK), (Kind.NUMBER, Handling.TAKE), (Kind.TEXT, Handling.CHECK)]
    price = cost(100, questions, date(2024, 3, 28))
    assert (price.each, price.minutes, price.hours, price.needs_second) == (3.8, 380, 6.3, False)
    assert [line.name for line in price.lines] == ["open", "yes_no", "check"]
    assert cost(2_000, questions, date(2024, 3, 28)).needs_second


def test_every_kind_has_its_minutes_with_a_source() -> None:
    for name in (*Kind.values, "open", "check", "second_person"):
        one = figure(name, date(2030, 1, 1))
        assert one.source
        assert one.minutes > 0
    assert figure("text", date(1999, 1, 1)).name == "text"
