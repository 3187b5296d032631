"""Many at once, with real threads and connections: never one too many, never two for one, no ring of waiting."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier

import pytest
from django.db import connection, connections
from tests.cast import HOUSE, NOW, Cast
from tests.factories.calls import a_call, a_pool, accounts, apply_all, people

from tongxin.calls.actions import applications, pools
from tongxin.calls.models import Applicant, Application, Award, Pool, Preference
from tongxin.calls.queries import miscounted
from tongxin.calls.states import HOLDING, LIVE
from tongxin.kernel.refused import Refused
from tongxin.people.authority import Actor
from tongxin.people.models import Person

pytestmark = pytest.mark.django_db(transaction=True)
Deed = Callable[[], object]


def at_once(deeds: Sequence[Deed], *, refused: bool = True) -> list[object]:
    """Each in its own thread with its own connection, started together; a Refused is an answer, anything else fails."""
    barrier = Barrier(len(deeds))

    def run(deed: Deed) -> object:
        try:
            barrier.wait(30)
            return deed()
        except Refused as refusal:
            if not refused:
                raise
            return refusal.code
        finally:
            connections.close_all()

    connection.close()
    with ThreadPoolExecutor(len(deeds)) as executor:
        return list(executor.map(run, deeds))


def applying(pool: Pool, person: Person, by: Actor = HOUSE, key: str | None = None) -> Deed:
    return lambda: applications.apply(pool=pool, person=person, by=by, at=NOW, key=key)


def withdrawing(application: Application) -> Deed:
    return lambda: applications.withdraw(application=application, why="x", by=HOUSE, at=NOW)


def moving(application: Application, into: Pool) -> Deed:
    return lambda: applications.move(application=application, into=into, by=HOUSE, at=NOW, why="x")


def closing(pool: Pool, into: Pool) -> Deed:
    return lambda: pools.close_pool(pool=pool, into=into, by=HOUSE, at=NOW, why="x")


def held(pool: Pool) -> int:
    return Award.objects.filter(pool=pool, state__in=HOLDING).count()


@pytest.mark.slow
def test_64_at_once_for_30_places_never_give_31(cast: Cast) -> None:
    persons = people(cast.factory, 64)
    actors = accounts(persons)
    for _ in range(20):
        pool = a_pool(a_call(cast.yongchuan), 30)
        at_once([applying(pool, p, by) for p, by in zip(persons, actors, strict=True)], refused=False)
        pool.refresh_from_db()
        assert (held(pool), pool.taken, pool.waiting) == (30, 30, 34)
        numbers = Preference.objects.filter(pool=pool).order_by("no").values_list("no", flat=True)
        assert list(numbers) == list(range(1, 65))
        assert Award.objects.filter(pool=pool).values("person").distinct().count() == 30
    assert miscounted() == []


def test_16_taps_of_one_worker_give_one(cast: Cast) -> None:
    pool = a_pool(a_call(cast.yongchuan), 30)
    for key in (None, "k"):
        [person] = people(cast.factory, 1)
        [by] = accounts([person])
        answers = at_once([applying(pool, person, by, key) for _ in range(16)], refused=False)
        assert len({answer.pk for answer in answers}) == 1  # type: ignore[attr-defined]
        assert Applicant.objects.filter(person=person).count() == 1


def test_one_worker_in_many_pools_at_once_gets_one(cast: Cast) -> None:
    persons = people(cast.factory, 3)
    call = a_call(cast.yongchuan)
    targets = [a_pool(call, 5, f"班{n}") for n in range(8)]
    answers = at_once([applying(pool, person) for person in persons for pool in targets])
    assert Counter(a for a in answers if isinstance(a, str)) == {"one-per-call": 21}
    assert sorted(Applicant.objects.filter(live=True).values_list("person", flat=True)) == sorted(p.pk for p in persons)
    assert Application.objects.count() == 3
    assert miscounted() == []


def test_one_worker_in_many_pools_at_once_gets_as_many_as_the_call_says(cast: Cast) -> None:
    [person] = people(cast.factory, 1)
    call = a_call(cast.yongchuan, per_person=3)
    at_once([applying(a_pool(call, 5, f"班{n}"), person) for n in range(8)])
    assert sorted(Applicant.objects.values_list("slot", flat=True)) == [1, 2, 3]


def test_same_key_for_two_pools_at_once_gives_one(cast: Cast) -> None:
    [person] = people(cast.factory, 1)
    [by] = accounts([person])
    call = a_call(cast.yongchuan, per_person=2)
    answers = at_once([applying(a_pool(call, 5, f"班{n}"), person, by, "k") for n in range(2)])
    assert Application.objects.count() == 1
    assert Counter(isinstance(a, str) for a in answers) in ({False: 2}, {False: 1, True: 1})


def test_withdraw_races_with_apply(cast: Cast) -> None:
    persons = people(cast.factory, 24)
    for _ in range(5):
        pool = a_pool(a_call(cast.yongchuan), 6)
        rows = apply_all(pool, persons[:12])
        at_once([*map(withdrawing, rows[:8]), *(applying(pool, p) for p in persons[12:])], refused=False)
        pool.refresh_from_db()
        assert (pool.taken, pool.waiting) == (6, 10)
        assert held(pool) == 6
    assert miscounted() == []


def test_withdraw_tapped_twice_at_once_frees_one_place(cast: Cast) -> None:
    pool = a_pool(a_call(cast.yongchuan), 1)
    rows = apply_all(pool, people(cast.factory, 3))
    at_once([withdrawing(rows[0])] * 6, refused=False)
    assert list(Application.objects.order_by("pk").values_list("state", flat=True)) == [
        "withdrawn",
        "granted",
        "waiting",
    ]
    assert miscounted() == []


def test_moves_both_ways_at_once_end(cast: Cast) -> None:
    call = a_call(cast.yongchuan)
    one, two = a_pool(call, 20, "早上"), a_pool(call, 20, "晚上")
    persons = people(cast.factory, 16)
    in_one, in_two = apply_all(one, persons[:8]), apply_all(two, persons[8:])
    for _ in range(5):
        at_once([*(moving(row, two) for row in in_one), *(moving(row, one) for row in in_two)], refused=False)
        assert (held(one), held(two)) == (8, 8)
        in_one, in_two = in_two, in_one
    assert miscounted() == []


def test_everything_at_once_keeps_the_counts(cast: Cast) -> None:
    """Random deeds on three pools, one of which is closed into another in the middle."""
    random = Random(7)
    persons = people(cast.factory, 40)
    for _ in range(6):
        call = a_call(cast.yongchuan)
        three = [a_pool(call, units, name) for units, name in ((4, "早上"), (6, "下午"), (8, "晚上"))]
        rows = apply_all(three[0], persons[:8]) + apply_all(three[1], persons[8:14])
        deeds: list[Deed] = [closing(three[0], three[2])]
        deeds += [withdrawing(row) for row in random.sample(rows, 6)]
        deeds += [moving(row, random.choice(three)) for row in random.sample(rows, 6)]
        deeds += [applying(random.choice(three), person) for person in persons[10:30]]
        random.shuffle(deeds)
        at_once(deeds)
        assert miscounted() == []
        assert not Application.objects.filter(state__in=LIVE, preferences__pool__closed_at__isnull=False).exists()
        live = Applicant.objects.filter(call=call, live=True).values_list("person", flat=True)
        assert max(Counter(live).values()) == 1
        for pool in Pool.objects.filter(call=call, closed_at=None):
            assert pool.waiting == 0 or pool.left == 0
