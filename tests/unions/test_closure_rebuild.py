"""The closure after any changes is the closure worked out afresh, and both are what walking up the tree finds."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from tests.cast import HOUSE, NOW, union_under

from tongxin.kernel.refused import Refused
from tongxin.unions.actions import closure, tree
from tongxin.unions.models import Closure, Kind, Level, Parenthood, Union

FIRST = date(2020, 1, 1)
MANY = 7  # unions besides the province
SPAN = 12  # days

Row = tuple[int, int, int, date, date | None]
moves = st.lists(
    st.tuples(st.integers(1, MANY - 1), st.integers(0, MANY - 1), st.integers(0, SPAN), st.booleans()), max_size=14
)


def rows() -> set[Row]:
    found = list(Closure.objects.values_list("ancestor", "descendant", "depth", "valid_from", "valid_to"))
    assert len(set(found)) == len(found)
    return set(found)


def walked(day: date) -> set[tuple[int, int, int]]:
    """Every (ancestor, descendant, depth) of that day, by walking up one step at a time."""
    parents = dict(Parenthood.objects.as_of(day).values_list("child", "parent"))
    found = set()
    for union in Union.objects.existing(day):
        above, depth = union.pk, 0
        found.add((above, union.pk, 0))
        while above in parents:
            above, depth = parents[above], depth + 1
            found.add((above, union.pk, depth))
    return found


class ClosureRebuilt(TestCase):
    @given(moves)
    @settings(max_examples=25, deadline=None)
    def test_rebuild_changes_nothing_after_any_dated_moves(self, steps: list[tuple[int, int, int, bool]]) -> None:
        top = union_under(None, "中华全国总工会", "000000", Level.NATION, kind=Kind.ACFTU)
        province = union_under(top, "四川省总工会", "510000", Level.PROVINCE, founded_on=FIRST)
        unions = [province]
        for number in range(MANY - 1):
            unions.append(
                union_under(
                    unions[number // 2],
                    f"第{number}工会",
                    f"G{number}",
                    Level.GRASSROOTS,
                    kind=Kind.GRASSROOTS_UNION,
                    founded_on=FIRST + timedelta(days=number % 3),
                )
            )
        for child, parent, day, ends in steps:
            on = FIRST + timedelta(days=day)
            try:
                with transaction.atomic():
                    if ends:
                        tree.dissolve(union=unions[child], on=on, by=HOUSE, at=NOW)
                    else:
                        tree.move(union=unions[child], parent=unions[parent], on=on, by=HOUSE, at=NOW)
            except Refused:
                continue
        kept = rows()
        assert closure.rebuild_closure() == len(kept)
        assert rows() == kept
        for day in range(-1, SPAN + 2):
            on = FIRST + timedelta(days=day)
            as_of = Closure.objects.as_of(on).values_list("ancestor", "descendant", "depth")
            assert set(as_of) == walked(on)


@pytest.mark.django_db
def test_closure_is_written_by_actions_only() -> None:
    with pytest.raises(Exception, match="tree of unions"):
        closure.hold_tree()
