"""Opening a pool for the lane, and who is let in ahead of it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction
from tests.cast import HOUSE, NOW, Cast
from tests.factories.calls import a_pool
from tests.factories.lanes import EARLIER, QUICK, a_lane

from tongxin.calls.actions import calls, lanes, pools, reserves
from tongxin.calls.actions.calls import Manner
from tongxin.calls.models import Entry, Lane
from tongxin.calls.states import Policy
from tongxin.kernel.refused import Refused
from tongxin.people.models.persons import Assurance
from tongxin.records.models import JournalEntry


def a_draft(cast: Cast, manner: Manner = QUICK):
    ends = {"opens": NOW + timedelta(hours=1), "closes": NOW + timedelta(hours=9)}
    return calls.open_call(union=cast.factory, kind="quiet", **ends, manner=manner, by=HOUSE, at=EARLIER)


def test_opening_is_journalled_and_done_twice_changes_nothing(cast: Cast) -> None:
    pool = a_lane(cast.factory, 5)
    lane = Lane.objects.get(pool=pool)
    assert JournalEntry.objects.get(verb="lane.opened").of_id == pool.public_id
    assert pool.call.by_lane
    assert lanes.open_lane(pool=pool, by=HOUSE, at=EARLIER).pk == lane.pk


def test_a_lane_has_one_pool(cast: Cast) -> None:
    call = a_draft(cast)
    pool, _ = a_pool(call, 5), a_pool(call, 5)
    with pytest.raises(Refused) as refused:
        lanes.open_lane(pool=pool, by=HOUSE, at=EARLIER)
    assert refused.value.code == "lane-one-pool"
    one = a_lane(cast.factory, 5)
    with pytest.raises(Refused) as refused:
        a_pool(one.call, 3, "书法")
    assert refused.value.code == "lane-one-pool"


def test_a_lane_keeps_nothing_for_a_group(cast: Cast) -> None:
    kept = [reserves.Plan("骑手", "外卖骑手", 2)]
    pool = a_pool(a_draft(cast), 5)
    reserves.keep(pool=pool, plans=kept, by=HOUSE, at=EARLIER)
    with pytest.raises(Refused) as refused, transaction.atomic():
        lanes.open_lane(pool=pool, by=HOUSE, at=EARLIER)
    assert refused.value.code == "lane-no-reserves"
    reserves.keep(pool=pool, plans=[], by=HOUSE, at=EARLIER)
    lanes.open_lane(pool=pool, by=HOUSE, at=EARLIER)
    with pytest.raises(Refused) as refused, transaction.atomic():
        reserves.keep(pool=pool, plans=kept, by=HOUSE, at=EARLIER)
    assert refused.value.code == "lane-no-reserves"


def test_a_draw_needs_no_lane(cast: Cast) -> None:
    call = a_draft(cast, Manner(policy=Policy.DRAW))
    with pytest.raises(Refused) as refused:
        lanes.open_lane(pool=a_pool(call, 5), by=HOUSE, at=EARLIER)
    assert refused.value.code == "lane-by-speed"


def test_what_has_opened_is_no_lane_any_more(cast: Cast) -> None:
    call = a_draft(cast)
    pool = a_pool(call, 5)
    calls.publish(call=call, by=HOUSE, at=EARLIER)
    with pytest.raises(Refused) as refused:
        lanes.open_lane(pool=pool, by=HOUSE, at=call.opens)
    assert refused.value.code == "lane-too-late"


def test_a_worker_is_let_in_once_and_newly_when_better_known(cast: Cast) -> None:
    pool, wang = a_lane(cast.factory, 5), cast.wang
    first = lanes.let_in(pool=pool, person=wang.person, by=wang.actor, at=EARLIER)
    assert (first.assurance, first.ends_at) == (wang.person.assurance, pool.call.closes)
    assert lanes.let_in(pool=pool, person=wang.person, by=wang.actor, at=NOW).issued_at == EARLIER
    better = replace(wang).person
    better.assurance = Assurance.CONFIRMED
    again = lanes.let_in(pool=pool, person=better, by=wang.actor, at=NOW)
    assert (again.pk, again.issued_at, again.assurance) == (first.pk, NOW, Assurance.CONFIRMED)
    assert Entry.objects.count() == 1
    assert JournalEntry.objects.filter(verb="lane.let-in").count() == 2


def test_an_entry_is_not_taken_for_another(cast: Cast) -> None:
    pool = a_lane(cast.factory, 5)
    for by in (cast.officer.actor, cast.lin.actor):
        with pytest.raises(Refused) as refused:
            lanes.let_in(pool=pool, person=cast.wang.person, by=by, at=NOW)
        assert refused.value.code == "not-yours"


@pytest.mark.parametrize(
    ("hours", "code"), [(0, "not-known-well-enough"), (3, "closed-already")], ids=["not known", "closed"]
)
def test_who_may_not_enter_is_told_before_the_moment(cast: Cast, hours: int, code: str) -> None:
    pool = a_lane(cast.factory, 5, assurance=Assurance.CONFIRMED)
    with pytest.raises(Refused) as refused:
        lanes.let_in(pool=pool, person=cast.wang.person, by=cast.wang.actor, at=NOW + timedelta(hours=hours))
    assert refused.value.code == code


def test_a_pool_without_lane_lets_nobody_in(cast: Cast) -> None:
    call = a_draft(cast)
    pool = a_pool(call, 5)
    calls.publish(call=call, by=HOUSE, at=EARLIER)
    with pytest.raises(Refused) as refused:
        lanes.let_in(pool=pool, person=cast.wang.person, by=cast.wang.actor, at=NOW)
    assert refused.value.code == "no-lane"


def test_a_closed_pool_lets_nobody_in(cast: Cast) -> None:
    pool = a_lane(cast.factory, 5)
    pools.close_pool(pool=pool, by=HOUSE, at=EARLIER, why="改期")
    with pytest.raises(Refused) as refused:
        lanes.let_in(pool=pool, person=cast.wang.person, by=cast.wang.actor, at=NOW)
    assert refused.value.code == "pool-closed"
