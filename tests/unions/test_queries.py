"""Questions as of a day."""

from datetime import date

from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import TODAY, Cast

from tongxin.unions import queries
from tongxin.unions.models import Union


def test_tree_on_lists_parents_before_children_to_the_depth_asked(cast: Cast) -> None:
    rows = queries.tree_on(TODAY, root=cast.yongchuan, depth=1)
    assert [(row.name, row.depth, row.has_children) for row in rows] == [
        ("永川区总工会", 0, True),
        ("中山路街道总工会", 1, True),
        ("永川区外卖配送行业工会联合会", 1, False),
    ]


def test_tree_on_leaves_out_what_was_not_there_yet(cast: Cast) -> None:
    assert [row.name for row in queries.tree_on(date(2017, 12, 31), root=cast.yongchuan)] == [
        "永川区总工会",
        "中山路街道总工会",
    ]


def test_children_on_and_path_on_take_one_and_two_queries(cast: Cast) -> None:
    with CaptureQueriesContext(connection) as seen:
        assert [row.code for row in queries.children_on(cast.chongqing, TODAY)] == ["500116", "500118"]
    assert len(seen) == 1
    with CaptureQueriesContext(connection) as seen:
        assert [row.depth for row in queries.path_on(cast.factory, TODAY)] == [4, 3, 2, 1, 0]
    assert len(seen) == 2


def test_names_on_takes_one_query_for_many(cast: Cast) -> None:
    with CaptureQueriesContext(connection) as seen:
        found = queries.names_on([cast.factory, cast.riders], TODAY)
    assert found == {cast.factory.pk: cast.factory.name, cast.riders.pk: cast.riders.name}
    assert len(seen) == 1


def test_find_knows_parts_of_names_and_beginnings_of_codes(cast: Cast) -> None:
    among = Union.objects.all()
    assert [row.name for row in queries.find("机械", among=among, day=TODAY)] == ["永川同心机械厂工会"]
    assert [row.code for row in queries.find("5001180", among=among, day=TODAY)] == ["500118001"]
    assert queries.find(" ", among=among, day=TODAY) == []


def test_by_code_knows_unions_without_a_public_code(cast: Cast) -> None:
    assert queries.by_code("500118-J1", on=TODAY) == [cast.factory]
    assert queries.by_code("500118-J1", on=date(2017, 1, 1)) == []
