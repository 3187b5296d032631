"""The table of verdicts, without a database."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from tongxin.people.roster.judging import Found, Judgement, Known, Place, judge, settle, twins
from tongxin.people.roster.kept import Entry
from tongxin.people.roster.shapes import Problem

HERE, THERE = 1, 2
TODAY = date(2024, 3, 28)
PLACE = Place(HERE, date(2018, 1, 1), TODAY)
VALUES = {"name": "王小华", "id_kind": "resident_id", "id_number": "500118199001010250", "phone": "+8613800000001"}
STRANGER = Known(7, "王小华", {"phone": "+8613800000001"}, "a")
MEMBER = replace(STRANGER, union=HERE, starts=date(2020, 1, 1))
ELSEWHERE = replace(STRANGER, union=THERE, starts=date(2020, 1, 1))
BAD = Problem("phone", "phone-length", "手机号只有10位。")


def entry(*answers: str, told: list[Problem] | None = None, row_no: int = 2, **values: str) -> Entry:
    return Entry(
        row_no, {}, {key: value for key, value in (VALUES | values).items() if value}, told or [], frozenset(answers)
    )


def verdict(row: Entry, found: Found) -> tuple[str, str, list[str], tuple[str, ...]]:
    """verdict, first code, offers, changes"""
    judgement = judge(row, found, PLACE)
    codes = [problem.code for problem in judgement.problems]
    return judgement.verdict.value, (codes or [""])[0], [str(one) for one in judgement.offers], judgement.changes


TABLE: Mapping[str, tuple[Entry, Found, tuple[str, str, list[str], tuple[str, ...]]]] = {
    "a new number joins": (entry(), Found(), ("added", "", [], ())),
    "what blocks in the sheet refuses": (entry(told=[BAD]), Found(known=MEMBER), ("refused", "phone-length", [], ())),
    "skipping goes before everything": (entry("skip", told=[BAD]), Found(), ("refused", "skipped", [], ())),
    "a state that is over refuses": (
        entry(membership_state="left"),
        Found(known=MEMBER),
        ("refused", "state-ended", [], ()),
    ),
    "a member like the row stays": (entry(), Found(known=MEMBER), ("unchanged", "", [], ())),
    "blank cells leave alone": (entry(phone=""), Found(known=MEMBER), ("unchanged", "", [], ())),
    "what differs is changed": (
        entry(phone="+8613800000002", employer="甲厂"),
        Found(known=MEMBER),
        ("changed", "", [], ("phone", "employer")),
    ),
    "retired members are kept as retained": (
        entry(membership_state="retained", post="组长"),
        Found(known=MEMBER),
        ("changed", "", [], ("post", "membership_state")),
    ),
    "someone known without membership joins": (
        entry(employer="甲厂"),
        Found(known=STRANGER),
        ("added", "", [], ("employer",)),
    ),
    "another name is asked": (
        entry(name="王大华"),
        Found(known=MEMBER),
        ("asked", "one-id-two-names", ["rename", "keep-name", "skip"], ()),
    ),
    "the name is changed on request": (
        entry("rename", name="王大华"),
        Found(known=MEMBER),
        ("changed", "", [], ("name",)),
    ),
    "the name is kept on request": (entry("keep-name", name="王大华"), Found(known=MEMBER), ("unchanged", "", [], ())),
    "a member elsewhere without power there can be skipped": (
        entry(),
        Found(known=ELSEWHERE, whom_to_ask="某工会"),
        ("asked", "in-another-union", ["skip"], ()),
    ),
    "whose name differs is not told either": (
        entry(name="王大华"),
        Found(known=ELSEWHERE, whom_to_ask="某工会"),
        ("asked", "in-another-union", ["skip"], ()),
    ),
    "a transfer that was answered without power is asked again": (
        entry("transfer"),
        Found(known=ELSEWHERE),
        ("asked", "in-another-union", ["skip"], ()),
    ),
    "a member elsewhere with power there is asked": (
        entry(),
        Found(known=ELSEWHERE, may_move=True),
        ("asked", "in-another-union", ["transfer", "stay", "skip"], ()),
    ),
    "a transfer joins": (entry("transfer"), Found(known=ELSEWHERE, may_move=True), ("added", "", [], ())),
    "a transfer under another name asks that too": (
        entry("transfer", name="王大华"),
        Found(known=ELSEWHERE, may_move=True),
        ("asked", "one-id-two-names", ["rename", "keep-name", "skip"], ()),
    ),
    "staying changes the record alone": (
        entry("stay", employer="甲厂", post="组长", joined_on="2022-02-02"),
        Found(known=ELSEWHERE, may_move=True),
        ("changed", "", [], ("employer",)),
    ),
    "another province's record needs consent": (
        entry(),
        Found(known=replace(STRANGER, away=True)),
        ("refused", "consent-needed", [], ()),
    ),
    "another province's member is never moved by a list": (
        entry("transfer"),
        Found(known=replace(ELSEWHERE, away=True), may_move=True),
        ("asked", "in-another-union", ["skip"], ()),
    ),
    "a record without number may be the same": (
        entry(),
        Found(unnumbered=(replace(STRANGER, has_document=False),)),
        ("asked", "maybe-same", ["same", "other", "skip"], ()),
    ),
    "of two such records none is picked": (
        entry("same"),
        Found(unnumbered=(replace(STRANGER, has_document=False), replace(STRANGER, person=8, has_document=False))),
        ("asked", "maybe-same", ["other", "skip"], ()),
    ),
    "the same gets the number": (
        entry("same"),
        Found(unnumbered=(replace(STRANGER, has_document=False),)),
        ("added", "", [], ("id_number",)),
    ),
    "another is new": (
        entry("other"),
        Found(unnumbered=(replace(STRANGER, has_document=False),)),
        ("added", "", [], ()),
    ),
    "a member's name and phone under another number are asked": (
        entry(),
        Found(here=(MEMBER,)),
        ("asked", "number-differs", ["other", "skip"], ()),
    ),
}


@pytest.mark.parametrize(("row", "found", "expected"), TABLE.values(), ids=TABLE.keys())
def test_verdict(row: Entry, found: Found, expected: tuple[str, str, list[str], tuple[str, ...]]) -> None:
    assert verdict(row, found) == expected


MISSING = Problem("id_number", "id-missing", "没有证件号码。")


def test_without_number_only_one_member_here_is_known_by_name_and_phone() -> None:
    row = entry(told=[MISSING], id_number="")
    assert verdict(row, Found(here=(MEMBER,))) == ("unchanged", "known-by-phone", [], ())
    assert verdict(row, Found(here=(MEMBER, replace(MEMBER, person=8)))) == ("refused", "id-missing", [], ())
    assert verdict(row, Found()) == ("refused", "id-missing", [], ())


@pytest.mark.parametrize(
    ("joined", "known", "starts", "code"),
    [
        ("2020-05-06", None, date(2020, 5, 6), ""),
        ("", None, TODAY, ""),
        ("2001-05-06", None, date(2018, 1, 1), "joined-before-union"),
        ("2019-01-01", replace(STRANGER, last_end=date(2021, 1, 1)), date(2021, 1, 1), "joined-after-last"),
        ("", replace(STRANGER, last_end=date(2021, 1, 1)), TODAY, ""),
    ],
)  # fmt: skip
def test_membership_starts(joined: str, known: Known | None, starts: date, code: str) -> None:
    judgement = judge(entry(joined_on=joined), Found(known=known), PLACE)
    codes = [problem.code for problem in judgement.problems]
    assert (judgement.verdict, judgement.joins, judgement.starts, (codes or [""])[0]) == ("added", True, starts, code)


def test_start_of_a_membership_is_corrected_unless_it_continues_another() -> None:
    row = entry(joined_on="2019-02-03")
    assert judge(row, Found(known=MEMBER), PLACE).changes == ("joined_on",)
    assert judge(row, Found(known=replace(MEMBER, moved_in=True)), PLACE).changes == ()
    assert judge(row, Found(known=replace(MEMBER, starts=date(2019, 2, 3))), PLACE).verdict == "unchanged"


def told(*rows: Entry) -> dict[int, tuple[int, str]]:
    return {number: (twin.other, twin.kind) for number, twin in twins(rows).items()}


def test_twins_in_one_file() -> None:
    same, other_name = entry(row_no=3), entry(row_no=4, name="王大华")
    assert told(entry()) == {}
    assert told(entry(), same) == {3: (2, "same")}
    assert told(entry(), entry(row_no=3, phone="+8613800000009")) == {2: (3, "differs"), 3: (2, "differs")}
    assert told(entry(), same, other_name) == {2: (3, "names"), 3: (2, "names"), 4: (2, "names")}
    assert told(entry(), replace(other_name, answers=frozenset({"skip"}))) == {}
    assert told(entry(), replace(other_name, answers=frozenset({"use"}))) == {2: (4, "unused")}


def test_one_person_is_written_from_one_row_only() -> None:
    first, second = (
        judge(entry(row_no=row, employer=name), Found(known=MEMBER), PLACE) for row, name in ((2, "甲"), (3, "乙"))
    )
    settled = settle([(entry(row_no=2), first), (entry(row_no=3), second)], {})
    assert [(one.verdict, [problem.code for problem in one.problems]) for _, one in settled] == [
        ("changed", []),
        ("refused", ["person-twice"]),
    ]


def test_words_of_problems_hold_nothing_of_the_row() -> None:
    judged: list[Judgement] = [judge(row, found, PLACE) for row, found, _ in TABLE.values()]
    words = "".join(problem.message + problem.fix for one in judged for problem in one.problems)
    assert not any(value in words for value in (*VALUES.values(), "王大华"))
