"""After any sequence of deeds the counters equal the rows, nobody waits beside a free place, and the line keeps its order."""

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cast import HOUSE, NOW, Cast
from tests.factories.calls import a_call, a_pool, people

from tongxin.calls.actions import applications, pools
from tongxin.calls.models import Applicant, Application, Award, Pool
from tongxin.calls.queries import line, miscounted
from tongxin.calls.states import HOLDING, LIVE
from tongxin.kernel.refused import Refused
from tongxin.people.models import Person

PERSONS, POOLS = 6, 3
who, which = st.integers(0, PERSONS - 1), st.integers(0, POOLS - 1)
deed = st.one_of(
    st.tuples(st.just("apply"), who, which),
    st.tuples(st.just("withdraw"), who, which),
    st.tuples(st.just("move"), who, which),
    st.tuples(st.just("resize"), st.integers(1, 4), which),
    st.tuples(st.just("close"), which, which),
)


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=st.lists(deed, max_size=25), per_person=st.integers(1, 2))
def test_counts_equal_rows_after_any_sequence(cast: Cast, deeds: list[tuple[str, int, int]], per_person: int) -> None:
    call = a_call(cast.yongchuan, per_person=per_person)
    made = [a_pool(call, 1 + n, f"班{n}") for n in range(POOLS)]
    persons = people(cast.factory, PERSONS)
    for verb, first, second in deeds:
        with suppress(Refused):
            _do(verb, first, made[second], made, persons)
        _check(made, per_person)


def _do(verb: str, first: int, pool: Pool, made: list[Pool], persons: list[Person]) -> None:
    if verb == "apply":
        applications.apply(pool=pool, person=persons[first], by=HOUSE, at=NOW)
    elif verb == "resize":
        pools.resize(pool=pool, units=first, by=HOUSE, at=NOW)
    elif verb == "close":
        into = made[first] if made[first].pk != pool.pk else None
        pools.close_pool(pool=pool, into=into, by=HOUSE, at=NOW, why="x")
    elif (mine := Application.objects.filter(applicants__person=persons[first]).order_by("-pk").first()) is None:
        pass
    elif verb == "withdraw":
        applications.withdraw(application=mine, why="x", by=HOUSE, at=NOW)
    else:
        applications.move(application=mine, into=pool, by=HOUSE, at=NOW, why="x")


def _check(made: list[Pool], per_person: int) -> None:
    assert miscounted() == []
    for pool in Pool.objects.filter(pk__in=[p.pk for p in made]):
        assert pool.waiting == 0 or pool.left == 0
        waiting = [row.application_id for row in line(pool)]
        assert len(waiting) == pool.waiting
        held = Award.objects.filter(pool=pool, state__in=HOLDING).values_list("application__state", flat=True)
        assert set(held) <= {"granted"}
    live = Applicant.objects.filter(call=made[0].call, live=True)
    assert live.count() == Application.objects.filter(call=made[0].call, state__in=LIVE).count()
    assert all(row.slot <= per_person for row in live)
