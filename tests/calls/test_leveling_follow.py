"""A level start that keeps places for groups: who is in which stands in the drawn list, and later ones find what is left."""

import json
from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.calls.conftest import *
from tests.cast import HOUSE, NOW, Cast
from tests.factories.calls import a_group, a_pool, people
from tests.factories.lanes import (
    AFTER,
    EARLIER,
    LEVEL,
    QUICK,
    a_lane,
    come,
    hold,
    open_all,
    write_list,
)

from config.commands import verify_draw
from tongxin.calls import jobs
from tongxin.calls.actions import applications, calls, lanes, leveling, lines, reserves, rounds
from tongxin.calls.actions.reserves import Plan
from tongxin.calls.entries import holder
from tongxin.calls.models import Application, Award, Call, Draw, Lane, Pool, Preference, Reserve, Round
from tongxin.calls.models.windows import GRACE
from tongxin.calls.queries import miscounted
from tongxin.calls.states import ApplicationState, Spill, When
from tongxin.kernel import draw as kernel
from tongxin.kernel.refused import Refused
from tongxin.people.models import Person
from tongxin.people.queries import population
from tongxin.records.actions.documents import path_of
from tongxin.records.models import JournalEntry
from tongxin.store.atomic import writing

ENDS = NOW + timedelta(minutes=2)
WRITTEN = ENDS + GRACE
RESULT = NOW + AFTER
GIGS = {"快递员": "courier", "货车司机": "truck_driver", "网约车司机": "ride_hailing_driver"}


def plan(cast: Cast, name: str, units: int, spill: Spill = Spill.OPEN, when: When = When.FIRST) -> Plan:
    return Plan(name, f"{name}师傅", units, a_group(cast.yongchuan, GIGS[name], f"是{name}"), when, spill)


def are(persons: Sequence[Person], name: str) -> None:
    """That is what they do for work."""
    with writing():
        Person.objects.filter(pk__in=[one.pk for one in persons]).update(gig_group=GIGS[name])


def file_of(held: Round) -> dict:
    return json.loads(path_of(Draw.objects.select_related("file").get(round=held).file).read_bytes())


def followed(pool: Pool, most: int = 3) -> int:
    joined = 0
    while many := leveling.follow(pool=pool, by=HOUSE, at=RESULT, most=most):
        joined += many
    return joined


def where(persons: Sequence[Person]) -> list[str]:
    """Of whose places each has one: "open", the group's name, or "" of who has none."""
    rows = Award.objects.filter(state="held").values_list("person", "reserve__name")
    held = {person: name or kernel.OPEN for person, name in rows}
    return [held.get(person.pk, "") for person in persons]


def gone(person: Person) -> None:
    application = Application.objects.get(applicants__person=person)
    applications.withdraw(application=application, why="不去了", by=HOUSE, at=RESULT)


def fill(pool: Pool, at: datetime) -> None:
    with transaction.atomic(), writing():
        lines.fill(lines.lock_pool(pool.pk), by=HOUSE, at=at)


def refusal_of(deed: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as refusal, transaction.atomic():
        deed()
    return refusal.value


# ---- the draw -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_what_comes_of_it_is_what_the_printed_rule_makes_of_the_published_list(cast: Cast, seed: int) -> None:
    chance = Random(seed)
    names = chance.sample(sorted(GIGS), 2)
    kept = [
        plan(cast, name, chance.randint(1, 3), chance.choice(list(Spill)), chance.choice(list(When))) for name in names
    ]
    pool, crowd = a_lane(cast.factory, chance.randint(6, 9), manner=LEVEL, kept=kept), people(cast.factory, 20)
    for name in GIGS:
        are(chance.sample(crowd, 4), name)
    chance.shuffle(crowd)
    come(pool, crowd[:12])
    come(pool, crowd[12:], ENDS)
    file = file_of(hold(pool))
    works = dict(Person.objects.values_list("pk", "gig_group"))
    salt = bytes(Lane.objects.get(pool=pool).salt)
    listed = [
        f"{holder(salt, one.pk)},1,{'+'.join(name for name in names if GIGS[name] == works[one.pk])}"
        for one in crowd[:12]
    ]
    assert file["list"] == sorted(listed)
    assert kernel.first_difference(file) is None
    tickets = {line[:32]: kernel.read_line(line) for line in file["list"]}
    rules = [kernel.Reserve(one.name, one.units, one.when.value, one.spill.value) for one in kept]
    drawn = kernel.fill([tickets[ticket] for ticket in file["order"]], units=pool.units, reserves=rules)
    rows = Award.objects.values_list("application__ticket", "reserve__name")
    assert {ticket: name or kernel.OPEN for ticket, name in rows} == drawn
    assert followed(pool) == 8
    _nothing_lies_about(pool)
    assert miscounted() == []


def _nothing_lies_about(pool: Pool) -> None:
    """Nobody waits for a place that they could have; of two alike who came first has it."""
    pool.refresh_from_db()
    left = {one.name: one.left for one in Reserve.objects.filter(pool=pool)}
    openly = pool.left - sum(left.values())
    waiting = Preference.objects.filter(pool=pool, waits=True).values_list("application__groups", "no")
    for groups, no in waiting:
        assert (openly, [left[name] for name in groups.split("+") if name]) in [(0, []), (0, [0])]
        alike = Award.objects.filter(application__groups=groups, application__ticket=None)
        assert not alike.filter(application__preferences__no__gt=no).exists()


def test_the_published_file_names_the_group_and_is_accepted(cast: Cast) -> None:
    pool, crowd = a_lane(cast.factory, 3, manner=LEVEL, kept=[plan(cast, "快递员", 1)]), people(cast.factory, 5)
    are(crowd[3:], "快递员")
    come(pool, crowd)
    held = hold(pool)
    path = path_of(Draw.objects.select_related("file").get(round=held).file)
    assert verify_draw.run(Namespace(file=str(path), json=False)) == 0
    assert "快递员" in where(crowd[3:])
    assert file_of(held)["reserves"] == [
        {"group": "快递员", "name": "快递员师傅", "units": 1, "when": "first", "spill": "open"}
    ]


def test_a_record_that_was_merged_stands_in_the_groups_of_the_other(cast: Cast) -> None:
    pool = a_lane(cast.factory, 1, manner=LEVEL, kept=[plan(cast, "快递员", 1)])
    one, other, third = people(cast.factory, 3)
    are([one], "快递员")
    come(pool, [other, third])
    with writing():
        Person.objects.filter(pk=other.pk).update(merged_into=one)
    hold(pool)
    assert where([one, third]) == ["快递员", ""]


def test_a_step_that_breaks_off_leaves_nothing_and_the_next_goes_on(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool, crowd = a_lane(cast.factory, 4, manner=LEVEL, kept=[plan(cast, "快递员", 2)]), people(cast.factory, 7)
    are(crowd[2:5], "快递员")
    come(pool, crowd[:5])
    come(pool, crowd[5:], ENDS)
    assert leveling.level(pool=pool, by=HOUSE, at=WRITTEN, most=2) == 2
    before = list(Application.objects.values_list("pk", "groups"))

    def broken(*_args: object, **_more: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr("tongxin.calls.actions.leveling.journal.write", broken)
        with pytest.raises(RuntimeError):
            leveling.level(pool=pool, by=HOUSE, at=WRITTEN, most=2)
    assert (list(Application.objects.values_list("pk", "groups")), Lane.objects.get().settled) == (before, 2)
    held = hold(pool)
    assert sorted(line[33:] for line in file_of(held)["list"]) == ["1,", "1,", "1,快递员", "1,快递员", "1,快递员"]
    with monkeypatch.context() as patched:
        patched.setattr("tongxin.calls.actions.lines.fill", broken)
        with pytest.raises(RuntimeError):
            leveling.follow(pool=pool, by=HOUSE, at=RESULT, most=1)
    assert (Application.objects.count(), Lane.objects.get().settled) == (5, 5)
    assert followed(pool, most=1) == 2
    assert (Application.objects.count(), miscounted()) == (7, [])


def test_groups_are_asked_of_all_at_once(cast: Cast) -> None:
    kept = [plan(cast, "快递员", 1)]

    def statements(many: int) -> int:
        pool = a_lane(cast.factory, 2, manner=LEVEL, kept=kept)
        come(pool, people(cast.factory, many))
        with CaptureQueriesContext(connection) as asked:
            assert leveling.level(pool=pool, by=HOUSE, at=WRITTEN) == many
        return len(asked)

    assert statements(2) == statements(9)


# ---- who comes later ----------------------------------------------------------------------------------------------


def test_a_later_one_of_the_group_takes_what_is_still_kept_for_it(cast: Cast) -> None:
    """Kept and not let go: before others who wait, drawn or by number."""
    kept = [plan(cast, "快递员", 2, Spill.NONE)]
    pool, crowd = a_lane(cast.factory, 3, manner=LEVEL, kept=kept), people(cast.factory, 7)
    are([crowd[0], *crowd[4:6]], "快递员")
    come(pool, crowd[:3])
    come(pool, crowd[3:], ENDS)
    assert followed(pool) == 0  # nothing is drawn yet
    hold(pool)
    drawn = where(crowd[:3])
    assert (drawn[0], sorted(drawn[1:])) == ("快递员", ["", "open"])
    assert where(crowd[3:]) == [""] * 4
    assert followed(pool) == 4
    assert where(crowd[3:]) == ["", "快递员", "", ""]
    assert followed(pool) == 0
    assert JournalEntry.objects.filter(verb="arrivals.joined").count() == 2
    loser = crowd[1 + drawn[1:].index("")]
    gone(crowd[0])
    assert where([*crowd[3:], loser]) == ["", "快递员", "快递员", "", ""]
    gone(crowd[1 + drawn[1:].index("open")])
    assert where([*crowd[3:], loser]) == ["", "快递员", "快递员", "", "open"]
    assert miscounted() == []


def test_what_the_list_does_not_use_goes_on_in_the_draw_and_then_to_later_ones(cast: Cast) -> None:
    kept = [plan(cast, "快递员", 2, Spill.NEXT), plan(cast, "货车司机", 1, Spill.OPEN)]
    pool, crowd = a_lane(cast.factory, 5, manner=LEVEL, kept=kept), people(cast.factory, 6)
    are(crowd[1:3], "货车司机")
    are(crowd[4:], "快递员")
    come(pool, crowd[:3])
    come(pool, crowd[3:], ENDS)
    hold(pool)
    assert where(crowd[:3]) == ["open", "货车司机", "货车司机"]
    rows = Reserve.objects.order_by("order").values_list("taken", "handed", "let_go")
    assert list(rows) == [(0, 0, 2), (2, 2, 1)]
    assert followed(pool) == 3
    assert where(crowd[3:]) == ["open", "open", ""]


def test_what_comes_back_to_a_group_waits_for_it_until_the_end_and_then_goes_on(cast: Cast) -> None:
    pool = a_lane(cast.factory, 2, manner=LEVEL, kept=[plan(cast, "快递员", 1)])
    crowd = people(cast.factory, 5)
    are([crowd[0], crowd[4]], "快递员")
    come(pool, crowd[:3])
    come(pool, crowd[3:4], ENDS)
    hold(pool)
    followed(pool)
    loser = crowd[1 + where(crowd[1:3]).index("")]
    gone(crowd[0])
    assert where([loser, crowd[3]]) == ["", ""]
    come(pool, crowd[4:], RESULT)
    assert followed(pool) == 1
    assert where([loser, *crowd[3:]]) == ["", "", "快递员"]
    gone(crowd[4])
    over = pool.call.closes + GRACE
    assert jobs.unspilled(over - timedelta(seconds=1)) == []
    assert jobs.unspilled(over) == [pool]


def test_the_job_lets_go_at_the_end_and_not_before_the_draw(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    pool = a_lane(cast.factory, 2, manner=LEVEL, kept=[plan(cast, "快递员", 1, Spill.OPEN)])
    crowd = people(cast.factory, 4)
    are(crowd[:1], "快递员")
    come(pool, crowd[:3])
    come(pool, crowd[3:], ENDS)
    write_list(pool, WRITTEN)
    over = pool.call.closes + GRACE
    monkeypatch.setattr(jobs, "now", lambda: over)
    jobs.let_reserves_go(0)
    assert (Reserve.objects.get().let_go, jobs.unspilled(over)) == (0, [])
    open_all(Round.objects.get(), RESULT)
    rounds.draw(held=Round.objects.get(), by=HOUSE, at=RESULT)
    gone(crowd[0])
    assert Reserve.objects.get().left == 1
    jobs.let_reserves_go(0)  # who came later was not asked yet
    fill(pool, over)
    assert Reserve.objects.get().left == 1
    jobs.settle_lanes(0)
    jobs.let_reserves_go(0)
    assert sorted(where(crowd[1:3])) == ["open", "open"]
    assert (where(crowd[3:]), miscounted(), jobs.unspilled(over)) == ([""], [], [])


def test_numbers_that_stand_crosswise_at_the_border_end_the_line_all_the_same(cast: Cast) -> None:
    pool, crowd = a_lane(cast.factory, 9, manner=LEVEL, kept=[plan(cast, "快递员", 1)]), people(cast.factory, 3)
    come(pool, crowd[:1])
    come(pool, crowd[1:2], ENDS)
    come(pool, crowd[2:], ENDS - timedelta(milliseconds=5))
    hold(pool)
    assert followed(pool) == 1
    assert (Lane.objects.get().settled, where(crowd)) == (3, ["open"] * 3)
    assert jobs.unsettled() == []


# ---- what is refused ----------------------------------------------------------------------------------------------


def drafted(cast: Cast, manner: calls.Manner = LEVEL) -> Pool:
    ends = {"opens": NOW, "closes": NOW + timedelta(hours=2)}
    call = calls.open_call(union=cast.factory, kind="quiet", **ends, manner=manner, by=HOUSE, at=EARLIER)
    return a_pool(call, 3)


def test_a_release_keeps_places_only_for_whom_a_rule_knows(cast: Cast) -> None:
    by_hand = [Plan("劳模", "劳模师傅", 1)]
    pool = drafted(cast)
    reserves.keep(pool=pool, plans=by_hand, by=HOUSE, at=EARLIER)
    refusal = refusal_of(lambda: lanes.open_lane(pool=pool, by=HOUSE, at=EARLIER))
    assert (refusal.code, "劳模师傅" in str(refusal)) == ("lane-reserve-rule", True)
    reserves.keep(pool=pool, plans=[plan(cast, "快递员", 1)], by=HOUSE, at=EARLIER)
    lanes.open_lane(pool=pool, by=HOUSE, at=EARLIER)
    refusal = refusal_of(lambda: reserves.keep(pool=pool, plans=by_hand, by=HOUSE, at=EARLIER))
    assert refusal.code == "lane-reserve-rule"


def test_a_rule_that_cannot_be_asked_of_all_at_once_is_refused_when_it_is_set_up(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool, kept = drafted(cast), [plan(cast, "快递员", 1)]
    lanes.open_lane(pool=pool, by=HOUSE, at=EARLIER)
    without = {name: column for name, column in population.columns_then().items() if name != "gig_group"}
    monkeypatch.setattr("tongxin.rulebook.queries.at_once.columns_then", lambda: without)
    refusal = refusal_of(lambda: reserves.keep(pool=pool, plans=kept, by=HOUSE, at=EARLIER))
    assert (refusal.code, "是快递员" in str(refusal)) == ("rule-not-countable", True)


def test_by_arrival_the_number_says_at_once_and_nothing_is_kept(cast: Cast) -> None:
    pool, kept = drafted(cast, QUICK), [plan(cast, "快递员", 1)]
    lanes.open_lane(pool=pool, by=HOUSE, at=EARLIER)
    refusal = refusal_of(lambda: reserves.keep(pool=pool, plans=kept, by=HOUSE, at=EARLIER))
    assert (refusal.code, "同时起步" in str(refusal)) == ("lane-no-reserves", True)


def test_a_group_that_could_not_stand_in_a_list_is_refused_before_it_is_frozen(cast: Cast) -> None:
    kept = [replace(plan(cast, "快递员", 1), name="快递\x7f员")]
    assert (
        refusal_of(lambda: reserves.keep(pool=drafted(cast), plans=kept, by=HOUSE, at=EARLIER)).code == "reserve_name"
    )


def test_a_draft_by_the_lane_stays_what_the_lane_can_do(cast: Cast) -> None:
    pool = drafted(cast)
    lanes.open_lane(pool=pool, by=HOUSE, at=EARLIER)
    reserves.keep(pool=pool, plans=[plan(cast, "快递员", 1)], by=HOUSE, at=EARLIER)
    call = Call.objects.get()
    drawn = replace(QUICK, policy="draw", policy_reason="")
    assert (
        refusal_of(lambda: calls.set_manner(call=call, manner=QUICK, by=HOUSE, at=EARLIER)).code == "lane-no-reserves"
    )
    assert refusal_of(lambda: calls.set_manner(call=call, manner=drawn, by=HOUSE, at=EARLIER)).code == "lane-by-speed"


def test_once_it_has_opened_what_is_kept_stands(cast: Cast) -> None:
    kept = [plan(cast, "快递员", 1)]
    pool = a_lane(cast.factory, 3, manner=LEVEL, kept=kept)
    reserves.keep(pool=pool, plans=[replace(kept[0], units=2)], by=HOUSE, at=NOW - timedelta(seconds=1))
    assert refusal_of(lambda: reserves.keep(pool=pool, plans=kept, by=HOUSE, at=NOW)).code == "reserves-fixed"
    come(pool, people(cast.factory, 1))
    early = NOW - timedelta(seconds=1)
    assert refusal_of(lambda: reserves.keep(pool=pool, plans=kept, by=HOUSE, at=early)).code == "reserves-fixed"
    assert Application.objects.filter(state=ApplicationState.ENTERED).count() == 0
