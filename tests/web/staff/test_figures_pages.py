"""The board, the rows behind each number, sheets and print: the same numbers everywhere."""

import io
import re
from collections.abc import Callable
from datetime import date

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import Cast, Player
from tests.factories.figures import Books, person

pytestmark = pytest.mark.django_db
MARCH = [date(2024, 3, 4), date(2024, 3, 11), date(2024, 3, 18)]
DAY = "as_of=2024-03-28"


SignIn = Callable[[Player], Client]


def books_of(cast: Cast, cohorts: int = 2, workers: int = 2) -> Books:
    books = Books(cast.yongchuan)
    term, yoga = books.term(1), books.course("瑜伽")
    people = [person(cast.yongchuan, f"王小{'华明丽强'[n]}") for n in range(workers)]
    for _ in range(cohorts):
        cohort = books.cohort(term, yoga, *MARCH)
        for who in people:
            books.attend(books.enrol(cohort, who), 1, 2)
    return books


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def links(html: str) -> list[str]:
    return [href.replace("&amp;", "&") for href in re.findall(r'href="(/staff/figures/[^"]*)"', html)]


def test_board_shows_each_figure_with_its_unit(cast: Cast, as_staff: SignIn) -> None:
    books_of(cast)
    html = text(as_staff(cast.reader), f"/staff/figures/?{DAY}")
    shown = re.findall(r'<span class="v">([\d,]+)<small>(.*?)</small>', html)
    assert shown == [("1", "期"), ("1", "门"), ("2", "个班次"), ("4", "人次"), ("8", "次"), ("2", "人"), ("0", "场")]
    assert "20.0%（4/20个名额）" in html


def test_every_address_on_the_board_opens(cast: Cast, as_staff: SignIn) -> None:
    books_of(cast)
    client = as_staff(cast.reader)
    found = links(text(client, f"/staff/figures/?{DAY}"))
    assert len(found) > 20
    assert {client.get(href).status_code for href in found} == {200}


def test_each_way_down_ends_in_a_masked_roster_with_the_same_number(cast: Cast, as_staff: SignIn) -> None:
    books_of(cast)
    client = as_staff(cast.reader)
    address = next(href for href in links(text(client, f"/staff/figures/?{DAY}")) if "/of/person_times/" in href)
    expected = 4
    for _ in range(3):
        html = text(client, address)
        assert f"各行合计{expected}人次，与上一页的数字一致。" in html
        rows = re.findall(r'<td class="r"[^>]*><a href="([^"]+)">(\d+)人次</a>', html)
        if rows:
            address, expected = rows[0][0].replace("&amp;", "&"), int(rows[0][1])
    html = text(client, address)
    assert "王*华" in html
    assert "王小华" not in html


def test_names_open_to_who_may_drill_to_names(cast: Cast, as_staff: SignIn) -> None:
    books = books_of(cast, cohorts=1)
    cohort = books.programme.terms.get().cohorts.get()
    address = f"/staff/figures/of/person_times/?{DAY}&cohort={cohort.public_id}&by=person"
    assert "王小华" in text(as_staff(cast.officer), address)
    assert "王小华" not in text(as_staff(cast.reader), address)


def test_a_neighbour_s_reader_finds_nothing_not_even_by_its_id(cast: Cast, as_staff: SignIn) -> None:
    books = books_of(cast)
    cohort = books.programme.terms.get().cohorts.first()
    client = as_staff(cast.sibling_officer)
    html = text(client, f"/staff/figures/?{DAY}")
    assert set(re.findall(r'<span class="v">([\d,]+)<small>', html)) == {"0"}
    assert "惠工之家（" not in html
    for query in (f"programme={books.programme.public_id}", f"cohort={cohort.public_id}", "union=500118", "at=500118"):
        assert client.get(f"/staff/figures/?{DAY}&{query}").status_code == 404
        assert client.get(f"/staff/figures/of/person_times/?{DAY}&{query}").status_code == 404


def test_roles_without_the_power_are_turned_away(cast: Cast, as_staff: SignIn) -> None:
    for player in (cast.teacher, cast.operator, cast.wang):
        assert as_staff(player).get("/staff/figures/").status_code == 403


@pytest.mark.parametrize(("day", "words"), [
    ("2999-01-01", "截止日不能晚于今天"), ("1024-01-01", "截止日太早了"), ("2024-02-30", "2月没有30日"), ("soon", "没看懂这个日期"),
])  # fmt: skip
def test_a_day_that_cannot_be_is_refused_in_words(cast: Cast, as_staff: SignIn, day: str, words: str) -> None:
    answer = as_staff(cast.reader).get(f"/staff/figures/?as_of={day}")
    assert (answer.status_code, words in answer.content.decode()) == (422, True)


@pytest.mark.parametrize(
    "query", ["by=nonsense", "page=x", "page=99999", "year=20x4", "month=2024", "term=1%27", "by=person"]
)
def test_bent_addresses_do_not_break(cast: Cast, as_staff: SignIn, query: str) -> None:
    books_of(cast)
    answer = as_staff(cast.reader).get(f"/staff/figures/of/person_times/?{DAY}&{query}")
    assert answer.status_code in {200, 404}


def test_unknown_figure_is_404(cast: Cast, as_staff: SignIn) -> None:
    assert as_staff(cast.reader).get("/staff/figures/of/profit/").status_code == 404


def sheet(client: Client, address: str) -> list[list[object]]:
    answer = client.get(address)
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    return [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]


def test_workbook_and_print_hold_the_numbers_of_the_board(cast: Cast, as_staff: SignIn) -> None:
    books_of(cast)
    client = as_staff(cast.reader)
    rows = sheet(client, f"/staff/figures/sheet/?{DAY}")
    assert [(row[0], row[1], row[2]) for row in rows[1:8]] == [
        ("期", 1, "期"), ("课程", 1, "门"), ("班次", 2, "个班次"), ("服务职工", 4, "人次"), ("出勤", 8, "次"),
        ("职工人数", 2, "人"), ("活动", 0, "场"),
    ]  # fmt: skip
    assert rows[8][:2] == ["名额使用率", "20.0%（4/20个名额）"]
    printed = text(client, f"/staff/figures/print/?{DAY}")
    for number in ("1期", "1门", "2个班次", "4人次", "8次", "2人", "20.0%（4/20个名额）"):
        assert f">{number}<" in printed


def test_rows_sheet_holds_the_rows_of_the_page(cast: Cast, as_staff: SignIn) -> None:
    books_of(cast)
    rows = sheet(as_staff(cast.reader), f"/staff/figures/of/person_times/sheet/?{DAY}&by=cohort")
    assert rows[0] == ["班次", "说明", "服务职工（人次）"]
    assert [row[2] for row in rows[1:]] == [2, 2, 4]


def test_the_roster_s_sheet_is_masked_as_the_page_is(cast: Cast, as_staff: SignIn) -> None:
    books = books_of(cast, cohorts=1)
    cohort = books.programme.terms.get().cohorts.get()
    address = f"/staff/figures/of/person_times/sheet/?{DAY}&cohort={cohort.public_id}&by=person"
    assert [row[0] for row in sheet(as_staff(cast.reader), address)[1:3]] == ["王*华", "王*明"]
    assert [row[0] for row in sheet(as_staff(cast.officer), address)[1:3]] == ["王小华", "王小明"]


def test_the_board_asks_as_often_for_three_rows_as_for_one(cast: Cast, as_staff: SignIn) -> None:
    client = as_staff(cast.reader)
    books = Books(cast.yongchuan)
    _one_more(books, cast, 1)
    few = _statements(client, f"/staff/figures/?{DAY}")
    _one_more(books, cast, 2)
    _one_more(books, cast, 3)
    assert _statements(client, f"/staff/figures/?{DAY}") == few


@pytest.mark.parametrize("by", ["term", "cohort", "branch", "course", "site", "year", "month"])
def test_rows_ask_as_often_for_three_rows_as_for_one(cast: Cast, as_staff: SignIn, by: str) -> None:
    client = as_staff(cast.reader)
    books = Books(cast.yongchuan)
    address = f"/staff/figures/of/person_times/?{DAY}&by={by}"
    _one_more(books, cast, 1)
    few = _statements(client, address)
    _one_more(books, cast, 2)
    _one_more(books, cast, 3)
    assert _statements(client, address) == few


def _one_more(books: Books, cast: Cast, n: int) -> None:
    """Another term, course, year, site and union."""
    books.new_site()
    union = [cast.zhongshan, cast.riders, cast.yongchuan][n - 1]
    cohort = books.cohort(books.term(n), books.course(f"课{n}"), date(2024 - n, 3, 4), union=union)
    books.attend(books.enrol(cohort, person(cast.yongchuan, f"李梅{n}")), 1)


def _statements(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)
