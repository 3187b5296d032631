"""The lane's clock: a moment never goes backwards, and a machine's clock that was set is told."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.utils import timezone
from tests.cast import Cast
from tests.factories.calls import heard, people
from tests.factories.lanes import LEVEL, a_lane, into
from tests.web.lane_caller import Ask, ask, nobody, passes

from tongxin.calls.models import Arrival, Pool
from tongxin.records.models import JournalEntry
from tongxin.web.lane import Lane
from tongxin.web.lane import clock as module
from tongxin.web.lane.clock import JUMP, Clock

__all__ = ["heard"]
HOUR = 3_600_000


class Machine:
    """Its wall clock can be set; its steady one only goes on. In milliseconds."""

    def __init__(self) -> None:
        self.wall, self.steady = time.time_ns() // 1_000_000, 50_000

    def time_ns(self) -> int:
        return self.wall * 1_000_000

    def monotonic_ns(self) -> int:
        return self.steady * 1_000_000

    def go(self, milliseconds: int) -> None:
        self.wall += milliseconds
        self.steady += milliseconds

    def set(self, by: int) -> None:
        self.wall += by


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine()
    monkeypatch.setattr(module, "time", made)
    return made


# ---- the clock itself ---------------------------------------------------------------------------------------------


def test_a_moment_is_repeated_while_the_clock_is_behind_and_goes_on_when_it_has_caught_up(machine: Machine) -> None:
    clock, began = Clock(), machine.wall
    assert clock.now() == began
    machine.go(500)
    assert clock.now() == began + 500
    machine.set(-2_000)
    assert clock.now() == began + 500
    machine.go(1_999)
    assert clock.now() == began + 500
    machine.go(2)
    assert clock.now() == began + 501


@pytest.mark.parametrize("by", [-HOUR, HOUR, JUMP + 1, -JUMP - 1])
def test_a_clock_that_was_set_is_told_once_with_how_far(machine: Machine, by: int) -> None:
    clock = Clock()
    machine.go(7_000)
    assert clock.jumped() == 0
    machine.set(by)
    machine.go(3_000)
    assert clock.jumped() == by
    assert clock.jumped() == 0


def test_a_clock_that_is_corrected_by_little_is_no_jump(machine: Machine) -> None:
    clock = Clock()
    for _ in range(5):  # as a time service does: a little each time
        machine.set(JUMP)
        machine.go(10_000)
        assert clock.jumped() == 0


def test_a_clock_that_is_set_there_and_back_between_two_looks_is_no_jump(machine: Machine) -> None:
    clock = Clock()
    machine.set(HOUR)
    machine.set(-HOUR)
    assert clock.jumped() == 0


@pytest.mark.parametrize("by", [HOUR, -HOUR])
def test_a_jump_counts_when_it_has_stood_for_a_minute(machine: Machine, by: int) -> None:
    clock, began = Clock(), machine.wall
    machine.set(by)
    for second in range(1, 60):
        machine.go(1_000)
        assert clock.now() == began + 1_000 * second
    machine.go(2_000)
    assert clock.now() == (machine.wall if by > 0 else began + 59_000)  # never back


def test_a_jump_that_is_taken_back_within_the_minute_moves_nobody(machine: Machine) -> None:
    clock, began = Clock(), machine.wall
    machine.set(HOUR)
    for _ in range(50):
        machine.go(1_000)
        clock.now()
    machine.set(-HOUR)
    machine.go(61_000)
    assert clock.now() == began + 111_000


def test_after_a_long_rest_the_time_of_day_is_believed_at_once(machine: Machine) -> None:
    """A machine that slept: its steady clock may have slept with it."""
    clock = Clock()
    machine.go(10 * HOUR)
    machine.set(8 * HOUR)
    assert clock.now() == machine.wall


# ---- through the lane ---------------------------------------------------------------------------------------------


@pytest.fixture
def lane(machine: Machine) -> Iterator[Lane]:
    made = Lane(nobody)
    yield made
    made.close()


def enter(lane: Lane, pool: Pool, *persons: int) -> list[int]:
    """By each the moment on its receipt."""
    answers = ask(*(Ask(f"/lane/{pool.public_id}", passes(pool, person)) for person in persons), lane=lane)
    assert {answer.status for answer in answers} == {200}
    return [answer.told["at"] for answer in answers]


def look(lane: Lane, pool: Pool) -> None:
    """As the lane does itself every few seconds while someone enters."""
    with ThreadPoolExecutor(1) as thread:
        lane.noticed.flush(thread, lane.clock, [into(pool)])


@pytest.mark.django_db(transaction=True)
def test_who_enters_after_the_clock_was_set_back_is_not_earlier_and_the_journal_has_it(
    cast: Cast, machine: Machine, lane: Lane
) -> None:
    pool = a_lane(cast.factory, 5, opens=timezone.now() - timedelta(hours=1))
    first, second, third = (person.pk for person in people(cast.factory, 3))
    before = enter(lane, pool, first)
    machine.set(-HOUR // 2)
    look(lane, pool)
    assert enter(lane, pool, second) == before
    machine.go(HOUR)
    assert enter(lane, pool, third) == [machine.wall]
    rows = list(Arrival.objects.order_by("no").values_list("person_id", "at"))
    assert [person for person, _ in rows] == [first, second, third]
    assert [at for _, at in rows] == sorted(at for _, at in rows)
    look(lane, pool)
    assert [one.data for one in JournalEntry.objects.filter(verb="arrivals.noticed")] == [{"clock-set": 1}]


@pytest.mark.django_db(transaction=True)
def test_a_clock_that_jumped_ahead_puts_nobody_out_of_the_first_minutes_and_the_journal_has_it(
    cast: Cast, machine: Machine, lane: Lane
) -> None:
    pool = a_lane(cast.factory, 5, opens=timezone.now() - timedelta(seconds=10), manner=LEVEL)
    first, second, third = (person.pk for person in people(cast.factory, 3))
    enter(lane, pool, first)
    machine.set(HOUR // 2)
    machine.go(1_500)
    (ahead,) = enter(lane, pool, second)
    assert ahead == machine.wall - HOUR // 2
    look(lane, pool)
    machine.set(-HOUR // 2)
    machine.go(1_500)
    assert enter(lane, pool, third) == [machine.wall]
    look(lane, pool)
    found = JournalEntry.objects.filter(verb="arrivals.noticed").order_by("pk")
    assert [one.data for one in found] == [{"clock-set": 1}] * 2


@pytest.mark.django_db(transaction=True)
def test_a_jump_before_the_first_claim_is_told_with_it(cast: Cast, machine: Machine, lane: Lane) -> None:
    """A process that nobody entered by knows of no pool to say it of."""
    pool = a_lane(cast.factory, 5, opens=timezone.now() - timedelta(hours=1))
    machine.set(HOUR // 4)
    enter(lane, pool, people(cast.factory, 1)[0].pk)
    look(lane, pool)
    assert [one.data for one in JournalEntry.objects.filter(verb="arrivals.noticed")] == [{"clock-set": 1}]
