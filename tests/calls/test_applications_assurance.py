"""A call says how surely its applicants must be known."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import NOW, Cast
from tests.factories.calls import a_call, a_pool, heard

from tongxin.calls.actions import applications
from tongxin.calls.models import Call
from tongxin.kernel.refused import Refused
from tongxin.people.actions import verification
from tongxin.people.models import Person
from tongxin.people.models.persons import Assurance

__all__ = ["heard"]


def test_who_is_not_known_well_enough_is_told_what_to_do_and_comes_in_after_it(cast: Cast) -> None:
    call = a_call(cast.yongchuan)
    pool = a_pool(call, 3)
    _ask(call, Assurance.SEEN)

    def apply() -> str:
        person = Person.objects.get(pk=cast.wang.person.pk)
        return str(applications.apply(pool=pool, person=person, by=cast.wang.actor, at=NOW).state)

    with pytest.raises(Refused, match="窗口核验") as refused:
        apply()
    assert refused.value.code == "not-known-well-enough"
    verification.confirm_on_screen(person=cast.wang.person, by=cast.clerk.actor, at=NOW)
    assert apply() == "granted"


def test_the_level_costs_no_statement(cast: Cast) -> None:
    pools = [a_pool(a_call(cast.yongchuan), 3) for _ in range(3)]
    _ask(pools[2].call, Assurance.ROSTER)
    counts = []
    for pool in pools:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            applications.apply(pool=pool, person=cast.wang.person, by=cast.wang.actor, at=NOW)
        counts.append(len(seen))
    assert counts[1] == counts[2]


def _ask(call: Call, level: int) -> None:
    from tongxin.store.atomic import writing

    with writing():
        Call.objects.filter(pk=call.pk).update(assurance=level)
