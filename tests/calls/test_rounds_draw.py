"""From the promise to the published file, and what cannot be done on the way."""

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from tests.calls.conftest import *
from tests.cast import HOUSE, Cast
from tests.factories.calls import CLOSES, DRAWN, OPENS, Heard, a_pool, states
from tests.factories.draws import (
    FREEZES,
    RESULT,
    TEXTS,
    a_drawn_call,
    announced,
    commit_all,
    drawn,
    enter_all,
    holders,
    open_all,
    plan,
    sealed,
)

from tongxin.calls.actions import applications, calls, entries, pools, rounds, seals
from tongxin.calls.models import Application, Draw, Round, Seal
from tongxin.calls.queries import draws
from tongxin.calls.sources import sources
from tongxin.calls.states import ApplicationState, RoundState
from tongxin.kernel import draw as kernel
from tongxin.kernel.refused import Refused
from tongxin.people.authority import system, visitor
from tongxin.records.actions import documents
from tongxin.records.models import JournalEntry, OutboxRow
from tongxin.store.atomic import writing

pytestmark = pytest.mark.django_db
EARLY = OPENS + timedelta(hours=3)
AFTER = RESULT + timedelta(minutes=2)


def refused(code: str, deed: Callable[[], object]) -> None:
    with pytest.raises(Refused) as refusal, transaction.atomic():
        deed()
    assert refusal.value.code == code


def file_of(held: Round, pool: object = None) -> dict:
    found = Draw.objects.select_related("file").filter(round=held, **({"pool": pool} if pool else {})).get()
    return json.loads(documents.path_of(found.file).read_bytes())


# ---- the whole way ------------------------------------------------------------------------------------------------


def test_draw_is_published_and_everyone_can_compute_it_again(cast: Cast, heard: Heard) -> None:
    call, pool = a_drawn_call(cast, units=3)
    rows = enter_all(call, pool, cast, 7)
    held = drawn(call, cast)
    file = file_of(held)
    assert held.state == RoundState.DRAWN
    assert kernel.first_difference(file) is None
    assert sorted(file["order"]) == sorted(row.ticket for row in rows)
    assert file["excused"] == []
    assert file["given"] == file["awarded"]
    assert file[kernel.REST] == kernel.rest_digest(file)
    won = set(Application.objects.filter(state=ApplicationState.GRANTED).values_list("ticket", flat=True))
    assert won == set(file["awarded"])
    assert len(heard.granted) == 3
    assert file["commitments"] == [
        {"role": role, "commitment": kernel.commitment(text)}
        for role, text in zip(["主办工会", "经审委员", "职工代表"], TEXTS, strict=True)
    ]
    assert (file["seals"], file["source"], file["value"]) == (TEXTS, None, None)


def test_line_of_the_file_is_the_line_that_moves_up(cast: Cast) -> None:
    call, pool = a_drawn_call(cast, units=1)
    enter_all(call, pool, cast, 4)
    file = file_of(drawn(call, cast))
    winner = Application.objects.get(ticket=file["awarded"][0])
    applications.withdraw(application=winner, why="来不了", by=HOUSE, at=AFTER)
    assert Application.objects.get(state=ApplicationState.GRANTED).ticket == file["waiting"][0]


def test_outside_value_is_typed_by_one_and_once_more_by_another(cast: Cast) -> None:
    call, pool = a_drawn_call(cast)
    enter_all(call, pool, cast, 4)
    made = sealed(call, cast, source="ssq", event="2026138")
    open_all(made, cast)
    held = made.round
    officer, admin = cast.officer.actor, cast.admin.actor
    refused("value-missing", lambda: rounds.draw(held=held, by=officer, at=AFTER))
    refused("value-early", lambda: seals.give_value(held=held, value="1", by=officer, at=RESULT - timedelta(1)))
    refused("value-wrong", lambda: seals.give_value(held=held, value="3 9 12", by=officer, at=AFTER))
    refused("value-missing", lambda: seals.confirm_value(held=held, value="03 09 12 18 22 30 11", by=admin, at=AFTER))
    seals.give_value(held=held, value="03,09,12,18,22,30 + 12", by=officer, at=AFTER)
    seals.give_value(held=held, value="03,09,12,18,22,30 + 11", by=officer, at=AFTER)
    refused(
        "round_value_by_two", lambda: seals.confirm_value(held=held, value="03 09 12 18 22 30 11", by=officer, at=AFTER)
    )
    refused("value-differs", lambda: seals.confirm_value(held=held, value="03 09 12 18 22 30 10", by=admin, at=AFTER))
    seals.confirm_value(held=held, value="03 09 12 18 22 30 11", by=admin, at=AFTER)
    refused("value-confirmed", lambda: seals.give_value(held=held, value="03 09 12 18 22 30 10", by=officer, at=AFTER))
    file = file_of(rounds.draw(held=held, by=officer, at=AFTER))
    assert (file["source"], file["value"]) == ("中国福利彩票双色球 第2026138期", "03 09 12 18 22 30 11")
    assert kernel.first_difference(file) is None


def test_second_draw_is_refused_and_the_first_stays(cast: Cast) -> None:
    call, pool = a_drawn_call(cast)
    enter_all(call, pool, cast, 4)
    held = drawn(call, cast)
    before = file_of(held)
    assert rounds.draw(held=held, by=HOUSE, at=AFTER + timedelta(hours=1)).drawn_at == held.drawn_at
    refused("round_one_counts", lambda: announced(call, cast))
    refused(
        "round-counts", lambda: rounds.repeat(before=held, plan=plan(cast), why="再来", by=cast.officer.actor, at=AFTER)
    )
    refused("wrong-state", lambda: seals_void(held, cast))
    row = {"federation": call.federation, "call": call, "union": call.union, "result_at": RESULT, "announced_at": AFTER}
    refused("round_one_counts", lambda: by_hand(number=2, **row))
    assert file_of(held) == before


def by_hand(**values: object) -> None:
    with writing():
        Round.make(**values)


def seals_void(held: Round, cast: Cast) -> object:
    with writing():
        return rounds.end(rounds.lock(held), "不好", by=cast.officer.actor, at=AFTER)


# ---- nobody can steer: nothing is drawn before all is published ---------------------------------------------------


def test_nothing_is_drawn_before_list_and_commitments_are_published(cast: Cast) -> None:
    call, pool = a_drawn_call(cast)
    enter_all(call, pool, cast, 4)
    made = announced(call, cast)
    seal, by, link = holders(made, cast)[0]
    refused("not-published", lambda: rounds.draw(held=made.round, by=HOUSE, at=AFTER))
    seals.commit(seal=seal, commitment=kernel.commitment(TEXTS[0]), link=link, by=by, at=EARLY)
    refused("seal-early", lambda: seals.open_seal(seal=seal, text=TEXTS[0], link=link, by=by, at=EARLY))
    refused("freeze-early", lambda: rounds.freeze(held=made.round, by=HOUSE, at=CLOSES - timedelta(seconds=1)))
    held = rounds.freeze(held=made.round, by=HOUSE, at=FREEZES)
    assert held.state == RoundState.FROZEN  # two commitments are missing
    refused("not-published", lambda: rounds.draw(held=held, by=HOUSE, at=AFTER))
    refused("seal-early", lambda: seals.open_seal(seal=seal, text=TEXTS[0], link=link, by=by, at=AFTER))
    commit_all(made, cast)
    held = Round.objects.get(pk=held.pk)
    assert held.state == RoundState.SEALED
    refused("too-early", lambda: rounds.draw(held=held, by=HOUSE, at=RESULT - timedelta(seconds=1)))
    refused("seal-early", lambda: seals.open_seal(seal=seal, text=TEXTS[0], link=link, by=by, at=RESULT - timedelta(1)))
    refused("seal-missing", lambda: rounds.draw(held=held, by=HOUSE, at=AFTER))


def test_seals_are_opened_one_after_another_and_each_against_its_commitment(cast: Cast) -> None:
    call, pool = a_drawn_call(cast)
    enter_all(call, pool, cast, 4)
    (first, by, _), (second, by_2, _), _third = holders(sealed(call, cast), cast)
    refused("seal-turn", lambda: seals.open_seal(seal=second, text=TEXTS[1], by=by_2, at=AFTER))
    refused("seal-wrong", lambda: seals.open_seal(seal=first, text=TEXTS[1], by=by, at=AFTER))
    refused("seal-wrong", lambda: seals.open_seal(seal=first, text="nothing", by=by, at=AFTER))
    refused("not-holder", lambda: seals.open_seal(seal=first, text=TEXTS[0], by=by_2, at=AFTER))
    seals.open_seal(seal=first, text=f" {TEXTS[0].upper()}\n", by=by, at=AFTER)
    assert seals.open_seal(seal=first, text=TEXTS[0], by=by, at=AFTER).text == TEXTS[0]  # a second tap
    seals.open_seal(seal=second, text=TEXTS[1], by=by_2, at=AFTER)


def test_commitment_is_given_once_by_its_holder_and_by_nobody_else(cast: Cast) -> None:
    call, _pool = a_drawn_call(cast)
    made = announced(call, cast)
    (first, by, _), (second, by_2, _), (third, nobody, link) = holders(made, cast)
    code = kernel.commitment(TEXTS[0])
    refused("not-holder", lambda: seals.commit(seal=first, commitment=code, by=by_2, at=EARLY))
    refused("not-holder", lambda: seals.commit(seal=third, commitment=code, by=nobody, at=EARLY))
    refused("not-holder", lambda: seals.commit(seal=third, commitment=code, link="x", by=nobody, at=EARLY))
    refused("seal-hex", lambda: seals.commit(seal=first, commitment="abc", by=by, at=EARLY))
    seals.commit(seal=first, commitment=code, by=by, at=EARLY)
    seals.commit(seal=first, commitment=code, by=by, at=EARLY)
    refused("seal-committed", lambda: seals.commit(seal=first, commitment="0" * 64, by=by, at=EARLY))
    refused("seal_commitment_once", lambda: seals.commit(seal=second, commitment=code, by=by_2, at=EARLY))
    refused("seal-late", lambda: seals.commit(seal=second, commitment="0" * 64, by=by_2, at=RESULT))
    fresh = seals.renew_link(seal=third, by=cast.officer.actor, at=EARLY)
    refused("not-holder", lambda: seals.commit(seal=third, commitment="0" * 64, link=link, by=nobody, at=EARLY))
    seals.commit(seal=third, commitment="0" * 64, link=fresh, by=nobody, at=EARLY)
    refused("no-link", lambda: seals.renew_link(seal=first, by=cast.officer.actor, at=EARLY))


def test_plan_without_an_outsider_or_a_source_is_refused(cast: Cast) -> None:
    call, _pool = a_drawn_call(cast)
    three = plan(cast).holders
    staff = (three[0], three[1], rounds.Holder("办公室", cast.clerk.person))
    for code, values in [
        ("no-outsider", {"holders": staff}), ("seals-few", {"holders": three[1:]}), ("seals-few", {"holders": ()}),
        ("seals-few", {"holders": (), "source": "ssq", "event": "2026138"}),
        ("seal-role", {"holders": (*three[1:], rounds.Holder(" ", cast.admin.person))}),
        ("seal_one_a_person", {"holders": (three[0], three[0], three[2])}),
        ("seal_one_holder", {"holders": (*three[:2], rounds.Holder("谁"))}),
        ("unknown-source", {"source": "dice", "event": "1"}), ("event-wrong", {"source": "ssq", "event": "138"}),
        ("result-early", {"result_at": CLOSES}), ("result-moved", {"result_at": RESULT + timedelta(hours=1)}),
        ("event-time", {"source": "ssq", "event": "2026138", "event_at": None}),
        ("event-early", {"source": "ssq", "event": "2026138", "event_at": CLOSES}),
        ("event-late", {"source": "ssq", "event": "2026138", "event_at": RESULT + timedelta(minutes=1)}),
    ]:  # fmt: skip
        refused(code, lambda values=values: announced(call, cast, **values))
    announced(call, cast, holders=staff, source="ssq", event="2026138")  # chance from outside: no outsider is needed


def test_event_numbers_are_copied_and_never_guessed(cast: Cast) -> None:
    """How an issuer counts is not ours to say: any number of a notice is taken, and no example is given for one."""
    for source in sources().values():
        assert [bool(source.event.fullmatch(text)) for text in ("2026138", "26138", "138", "第138期")] == [
            True, True, False, False
        ]  # fmt: skip
        assert not re.search(r"\d{3,}", source.event_hint)


def test_only_calls_that_draw_are_announced_and_only_by_who_may(cast: Cast) -> None:
    from tests.factories.calls import a_call

    refused("no-draw", lambda: announced(a_call(cast.yongchuan), cast))
    call, _pool = a_drawn_call(cast)
    refused("no-power", lambda: rounds.announce(call=call, plan=plan(cast), by=cast.cadre.actor, at=EARLY))
    made = announced(call, cast)
    refused("no-power", lambda: rounds.freeze(held=made.round, by=cast.sibling_officer.actor, at=FREEZES))
    refused("no-power", lambda: rounds.draw(held=made.round, by=visitor(EARLY.date()), at=AFTER))


# ---- the list -----------------------------------------------------------------------------------------------------


def test_frozen_list_cannot_change_whoever_asks_the_database(cast: Cast) -> None:
    call, pool = a_drawn_call(cast)
    enter_all(call, pool, cast, 3)
    made = sealed(call, cast)
    row = Draw.objects.get(round=made.round)
    for change in (
        {"frozen": row.frozen + "0" * 32 + ",1,\n"}, {"list_digest": "0" * 64}, {"units": 9}, {"reserves": [1]}, {"entries": 4},
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic(), writing():
            Draw.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic(), writing():
        Draw.objects.filter(pk=row.pk).delete()
    with pytest.raises(IntegrityError), transaction.atomic(), writing():
        Draw.make(
            federation=row.federation, round=row.round, pool=a_pool(call, 1, "另一个"), units=1, frozen="x\n",
            list_digest=row.list_digest, entries=1,
        )  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [{"source": "pl5", "event": "26138"}, {"result_at": RESULT + timedelta(1)}, {"number": 7}, {"sealed_at": FREEZES}],
)
def test_announcement_cannot_change(cast: Cast, change: dict[str, object]) -> None:
    call, _pool = a_drawn_call(cast)
    made = announced(call, cast)
    commit_all(made, cast)
    rounds.freeze(held=made.round, by=HOUSE, at=FREEZES + timedelta(minutes=1))
    with pytest.raises(IntegrityError), transaction.atomic(), writing():
        Round.objects.filter(pk=made.round.pk).update(**change)


def test_seal_cannot_change_and_only_the_text_committed_fits(cast: Cast) -> None:
    call, _pool = a_drawn_call(cast)
    made = sealed(call, cast)
    seal = Seal.objects.filter(round=made.round).order_by("order").first()
    for change in ({"commitment": "0" * 64}, {"role": "别人"}, {"text": "b" * 64, "opened_at": AFTER}, {"order": 9}):
        with pytest.raises(IntegrityError), transaction.atomic(), writing():
            Seal.objects.filter(pk=seal.pk).update(**change)


def test_late_ticket_is_not_taken_and_a_withdrawn_one_stays_in_the_list_and_is_excused(cast: Cast) -> None:
    from tests.factories.calls import accounts, people

    from tongxin.calls.queries import draws

    call, pool = a_drawn_call(cast, units=2)
    rows = enter_all(call, pool, cast, 5)
    made = sealed(call, cast)
    late = people(cast.factory, 1)
    refused(
        "list-frozen",  # the request came in time, and lay somewhere
        lambda: entries.enter(
            call=call, wishes=[pool], persons=late, by=accounts(late)[0], at=CLOSES - timedelta(seconds=1)
        ),
    )
    first = kernel.in_order(
        [kernel.read_line(line) for line in Draw.objects.get().lines],
        kernel.seed(Draw.objects.get().list_digest, TEXTS),
    )[0].ticket
    gone = next(row for row in rows if row.ticket == first)
    applications.withdraw(application=gone, why="不去了", by=HOUSE, at=FREEZES + timedelta(hours=1))
    assert draws.withdrawn(Round.objects.get()) == {pool.pk: [(first, FREEZES + timedelta(hours=1))]}
    open_all(made, cast)
    file = file_of(rounds.draw(held=made.round, by=HOUSE, at=AFTER))
    assert first in file["awarded"]
    assert file["excused"] == [{"ticket": first, "why": "withdrawn"}]
    assert file["given"] == [file["awarded"][1], file["waiting"][0]]
    assert kernel.first_difference(file) is None
    assert draws.withdrawn(Round.objects.get()) == {pool.pk: [(first, FREEZES + timedelta(hours=1))]}


def test_places_that_were_changed_after_the_list_was_published_stop_the_draw(cast: Cast) -> None:
    call, pool = a_drawn_call(cast, units=2)
    enter_all(call, pool, cast, 5)
    made = sealed(call, cast)
    open_all(made, cast)
    pools.resize(pool=pool, units=3, by=HOUSE, at=FREEZES)
    refused("pool-changed", lambda: rounds.draw(held=made.round, by=HOUSE, at=AFTER))
    pools.resize(pool=pool, units=2, by=HOUSE, at=FREEZES)
    assert rounds.draw(held=made.round, by=HOUSE, at=AFTER).state == RoundState.DRAWN


def test_wishes_in_two_pools_are_excused_where_the_better_one_was_given(cast: Cast) -> None:
    manner = calls.Manner(policy=DRAWN.policy, result_at=DRAWN.result_at, choices=2)
    call, one = a_drawn_call(cast, units=2, manner=manner)
    other = a_pool(call, 2, "书法")
    from tests.factories.calls import accounts, people

    found = people(cast.factory, 8)
    for n, (person, actor) in enumerate(zip(found, accounts(found), strict=True)):
        wishes = [one, other] if n % 2 else [other, one]
        entries.enter(call=call, wishes=wishes, persons=[person], by=actor, at=EARLY)
    held = drawn(call, cast)
    files = [file_of(held, pool) for pool in (one, other)]
    assert [kernel.first_difference(file) for file in files] == [None, None]
    given = [ticket for file in files for ticket in file["given"]]
    assert len(given) == len(set(given)) == 4
    won = set(Application.objects.filter(state=ApplicationState.GRANTED).values_list("ticket", flat=True))
    assert won == set(given)


# ---- a round that fails -------------------------------------------------------------------------------------------


def test_seal_withheld_voids_the_round_and_the_same_list_is_drawn_with_new_seals(cast: Cast) -> None:
    call, pool = a_drawn_call(cast)
    rows = enter_all(call, pool, cast, 4)
    made = sealed(call, cast)
    _, _, (third, nobody, link) = holders(made, cast)
    officer = cast.officer.actor
    refused("withhold-early", lambda: seals.withhold(seal=third, by=officer, at=RESULT + timedelta(hours=23)))
    refused("no-power", lambda: seals.withhold(seal=third, by=nobody, at=RESULT + timedelta(hours=25)))
    refused("round-counts", lambda: rounds.repeat(before=made.round, plan=plan(cast), why="试", by=officer, at=AFTER))
    seals.lose(seal=third, link=link, by=nobody, at=AFTER)
    held = Round.objects.get()
    assert (held.state, held.void_why) == (RoundState.VOID, "第3位（职工代表）没有交出封存的数")
    refused("wrong-state", lambda: rounds.draw(held=held, by=officer, at=AFTER))
    again = AFTER + timedelta(days=3)
    refused(
        "why-missing",
        lambda: rounds.repeat(before=held, plan=plan(cast, result_at=again), why=" ", by=officer, at=AFTER),
    )
    second = rounds.repeat(before=held, plan=plan(cast, result_at=again), why="职工代表的数丢了", by=officer, at=AFTER)
    assert (second.round.number, second.round.repeats_id, second.round.state) == (2, held.pk, RoundState.FROZEN)
    lists = Draw.objects.order_by("round").values_list("frozen", "list_digest")
    assert lists[0] == lists[1]
    told = OutboxRow.objects.filter(kind="draw.repeated")
    assert told.count() == len(rows)
    fresh = ["1" * 64, "2" * 64, "3" * 64]
    at = AFTER + timedelta(hours=1)
    for (seal, by, link_2), text in zip(holders(second, cast), fresh, strict=True):
        seals.commit(seal=seal, commitment=kernel.commitment(text), link=link_2, by=by, at=at)
    for (seal, by, link_2), text in zip(holders(second, cast), fresh, strict=True):
        seals.open_seal(seal=seal, text=text, link=link_2, by=by, at=again)
    file = file_of(rounds.draw(held=second.round, by=officer, at=again))
    assert kernel.first_difference(file) is None
    assert file["round"] == 2
    assert states(rows).count("granted") == 2


def test_staff_note_a_seal_as_withheld_once_patience_is_over(cast: Cast) -> None:
    call, _pool = a_drawn_call(cast)
    made = sealed(call, cast)
    third = holders(made, cast)[2][0]
    seals.withhold(seal=third, by=cast.officer.actor, at=RESULT + timedelta(hours=24))
    assert Round.objects.get().state == RoundState.VOID
    refused(
        "seal_opened_or_withheld",
        lambda: seals.withhold(seal=third, by=cast.officer.actor, at=RESULT + timedelta(hours=25)),
    )


def test_nobody_can_void_what_they_might_dislike(cast: Cast) -> None:
    call, pool = a_drawn_call(cast)
    enter_all(call, pool, cast, 2)
    made = sealed(call, cast)
    officer = cast.officer.actor
    (first, by, _), _, _ = holders(made, cast)
    refused("why-missing", lambda: rounds.void(held=made.round, why="", by=officer, at=AFTER))
    seals.open_seal(seal=first, text=TEXTS[0], by=by, at=AFTER)
    refused("seals-opened", lambda: rounds.void(held=made.round, why="不好", by=officer, at=AFTER))


def test_who_could_know_the_source_s_number_commits_to_nothing_any_more(cast: Cast) -> None:
    """A list or a seal that is published after the event could have been made to fit it: such a round does not count."""
    call, pool = a_drawn_call(cast)
    enter_all(call, pool, cast, 2)
    event_at = FREEZES + timedelta(hours=1)
    made = announced(call, cast, source="ssq", event="2026138", event_at=event_at)
    *others, (seal, by, link) = holders(made, cast)
    for (other, actor, secret), text in zip(others, TEXTS, strict=False):
        seals.commit(seal=other, commitment=kernel.commitment(text), link=secret, by=actor, at=EARLY)
    rounds.freeze(held=made.round, by=HOUSE, at=FREEZES)
    late = kernel.commitment(TEXTS[2])
    refused("seal-late", lambda: seals.commit(seal=seal, commitment=late, link=link, by=by, at=event_at))
    assert Round.objects.get().sealed_at is None
    seals.commit(seal=seal, commitment=late, link=link, by=by, at=event_at - timedelta(seconds=1))
    assert Round.objects.get().sealed_at == event_at - timedelta(seconds=1)


def test_source_that_may_have_spoken_binds_before_a_seal_is_opened(cast: Cast) -> None:
    """Everyone reads its number; holders who talk to each other would know the outcome, and could have it drawn again."""
    call, pool = a_drawn_call(cast)
    enter_all(call, pool, cast, 2)
    made = announced(call, cast, source="ssq", event="2026138")
    commit_all(made, cast)
    assert draws.void_hindrance(Round.objects.get(), at=EARLY) == ""
    rounds.freeze(held=made.round, by=HOUSE, at=FREEZES)
    officer = cast.officer.actor
    refused("source-binds", lambda: rounds.void(held=made.round, why="不好", by=officer, at=FREEZES))
    refused("source-binds", lambda: rounds.void(held=made.round, why="不好", by=officer, at=AFTER))
    rounds.void(held=made.round, why="停开一期", by=officer, at=RESULT + timedelta(hours=24))


def test_round_is_voided_before_a_seal_was_opened_or_when_the_source_stays_silent(cast: Cast) -> None:
    call, pool = a_drawn_call(cast)
    enter_all(call, pool, cast, 2)
    made = sealed(call, cast, source="ssq", event="2026138")
    open_all(made, cast)
    officer = cast.officer.actor
    refused(
        "seals-opened", lambda: rounds.void(held=made.round, why="没开奖", by=officer, at=RESULT + timedelta(hours=23))
    )
    rounds.void(held=made.round, why="福彩中心停开一期", by=officer, at=RESULT + timedelta(hours=24))
    other, _ = a_drawn_call(cast)
    rounds.void(held=announced(other, cast).round, why="时间写错了", by=officer, at=EARLY)
    assert list(Round.objects.order_by("pk").values_list("state", flat=True)) == ["void", "void"]


def test_announced_after_closing_freezes_at_once(cast: Cast) -> None:
    call, pool = a_drawn_call(cast)
    enter_all(call, pool, cast, 2)
    made = rounds.announce(call=call, plan=plan(cast), by=cast.officer.actor, at=FREEZES)
    assert made.round.state == RoundState.FROZEN
    assert Draw.objects.get().entries == 2


def test_every_step_is_journalled(cast: Cast) -> None:
    call, pool = a_drawn_call(cast)
    enter_all(call, pool, cast, 2)
    drawn(call, cast)
    verbs = list(
        JournalEntry.objects.filter(of_kind__in=["round", "seal"]).order_by("pk").values_list("verb", flat=True)
    )
    assert verbs == [
        "round.announced", "seal.committed", "seal.committed", "seal.committed", "round.frozen", "round.sealed",
        "seal.opened", "seal.opened", "seal.opened", "round.drawn",
    ]  # fmt: skip


def test_system_draws_by_itself(cast: Cast) -> None:
    call, pool = a_drawn_call(cast)
    enter_all(call, pool, cast, 2)
    made = sealed(call, cast)
    open_all(made, cast)
    assert rounds.draw(held=made.round, by=system(AFTER.date()), at=AFTER).state == RoundState.DRAWN
