"""Entering: tickets, wishes, parties, retries, and the list that is frozen whatever the clocks say."""

from datetime import timedelta

import pytest
from tests.cast import HOUSE, NOW, Cast
from tests.factories.calls import CLOSES, DRAWN, a_call, a_pool, accounts, enter_all, people, states, told

from tongxin.calls.actions import applications, calls, entries, parties
from tongxin.calls.models import Applicant, Application, Call, Pool, Preference
from tongxin.calls.queries import miscounted
from tongxin.calls.states import Policy
from tongxin.kernel.refused import Refused
from tongxin.records.models import JournalEntry

THREE = calls.Manner(policy=Policy.DRAW, choices=3, party_most=3, result_at=CLOSES)


@pytest.fixture
def call(cast: Cast) -> Call:
    return a_call(cast.yongchuan, manner=THREE)


@pytest.fixture
def made(call: Call) -> list[Pool]:
    return [a_pool(call, 1, name) for name in ("早上", "下午", "晚上")]


def wished(application: Application) -> list[str]:
    rows = Preference.objects.filter(application=application).order_by("rank")
    return list(rows.values_list("pool__name", flat=True))


def refused(code: str, deed: object) -> str:
    with pytest.raises(Refused) as refusal:
        deed()  # type: ignore[operator]
    assert refusal.value.code == code
    return str(refusal.value)


def test_enter_gives_a_ticket_and_keeps_the_wishes_in_order_and_takes_no_place(
    cast: Cast, call: Call, made: list[Pool]
) -> None:
    mine = entries.enter(
        call=call, wishes=[made[2], made[0]], persons=[cast.wang.person], by=cast.wang.actor, at=NOW, key="k"
    )
    assert (mine.state, mine.size, mine.weight, mine.groups) == ("entered", 1, 1, "")
    assert len(str(mine.ticket)) == 32
    assert wished(mine) == ["晚上", "早上"]
    assert list(Pool.objects.values_list("taken", "waiting")) == [(0, 0)] * 3
    assert JournalEntry.objects.get(verb="application.entered").data["size"] == 1
    assert miscounted() == []


def test_apply_to_a_call_that_is_entered_is_one_wish(cast: Cast, made: list[Pool]) -> None:
    mine = applications.apply(pool=made[1], person=cast.wang.person, by=cast.wang.actor, at=NOW, key="k")
    assert (mine.state, wished(mine)) == ("entered", ["下午"])


def test_two_taps_and_a_retry_give_one_ticket(cast: Cast, call: Call, made: list[Pool]) -> None:
    sent = {"call": call, "wishes": made[:2], "persons": [cast.wang.person], "by": cast.wang.actor, "at": NOW}
    first = entries.enter(**sent, key="k1")  # type: ignore[arg-type]
    assert entries.enter(**sent, key="k2").pk == first.pk  # type: ignore[arg-type]
    assert entries.enter(**sent, key="k1").pk == first.pk  # type: ignore[arg-type]
    assert Application.objects.count() == 1


def test_replay_with_a_changed_body_is_refused(cast: Cast, call: Call, made: list[Pool]) -> None:
    sent = {"call": call, "persons": [cast.wang.person], "by": cast.wang.actor, "at": NOW, "key": "k"}
    entries.enter(**sent, wishes=made[:1])  # type: ignore[arg-type]
    refused("application_key_once", lambda: entries.enter(**sent, wishes=made[1:2]))  # type: ignore[arg-type]


def test_wishes_that_were_changed_hide_no_other_entry(cast: Cast, made: list[Pool], call: Call) -> None:
    """One who changed their wishes and then sends others has not sent them before, unless it is the very first page again."""
    two = a_call(cast.yongchuan, per_person=2, manner=THREE)
    one, other, third = (a_pool(two, 1, name) for name in ("甲", "乙", "丙"))
    sent = {"call": two, "persons": [cast.wang.person], "by": cast.wang.actor, "at": NOW}
    mine = entries.enter(**sent, wishes=[one], key="k")  # type: ignore[arg-type]
    entries.change_wishes(application=mine, wishes=[other], by=cast.wang.actor, at=NOW)
    assert entries.enter(**sent, wishes=[one], key="k").pk == mine.pk  # type: ignore[arg-type]
    second = entries.enter(**sent, wishes=[third], key="k2")  # type: ignore[arg-type]
    assert (second.pk != mine.pk, wished(second)) == (True, ["丙"])
    sent["call"] = call
    mine = entries.enter(**sent, wishes=made[:1])  # type: ignore[arg-type]
    entries.change_wishes(application=mine, wishes=made[1:2], by=cast.wang.actor, at=NOW)
    refused("one-per-call", lambda: entries.enter(**sent, wishes=made[2:]))  # type: ignore[arg-type]


def test_replay_with_other_people_is_refused(cast: Cast, call: Call, made: list[Pool]) -> None:
    sent = {"call": call, "wishes": made[:1], "by": HOUSE, "at": NOW}
    persons = people(cast.factory, 3)
    mine = entries.enter(**sent, persons=persons[:1])  # type: ignore[arg-type]
    refused("one-per-call", lambda: entries.enter(**sent, persons=persons[:2]))  # type: ignore[arg-type]
    assert mine.size == 1


def test_second_application_with_other_wishes_is_told_to_change_them(cast: Cast, call: Call, made: list[Pool]) -> None:
    sent = {"call": call, "persons": [cast.wang.person], "by": cast.wang.actor, "at": NOW}
    mine = entries.enter(**sent, wishes=made[:1])  # type: ignore[arg-type]
    assert "改志愿" in refused("one-per-call", lambda: entries.enter(**sent, wishes=made[1:2]))  # type: ignore[arg-type]
    entries.change_wishes(application=mine, wishes=made[::-1], by=cast.wang.actor, at=NOW)
    assert wished(mine) == ["晚上", "下午", "早上"]


@pytest.mark.parametrize("chosen", [[], [0, 0], [0, 1, 2, 3]])
def test_wishes_are_one_to_three_different_ones_of_the_call(
    cast: Cast, call: Call, made: list[Pool], chosen: list[int]
) -> None:
    four = [*made, a_pool(call, 1, "夜里")]
    refused("wishes", lambda: entries.enter(
        call=call, wishes=[four[n] for n in chosen], persons=[cast.wang.person], by=cast.wang.actor, at=NOW
    ))  # fmt: skip
    elsewhere = a_pool(a_call(cast.yongchuan, manner=THREE), 1)
    refused("wishes", lambda: entries.enter(
        call=call, wishes=[elsewhere], persons=[cast.wang.person], by=cast.wang.actor, at=NOW
    ))  # fmt: skip


def test_nobody_enters_for_others(cast: Cast, call: Call, made: list[Pool]) -> None:
    """A worker names only themselves; whoever goes along joins by their own hand."""
    two = [cast.wang.person, cast.zhang.person]
    refused("no-power", lambda: entries.enter(call=call, wishes=made[:1], persons=two, by=cast.wang.actor, at=NOW))
    mine = entries.enter(call=call, wishes=made[:1], persons=two[:1], by=cast.wang.actor, at=NOW)
    refused("no-power", lambda: parties.join(application=mine, person=two[1], by=cast.wang.actor, at=NOW))
    parties.join(application=mine, person=two[1], by=cast.zhang.actor, at=NOW)
    assert Application.objects.get().size == 2


def test_one_person_once_across_families(cast: Cast, call: Call, made: list[Pool]) -> None:
    one, two = people(cast.factory, 2)
    first, second = accounts([one, two])
    family = entries.enter(call=call, wishes=made[:1], persons=[one], by=first, at=NOW)
    entries.enter(call=call, wishes=made[:1], persons=[two], by=second, at=NOW)
    refused("one-per-call", lambda: parties.join(application=family, person=two, by=second, at=NOW))


def test_party_is_full_can_be_left_and_is_withdrawn_by_who_entered(cast: Cast, call: Call, made: list[Pool]) -> None:
    four = people(cast.factory, 4)
    actors = accounts(four)
    family = entries.enter(call=call, wishes=made[:1], persons=four[:1], by=actors[0], at=NOW)
    for person, by in zip(four[1:3], actors[1:3], strict=True):
        parties.join(application=family, person=person, by=by, at=NOW)
    refused("party", lambda: parties.join(application=family, person=four[3], by=actors[3], at=NOW))
    refused("party-lead", lambda: applications.withdraw(application=family, by=actors[1], at=NOW))
    refused("party-lead", lambda: parties.leave(application=family, person=four[0], by=actors[0], at=NOW))
    parties.leave(application=family, person=four[2], by=actors[2], at=NOW)
    parties.join(application=family, person=four[3], by=actors[3], at=NOW)
    applications.withdraw(application=family, by=actors[0], at=NOW)
    assert Applicant.objects.filter(live=True).count() == 0


def test_staff_enter_a_party_and_each_is_told(cast: Cast, call: Call, made: list[Pool]) -> None:
    entries.enter(call=call, wishes=made[:1], persons=[cast.wang.person, cast.li.person], by=cast.officer.actor, at=NOW)
    assert sorted(told("place.entered")) == sorted([cast.wang.person.name, cast.li.person.name])


def test_frozen_list_stays_frozen_though_the_clock_is_put_back(cast: Cast, call: Call, made: list[Pool]) -> None:
    refused("not-closed-yet", lambda: entries.freeze(call=call, by=HOUSE, at=CLOSES - timedelta(seconds=1)))
    [mine] = enter_all(made[:1], people(cast.factory, 1))
    frozen = entries.freeze(call=call, by=HOUSE, at=CLOSES)
    assert entries.freeze(call=call, by=HOUSE, at=CLOSES + timedelta(days=1)).frozen_at == frozen.frozen_at
    refused("list-frozen", lambda: entries.enter(
        call=call, wishes=made[:1], persons=[cast.wang.person], by=cast.wang.actor, at=NOW
    ))  # fmt: skip
    refused("list-frozen", lambda: entries.change_wishes(application=mine, wishes=made[1:2], by=HOUSE, at=NOW))


def test_withdrawn_after_the_list_was_frozen_is_noted_as_late(cast: Cast, call: Call, made: list[Pool]) -> None:
    [mine] = enter_all(made[:1], people(cast.factory, 1))
    entries.freeze(call=call, by=HOUSE, at=CLOSES)
    applications.withdraw(application=mine, why="有事", by=HOUSE, at=CLOSES)
    assert states([mine]) == ["withdrawn"]
    assert JournalEntry.objects.get(verb="application.withdrawn").data["late"] is True


def test_publishing_holds_to_what_is_promised(cast: Cast) -> None:
    def a_draft(**more: object) -> Call:
        values = {"opens": NOW, "closes": NOW + timedelta(days=2)} | more
        return calls.open_call(union=cast.yongchuan, kind="quiet", by=HOUSE, at=NOW, **values)  # type: ignore[arg-type]

    short = a_draft(closes=NOW + timedelta(hours=23), manner=DRAWN)
    refused("entry-short", lambda: calls.publish(call=short, by=HOUSE, at=NOW))
    refused("result-missing", lambda: calls.publish(call=a_draft(), by=HOUSE, at=NOW))
    refused("call_policy_reason", lambda: a_draft(manner=calls.Manner(policy=Policy.ORDER_OF_ARRIVAL)))


def test_what_was_published_is_a_promise(cast: Cast, call: Call) -> None:
    refused("manner-fixed", lambda: calls.set_manner(call=call, manner=DRAWN, by=HOUSE, at=NOW))


def test_frozen_list_keeps_its_window(cast: Cast, call: Call) -> None:
    entries.freeze(call=call, by=HOUSE, at=CLOSES)
    later = CLOSES + timedelta(days=2)
    refused("list-frozen", lambda: calls.set_window(call=call, opens=call.opens, closes=later, by=HOUSE, at=NOW))
