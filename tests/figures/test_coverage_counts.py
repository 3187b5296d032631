"""Members among workers known: exact, on the day, and never a share without its denominator. And who sleeps."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import HOUSE, NOW, SINCE, TODAY, Cast, union_under, worker

from tongxin.figures.coverage import coverage
from tongxin.figures.sleeping import lines, sleeping
from tongxin.kernel.refused import Refused
from tongxin.people.actions import committees, memberships
from tongxin.people.actions.committees import Election, Seat
from tongxin.people.models import Membership
from tongxin.people.models.persons import GigGroup
from tongxin.store.atomic import writing
from tongxin.unions.actions import workforce
from tongxin.unions.actions.workforce import Count
from tongxin.unions.models import Kind, Level, Union, WorkforceCount, WorkGroup

RIDER = WorkGroup.FOOD_DELIVERY_RIDER


def say(cast: Cast, union: Union, workers: int, group: str = WorkGroup.ALL, as_of: date = TODAY) -> WorkforceCount:
    count = Count(union=union, workers=workers, source="永川区统计局（虚构）", as_of=as_of, group=group)
    return workforce.record(counts=[count], by=HOUSE, at=NOW)[0]


def shown(cast: Cast, union: Union, group: WorkGroup = WorkGroup.ALL, day: date = TODAY) -> dict[str, str]:
    found = coverage(union, day, group)
    return {cover.group.value: str(cover) for cover in found.whole}


def test_groups_are_those_that_people_are_registered_in() -> None:
    assert set(WorkGroup) - {WorkGroup.ALL} == set(GigGroup)


def test_a_share_shows_both_its_numbers_or_nothing(cast: Cast) -> None:
    say(cast, cast.riders, 40, RIDER)
    assert shown(cast, cast.riders) == {
        "food_delivery_rider": "2.5%（1/40人）",
        "courier": "没有职工数，算不出",
        "ride_hailing_driver": "没有职工数，算不出",
        "truck_driver": "没有职工数，算不出",
        "all": "没有职工数，算不出",
    }


def test_members_below_count_and_what_was_said_below_does_not(cast: Cast) -> None:
    say(cast, cast.factory, 5)
    found = coverage(cast.yongchuan, TODAY, WorkGroup.ALL)
    whole = found.whole[-1]
    everyone = Membership.objects.filter(
        union__in=Union.objects.under(cast.yongchuan, on=TODAY).values("pk"), ends=None
    )
    assert (whole.members, whole.said, whole.share) == (everyone.count(), None, None)
    assert [(row.union.name, row.members) for row in found.below] == [
        ("中山路街道总工会", 3), ("永川区外卖配送行业工会联合会", 2)
    ]  # fmt: skip
    assert [(row.union.name, row.members) for row in found.trades] == [("永川区外卖配送行业工会联合会", 2)]


def test_numerator_is_of_the_day(cast: Cast) -> None:
    stay = Membership.objects.get(person=cast.zhang.person)
    memberships.end(membership=stay, on=date(2024, 3, 1), reason="left", by=HOUSE, at=NOW)
    with writing():
        Membership.objects.filter(person=cast.zhao.person).update(retired_on=date(2024, 3, 20))
    days = [SINCE - timedelta(days=1), SINCE, date(2024, 2, 29), date(2024, 3, 1), date(2024, 3, 20)]
    assert [coverage(cast.riders, day, WorkGroup.ALL).whole[-1].members for day in days] == [0, 2, 2, 1, 0]


def test_the_newest_said_by_that_day_counts(cast: Cast) -> None:
    say(cast, cast.riders, 100, as_of=date(2024, 1, 1))
    say(cast, cast.riders, 200, as_of=date(2024, 3, 1))
    say(cast, cast.riders, 250, as_of=date(2024, 3, 1))  # said again: the later saying
    assert shown(cast, cast.riders)["all"] == "0.8%（2/250人）"
    assert shown(cast, cast.riders, day=date(2024, 2, 29))["all"] == "2.0%（2/100人）"
    assert shown(cast, cast.riders, day=date(2023, 12, 31))["all"] == "没有职工数，算不出"


def test_more_members_than_workers_is_said_to_be_doubtful(cast: Cast) -> None:
    say(cast, cast.riders, 1)
    whole = coverage(cast.riders, TODAY, WorkGroup.ALL).whole[-1]
    assert (whole.doubtful, str(whole)) == (True, "200.0%（2/1人）")
    say(cast, cast.riders, 0)
    assert shown(cast, cast.riders)["all"] == "无法计算（2/0人）"


def test_queries_are_as_many_for_many_unions(cast: Cast) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            coverage(cast.yongchuan, TODAY, RIDER)
        return len(captured)

    before = asked()
    for number in range(3):
        new = union_under(
            cast.yongchuan, f"第{number}工会", f"500118-T{number}", Level.GRASSROOTS, kind=Kind.SECTORAL_ASSOCIATION
        )
        worker(new, "新会员")
        say(cast, new, 10)
    assert asked() == before


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"workers": -1}, "workforce-workers"),
        ({"source": " "}, "workforce-source"),
        ({"as_of": TODAY + timedelta(days=1)}, "workforce-day"),
        ({"group": "astronaut"}, "workforce-group"),
        ({"confidence": "maybe"}, "workforce-group"),
    ],
)
def test_a_count_without_what_it_needs_is_refused_with_all_others(cast: Cast, changes: dict, code: str) -> None:
    usual = {"union": cast.factory, "workers": 80, "source": "盘点", "as_of": TODAY}
    with pytest.raises(Refused) as refused:
        workforce.record(counts=[Count(**usual), Count(**usual | changes)], by=cast.cadre.actor, at=NOW)
    assert refused.value.code == code
    assert not WorkforceCount.objects.exists()
    with pytest.raises(Refused, match="维护本会档案"):
        workforce.record(counts=[Count(**usual | {"union": cast.riders})], by=cast.cadre.actor, at=NOW)


# ---- sleeping -----------------------------------------------------------------------------------------------------


def asleep(cast: Cast, reason: str = "") -> list[Union]:
    return list(sleeping(Union.objects.under(cast.yongchuan, on=TODAY), TODAY, reason=reason))


def test_a_union_sleeps_when_all_three_are_missing_for_a_year(cast: Cast) -> None:
    assert asleep(cast) == [cast.factory, cast.riders]
    election = Election(number=1, elected_on=date(2020, 3, 29), years=3)
    seats = [Seat(cast.wang.person, "chair")]
    committee = committees.elect(union=cast.factory, election=election, seats=seats, by=HOUSE, at=NOW)
    assert committee.ends == TODAY - timedelta(days=365)
    assert asleep(cast) == [cast.riders]  # a year ago is still within the year
    assert asleep(cast, "activity") == [cast.factory, cast.riders]
    with writing():
        type(committee).objects.filter(pk=committee.pk).update(ends=committee.ends - timedelta(days=1))
    rows = lines(asleep(cast))
    assert [(row.union, row.activity, row.officers, row.roster) for row in rows] == [
        (cast.factory, None, date(2023, 3, 28), None), (cast.riders, None, None, None)
    ]  # fmt: skip


def test_young_and_ended_unions_do_not_sleep(cast: Cast) -> None:
    union_under(
        cast.zhongshan, "新会", "500118-Y1", 6, kind=Kind.GRASSROOTS_UNION, founded_on=TODAY - timedelta(days=365)
    )
    old = union_under(
        cast.zhongshan, "旧会", "500118-Y2", 6, kind=Kind.GRASSROOTS_UNION, founded_on=TODAY - timedelta(days=366)
    )
    assert old in asleep(cast)
    assert len(asleep(cast)) == 3
