"""The joint catalogue for everyone: in force, with both signatures; its history; a table, a sheet, and JSON."""

import io
from datetime import date

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.benefits.lines import TwoSides, ceiling
from tests.cast import NOW, Cast
from tests.web.conftest import Clock

from tongxin.benefits.actions import catalogue
from tongxin.benefits.promises import LineKind

pytestmark = pytest.mark.django_db


def test_only_what_both_signed_is_shown_and_says_who_and_since_when(sides: TwoSides, clock: Clock) -> None:
    sides.signed()
    sides.drafted("没签的")
    text = Client().get("/catalogue/").content.decode()
    for piece in (
        "节日慰问品",
        "最多2,200元/人·年",
        "金额还不清楚",
        "每人每年不超过2200.00元",
        "2024年1月1日起，第1版",
        "四川省总工会 已签",
    ):
        assert piece in text
    assert "没签的" not in text
    assert Client().get(f"/catalogue/{sides.drafted('也没签').public_id}/").status_code == 404


def test_history_says_what_changed(sides: TwoSides, cast: Cast, clock: Clock) -> None:
    line = sides.signed()
    sides.sign_both(sides.next(line, valid_from=date(2024, 3, 1), said=(ceiling(cast.sichuan, "2500.00"),)))
    text = Client().get(f"/catalogue/{line.public_id}/").content.decode()
    for piece in (
        "最多2,500元/人·年",
        "上限改了",
        "看这一版的全文",
        "最多2,200元/人·年",
        "2024年1月1日 — 2024年2月29日",
    ):
        assert piece in text
    for name in ("陈渝", "川签"):  # who signed is for staff; the public reads the federation
        assert name not in text
    catalogue.end(line=line, union=cast.chongqing, on=NOW.date(), why="并入别的项目", by=cast.chief.actor, at=NOW)
    ended = Client().get(f"/catalogue/{line.public_id}/").content.decode()
    assert "从2024年3月28日起不再执行。" in ended
    assert "并入别的项目" in ended
    assert line.name not in Client().get("/catalogue/").content.decode()


def test_filters_stand_in_the_address(sides: TwoSides, clock: Clock) -> None:
    sides.signed()
    sides.signed("送温暖", LineKind.TARGETED, who="困难职工")
    found = {
        query: [
            name for name in ("节日慰问品", "送温暖") if name in Client().get(f"/catalogue/?{query}").content.decode()
        ]
        for query in ("", "kind=targeted", "kind=universal", "kind=nonsense", "q=困难", "q=没有的")
    }
    assert found == {
        "": ["节日慰问品", "送温暖"], "kind=targeted": ["送温暖"], "kind=universal": ["节日慰问品"],
        "kind=nonsense": ["节日慰问品", "送温暖"], "q=困难": ["送温暖"], "q=没有的": [],
    }  # fmt: skip


def test_sheet_has_a_row_for_each_region_and_numbers_are_numbers(sides: TwoSides, clock: Clock) -> None:
    sides.signed()
    answer = Client().get("/catalogue/sheet/")
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows(values_only=True))
    assert [(row[0], row[3], row[4], row[5], row[6], row[7]) for row in rows[1:]] == [
        ("节日慰问品", "重庆市总工会", "您的工会可以给", "金额还不清楚", None, None),
        ("节日慰问品", "四川省总工会", "您的工会可以给", "最多", 2200, "元/人·年"),
    ]
    assert "重庆市总工会2024年3月28日签；四川省总工会2024年3月28日签" in rows[1]


def test_json_says_the_same_to_the_fen(sides: TwoSides, clock: Clock) -> None:
    line = sides.signed()
    listed = Client().get("/api/catalogue").json()
    assert (listed["on"], [one["id"] for one in listed["items"]]) == ("2024-03-28", [line.public_id])
    one = Client().get(f"/api/catalogue/{line.public_id}").json()["versions"][0]
    assert [(terms["region_code"], terms["promise"], terms["measure"], terms["amount"]) for terms in one["terms"]] == [
        ("500000", "may_give", "unknown", None),
        ("510000", "may_give", "ceiling", "2200.00"),
    ]
    assert [signature["code"] for signature in one["signatures"]] == ["500000", "510000"]
    assert Client().get("/api/catalogue/zzzzzzzzzzzz").status_code == 404


@pytest.mark.parametrize("page", ["/catalogue/", "/catalogue/table/", "/api/catalogue"])
def test_lists_ask_the_database_the_same_for_one_and_three(sides: TwoSides, clock: Clock, page: str) -> None:
    counts = []
    for name in ("一", "二", "三"):
        sides.signed(name)
        with CaptureQueriesContext(connection) as queries:
            Client().get(page)
        counts.append(len(queries))
    assert counts[0] == counts[2]
