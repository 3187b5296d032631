"""People are found in the actor's reach only, by pieces of a name, by initials, by whole numbers."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import Cast, worker

from tongxin.kernel.refused import Refused
from tongxin.people.masks import Purpose
from tongxin.people.queries import reach
from tongxin.people.queries.members import members
from tongxin.people.queries.search import MOST, search


def found(cast: Cast, who: str, text: str) -> list[str]:
    return [hit.person.name for hit in search(getattr(cast, who).actor, text).hits]


@pytest.fixture(params=["few", "many"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways to the rows give the same ones."""
    if request.param == "many":
        monkeypatch.setattr(reach, "FEW", 0)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("text", ["王小华", "小华", "王华", "王", "wxh", "XH", "wx"])
def test_search_finds_by_any_two_characters_and_by_initials(cast: Cast, text: str) -> None:
    assert found(cast, "cadre", text) == ["王小华"]


@pytest.mark.usefixtures("way")
def test_search_reads_surnames_as_surnames(cast: Cast) -> None:
    worker(cast.factory, "单小红")
    assert found(cast, "cadre", "sxh") == ["单小红"]


@pytest.mark.usefixtures("way")
def test_search_finds_by_the_whole_number_only(cast: Cast) -> None:
    number, phone = cast.wang.person.document_text(), cast.wang.person.phone_text().removeprefix("+86")
    for text in (number, f" {number[:6]} {number[6:]}", phone, f"+86 {phone}"):
        assert found(cast, "cadre", text) == ["王小华"]
    assert found(cast, "cadre", number[:17]) == []
    assert found(cast, "cadre", phone[:10]) == []


@pytest.mark.usefixtures("way")
def test_search_stays_within_reach(cast: Cast) -> None:
    number = cast.wang.person.document_text()
    for who in (
        "sibling_cadre",
        "sibling_officer",
        "jinjiang_cadre",
        "jinjiang_admin",
        "teacher",
        "reader",
        "auditor",
        "operator",
    ):
        for text in ("王小华", "wxh", number):
            assert found(cast, who, text) == [], (who, text)
    assert found(cast, "admin", "王小华") == ["王小华"]
    assert found(cast, "chief", "高松") == ["高松"]


def test_search_orders_by_name_and_says_when_there_are_more(cast: Cast) -> None:
    for number in range(MOST):
        worker(cast.factory, f"王小{chr(0x4E00 + number)}", phone=False)
    result = search(cast.cadre.actor, "王小")
    assert len(result.hits) == MOST
    assert result.more
    keys = [hit.person.name_sort for hit in result.hits]
    assert keys == sorted(keys)


@pytest.mark.parametrize("text", ["", " ", "w", "·", "123"])
def test_search_refuses_what_is_too_short(cast: Cast, text: str) -> None:
    with pytest.raises(Refused) as refused:
        search(cast.cadre.actor, text)
    assert refused.value.code == "search-short"


def test_search_says_how_much_of_a_row_may_be_seen(cast: Cast) -> None:
    (hit,) = search(cast.cadre.actor, "王小华").hits
    assert (hit.union, hit.purpose) == (cast.factory, Purpose.STAFF_LIST)


def test_search_takes_as_many_queries_for_three_rows_as_for_one(cast: Cast) -> None:
    def queries(text: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            search(cast.admin.actor, text)
        return len(seen)

    worker(cast.factory, "欧阳修")
    one = queries("欧阳")
    for name in ("欧阳永", "欧阳锋"):
        worker(cast.factory, name)
    assert queries("欧阳") == one


@pytest.mark.usefixtures("way")
def test_members_come_by_name_page_after_page(cast: Cast) -> None:
    first = members(cast.cadre.actor, size=2)
    assert [hit.person.name for hit in first.hits] == ["李建国", "罗勤"]
    second = members(cast.cadre.actor, size=2, after=first.after)
    assert [hit.person.name for hit in second.hits] == ["王小华"]
    assert second.after == ""


@pytest.mark.usefixtures("way")
def test_members_of_one_union_with_and_without_those_below(cast: Cast) -> None:
    def names(**values: object) -> set[str]:
        return {hit.person.name for hit in members(cast.admin.actor, **values).hits}  # type: ignore[arg-type]

    assert names(union=cast.zhongshan) == {"罗勤", "王小华", "李建国"}
    assert names(union=cast.zhongshan, below=False) == set()
    assert names(union=cast.riders, gig_group="truck_driver") == {"赵远"}
    assert names(union=cast.jiangjin) == set()
    assert {"张路", "郑惠", "王小华"} <= names()


def test_members_count_what_is_few(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    assert members(cast.cadre.actor).total == 3
    assert members(cast.admin.actor, gig_group="truck_driver").total == 1
    monkeypatch.setattr(reach, "FEW", 2)
    assert members(cast.cadre.actor).total is None
