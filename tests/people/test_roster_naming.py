"""Copies of one list are one list, whatever the browser, WPS or the month added to their names."""

import pytest

from tongxin.people.roster.naming import list_name


@pytest.mark.parametrize(
    "name",
    [
        "花名册.xlsx",
        "花名册(3)(1).xlsx",
        "花名册（2）.XLS",
        "花名册 (1) - 副本.et",
        "花名册-标注.xlsx",
        "花名册(1)-没导入的行.xlsx",
        "2024年3月花名册.xlsx",
        "花名册2024-03-01.csv",
        "花名册_20240301_最终版.xlsx",
        "花名册（2024.3.1）.xls",
        "C:\\工会\\３月份 花名册.xlsx",
    ],
)
def test_copies_of_one_list_have_one_name(name: str) -> None:
    assert list_name(name) == "花名册"


def test_other_lists_keep_their_names() -> None:
    names = ["一车间花名册.xlsx", "二车间花名册(1).xlsx", "机械厂会员.csv"]
    assert [list_name(name) for name in names] == ["一车间花名册", "二车间花名册", "机械厂会员"]


def test_name_of_days_only_is_none() -> None:
    assert list_name("2024-03-01(1).xlsx") == ""
