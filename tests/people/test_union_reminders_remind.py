"""Terms and papers that run out: told once, to the union and to those above, and to nobody else."""

from datetime import date, timedelta

import pytest
from tests.cast import NOW, TODAY, Cast

from tongxin.notices.catalogue import fill
from tongxin.people.actions import committees, union_reminders
from tongxin.people.actions.committees import Election, Seat
from tongxin.people.models import Committee
from tongxin.records.models import OutboxRow
from tongxin.store.atomic import writing
from tongxin.unions.actions import registers
from tongxin.unions.actions.registers import Paper
from tongxin.unions.models import RegisterEntry


def elected(cast: Cast, ends: date) -> Committee:
    election = Election(number=1, elected_on=date(2021, 3, 1), years=3)
    seats = [Seat(cast.wang.person, "chair")]
    committee = committees.elect(union=cast.factory, election=election, seats=seats, by=cast.cadre.actor, at=NOW)
    with writing():
        Committee.objects.filter(pk=committee.pk).update(ends=ends)
    return committee


def told(kind: str) -> set[int]:
    return set(OutboxRow.objects.filter(kind=kind).values_list("person", flat=True))


@pytest.mark.parametrize(("days", "count"), [(91, 0), (90, 1), (0, 1), (-400, 1)])
def test_an_election_is_reminded_of_from_its_day_on(cast: Cast, days: int, count: int) -> None:
    elected(cast, TODAY + timedelta(days=days))
    assert union_reminders.remind_of_elections(at=NOW) == count


def test_the_union_and_those_above_are_told_once_for_each_end(cast: Cast) -> None:
    committee = elected(cast, date(2024, 5, 1))
    assert union_reminders.remind_of_elections(at=NOW) == 1
    assert union_reminders.remind_of_elections(at=NOW + timedelta(days=1)) == 0
    assert told("election.due") == {cast.cadre.person.pk, cast.admin.person.pk}
    with writing():
        Committee.objects.filter(pk=committee.pk).update(ends=date(2024, 6, 1))
    assert union_reminders.remind_of_elections(at=NOW) == 1
    assert OutboxRow.objects.filter(kind="election.due").count() == 4
    words = fill("election.due", OutboxRow.objects.filter(kind="election.due").first().data)
    assert "第1届任期到2024年4月30日届满" in words.body
    assert words.link == f"/staff/unions/{cast.factory.public_id}/committee/"


def entry(cast: Cast, **of: object) -> RegisterEntry:
    paper = Paper(**{"title": "集体合同", "signed_on": date(2023, 4, 1), "ends_on": date(2024, 5, 1)} | of)  # type: ignore[arg-type]
    return registers.enter(union=cast.factory, register="collective_contract", paper=paper, by=cast.cadre.actor, at=NOW)


def test_a_paper_is_reminded_of_by_its_own_days(cast: Cast) -> None:
    entry(cast, remind_days=34)
    late = entry(cast, remind_days=33)
    entry(cast, ends_on=TODAY)
    entry(cast, ends_on=None)
    ended = entry(cast, remind_days=60)
    registers.close(entry=ended, on=TODAY, why="提前解除", by=cast.cadre.actor, at=NOW)
    assert union_reminders.remind_of_papers(at=NOW) == 1
    assert union_reminders.remind_of_papers(at=NOW) == 0
    assert told("register.ending") == {cast.cadre.person.pk, cast.admin.person.pk}
    assert union_reminders.remind_of_papers(at=NOW + timedelta(days=1)) == 1
    late.refresh_from_db()
    assert late.reminded_for == date(2024, 5, 1)
