"""Numbers in a pool's line: whole, each once, the first for ever."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from tests.cast import HOUSE, NOW, Cast
from tests.factories.calls import people
from tests.factories.lanes import a_lane, come, into
from tests.factories.racing import side_by_side

from tongxin import calls
from tongxin.calls.actions import applications
from tongxin.calls.actions import arrive as arrive_module
from tongxin.calls.actions.arrive import arrive, note
from tongxin.calls.models import Arrival, Intake
from tongxin.kernel.refused import Refused
from tongxin.records.models import JournalEntry


def test_a_batch_is_numbered_in_its_order_and_noted_once(cast: Cast) -> None:
    pool, crowd = a_lane(cast.factory, 5), people(cast.factory, 5)
    assert come(pool, [crowd[1], crowd[0], crowd[2]]) == {crowd[1].pk: 1, crowd[0].pk: 2, crowd[2].pk: 3}
    assert come(pool, [crowd[4], crowd[0], crowd[3]]) == {crowd[4].pk: 4, crowd[0].pk: 2, crowd[3].pk: 5}
    entries = JournalEntry.objects.filter(verb="arrivals.taken").order_by("pk")
    assert [(entry.of_id, entry.union, entry.data) for entry in entries] == [
        (pool.public_id, cast.factory.pk, {"first": 1, "last": 3}),
        (pool.public_id, cast.factory.pk, {"first": 4, "last": 5}),
    ]
    intake = Intake.objects.get(pool=pool)
    assert (intake.arrived, intake.batches) == (5, 2)


def test_who_comes_again_gets_the_first_number_and_moment_and_nothing_is_noted(cast: Cast) -> None:
    pool, (one,) = a_lane(cast.factory, 5), people(cast.factory, 1)
    come(pool, [one])
    again = arrive(into=into(pool), persons=[one.pk], moments=[int((NOW + timedelta(hours=1)).timestamp() * 1000)])
    assert again == [(one.pk, 1, int(NOW.timestamp() * 1000))]
    assert JournalEntry.objects.filter(verb="arrivals.taken").count() == 1
    row = Arrival.objects.get()
    assert (row.no, row.at, row.batch, row.federation) == (1, NOW, 1, pool.federation)


def test_the_database_refuses_a_second_number_and_a_change(cast: Cast) -> None:
    pool, (one, other) = a_lane(cast.factory, 5), people(cast.factory, 2)
    come(pool, [one])
    again = (
        "INSERT INTO calls_arrival (federation, pool_id, person_id, no, batch, at)"
        " SELECT federation, pool_id, %s, %s, 1, at FROM calls_arrival"
    )
    for values in ([one.pk, 2], [other.pk, 1]):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(again, values)
    for change in ("UPDATE calls_arrival SET no = 9", "DELETE FROM calls_arrival"):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)


@pytest.mark.django_db(transaction=True)
def test_two_processes_at_once_leave_no_number_out(cast: Cast) -> None:
    """Each sends the whole crowd, in another order: whoever is first, each person has one number, and all are there."""
    pool, crowd = a_lane(cast.factory, 5), people(cast.factory, 40)
    parts = [crowd[n : n + 10] for n in range(0, 40, 10)]

    def send(order: list[list[object]]) -> None:
        for part in order:
            come(pool, part)  # type: ignore[arg-type]

    assert side_by_side(lambda: send(parts), lambda: send(parts[::-1]), lambda: send(parts)) == ["done"] * 3
    rows = Arrival.objects.order_by("no")
    assert [row.no for row in rows] == list(range(1, 41))
    assert {row.person_id for row in rows} == {person.pk for person in crowd}


def test_what_calls_arrive_says_today_stands_where_the_action_says() -> None:
    """The function's text is in several migrations, each with the one before it as its way back."""
    migrations = sorted(Path(calls.__file__).parent.glob("migrations/0*.py"))
    writes = [one.name for one in migrations if "FUNCTION calls_arrive(the_pool" in one.read_text()]
    assert f"migrations/{writes[-1]}" in Path(arrive_module.__file__).read_text()


def test_nobody_comes_in_beside_the_lane(cast: Cast) -> None:
    """Staff with power and the worker alike: a place before the line would be a place out of the line."""
    pool = a_lane(cast.factory, 5)
    for by in (cast.wang.actor, cast.officer.actor, HOUSE):
        with pytest.raises(Refused) as refused:
            applications.apply(pool=pool, person=cast.wang.person, by=by, at=NOW)
        assert refused.value.code == "by-lane"


def test_what_was_turned_away_stands_in_the_journal_as_numbers(cast: Cast) -> None:
    pool = a_lane(cast.factory, 5)
    note(into=into(pool), counts={"of-another": 3, "changed": 1}, at=NOW)
    entry = JournalEntry.objects.get(verb="arrivals.noticed")
    assert (entry.of_id, entry.account, entry.data) == (pool.public_id, None, {"of-another": 3, "changed": 1})
