"""Lists as people paste and send them."""

import pytest
from tests.activities.asking import refused
from tests.factories.rosters import sheet

from tongxin.people.name_lists import MOST, Line, of_sheet, of_text


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("王小华 1234", Line(1, "王小华", "1234")),
        ("1. 王小华，123x", Line(1, "王小华", "123X")),
        ("3\t王　华\t１３８００１３８０００", Line(1, "王", "13800138000")),
        ("王小华", Line(1, "王小华", "")),
        ("王小华 510229197001010012 机修车间", Line(1, "王小华", "510229197001010012")),
    ],
)
def test_a_pasted_line(text: str, line: Line) -> None:
    assert of_text(text) == [line]


def test_blank_lines_keep_the_numbers_of_the_others() -> None:
    assert [line.no for line in of_text("甲一 1234\n\n乙二 5678")] == [1, 3]


def test_a_sheet_with_a_header_in_any_order() -> None:
    content = sheet(["机修", "1234", "王小华"], ["", "", ""], headers=("部门", "证件号后四位", "姓名"))
    assert of_sheet(content) == [Line(2, "王小华", "1234")]


def test_a_sheet_without_a_header() -> None:
    assert of_sheet(sheet(["李建国", "5678"], headers=("王小华", "1234"))) == [
        Line(1, "王小华", "1234"), Line(2, "李建国", "5678"),
    ]  # fmt: skip


def test_nobody_and_too_many_are_refused_in_words() -> None:
    with refused("names-none"):
        of_text(" \n ")
    with refused("names-many"):
        of_text("\n".join(f"甲{n} 1234" for n in range(MOST + 1)))
