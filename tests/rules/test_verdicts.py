"""Yes, no, not known: Kleene's tables, facts with their sources, and what stands in the way."""

from datetime import date
from decimal import Decimal
from itertools import product

import pytest

from tongxin.rules.conditions import Condition, Op, all_of, any_of, compare, not_
from tongxin.rules.facts import Fact, Facts, Value, unknown
from tongxin.rules.verdicts import Truth, evaluate

YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN
ORDER = [NO, UNKNOWN, YES]


def leaf(name: str) -> Condition:
    return compare(name, "=", True, words=f"有{name}")


def facts(**truths: Truth) -> Facts:
    return Facts(*(Fact(name, {YES: True, NO: False, UNKNOWN: None}[truth], "表") for name, truth in truths.items()))


@pytest.mark.parametrize(("a", "b"), list(product(ORDER, ORDER)))
def test_all_is_the_weakest_and_any_the_strongest(a: Truth, b: Truth) -> None:
    known = facts(a=a, b=b)
    assert evaluate(all_of(leaf("a"), leaf("b")), known).truth == min(a, b, key=ORDER.index)
    assert evaluate(any_of(leaf("a"), leaf("b")), known).truth == max(a, b, key=ORDER.index)


@pytest.mark.parametrize(("a", "truth"), [(YES, NO), (NO, YES), (UNKNOWN, UNKNOWN)])
def test_not_turns_yes_and_no_and_leaves_unknown(a: Truth, truth: Truth) -> None:
    assert evaluate(not_(leaf("a")), facts(a=a)).truth == truth


def test_fact_that_nobody_gave_is_unknown_never_false() -> None:
    assert evaluate(leaf("a"), Facts()).truth == UNKNOWN
    assert evaluate(not_(leaf("a")), Facts()).truth == UNKNOWN


@pytest.mark.parametrize(
    ("known", "op", "value", "truth"),
    [
        (18, ">=", 18, YES),
        (17, ">=", 18, NO),
        (18, "<", 18, NO),
        (18, "<=", 18, YES),
        (19, ">", 18, YES),
        (18, "=", 18, YES),
        (18, "!=", 18, NO),
        (18, "=", Decimal("18.00"), YES),
        (Decimal("199.99"), "<=", 200, YES),
        (Decimal("200.01"), "<=", 200, NO),
        (date(2024, 1, 1), "<", date(2024, 1, 2), YES),
        (date(2024, 1, 2), "<", date(2024, 1, 2), NO),
        ("courier", "in", frozenset({"courier"}), YES),
        ("rider", "in", frozenset({"courier"}), NO),
        (frozenset({"5", "50"}), "has", "50", YES),
        (frozenset({"5"}), "has", "50", NO),
        (frozenset(), "has", "50", NO),
        (True, "=", True, YES),
        (False, "=", True, NO),
        # a fact of another type is no answer
        (True, "=", 1, UNKNOWN),
        ("18", ">=", 18, UNKNOWN),
        ("x", "has", "x", UNKNOWN),
        (3, "in", frozenset({"3"}), UNKNOWN),
        (date(2024, 1, 1), "<", 5, UNKNOWN),
    ],
)
def test_comparison(known: Value, op: Op, value: Value, truth: Truth) -> None:
    assert evaluate(compare("f", op, value, words="x"), Facts(Fact("f", known))).truth == truth


def test_verdict_keeps_each_conditions_truth_fact_source_and_clause() -> None:
    condition = all_of(
        compare("age", ">=", 18, words="年满18周岁", clause="第三条"),
        not_(compare("retired", "=", True, words="已退休")),
    )
    verdict = evaluate(condition, Facts(Fact("age", 40, "身份证号"), unknown("retired", "社保")))
    assert verdict.truth == UNKNOWN
    assert [(v.words, v.truth, v.clause, v.fact) for v in verdict.comparisons()] == [
        ("年满18周岁", YES, "第三条", Fact("age", 40, "身份证号")),
        ("已退休", UNKNOWN, None, Fact("retired", None, "社保")),
    ]


def test_in_the_way_names_what_is_missing_and_nothing_else() -> None:
    condition = all_of(leaf("a"), any_of(leaf("b"), leaf("c")), not_(leaf("d")), not_(all_of(leaf("e"), leaf("f"))))
    verdict = evaluate(condition, facts(a=YES, b=NO, c=UNKNOWN, d=YES, e=NO, f=YES))
    assert verdict.truth == NO
    assert [obstacle.words for obstacle in verdict.in_the_way()] == ["有b", "有c", "不是“有d”"]
    assert evaluate(leaf("a"), facts(a=YES)).in_the_way() == []
