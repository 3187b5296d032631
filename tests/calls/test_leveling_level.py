"""A level start: the first minutes are drawn by what was sealed before, later ones follow in order."""

import json
from datetime import timedelta

import pytest
from tests.cast import HOUSE, NOW, Cast
from tests.factories.calls import people
from tests.factories.lanes import a_lane, come

from tongxin.calls import jobs
from tongxin.calls.actions import applications, leveling, settling
from tongxin.calls.actions.calls import Manner
from tongxin.calls.actions.leveling import GRACE
from tongxin.calls.entries import holder
from tongxin.calls.models import Application, Award, Lane, Pool
from tongxin.calls.queries import miscounted
from tongxin.calls.states import ApplicationState, Policy
from tongxin.kernel.draw import first_difference
from tongxin.people.models import Person
from tongxin.records.actions.documents import path_of

LEVEL = Manner(policy=Policy.LEVEL_START, policy_reason="大家同时开始", level_minutes=2)
ENDS = NOW + timedelta(minutes=2)
DRAWN = ENDS + GRACE


def held(pool: Pool) -> int:
    """How many steps it took until nothing was left to do."""
    steps = 0
    while leveling.level(pool=pool, by=HOUSE, at=DRAWN, most=4):
        steps += 1
    return steps


def state_of(person: Person) -> str:
    return str(Application.objects.get(applicants__person=person).state)


def test_who_comes_in_the_first_minutes_is_drawn_and_the_file_follows(cast: Cast) -> None:
    pool, crowd = a_lane(cast.factory, 3, manner=LEVEL), people(cast.factory, 9)
    come(pool, crowd[:5])
    come(pool, crowd[5:], ENDS - timedelta(milliseconds=1))
    assert leveling.level(pool=pool, by=HOUSE, at=DRAWN - timedelta(seconds=1)) == 0
    assert settling.settle(pool=pool, by=HOUSE, at=ENDS) == 0  # nothing by speed
    assert held(pool) == 4  # 4, 4 and 1 enter, then the draw
    lane = Lane.objects.select_related("file").get(pool=pool)
    assert lane.file is not None
    file = json.loads(path_of(lane.file).read_bytes())
    assert first_difference(file) is None
    assert file["commitments"][0]["commitment"] == lane.commitment
    assert sorted(file["order"]) == sorted(holder(bytes(lane.salt), person.pk) for person in crowd)
    winners = list(Award.objects.filter(pool=pool).values_list("application__ticket", flat=True))
    assert sorted(winners) == sorted(file["awarded"])
    assert miscounted() == []


def test_later_ones_follow_in_order_once_the_drawn_line_is_empty(cast: Cast) -> None:
    pool, crowd = a_lane(cast.factory, 4, manner=LEVEL), people(cast.factory, 6)
    come(pool, crowd[:3])
    come(pool, crowd[3:], ENDS)
    held(pool)
    assert settling.settle(pool=pool, by=HOUSE, at=DRAWN) == 1
    assert [state_of(person) for person in crowd[:4]] == [ApplicationState.GRANTED] * 4
    gone = Application.objects.get(applicants__person=crowd[0])
    applications.withdraw(application=gone, why="不去了", by=HOUSE, at=DRAWN)
    assert settling.settle(pool=pool, by=HOUSE, at=DRAWN) == 1
    assert state_of(crowd[4]) == ApplicationState.GRANTED
    assert miscounted() == []


def test_a_place_that_comes_back_goes_to_the_drawn_line_before_later_ones(cast: Cast) -> None:
    pool, crowd = a_lane(cast.factory, 2, manner=LEVEL), people(cast.factory, 4)
    come(pool, crowd[:3])
    come(pool, crowd[3:], ENDS)
    held(pool)
    (waits,) = Application.objects.filter(state=ApplicationState.WAITING)
    gone = Application.objects.filter(state=ApplicationState.GRANTED).first()
    assert gone is not None
    applications.withdraw(application=gone, why="不去了", by=HOUSE, at=DRAWN)
    assert settling.settle(pool=pool, by=HOUSE, at=DRAWN) == 0
    waits.refresh_from_db()
    assert waits.state == ApplicationState.GRANTED


def test_numbers_at_the_border_may_stand_crosswise_and_nobody_is_left_out(cast: Cast) -> None:
    """Two processes: what came just in time may be numbered after what came just too late."""
    pool, crowd = a_lane(cast.factory, 9, manner=LEVEL), people(cast.factory, 5)
    come(pool, crowd[:1])
    come(pool, crowd[1:2], ENDS)
    come(pool, crowd[2:3], ENDS - timedelta(milliseconds=5))
    come(pool, crowd[3:4], ENDS + timedelta(seconds=1))
    held(pool)
    assert Application.objects.filter(ticket__isnull=False).count() == 2
    come(pool, crowd[4:], ENDS - timedelta(milliseconds=1))  # in time, and written after the draw: it follows
    while settling.settle(pool=pool, by=HOUSE, at=DRAWN):
        pass
    assert {state_of(person) for person in crowd} == {ApplicationState.GRANTED}
    assert Award.objects.count() == 5


def test_a_release_nobody_came_to_is_drawn_all_the_same(cast: Cast) -> None:
    pool = a_lane(cast.factory, 3, manner=LEVEL)
    assert held(pool) == 1
    assert Lane.objects.get(pool=pool).file is not None


def test_the_job_draws_when_it_is_time(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    pool, crowd = a_lane(cast.factory, 3, manner=LEVEL), people(cast.factory, 5)
    come(pool, crowd)
    monkeypatch.setattr(jobs, "now", lambda: ENDS)
    jobs.settle_lanes(0)
    assert not Award.objects.exists()
    monkeypatch.setattr(jobs, "now", lambda: DRAWN)
    jobs.settle_lanes(0)
    assert Award.objects.count() == 3
