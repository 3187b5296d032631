"""A level start: the first minutes are drawn by a round that was announced with the release, later ones follow in order."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction
from tests.calls.conftest import *
from tests.cast import HOUSE, NOW, Cast
from tests.factories.calls import a_pool, people
from tests.factories.lanes import (
    AFTER,
    EARLIER,
    LEVEL,
    QUICK,
    a_lane,
    a_plan,
    announce,
    come,
    hold,
    open_all,
    seal_all,
    seals_of,
    text_of,
    write_list,
)

from tongxin.calls import jobs
from tongxin.calls.actions import applications, calls, lanes, leveling, pools, rounds, seals, settling
from tongxin.calls.entries import holder
from tongxin.calls.models import Application, Award, Call, Draw, Lane, Pool, Round, Seal
from tongxin.calls.models.windows import GRACE
from tongxin.calls.queries import draws, miscounted
from tongxin.calls.queries.lane import Stand, mine, release_of, releases
from tongxin.calls.states import ApplicationState, How, RoundState
from tongxin.kernel.draw import first_difference
from tongxin.kernel.refused import Refused
from tongxin.people.authority import visitor
from tongxin.people.models import Person
from tongxin.records.actions.documents import path_of
from tongxin.records.models import JournalEntry

ENDS = NOW + timedelta(minutes=2)
WRITTEN = ENDS + GRACE
RESULT = NOW + AFTER


def state_of(person: Person) -> str:
    return str(Application.objects.get(applicants__person=person).state)


def file_of(held: Round) -> dict:
    return json.loads(path_of(Draw.objects.select_related("file").get(round=held).file).read_bytes())


def refused(code: str, deed: Callable[[], object]) -> None:
    with pytest.raises(Refused) as refusal, transaction.atomic():
        deed()
    assert refusal.value.code == code


def settled(pool: Pool) -> int:
    """How many later numbers were given a place."""
    given = 0
    while many := settling.settle(pool=pool, by=HOUSE, at=RESULT):
        given += many
    return given


# ---- the whole way ------------------------------------------------------------------------------------------------


def test_who_comes_in_the_first_minutes_is_drawn_and_the_file_follows(cast: Cast) -> None:
    pool, crowd = a_lane(cast.factory, 3, manner=LEVEL), people(cast.factory, 9)
    come(pool, crowd[:5])
    come(pool, crowd[5:], ENDS - timedelta(milliseconds=1))
    assert write_list(pool, WRITTEN - timedelta(seconds=1)) == 0
    assert settling.settle(pool=pool, by=HOUSE, at=ENDS) == 0  # nothing by speed
    assert write_list(pool, WRITTEN) == 4  # 4, 4 and 1 enter, then the list is closed
    held, draw = Round.objects.get(), Draw.objects.get()
    assert (held.state, draw.entries, draw.units) == (RoundState.SEALED, 9, 3)
    open_all(held, RESULT)
    rounds.draw(held=held, by=HOUSE, at=RESULT)
    file = file_of(held)
    assert first_difference(file) is None
    assert [one["commitment"] for one in file["commitments"]] == [one.commitment for one in seals_of(held)]
    salt = bytes(Lane.objects.get(pool=pool).salt)
    assert sorted(file["order"]) == sorted(holder(salt, person.pk) for person in crowd)
    winners = list(Award.objects.filter(pool=pool).values_list("application__ticket", flat=True))
    assert sorted(winners) == sorted(file["given"])
    assert miscounted() == []


def test_later_ones_wait_for_the_draw_and_follow_in_order_once_the_drawn_line_is_empty(cast: Cast) -> None:
    pool, crowd = a_lane(cast.factory, 4, manner=LEVEL), people(cast.factory, 6)
    come(pool, crowd[:3])
    come(pool, crowd[3:], ENDS)
    write_list(pool, WRITTEN)
    assert settled(pool) == 0  # the list is frozen and nothing is drawn
    hold(pool)
    assert settled(pool) == 1
    assert [state_of(person) for person in crowd[:4]] == [ApplicationState.GRANTED] * 4
    gone = Application.objects.get(applicants__person=crowd[0])
    applications.withdraw(application=gone, why="不去了", by=HOUSE, at=RESULT)
    assert settled(pool) == 1
    assert state_of(crowd[4]) == ApplicationState.GRANTED
    assert miscounted() == []


def test_a_place_that_comes_back_goes_to_the_drawn_line_before_later_ones(cast: Cast) -> None:
    pool, crowd = a_lane(cast.factory, 2, manner=LEVEL), people(cast.factory, 4)
    come(pool, crowd[:3])
    come(pool, crowd[3:], ENDS)
    hold(pool)
    (waits,) = Application.objects.filter(state=ApplicationState.WAITING)
    gone = Application.objects.filter(state=ApplicationState.GRANTED).first()
    assert gone is not None
    applications.withdraw(application=gone, why="不去了", by=HOUSE, at=RESULT)
    assert settled(pool) == 0
    waits.refresh_from_db()
    assert waits.state == ApplicationState.GRANTED


def test_numbers_at_the_border_may_stand_crosswise_and_nobody_is_left_out(cast: Cast) -> None:
    """Two processes: what came just in time may be numbered after what came just too late."""
    pool, crowd = a_lane(cast.factory, 9, manner=LEVEL), people(cast.factory, 5)
    come(pool, crowd[:1])
    come(pool, crowd[1:2], ENDS)
    come(pool, crowd[2:3], ENDS - timedelta(milliseconds=5))
    come(pool, crowd[3:4], ENDS + timedelta(seconds=1))
    write_list(pool, WRITTEN)
    assert Draw.objects.get().entries == 2
    come(
        pool, crowd[4:], ENDS - timedelta(milliseconds=1)
    )  # in time, and committed when the list was closed: it follows
    assert write_list(pool, WRITTEN + timedelta(minutes=1)) == 0
    hold(pool)
    assert settled(pool) == 3
    assert {state_of(person) for person in crowd} == {ApplicationState.GRANTED}
    assert Award.objects.count() == 5


def test_a_release_nobody_came_to_is_drawn_all_the_same_and_later_ones_follow(cast: Cast) -> None:
    pool, (late,) = a_lane(cast.factory, 3, manner=LEVEL), people(cast.factory, 1)
    come(pool, [late], ENDS)
    assert file_of(hold(pool))["order"] == []
    assert settled(pool) == 1
    assert state_of(late) == ApplicationState.GRANTED


def test_who_leaves_after_the_list_was_frozen_stays_in_it_and_is_excused(cast: Cast) -> None:
    pool, crowd = a_lane(cast.factory, 3, manner=LEVEL), people(cast.factory, 4)
    come(pool, crowd)
    write_list(pool, WRITTEN)
    gone = Application.objects.get(applicants__person=crowd[0])
    applications.withdraw(application=gone, why="不去了", by=HOUSE, at=WRITTEN)
    file = file_of(hold(pool))
    assert file["excused"] == [{"ticket": gone.ticket, "why": "withdrawn"}]
    assert first_difference(file) is None
    assert (Award.objects.count(), miscounted()) == (3, [])


# ---- what is announced --------------------------------------------------------------------------------------------


def drafted(cast: Cast) -> Pool:
    call = calls.open_call(
        union=cast.factory, kind="quiet", opens=NOW, closes=NOW + timedelta(hours=2), manner=LEVEL, by=HOUSE, at=EARLIER
    )
    return a_pool(call, 3)


def test_a_level_start_is_published_with_its_draw_or_not_at_all(cast: Cast) -> None:
    pool = drafted(cast)
    refused("lane-first", lambda: announce(Call.objects.get()))
    refused("round-missing", lambda: calls.publish(call=pool.call, by=HOUSE, at=EARLIER))
    lanes.open_lane(pool=pool, by=HOUSE, at=EARLIER)
    refused("round-missing", lambda: calls.publish(call=pool.call, by=HOUSE, at=EARLIER))
    made = announce(Call.objects.get())
    rounds.void(held=made.round, why="时间写错了", by=HOUSE, at=EARLIER)
    refused("round-missing", lambda: calls.publish(call=pool.call, by=HOUSE, at=EARLIER))
    again = rounds.repeat(before=made.round, plan=a_plan(Call.objects.get()), why="改了时间", by=HOUSE, at=EARLIER)
    assert again.round.state == RoundState.ANNOUNCED
    assert calls.publish(call=pool.call, by=HOUSE, at=EARLIER).state == "published"


def test_its_list_is_published_before_it_is_drawn_and_slips_are_too_few(cast: Cast) -> None:
    lanes.open_lane(pool=drafted(cast), by=HOUSE, at=EARLIER)
    call = Call.objects.get()
    refused("result-early", lambda: announce(call, result_at=ENDS + timedelta(minutes=10)))
    refused("slips-level", lambda: announce(call, holders=(), how=How.SLIPS))
    refused("seals-few", lambda: announce(call, holders=()))
    moment = ENDS + timedelta(minutes=11)
    made = announce(call, result_at=moment, source="ssq", event="2026138", event_at=moment)
    refused("round_one_counts", lambda: announce(call))
    later = {"call": call, "opens": NOW + timedelta(minutes=2), "closes": call.closes, "by": HOUSE, "at": EARLIER}
    refused("result-early", lambda: calls.set_window(**later))
    rounds.void(held=made.round, why="推后了", by=HOUSE, at=EARLIER)
    assert calls.set_window(**later).opens == NOW + timedelta(minutes=2)


def test_a_draft_whose_draw_is_announced_stays_a_draw_that_comes_after_its_minutes(cast: Cast) -> None:
    lanes.open_lane(pool=drafted(cast), by=HOUSE, at=EARLIER)
    call = Call.objects.get()
    announce(call)
    longer, quick = replace(LEVEL, level_minutes=21), replace(QUICK)
    refused("result-early", lambda: calls.set_manner(call=call, manner=longer, by=HOUSE, at=EARLIER))
    refused("draw-announced", lambda: calls.set_manner(call=call, manner=quick, by=HOUSE, at=EARLIER))
    shorter = replace(LEVEL, level_minutes=1)
    assert calls.set_manner(call=call, manner=shorter, by=HOUSE, at=EARLIER).level_minutes == 1


def test_once_the_list_is_frozen_the_opening_stands_and_the_end_may_move(cast: Cast) -> None:
    pool = a_lane(cast.factory, 3, manner=LEVEL)
    write_list(pool, WRITTEN)
    earlier = {"call": pool.call, "opens": NOW - timedelta(minutes=1), "closes": pool.call.closes}
    refused("list-frozen", lambda: calls.set_window(**earlier, by=HOUSE, at=WRITTEN))
    later = pool.call.closes + timedelta(hours=1)
    assert calls.set_window(call=pool.call, opens=NOW, closes=later, by=HOUSE, at=WRITTEN).closes == later


# ---- what goes wrong ----------------------------------------------------------------------------------------------


def test_nothing_is_frozen_by_hand_before_everyone_is_written_down(cast: Cast) -> None:
    pool, held = a_lane(cast.factory, 3, manner=LEVEL), Round.objects
    come(pool, people(cast.factory, 3))
    refused("freeze-early", lambda: rounds.freeze(held=held.get(), by=HOUSE, at=WRITTEN))
    refused("freeze-early", lambda: rounds.freeze(held=held.get(), by=HOUSE, at=pool.call.closes))
    assert draws.to_freeze(pool.call.closes) == []
    refused("not-published", lambda: rounds.draw(held=held.get(), by=HOUSE, at=RESULT))
    write_list(pool, WRITTEN)
    refused("too-early", lambda: rounds.draw(held=held.get(), by=HOUSE, at=RESULT - timedelta(seconds=1)))
    refused("seal-missing", lambda: rounds.draw(held=held.get(), by=HOUSE, at=RESULT))


def test_a_holder_who_does_not_open_voids_the_round_and_the_same_list_is_drawn_with_new_seals(cast: Cast) -> None:
    pool, crowd = a_lane(cast.factory, 2, manner=LEVEL), people(cast.factory, 5)
    come(pool, crowd[:4])
    come(pool, crowd[4:], ENDS)
    write_list(pool, WRITTEN)
    first = Round.objects.get()
    last, patience = seals_of(first)[2], RESULT + timedelta(hours=24)
    refused("withhold-early", lambda: seals.withhold(seal=last, by=HOUSE, at=RESULT + timedelta(hours=23)))
    seals.withhold(seal=last, by=HOUSE, at=patience)
    first.refresh_from_db()
    assert settled(pool) == 0  # later ones wait on
    plan = a_plan(pool.call, result_at=patience + timedelta(hours=2))
    second = rounds.repeat(before=first, plan=plan, why="一位没有交出", by=HOUSE, at=patience).round
    assert second.state == RoundState.FROZEN
    seal_all(second, patience)
    open_all(second, plan.result_at)
    rounds.draw(held=second, by=HOUSE, at=plan.result_at)
    assert len({draw.list_digest for draw in Draw.objects.all()}) == 1
    assert (file_of(second)["round"], Award.objects.count(), miscounted()) == (2, 2, [])


def test_a_commitment_that_is_missing_when_the_minutes_end_may_come_until_the_draw(cast: Cast) -> None:
    lanes.open_lane(pool=drafted(cast), by=HOUSE, at=EARLIER)
    call = Call.objects.get()
    made = announce(call)
    calls.publish(call=call, by=HOUSE, at=EARLIER)
    pool = Pool.objects.select_related("call").get()
    come(pool, people(cast.factory, 2))
    write_list(pool, WRITTEN)
    assert Round.objects.get().state == RoundState.FROZEN
    one = seals_of(made.round)[0]
    link = seals.renew_link(seal=one, by=HOUSE, at=WRITTEN)
    by = visitor(NOW.date())
    refused("seal-late", lambda: seals.commit(seal=one, commitment="0" * 64, link=link, by=by, at=RESULT))
    seal_all(made.round, WRITTEN + timedelta(minutes=1))
    assert Round.objects.get().state == RoundState.SEALED


def test_a_pool_that_shrank_after_the_list_was_frozen_stops_the_draw_until_it_is_as_published(cast: Cast) -> None:
    pool = a_lane(cast.factory, 3, manner=LEVEL)
    come(pool, people(cast.factory, 4))
    write_list(pool, WRITTEN)
    pools.resize(pool=pool, units=2, by=HOUSE, at=WRITTEN)
    open_all(Round.objects.get(), RESULT)
    refused("pool-changed", lambda: rounds.draw(held=Round.objects.get(), by=HOUSE, at=RESULT))
    assert settled(pool) == 0
    pools.resize(pool=pool, units=3, by=HOUSE, at=RESULT)
    rounds.draw(held=Round.objects.get(), by=HOUSE, at=RESULT)
    assert Award.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_two_jobs_at_once_write_one_list(cast: Cast) -> None:
    pool, crowd = a_lane(cast.factory, 3, manner=LEVEL), people(cast.factory, 8)
    come(pool, crowd)
    start, wrong = Barrier(2), []

    def work() -> None:
        try:
            start.wait()
            write_list(pool, WRITTEN, most=2)
        except Exception as error:  # noqa: BLE001 - a thread's end is told by hand
            wrong.append(error)
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert (Draw.objects.get().entries, Application.objects.count()) == (8, 8)
    assert JournalEntry.objects.filter(verb="round.frozen").count() == 1


# ---- jobs, and what one sees --------------------------------------------------------------------------------------


def test_the_jobs_write_freeze_and_draw_when_it_is_time(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    pool, crowd = a_lane(cast.factory, 3, manner=LEVEL), people(cast.factory, 5)
    come(pool, crowd)
    monkeypatch.setattr(jobs, "now", lambda: ENDS)
    jobs.settle_lanes(0)
    assert not Application.objects.exists()
    monkeypatch.setattr(jobs, "now", lambda: WRITTEN)
    jobs.settle_lanes(0)
    assert Round.objects.get().state == RoundState.SEALED
    open_all(Round.objects.get(), RESULT)
    monkeypatch.setattr(jobs, "now", lambda: RESULT)
    jobs.look_after_draws(0)
    assert Award.objects.count() == 3


def test_holders_are_reminded_a_day_before_the_release_opens(cast: Cast) -> None:
    lanes.open_lane(pool=drafted(cast), by=HOUSE, at=EARLIER)
    announce(Call.objects.get())
    assert draws.to_remind(NOW - timedelta(hours=25)) == []
    assert len(draws.to_remind(NOW - timedelta(hours=23))) == 3


def test_one_sees_ticket_line_and_place_in_the_order(cast: Cast) -> None:
    pool, crowd = a_lane(cast.factory, 1, manner=LEVEL), people(cast.factory, 3)
    come(pool, crowd[:2])
    come(pool, crowd[2:], ENDS)
    held = hold(pool)
    release = release_of(releases().get(), RESULT)
    found = [mine(release, person.pk, RESULT) for person in crowd]
    order = file_of(held)["order"]
    assert [one.drawn_no for one in found] == [order.index(one.application.ticket) + 1 for one in found[:2]] + [None]
    assert [one.late for one in found] == [False, False, True]
    assert sorted(str(one.stand) for one in found) == sorted([Stand.GIVEN, Stand.MISSED, Stand.MISSED])
    (own,) = draws.mine(crowd[0])
    lines = Draw.objects.get().lines
    (stands,) = draws.standing(own).draws
    assert stands.line == lines.index(f"{own.ticket},1,") + 1
    assert replace(stands, line=0).rank == 1


def test_a_seal_is_of_its_holder_alone_also_in_a_release(cast: Cast) -> None:
    a_lane(cast.factory, 1, manner=LEVEL)
    one = Seal.objects.order_by("order").first()
    assert one is not None
    refused("not-holder", lambda: seals.open_seal(seal=one, text=text_of(one), by=HOUSE, at=RESULT))
    assert leveling.level(pool=Pool.objects.get(), by=HOUSE, at=NOW) == 0
