"""届: elected, filled, left, succeeded; what the law remarks about it."""

from datetime import date

import pytest
from tests.cast import NOW, TODAY, Cast, Player
from tests.factories.racing import side_by_side

from tongxin.kernel.refused import Refused
from tongxin.people.actions import committees
from tongxin.people.actions.committees import Election, Seat
from tongxin.people.models import Committee, Officer
from tongxin.people.powers import Power
from tongxin.people.queries.committees import DUE, OVERDUE, due_within, terms_of, without_committee
from tongxin.records.models import JournalEntry

DAY = date(2021, 3, 10)


def elect(
    cast: Cast, union=None, by: Player | None = None, seats: list[Seat] | None = None, despite=(), **of: object
) -> Committee:
    election = Election(**{"number": 3, "elected_on": DAY, "years": 3, "due": 60, "present": 52} | of)  # type: ignore[arg-type]
    return committees.elect(
        union=union or cast.factory, election=election, seats=seats or [Seat(cast.wang.person, "chair")], despite=despite,
        by=(by or cast.cadre).actor, at=NOW,
    )  # fmt: skip


def refusal(call, *args: object, **values: object) -> str:
    with pytest.raises(Refused) as refused:
        call(*args, **values)
    return refused.value.code


def test_a_committee_holds_office_until_its_years_are_over(cast: Cast) -> None:
    committee = elect(cast)
    assert (committee.ends, committee.federation) == (date(2024, 3, 10), cast.chongqing.pk)
    assert elect(cast, number=4, elected_on=date(2024, 2, 29), years=5).ends == date(2029, 3, 1)


def test_the_next_one_takes_over_with_no_day_between(cast: Cast) -> None:
    first = elect(cast)
    second = elect(cast, number=4, elected_on=TODAY, seats=[Seat(cast.li.person, "chair")])
    first.refresh_from_db()
    assert first.succeeded_on == TODAY
    assert Officer.objects.get(committee=first).ends == TODAY
    assert Officer.objects.get(committee=second).ends is None
    assert [(term.committee.number, [o.person_id for o in term.now]) for term in terms_of(cast.factory)] == [
        (4, [cast.li.person.pk]), (3, [cast.wang.person.pk])
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("of", "code"),
    [
        ({"years": 4}, "committee-years"),
        ({"elected_on": date(2024, 3, 29)}, "committee-day"),
        ({"elected_on": date(2017, 12, 31)}, "union-not-there"),
        ({"number": 0}, "committee-number"),
        ({"due": 0}, "committee-present"),
        ({"present": 61}, "committee-present"),
        ({"present": 39}, "election-quorum"),
    ],
)
def test_what_is_no_election_is_refused(cast: Cast, of: dict[str, object], code: str) -> None:
    assert refusal(elect, cast, **of) == code
    assert not Committee.objects.exists()


def test_quorum_is_two_thirds_exactly_and_can_be_overridden_knowingly(cast: Cast) -> None:
    assert elect(cast, present=40).present == 40
    elect(cast, number=4, elected_on=TODAY, present=39, despite=["election-quorum"])
    entries = JournalEntry.objects.filter(verb="committee.elected").order_by("pk")
    assert [entry.data["despite"] for entry in entries] == ["", "election-quorum"]


def test_a_federation_s_term_is_five_years(cast: Cast) -> None:
    assert refusal(elect, cast, union=cast.yongchuan, by=cast.admin, years=3) == "committee-years"
    assert elect(cast, union=cast.yongchuan, by=cast.admin, years=5).years == 5


def test_numbers_follow_one_another_and_days_too(cast: Cast) -> None:
    elect(cast)
    assert refusal(elect, cast, number=3, elected_on=TODAY) == "committee-number"
    assert refusal(elect, cast, number=5, elected_on=TODAY) == "committee-number"
    assert refusal(elect, cast, number=4, elected_on=DAY) == "committee-day"


def test_who_sits_where_is_looked_at(cast: Cast) -> None:
    chair, other = Seat(cast.wang.person, "chair"), Seat(cast.li.person, "chair")
    assert refusal(elect, cast, seats=[chair, other]) == "committee-chair"
    assert refusal(elect, cast, seats=[Seat(cast.li.person, "member")]) == "committee-chair"
    assert refusal(elect, cast, seats=[chair, Seat(cast.li.person, "king")]) == "committee-seat"
    assert (
        refusal(elect, cast, seats=[chair, Seat(cast.li.person, "member"), Seat(cast.li.person, "member")])
        == "committee-seat"
    )
    for nobody in (cast.officer, cast.clerk, cast.sibling_cadre, cast.wang):
        assert refusal(elect, cast, by=nobody) == "no-power"


def test_an_office_is_left_and_filled_between_elections(cast: Cast) -> None:
    committee, by = elect(cast), cast.cadre.actor
    seat = Seat(cast.li.person, "chair")
    on = date(2023, 5, 1)
    assert refusal(committees.fill, committee=committee, seat=seat, starts=on, by=by, at=NOW) == "officer-taken"
    committees.leave(committee=committee, person=cast.wang.person, office="chair", ends=on, by=by, at=NOW)
    committees.fill(committee=committee, seat=seat, starts=on, by=by, at=NOW)
    term = terms_of(cast.factory)[0]
    assert [o.person_id for o in term.now] == [cast.li.person.pk]
    assert [o.person_id for o in term.left] == [cast.wang.person.pk]
    gone = {"committee": committee, "person": cast.wang.person, "office": "chair", "by": by, "at": NOW}
    assert refusal(committees.leave, ends=on, **gone) == "officer-gone"
    early = {**gone, "person": cast.li.person}
    assert refusal(committees.leave, ends=DAY, **early) == "officer-day"
    assert refusal(committees.leave, ends=date(2024, 3, 29), **early) == "officer-day"
    elect(cast, number=4, elected_on=TODAY)
    assert refusal(committees.leave, ends=TODAY, **early) == "committee-over"


def test_what_falls_due_is_listed_in_reach_only(cast: Cast) -> None:
    late = elect(cast)
    soon = elect(cast, union=cast.riders, by=cast.admin, elected_on=date(2021, 6, 1))
    admin = cast.admin.actor
    assert list(due_within(admin, Power.KEEP_UNION, OVERDUE, TODAY)) == [late]
    assert list(due_within(admin, Power.KEEP_UNION, DUE, TODAY)) == [soon]
    assert list(without_committee(admin, Power.KEEP_UNION, TODAY)) == [cast.yongchuan, cast.zhongshan]
    assert not due_within(cast.sibling_cadre.actor, Power.KEEP_UNION, OVERDUE, TODAY).exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_elections_at_once_one_is_entered(cast: Cast) -> None:
    outcomes = side_by_side(lambda: elect(cast), lambda: elect(cast, by=cast.admin, number=3))
    assert sorted(outcomes) in (["committee-day", "done"], ["committee-number", "done"])
