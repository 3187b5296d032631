"""Names: search pieces, initials, order, masks."""

import subprocess
import sys

import pytest

from tongxin.people import names


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (" 王　 小华 ", "王小华"),
        ("阿依古丽．买买提", "阿依古丽·买买提"),
        ("阿依古丽 • 买买提", "阿依古丽·买买提"),
        ("阿依古丽.买买提", "阿依古丽·买买提"),
        ("John  Smith", "John Smith"),
        ("José Ángel", "José Ángel"),
        ("Ｊｏｈｎ", "John"),
        ("", ""),
    ],
)
def test_tidy(written: str, expected: str) -> None:
    assert names.tidy(written) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("王小华", "wxh"),
        ("单雄信", "sxx"),
        ("仇英", "qy"),
        ("解缙", "xj"),
        ("曾国藩", "zgf"),
        ("查良镛", "zly"),
        ("区小明", "oxm"),
        ("尉迟恭", "ycg"),
        ("万俟明", "mqm"),
        ("澹台灭明", "ttmm"),
        ("长孙无忌", "zswj"),
        ("诸葛亮", "zgl"),
        ("吕布", "lb"),
        ("任长霞", "rcx"),
        ("王仇", "wc"),  # only a first character is a surname
        ("阿依古丽·买买提", "ayglmmt"),
        ("John Smith", "js"),
        ("王john", "wj"),
        ("", ""),
    ],
)
def test_initials(name: str, expected: str) -> None:
    assert names.initials(name) == expected


def test_initials_are_cut_to_the_column() -> None:
    assert names.initials("王" * 60) == "w" * 20


def test_pieces_are_characters_and_pairs_in_order() -> None:
    assert names.pieces("王小华") == ["王", "小", "华", "王小", "王华", "小华"]
    assert names.pieces("王丽丽") == ["王", "丽", "王丽", "丽丽"]
    assert names.pieces("") == []


def test_pieces_of_a_long_name_are_neighbours_only() -> None:
    assert "阿提" in names.pieces("阿依古丽·买买提")
    assert "迪·" not in names.pieces("阿卜杜热西提·买买提")
    assert "阿提" not in names.pieces("阿卜杜热西提·买买提")
    assert "西提" in names.pieces("阿卜杜热西提·买买提")


def test_initials_pieces_are_neighbours_of_two_and_three() -> None:
    assert names.initials_pieces("王小华") == ["wx", "xh", "wxh"]
    assert names.initials_pieces("王") == []


def test_initials_pieces_know_the_reading_of_the_word_too() -> None:
    assert names.initials_pieces("曾小华") == ["zx", "xh", "zxh", "cx", "cxh"]


@pytest.mark.parametrize(
    ("typed", "name", "found"),
    [
        ("王小", "王小华", True),
        ("小华", "王小华", True),
        ("王华", "王小华", True),
        ("华王", "王小华", False),
        ("王小华", "王小华", True),
        ("王 小华", "王小华", True),
        ("华", "王小华", True),
        ("wx", "王小华", True),
        ("XH", "王小华", True),
        ("wxh", "王小华", True),
        ("wxhm", "王小华", False),
        ("wh", "王小华", False),
        ("sxx", "单雄信", True),
        ("dxx", "单雄信", True),
        ("oyxh", "欧阳小华", True),
        ("smith", "John Smith", True),
        ("js", "John Smith", True),
        ("小明", "王小华", False),
        ("买提", "阿依古丽·买买提", True),
    ],
)
def test_query_pieces_find_a_name(typed: str, name: str, found: bool) -> None:
    asked = names.query_pieces(typed)
    assert asked != []
    assert set(asked).issubset(names.search_pieces(name)) is found


@pytest.mark.parametrize("typed", ["", " ", "w", "·", "1", "%"])
def test_query_pieces_of_too_little_are_none(typed: str) -> None:
    assert names.query_pieces(typed) == []


def test_search_pieces_fit_their_column() -> None:
    assert max(map(len, names.search_pieces("爱新觉罗溥仪 John Smith"))) <= 4


def test_sort_key_orders_by_reading_tone_and_character() -> None:
    expected = [
        "阿依",
        "岑参",
        "李四",
        "卢俊义",
        "吕布",
        "栾平",
        "万里",
        "汪东",
        "王",
        "王华",
        "王小华",
        "旺财",
        "曾国藩",
        "张三",
    ]
    assert sorted(sorted(expected), key=lambda name: names.sort_key(name).encode()) == expected


def test_sort_key_keeps_a_surname_together() -> None:
    assert sorted(["单飞", "山峰", "单安", "善良"], key=names.sort_key) == ["山峰", "单安", "单飞", "善良"]
    assert names.sort_key("单安") == "shan4单an1安"


def test_sort_key_is_cut_to_the_column() -> None:
    assert len(names.sort_key("庄" * 60)) == 120


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("王小华", "王*华"),
        ("王华", "王*"),
        ("欧阳小华", "欧阳*华"),
        ("欧阳华", "欧阳*"),
        ("欧阳", "欧*"),
        ("扎西顿珠", "扎**珠"),
        ("阿依古丽·买买提", "阿***·买***"),
        ("John Smith", "J*** S***"),
        ("王", "*"),
        ("", "*"),
    ],
)
def test_mask(name: str, expected: str) -> None:
    assert names.mask(name) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("510229197001010012", "510***********0012"),
        ("51022919700101001X", "510***********001X"),
        ("510229700101001", "510********1001"),
        ("E12345678", "E******78"),
        ("AB12", "A**2"),
        ("12", "**"),
        ("", ""),
    ],
)
def test_mask_id(number: str, expected: str) -> None:
    assert names.mask_id(number) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("13812341234", "138****1234"),
        ("+8613812341234", "138****1234"),
        ("0086 138-1234-1234", "138****1234"),
        ("023-49812345", "023******45"),
        ("12351", "1***1"),
    ],
)
def test_mask_phone(number: str, expected: str) -> None:
    assert names.mask_phone(number) == expected


def test_pypinyin_is_not_loaded_to_read_a_name() -> None:
    program = "import sys; from tongxin.people import names; names.sort_key('王小华'); print('pypinyin' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout == "False\n"
