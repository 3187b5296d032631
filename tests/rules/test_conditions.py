"""Conditions as data: strict, and the same after a round trip."""

import subprocess
import sys
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.kernel.refused import Refused
from tongxin.rules.conditions import (
    Condition,
    all_of,
    any_of,
    compare,
    facts_used,
    from_data,
    not_,
    to_data,
)

ADULT = compare("age", ">=", 18, words="年满18周岁", clause="第三条")
TREE = all_of(
    ADULT,
    any_of(
        compare("is_member", "=", True, words="是会员"), compare("joined", "<", date(2024, 1, 1), words="2024年前入会")
    ),
    not_(compare("gig_group", "in", frozenset({"courier", "truck_driver"}), words="是快递员或货车司机")),
    compare("unions", "has", "500118", words="会籍在永川"),
    compare("paid", "<=", Decimal("200.00"), words="不超过200元"),
)
DATA = {
    "all": [
        {"fact": "age", "op": ">=", "value": 18, "words": "年满18周岁", "clause": "第三条"},
        {
            "any": [
                {"fact": "is_member", "op": "=", "value": True, "words": "是会员"},
                {"fact": "joined", "op": "<", "value": {"date": "2024-01-01"}, "words": "2024年前入会"},
            ]
        },
        {"not": {"fact": "gig_group", "op": "in", "value": ["courier", "truck_driver"], "words": "是快递员或货车司机"}},
        {"fact": "unions", "op": "has", "value": "500118", "words": "会籍在永川"},
        {"fact": "paid", "op": "<=", "value": {"decimal": "200.00"}, "words": "不超过200元"},
    ]
}


def test_tree_is_written_as_data_and_read_back() -> None:
    assert to_data(TREE) == DATA
    assert from_data(DATA) == TREE
    assert facts_used(TREE) == {"age", "is_member", "joined", "gig_group", "unions", "paid"}


texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5)
leaf = st.builds(
    lambda fact, op, value: compare(fact, op, value, words="话"),
    texts.filter(bool),
    st.sampled_from(["=", "!=", "<", ">="]),
    st.integers(-(10**15) + 1, 10**15 - 1) | st.decimals(-(10**14), 10**14, places=15) | st.dates(),
) | st.builds(
    lambda fact, values: compare(fact, "in", values, words="话"),
    texts.filter(bool),
    st.frozensets(texts, min_size=1, max_size=3),
)
tree = st.recursive(
    leaf,
    lambda inner: (
        st.builds(lambda parts: all_of(*parts), st.lists(inner, min_size=1, max_size=3))
        | st.builds(lambda parts: any_of(*parts), st.lists(inner, min_size=1, max_size=3))
        | st.builds(not_, inner)
    ),
    max_leaves=8,
)


@given(tree)
def test_any_tree_survives_the_round_trip(condition: Condition) -> None:
    try:
        assert from_data(to_data(condition)) == condition
    except Refused as refusal:
        assert str(refusal.params["what"]) == "条件嵌套超过12层"  # noqa: PT017 - the only tree that may be refused


@pytest.mark.parametrize(
    ("data", "place", "what"),
    [
        ([], "最外层", "应是一个条件"),
        ({}, "最外层", "应只有all、any、not其中一个，或一个比较"),
        ({"all": []}, "all", "至少要有一个条件"),
        ({"all": [ADULT], "any": []}, "最外层", "应只有all、any、not其中一个，或一个比较"),
        ({"all": {"fact": 1}}, "all", "应是一列条件"),
        ({"not": {"any": [3]}}, "not.any[0]", "应是一个条件"),
        ({"fact": "age", "op": ">="}, "最外层", "缺少value、words"),
        ({"fact": "age", "op": ">=", "value": 1, "words": "x", "note": 1}, "最外层", "多出note"),
        ({"fact": "age", "op": "~", "value": 1, "words": "x"}, "op", "应是= != < <= > >= in has其中一个"),
        ({"fact": "", "op": "=", "value": 1, "words": "x"}, "fact", "应是事实的名称"),
        ({"fact": "age", "op": "=", "value": 1, "words": " "}, "words", "要写出给人看的话"),
        ({"fact": "age", "op": "=", "value": 1.5, "words": "x"}, "value", "应是真假、整数、文字、一列文字、日期或小数"),
        (
            {"fact": "age", "op": "=", "value": None, "words": "x"},
            "value",
            "应是真假、整数、文字、一列文字、日期或小数",
        ),
        ({"fact": "age", "op": "<", "value": "x", "words": "x"}, "value", "比大小要用数或日期"),
        ({"fact": "age", "op": "<", "value": True, "words": "x"}, "value", "比大小要用数或日期"),
        ({"fact": "age", "op": "in", "value": "x", "words": "x"}, "value", "用in时应是一列文字，其他比较不能是一列"),
        ({"fact": "age", "op": "=", "value": ["x"], "words": "x"}, "value", "用in时应是一列文字，其他比较不能是一列"),
        ({"fact": "age", "op": "has", "value": 3, "words": "x"}, "value", "用has时应是文字"),
        (
            {"fact": "a", "op": "=", "value": {"date": "2024-02-30"}, "words": "x"},
            "value",
            "日期写成2024-01-01，小数写成200.00",
        ),
        (
            {"fact": "a", "op": "=", "value": {"decimal": "NaN"}, "words": "x"},
            "value",
            "日期写成2024-01-01，小数写成200.00",
        ),
        (
            {"fact": "a", "op": "=", "value": {"decimal": 2}, "words": "x"},
            "value",
            "日期写成2024-01-01，小数写成200.00",
        ),
        ({"fact": "a", "op": "=", "value": 1, "words": "x", "clause": 3}, "clause", "应是文字"),
        ({"fact": "a", "op": "=", "value": 10**15, "words": "x"}, "value", "数太大"),
        ({"fact": "a", "op": "=", "value": -(10**4000), "words": "x"}, "value", "数太大"),
        *(
            (
                {"fact": "a", "op": "=", "value": {"decimal": text}, "words": "x"},
                "value",
                "日期写成2024-01-01，小数写成200.00",
            )
            for text in ("1E+1000000", "1E-1000000", "1E+15", "-Infinity", "sNaN", "0.0000000000000001")
        ),
        ({"fact": "a", "op": "=", "value": "\0", "words": "x"}, "最外层", "有不能保存的字符"),
        ({"all": [{"fact": "a", "op": "in", "value": ["x", "\ud800"], "words": "x"}]}, "all[0]", "有不能保存的字符"),
        ({"fact": "a", "op": "=", "value": 1, "words": "x\0"}, "最外层", "有不能保存的字符"),
        ({"fact": "a", "op": "=", "value": {"param": "x\0"}, "words": "x"}, "最外层", "有不能保存的字符"),
        ({"fact": "a", "op": "=", "value": 1, "words": "x", "clause": "\udfff"}, "最外层", "有不能保存的字符"),
    ],
)
def test_wrong_data_is_refused_with_its_place(data: Any, place: str, what: str) -> None:
    with pytest.raises(Refused) as refusal:
        from_data(data)
    assert refusal.value.code == "rule-form"
    assert (refusal.value.params["place"], str(refusal.value.params["what"])) == (place, what)


def test_tree_that_is_too_deep_or_too_wide_is_refused() -> None:
    deep: dict[str, Any] = {"fact": "age", "op": "=", "value": 1, "words": "x"}
    for _ in range(5000):
        deep = {"not": deep}
    with pytest.raises(Refused, match="嵌套超过12层"):
        from_data(deep)
    with pytest.raises(Refused, match="条件超过200个"):
        from_data({"all": [{"fact": "age", "op": "=", "value": 1, "words": "x"}] * 201})


@pytest.mark.parametrize("make", [all_of, any_of, lambda: compare("age", ">", "x", words="x")])
def test_condition_that_cannot_mean_anything_is_refused(make: Any) -> None:
    with pytest.raises(Refused) as refusal:
        make()
    assert refusal.value.code == "rule-form"


def test_rules_and_kernel_import_no_django() -> None:
    """In a process of its own: the import linter does not follow parent packages."""
    code = (
        "import importlib, pkgutil, sys\n"
        "for name in ('tongxin.rules', 'tongxin.kernel'):\n"
        "    for module in pkgutil.walk_packages(importlib.import_module(name).__path__, name + '.'):\n"
        "        importlib.import_module(module.name)\n"
        "wrong = sorted(m for m in sys.modules if m == 'django' or m.startswith('django.'))\n"
        "mine = [m for m in sys.modules if m.startswith(('tongxin.rules.', 'tongxin.kernel.'))]\n"
        "print(wrong, len(mine) > 8)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[] True\n"
