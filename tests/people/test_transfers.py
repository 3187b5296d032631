"""会籍转接: both unions say yes, nobody is a member twice or never, silence goes up, and only a clause replaces a yes."""

from collections.abc import Callable
from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from tests.cast import HOUSE, NOW, TODAY, Cast, Player
from tests.factories.likenesses import twice

from tongxin.kernel.refused import Refused
from tongxin.people.actions import appointments, memberships, merging, transfers, union_endings
from tongxin.people.actions.merging import Choice
from tongxin.people.actions.transfers import NEW, OLD
from tongxin.people.models import Appointment, Clock, Membership, Transfer
from tongxin.people.queries.transfers import to_answer, to_look_after
from tongxin.records.models import OutboxRow
from tongxin.store.atomic import writing
from tongxin.unions.actions import tree

BY_CLAUSE = "逾期不答复的，视为同意（测试用，不是真的规定）"


def code(deed: Callable[[], object]) -> str:
    try:
        deed()
    except Refused as refused:
        return refused.code
    return "ok"


def ask(cast: Cast, to: object, by: Player | None = None, **more: object) -> Transfer:
    return transfers.ask(
        person=more.pop("person", cast.wang.person), to_union=to, by=(by or cast.wang).actor, at=NOW, **more
    )


def say(transfer: Transfer, side: str, by: Player, *, yes: bool = True, why: str = "") -> str:
    return code(lambda: transfers.answer(transfer=transfer, side=side, yes=yes, by=by.actor, at=NOW, why=why))


def stays(player: Player) -> list[tuple[str, date, date | None]]:
    rows = Membership.objects.filter(person=player.person).order_by("starts", "pk")
    return [(stay.union.name, stay.starts, stay.ends) for stay in rows]


def state(transfer: Transfer) -> str:
    transfer.refresh_from_db()
    return transfer.state


def test_with_both_yes_it_is_done_that_day_without_a_gap(cast: Cast) -> None:
    made = ask(cast, cast.jiangjin_mill)
    before = stays(cast.wang)
    assert say(made, OLD, cast.cadre) == "ok"
    assert (state(made), stays(cast.wang)) == ("waiting", before)
    assert say(made, NEW, cast.sibling_cadre) == "ok"
    assert state(made) == "done"
    ((_, _since, end), (name, start, open_)) = stays(cast.wang)
    assert (end, start, open_, name) == (TODAY, TODAY, None, cast.jiangjin_mill.name)
    assert made.result.previous == made.membership
    assert OutboxRow.objects.filter(kind="transfer.done", person=cast.wang.person.pk).count() == 1


def test_who_asks_has_said_yes(cast: Cast) -> None:
    letting_go = ask(cast, cast.jiangjin_mill, cast.cadre)
    assert (letting_go.asker, letting_go.old_answer, letting_go.new_answer) == ("old_union", "yes", "none")
    transfers.withdraw(transfer=letting_go, by=cast.cadre.actor, at=NOW)
    taking = ask(cast, cast.jiangjin_mill, cast.sibling_cadre)
    assert (taking.asker, taking.old_answer, taking.new_answer) == ("new_union", "none", "yes")
    assert say(taking, OLD, cast.cadre) == "ok"
    assert state(taking) == "done"


def test_a_no_says_why_and_ends_it(cast: Cast) -> None:
    made = ask(cast, cast.jiangjin_mill)
    assert say(made, NEW, cast.sibling_cadre, yes=False) == "why-missing"
    assert say(made, NEW, cast.sibling_cadre, yes=False, why="不在本单位") == "ok"
    assert (state(made), made.why) == ("refused", "不在本单位")
    assert say(made, OLD, cast.cadre) == "wrong-state"
    assert ask(cast, cast.zhongshan).state == "waiting"


def test_only_its_own_side_answers(cast: Cast) -> None:
    made = ask(cast, cast.jiangjin_mill)
    assert say(made, OLD, cast.sibling_cadre) == "no-power"
    assert say(made, NEW, cast.cadre) == "no-power"
    assert say(made, OLD, cast.jinjiang_admin) == "no-power"
    assert say(made, OLD, cast.admin) == "ok"  # who stands above may answer too
    assert say(made, OLD, cast.cadre) == "answered-already"
    assert [list(to_answer(p.actor, at=NOW)) for p in (cast.cadre, cast.sibling_cadre, cast.jinjiang_cadre)] == [
        [made], [made], [],
    ]  # fmt: skip


def test_across_provinces_the_worker_consents_alone(cast: Cast) -> None:
    made = ask(cast, cast.jinjiang_shop, cast.cadre)
    assert say(made, NEW, cast.jinjiang_cadre) == "ok"
    assert state(made) == "waiting"
    assert OutboxRow.objects.filter(kind="transfer.consent-needed").count() == 1
    assert code(lambda: transfers.consent(transfer=made, by=cast.cadre.actor, at=NOW)) == "no-power"
    transfers.consent(transfer=made, by=cast.wang.actor, at=NOW)
    assert (state(made), stays(cast.wang)[-1][0]) == ("done", cast.jinjiang_shop.name)


def test_loops_selves_and_seconds_are_refused(cast: Cast) -> None:
    assert code(lambda: ask(cast, cast.factory)) == "move-same-union"
    ask(cast, cast.jiangjin_mill)
    assert code(lambda: ask(cast, cast.zhongshan)) == "transfer_one_waiting"
    assert code(lambda: ask(cast, cast.zhongshan, cast.cadre)) == "transfer_one_waiting"
    assert code(lambda: ask(cast, cast.chongqing, person=cast.li.person, by=cast.cadre)) == "union-takes-none"
    assert code(lambda: ask(cast, cast.jinjiang_shop, cast.sibling_cadre, person=cast.li.person)) == "no-power"


def test_sent_twice_it_is_one(cast: Cast) -> None:
    assert ask(cast, cast.zhongshan, key="k").pk == ask(cast, cast.zhongshan, key="k").pk


def test_silence_goes_up_and_nothing_moves_by_itself(cast: Cast) -> None:
    made = ask(cast, cast.jiangjin_mill, cast.sibling_cadre)
    assert list(to_look_after(made.due_at - timedelta(seconds=1), TODAY, limit=9)) == []
    seen = []
    for _ in range(3):
        assert list(to_look_after(made.due_at, TODAY, limit=9)) == [made.pk]
        transfers.escalate(transfer=made, on=TODAY, at=made.due_at)
        made.refresh_from_db()
        seen.append(made.escalated_to.name)
    assert seen == [cast.yongchuan.name, cast.chongqing.name, cast.chongqing.name]
    assert (made.state, made.escalations, len(stays(cast.wang))) == ("waiting", 2, 1)
    assert say(made, OLD, cast.cadre) == "ok"  # late, and still good
    assert state(made) == "done"


def test_a_clause_on_record_lets_silence_pass(cast: Cast) -> None:
    with writing():
        clause = Clock.make(
            name="transfer_completes", union=cast.yongchuan, amount=10, unit="working_days", valid_from=date(2024, 1, 1),
            source="test", clause=BY_CLAUSE, confidence="sure",
        )  # fmt: skip
    undecided = ask(cast, cast.jiangjin_mill)
    transfers.escalate(transfer=undecided, on=TODAY, at=undecided.due_at)
    assert state(undecided) == "waiting"  # the new union has not said yes
    say(undecided, NEW, cast.sibling_cadre)
    transfers.escalate(transfer=undecided, on=TODAY, at=undecided.due_at)
    assert (state(undecided), undecided.by_clause) == ("done", clause)
    assert undecided.steps.filter(verb="by-clause").get().why == BY_CLAUSE


def test_a_new_union_that_ends_is_followed(cast: Cast) -> None:
    made = ask(cast, cast.riders)
    tree.dissolve(union=cast.riders, on=TODAY, by=HOUSE, at=NOW)
    transfers.escalate(transfer=made, on=TODAY, at=NOW)
    assert (state(made), made.to_union, made.new_answer) == ("waiting", cast.yongchuan, "none")


def test_who_left_meanwhile_is_not_moved(cast: Cast) -> None:
    made = ask(cast, cast.jiangjin_mill)
    memberships.end(membership=made.membership, on=TODAY, reason="left", by=HOUSE, at=NOW)
    say(made, OLD, cast.cadre)
    assert say(made, NEW, cast.sibling_cadre) == "membership-ended"
    transfers.escalate(transfer=made, on=TODAY, at=NOW)
    assert state(made) == "refused"


@pytest.mark.django_db(transaction=True)
def test_both_answers_at_the_same_moment_move_once(cast: Cast) -> None:
    made = ask(cast, cast.jiangjin_mill)
    barrier, said = Barrier(2), []

    def run(side: str, by: Player) -> None:
        actor = by.actor
        barrier.wait()
        said.append(code(lambda: transfers.answer(transfer=made, side=side, yes=True, by=actor, at=NOW)))
        connection.close()

    threads = [Thread(target=run, args=args) for args in ((OLD, cast.cadre), (NEW, cast.sibling_cadre))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (said, state(made), len(stays(cast.wang))) == (["ok", "ok"], "done", 2)


# ---- what happens meanwhile ---------------------------------------------------------------------------------------


def test_a_clause_counts_only_when_its_own_time_is_over(cast: Cast) -> None:
    with writing():
        Clock.make(
            name="transfer_completes", union=cast.yongchuan, amount=60, unit="days", valid_from=date(2024, 1, 1),
            source="test", clause=BY_CLAUSE, confidence="sure",
        )  # fmt: skip
    made = ask(cast, cast.jiangjin_mill, cast.sibling_cadre)
    transfers.escalate(transfer=made, on=TODAY, at=made.due_at)
    made.refresh_from_db()
    assert (made.state, made.escalated_to) == ("waiting", cast.yongchuan)
    transfers.escalate(transfer=made, on=TODAY, at=NOW + timedelta(days=61))
    assert state(made) == "done"


def test_silence_of_the_new_union_goes_up_its_own_tree(cast: Cast) -> None:
    made = ask(cast, cast.jinjiang_shop)
    say(made, OLD, cast.cadre)
    transfers.escalate(transfer=made, on=TODAY, at=made.due_at)
    made.refresh_from_db()
    assert made.escalated_to == cast.jinjiang
    assert say(made, NEW, cast.jinjiang_admin) == "ok"


def test_what_waits_for_consent_alone_is_asked_for_once_more_and_then_closed(cast: Cast) -> None:
    made = ask(cast, cast.jinjiang_shop, cast.cadre)
    say(made, NEW, cast.jinjiang_cadre)
    transfers.escalate(transfer=made, on=TODAY, at=made.due_at)
    made.refresh_from_db()
    assert (made.state, made.escalations) == ("waiting", 0)
    assert OutboxRow.objects.filter(kind="transfer.consent-still-needed").count() == 1
    transfers.escalate(transfer=made, on=TODAY, at=made.due_at)
    assert (state(made), len(stays(cast.wang))) == ("refused", 1)
    assert OutboxRow.objects.filter(kind="transfer.closed").count() == 1


def test_back_and_forth_takes_a_day_each(cast: Cast) -> None:
    made = ask(cast, cast.jiangjin_mill, cast.cadre)
    say(made, NEW, cast.sibling_cadre)
    assert code(lambda: ask(cast, cast.factory)) == "moved-today"
    back = transfers.ask(
        person=cast.wang.person, to_union=cast.factory, by=cast.wang.on(TODAY + timedelta(days=1)),
        at=NOW + timedelta(days=1),
    )  # fmt: skip
    assert back.state == "waiting"


def test_an_old_union_that_was_merged_away_is_followed(cast: Cast) -> None:
    made = ask(cast, cast.jiangjin_mill)
    say(made, OLD, cast.cadre)
    appointment = Appointment.objects.get(union=cast.factory)
    appointments.end_appointment(appointment=appointment, on=TODAY, by=HOUSE, at=NOW)
    union_endings.merge(predecessors=[cast.factory], successor=cast.riders, on=TODAY, by=HOUSE, at=NOW)
    assert say(made, NEW, cast.sibling_cadre) == "membership-ended"
    assert list(to_look_after(NOW, TODAY, limit=9)) == [made.pk]
    transfers.escalate(transfer=made, on=TODAY, at=NOW)
    made.refresh_from_db()
    assert (made.state, made.union, made.old_answer) == ("waiting", cast.riders, "none")
    assert say(made, NEW, cast.sibling_cadre) == "ok"
    assert say(made, OLD, cast.admin) == "ok"
    assert (state(made), stays(cast.wang)[-1][0]) == ("done", cast.jiangjin_mill.name)


def test_a_record_that_was_merged_meanwhile_is_not_moved(cast: Cast) -> None:
    other, pair = twice(cast)
    made = ask(cast, cast.jiangjin_mill, person=other.person, by=other)
    kept = ask(cast, cast.zhongshan)
    going_on = cast.wang.person.memberships.get().public_id
    choice = Choice(kept=cast.wang.person, membership=going_on, account=cast.wang.account.pk)
    merging.merge(pair=pair, choice=choice, by=cast.admin.actor, at=NOW)
    made.refresh_from_db()
    assert made.person == other.person  # one waiting each: it could not follow
    assert say(made, NEW, cast.sibling_cadre) == "person-merged"
    assert set(to_look_after(NOW, TODAY, limit=9)) == {made.pk}
    transfers.escalate(transfer=made, on=TODAY, at=NOW)
    assert (state(made), state(kept)) == ("refused", "waiting")


def test_the_worker_takes_back_what_a_union_asked(cast: Cast) -> None:
    made = ask(cast, cast.jiangjin_mill, cast.cadre)
    assert code(lambda: transfers.withdraw(transfer=made, by=cast.sibling_cadre.actor, at=NOW)) == "no-power"
    assert code(lambda: transfers.withdraw(transfer=made, by=cast.gao.actor, at=NOW)) == "no-power"
    transfers.withdraw(transfer=made, by=cast.wang.actor, at=NOW)
    assert state(made) == "withdrawn"
    assert say(made, NEW, cast.sibling_cadre) == "wrong-state"
