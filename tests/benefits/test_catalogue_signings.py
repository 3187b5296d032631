"""Whether what a scheme names is a line of the joint catalogue on a day, and who has not signed it."""

from datetime import date, timedelta

import pytest
from tests.benefits.lines import SINCE, TwoSides
from tests.cast import NOW, TODAY, Cast
from tests.factories.schemes import a_line

from tongxin.benefits.actions import catalogue
from tongxin.benefits.queries.catalogue import Signing, joint_lines, signings

pytestmark = pytest.mark.django_db


def of(line, on: date = TODAY) -> Signing:
    return signings([line], on)[line.pk]


def test_it_waits_for_each_party_until_both_have_signed(sides: TwoSides, cast: Cast) -> None:
    line = sides.drafted()
    version = line.versions.get()
    assert (of(line).joint, of(line).missing) == (False, [cast.chongqing, cast.sichuan])
    catalogue.sign(version=version, union=cast.chongqing, by=cast.chief.actor, at=NOW)
    assert (of(line).joint, of(line).missing) == (False, [cast.sichuan])
    catalogue.sign(version=version, union=cast.sichuan, by=sides.sichuan_chief.actor, at=NOW)
    assert (of(line).joint, of(line).missing, of(line).asked) == (True, [], None)
    assert joint_lines(TODAY) == {line.pk}


def test_a_next_version_takes_nothing_from_the_one_in_force(sides: TwoSides) -> None:
    line = sides.signed()
    sides.next(line)
    assert (of(line).joint, of(line).missing) == (True, [])


def test_signed_for_a_later_day_it_does_not_count_yet(sides: TwoSides) -> None:
    line = sides.signed(valid_from=TODAY + timedelta(days=1))
    assert (of(line).joint, of(line).missing, joint_lines(TODAY)) == (False, [], set())
    assert (of(line).asked, of(line, TODAY + timedelta(days=1)).joint) == (line.versions.get(), True)


def test_dropped_ended_or_never_drafted_it_is_no_line_of_it(sides: TwoSides, cast: Cast) -> None:
    dropped, ended, bare = sides.drafted(), sides.signed("生日蛋糕"), a_line(cast.yongchuan)
    catalogue.drop(version=dropped.versions.get(), by=cast.chief.actor, at=NOW)
    on = TODAY + timedelta(days=3)
    ended = catalogue.end(line=ended, union=cast.chongqing, on=on, why="并入别的项", by=cast.chief.actor, at=NOW)
    found = signings([dropped, ended, bare], on)
    assert [(one.joint, one.asked) for one in found.values()] == [(False, None)] * 3
    assert (of(ended).joint, joint_lines(TODAY), joint_lines(on)) == (True, {ended.pk}, set())


def test_many_lines_cost_what_one_costs(sides: TwoSides, django_assert_num_queries) -> None:
    lines = [sides.signed(), sides.drafted("生日蛋糕"), sides.signed("年票", valid_from=SINCE)]
    for some in (lines[:1], lines):
        with django_assert_num_queries(2):
            signings(some, TODAY)
