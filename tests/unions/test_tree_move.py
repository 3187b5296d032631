"""A union changes its place: from a day on, and never into a ring."""

from datetime import date, timedelta

import pytest
from tests.cast import HOUSE, NOW, SINCE, TODAY, Cast

from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.unions import queries
from tongxin.unions.actions import tree
from tongxin.unions.models import Closure, Parenthood, Succession, Union

DAY = date(2024, 1, 1)
EVE = DAY - timedelta(days=1)


def move(union: Union, parent: Union, by: Actor = HOUSE, on: date = DAY) -> Union:
    return tree.move(union=union, parent=parent, on=on, by=by, at=NOW)


def refusal(union: Union, parent: Union, by: Actor = HOUSE, on: date = DAY) -> str:
    with pytest.raises(Refused) as refused:
        move(union, parent, by, on)
    return refused.value.code


def test_move_changes_the_tree_from_that_day_and_leaves_the_days_before(cast: Cast) -> None:
    move(cast.zhongshan, cast.jiangjin, cast.chief.actor)
    for day, owner, other in ((EVE, cast.yongchuan, cast.jiangjin), (DAY, cast.jiangjin, cast.yongchuan)):
        assert {cast.zhongshan, cast.factory} <= set(Union.objects.under(owner, on=day))
        assert not {cast.zhongshan, cast.factory} & set(Union.objects.under(other, on=day))
        assert cast.factory in Union.objects.under(cast.chongqing, on=day)
    assert [row.name for row in queries.path_on(cast.factory, DAY)] == [
        "中华全国总工会",
        "重庆市总工会",
        "江津区总工会",
        "中山路街道总工会",
        "永川同心机械厂工会",
    ]


def test_move_keeps_pairs_that_did_not_change_in_one_row(cast: Cast) -> None:
    move(cast.zhongshan, cast.jiangjin)
    pair = Closure.objects.get(ancestor=cast.chongqing, descendant=cast.factory)
    assert (pair.depth, pair.valid_from, pair.valid_to) == (3, SINCE, None)


def test_move_back_dated_holds_until_the_next_move_that_is_known(cast: Cast) -> None:
    move(cast.factory, cast.yongchuan, on=date(2023, 1, 1))
    move(cast.factory, cast.jiangjin, on=date(2020, 1, 1))
    assert list(
        Parenthood.objects.filter(child=cast.factory)
        .order_by("valid_from")
        .values_list("parent", "valid_from", "valid_to")
    ) == [
        (cast.zhongshan.pk, SINCE, date(2020, 1, 1)),
        (cast.jiangjin.pk, date(2020, 1, 1), date(2023, 1, 1)),
        (cast.yongchuan.pk, date(2023, 1, 1), None),
    ]


def test_move_on_the_first_day_of_a_place_replaces_it(cast: Cast) -> None:
    move(cast.factory, cast.yongchuan)
    move(cast.factory, cast.riders)
    assert queries.parent_on(cast.factory, DAY) == cast.riders
    assert queries.parent_on(cast.factory, EVE) == cast.zhongshan


def test_move_into_a_ring_is_refused(cast: Cast) -> None:
    assert refusal(cast.zhongshan, cast.zhongshan) == "move-ring"
    move(cast.riders, cast.factory)
    assert refusal(cast.factory, cast.riders) == "move-ring"


def test_move_into_a_ring_that_would_close_later_is_refused(cast: Cast) -> None:
    """From 2024 on the riders stand under the factory; so the factory may not be under the riders from 2023 on."""
    move(cast.riders, cast.factory)
    assert refusal(cast.factory, cast.riders, on=date(2023, 1, 1)) == "move-ring"


def test_move_is_refused_where_it_makes_no_sense(cast: Cast) -> None:
    assert refusal(cast.factory, cast.zhongshan) == "move-same-parent"
    assert refusal(cast.jinjiang_shop, cast.yongchuan) == "move-between-federations"
    assert refusal(cast.chongqing, cast.chongqing) == "move-province"
    assert refusal(cast.factory, cast.yongchuan, on=date(2017, 1, 1)) == "union-not-there"
    assert refusal(cast.yongchuan, cast.zhongshan) == "level-above-parent"


def test_move_needs_the_power_on_both_sides(cast: Cast) -> None:
    assert refusal(cast.zhongshan, cast.jiangjin, cast.admin.actor) == "no-power"
    assert refusal(cast.jiangjin_mill, cast.yongchuan, cast.admin.actor) == "no-power"
    move(cast.factory, cast.yongchuan, cast.admin.actor)


def test_dissolve_ends_a_union_and_its_place(cast: Cast) -> None:
    tree.dissolve(union=cast.factory, on=DAY, by=cast.admin.actor, at=NOW)
    assert cast.factory in Union.objects.under(cast.yongchuan, on=EVE)
    assert cast.factory not in Union.objects.under(cast.yongchuan, on=DAY)
    assert queries.path_on(cast.factory, DAY) == []


def test_dissolve_is_refused_while_something_stands_below(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        tree.dissolve(union=cast.zhongshan, on=DAY, by=cast.admin.actor, at=NOW)
    assert refused.value.code == "union-has-children"


def test_merge_moves_the_children_and_says_what_became_of_it(cast: Cast) -> None:
    tree.merge(predecessors=[cast.zhongshan], successor=cast.yongchuan, on=DAY, by=cast.chief.actor, at=NOW)
    assert queries.parent_on(cast.factory, DAY) == cast.yongchuan
    assert cast.zhongshan not in Union.objects.under(cast.chongqing, on=DAY)
    assert list(Succession.objects.values_list("how", "predecessor", "successor", "on")) == [
        ("merged", cast.zhongshan.pk, cast.yongchuan.pk, DAY)
    ]
    assert TODAY > DAY


def test_merge_into_itself_is_refused_and_leaves_nothing(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        tree.merge(predecessors=[cast.riders, cast.yongchuan], successor=cast.yongchuan, on=DAY, by=HOUSE, at=NOW)
    assert refused.value.code == "merge-itself"
    assert not Succession.objects.exists()
    assert queries.parent_on(cast.riders, TODAY) == cast.yongchuan
