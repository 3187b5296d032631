"""Places in the order of the line: never one too many, never two for one, whatever happens to the pool meanwhile."""

from datetime import timedelta

import pytest
from tests.cast import HOUSE, NOW, Cast
from tests.factories.calls import Heard, people
from tests.factories.lanes import a_lane, come
from tests.factories.racing import side_by_side

from tongxin.calls import jobs
from tongxin.calls.actions import applications, pools, settling
from tongxin.calls.models import Applicant, Application, Award, Call, Lane, Pool, Step
from tongxin.calls.queries import miscounted
from tongxin.calls.states import ApplicationState
from tongxin.people.models import Person
from tongxin.records.models import JournalEntry
from tongxin.store.atomic import writing


def holders(pool: Pool) -> list[int]:
    return list(Award.objects.filter(pool=pool).order_by("pk").values_list("person_id", flat=True))


def test_the_first_get_the_places_and_the_kind_hears_once_a_batch(cast: Cast, heard: Heard) -> None:
    pool, crowd = a_lane(cast.factory, 3), people(cast.factory, 5)
    come(pool, crowd)
    assert settling.settle(pool=pool, by=HOUSE, at=NOW + timedelta(seconds=5), most=2) == 2
    assert settling.settle(pool=pool, by=HOUSE, at=NOW + timedelta(seconds=6), most=2) == 1
    assert settling.settle(pool=pool, by=HOUSE, at=NOW + timedelta(seconds=7)) == 0
    assert holders(pool) == [person.pk for person in crowd[:3]]
    assert heard.granted == [person.name for person in crowd[:3]]
    first = Application.objects.order_by("pk")[0]
    assert (first.state, first.at, first.account, first.key) == (ApplicationState.GRANTED, NOW, None, None)
    assert [step.verb for step in Step.objects.all()] == ["grant"] * 3
    entries = JournalEntry.objects.filter(verb="arrivals.settled").order_by("pk")
    assert [entry.data for entry in entries] == [
        {"first": 1, "last": 2, "given": 2}, {"first": 3, "last": 3, "given": 1},
    ]  # fmt: skip
    assert miscounted() == []


def test_a_place_that_comes_back_goes_to_the_next_number(cast: Cast) -> None:
    pool, crowd = a_lane(cast.factory, 2), people(cast.factory, 4)
    come(pool, crowd)
    settling.settle(pool=pool, by=HOUSE, at=NOW)
    back = Application.objects.get(applicants__person=crowd[0])
    applications.withdraw(application=back, why="不去了", by=HOUSE, at=NOW)
    assert settling.settle(pool=pool, by=HOUSE, at=NOW) == 1
    assert holders(pool) == [crowd[0].pk, crowd[1].pk, crowd[2].pk]
    assert miscounted() == []


def test_a_pool_shrunk_during_the_release_gives_what_is_left(cast: Cast) -> None:
    pool, crowd = a_lane(cast.factory, 5), people(cast.factory, 6)
    come(pool, crowd)
    settling.settle(pool=pool, by=HOUSE, at=NOW, most=2)
    pools.resize(pool=pool, units=3, by=HOUSE, at=NOW)
    assert settling.settle(pool=pool, by=HOUSE, at=NOW) == 1
    assert settling.settle(pool=pool, by=HOUSE, at=NOW) == 0
    pools.resize(pool=pool, units=4, by=HOUSE, at=NOW)
    assert settling.settle(pool=pool, by=HOUSE, at=NOW) == 1
    assert holders(pool) == [person.pk for person in crowd[:4]]
    assert JournalEntry.objects.filter(verb="pool.resized").count() == 2


def test_a_closed_pool_gives_nothing(cast: Cast) -> None:
    pool = a_lane(cast.factory, 5)
    come(pool, people(cast.factory, 2))
    pools.end_line(pool=pool, by=HOUSE, at=NOW, why="改期")
    assert settling.settle(pool=pool, by=HOUSE, at=NOW) == 0
    assert holders(pool) == []


def test_two_records_that_were_merged_get_one_place(cast: Cast) -> None:
    pool, (one, other, third) = a_lane(cast.factory, 3), people(cast.factory, 3)
    come(pool, [one, other, third])
    with writing():
        Person.objects.filter(pk=other.pk).update(merged_into=one)
    assert settling.settle(pool=pool, by=HOUSE, at=NOW) == 3
    assert holders(pool) == [one.pk, third.pk]
    assert Applicant.objects.filter(live=True).count() == 2


def test_what_the_kind_refuses_is_given_to_nobody(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """All or nothing: the line is where it was, and goes on when the kind is well again."""
    pool, crowd = a_lane(cast.factory, 3), people(cast.factory, 2)
    come(pool, crowd)

    def broken(*_args: object, **_more: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr("tests.factories.calls.QuietKind.granted", broken)
        with pytest.raises(RuntimeError):
            settling.settle(pool=pool, by=HOUSE, at=NOW)
    assert (holders(pool), Lane.objects.get().settled) == ([], 0)
    assert settling.settle(pool=pool, by=HOUSE, at=NOW) == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_settling_at_once_give_each_place_once(cast: Cast) -> None:
    pool, crowd = a_lane(cast.factory, 30), people(cast.factory, 40)
    come(pool, crowd)

    def settle() -> None:
        while settling.settle(pool=pool, by=HOUSE, at=NOW, most=3):
            pass

    assert side_by_side(settle, settle) == ["done"] * 2
    assert holders(pool) == [person.pk for person in crowd[:30]]
    assert miscounted() == []


def test_the_job_gives_all_that_there_is(cast: Cast) -> None:
    pool, crowd = a_lane(cast.factory, 3), people(cast.factory, 5)
    come(pool, crowd)
    jobs.settle_lanes(0)
    assert holders(pool) == [person.pk for person in crowd[:3]]


def test_a_release_that_breaks_the_job_holds_up_no_other(cast: Cast, heard: Heard, settings) -> None:
    """A room that is gone, a row that somebody spoiled: the job fails in the open, once the others have their places."""
    broken, other = a_lane(cast.factory, 1), a_lane(cast.factory, 1)
    first, second = people(cast.factory, 2)
    come(broken, [first])
    come(other, [second])
    settings.CALL_KINDS = {**settings.CALL_KINDS, "gone": "tongxin.gone.Gone"}
    with writing():
        Call.objects.filter(pk=broken.call_id).update(kind="gone")
    with pytest.raises(ModuleNotFoundError):
        jobs.settle_lanes(0)
    assert (holders(broken), holders(other)) == ([], [second.pk])
    assert miscounted() == []
