"""Applying: order of arrival, two taps, retries, windows, conditions, and who may apply for whom."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import HOUSE, NOW, SINCE, Cast
from tests.factories.calls import CLOSES, OPENS, Heard, a_call, a_pool, accounts, people

from tongxin.calls.actions import applications, noting, pools
from tongxin.calls.models import Applicant, Application, Award, Pool, Step
from tongxin.calls.queries import miscounted, place_in_line
from tongxin.calls.states import ApplicationState
from tongxin.kernel.refused import Refused
from tongxin.records.models import JournalEntry, OutboxRow
from tongxin.rulebook.actions import rules
from tongxin.rules.conditions import compare

GRANTED, WAITING = ApplicationState.GRANTED, ApplicationState.WAITING


@pytest.fixture
def pool(cast: Cast) -> Pool:
    return a_pool(a_call(cast.yongchuan), 1)


def test_apply_gives_places_in_order_of_arrival_then_numbers_in_line(cast: Cast, pool: Pool, heard: Heard) -> None:
    made = [applications.apply(pool=pool, person=p, by=HOUSE, at=NOW) for p in people(cast.factory, 3)]
    assert [a.state for a in made] == [GRANTED, WAITING, WAITING]
    assert [place_in_line(a, pool) for a in made] == [None, 1, 2]
    assert heard.granted == ["甲0"]
    pool.refresh_from_db()
    assert (pool.taken, pool.waiting, pool.next_no, pool.left) == (1, 2, 4, 0)
    assert miscounted() == []


def test_apply_writes_every_row_with_its_federation(cast: Cast, pool: Pool) -> None:
    mine = applications.apply(pool=pool, person=cast.wang.person, by=cast.wang.actor, at=NOW, key="k")
    stored = Application.objects.get()
    assert (stored.pk, stored.public_id, stored.account, stored.key, stored.at) == (
        mine.pk,
        mine.public_id,
        cast.wang.actor.account_id,
        "k",
        NOW,
    )
    rows = [stored, stored.applicants.get(), stored.preferences.get(), stored.steps.get(), stored.awards.get()]
    assert {row.federation for row in rows} == {cast.chongqing.pk}
    assert stored.steps.get().verb == "grant"
    entry = JournalEntry.objects.get(verb="application.made")
    assert (entry.of_id, entry.union, entry.person) == (mine.public_id, cast.yongchuan.pk, cast.wang.person.pk)
    assert entry.data == {"pool": pool.public_id, "state": "granted"}


def test_apply_tells_only_those_for_whom_someone_else_applied(cast: Cast, pool: Pool) -> None:
    applications.apply(pool=pool, person=cast.wang.person, by=cast.wang.actor, at=NOW)
    assert OutboxRow.objects.count() == 0
    applications.apply(pool=pool, person=cast.li.person, by=cast.officer.actor, at=NOW)
    row = OutboxRow.objects.get()
    assert (row.person, row.kind, row.data["what"]) == (cast.li.person.pk, "place.waiting", "摄影")


def test_two_taps_and_a_retry_give_one(cast: Cast, pool: Pool) -> None:
    first = applications.apply(pool=pool, person=cast.wang.person, by=cast.wang.actor, at=NOW, key="k1")
    second = applications.apply(pool=pool, person=cast.wang.person, by=cast.wang.actor, at=NOW, key="k2")
    retry = applications.apply(pool=pool, person=cast.wang.person, by=cast.wang.actor, at=NOW, key="k1")
    assert first.pk == second.pk == retry.pk
    assert (Application.objects.count(), Award.objects.count(), Step.objects.count()) == (1, 1, 1)


def test_retry_that_arrives_after_a_withdrawal_takes_no_new_place(cast: Cast, pool: Pool) -> None:
    mine = applications.apply(pool=pool, person=cast.wang.person, by=cast.wang.actor, at=NOW, key="k")
    applications.withdraw(application=mine, by=cast.wang.actor, at=NOW)
    late = applications.apply(pool=pool, person=cast.wang.person, by=cast.wang.actor, at=NOW, key="k")
    assert (late.pk, late.state) == (mine.pk, ApplicationState.WITHDRAWN)
    again = applications.apply(pool=pool, person=cast.wang.person, by=cast.wang.actor, at=NOW, key="fresh")
    assert again.pk != mine.pk


def test_retry_after_the_window_gives_the_same_as_before(cast: Cast, pool: Pool) -> None:
    mine = applications.apply(pool=pool, person=cast.wang.person, by=cast.wang.actor, at=NOW, key="k")
    late = applications.apply(pool=pool, person=cast.wang.person, by=cast.wang.actor, at=CLOSES, key="k")
    assert (late.pk, late.state) == (mine.pk, GRANTED)


def test_key_that_comes_with_another_place_is_refused(cast: Cast, pool: Pool) -> None:
    """The same person, the same call; but not what was sent first. Moved by staff since, it is the same request."""
    other = a_pool(pool.call, 3, "晚上")
    sent = {"person": cast.wang.person, "by": cast.wang.actor, "at": NOW, "key": "k"}
    mine = applications.apply(pool=pool, **sent)  # type: ignore[arg-type]
    with pytest.raises(Refused) as refusal:
        applications.apply(pool=other, **sent)  # type: ignore[arg-type]
    assert refusal.value.code == "application_key_once"
    applications.move(application=mine, into=other, by=cast.officer.actor, at=NOW, why="调班")
    assert applications.apply(pool=pool, **sent).pk == mine.pk  # type: ignore[arg-type]


def test_key_of_another_wish_is_refused(cast: Cast, pool: Pool) -> None:
    applications.apply(pool=pool, person=cast.wang.person, by=cast.officer.actor, at=NOW, key="k")
    with pytest.raises(Refused) as refusal:
        applications.apply(pool=pool, person=cast.li.person, by=cast.officer.actor, at=NOW, key="k")
    assert refusal.value.code == "application_key_once"


def test_what_someone_should_look_at_is_on_record_though_it_was_refused(cast: Cast, pool: Pool) -> None:
    """A key with a changed body, and a claim for another; what is refused every day leaves no line."""
    by, other = cast.wang.actor, cast.jinjiang_admin.actor
    applications.apply(pool=pool, person=cast.wang.person, by=cast.officer.actor, at=NOW, key="k")
    for person, actor, key, when in (
        (cast.li.person, cast.officer.actor, "k", NOW),
        (cast.li.person, other, "fresh", NOW),
        (cast.li.person, by, "fresh", NOW),
        (cast.zhang.person, cast.zhang.actor, "fresh", CLOSES),
    ):
        with pytest.raises(Refused), noting.watched(pool=pool, by=actor, at=when):
            applications.apply(pool=pool, person=person, by=actor, at=when, key=key)
    rows = JournalEntry.objects.filter(verb="application.suspect").order_by("pk")
    assert [(row.account, row.data) for row in rows] == [
        (cast.officer.account.pk, {"what": "changed"}),
        (cast.jinjiang_admin.account.pk, {"what": "of-another"}),
        (cast.wang.account.pk, {"what": "of-another"}),
    ]


@pytest.mark.parametrize(
    ("at", "code"), [(OPENS - timedelta(microseconds=1), "not-open-yet"), (CLOSES, "closed-already")]
)
def test_window_leaves_out_what_is_before_it_and_its_very_end(cast: Cast, pool: Pool, at: datetime, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        applications.apply(pool=pool, person=cast.wang.person, by=cast.wang.actor, at=at)
    assert refusal.value.code == code


@pytest.mark.parametrize("at", [OPENS, CLOSES - timedelta(microseconds=1)])
def test_window_takes_in_its_first_and_its_last_moment(cast: Cast, pool: Pool, at: datetime) -> None:
    assert applications.apply(pool=pool, person=cast.wang.person, by=cast.wang.actor, at=at).state == GRANTED


def test_closed_window_is_refused_with_its_time(cast: Cast, pool: Pool) -> None:
    with pytest.raises(Refused) as refusal:
        applications.apply(pool=pool, person=cast.wang.person, by=cast.wang.actor, at=CLOSES)
    assert str(refusal.value) == "报名已在2024年3月29日 10:00截止，请留意下一次。"


def test_one_person_gets_one_of_a_call(cast: Cast, pool: Pool) -> None:
    other = a_pool(pool.call, 5, "书法")
    applications.apply(pool=pool, person=cast.wang.person, by=cast.wang.actor, at=NOW)
    with pytest.raises(Refused) as refusal:
        applications.apply(pool=other, person=cast.wang.person, by=cast.wang.actor, at=NOW)
    assert refusal.value.code == "one-per-call"
    assert Pool.objects.get(pk=other.pk).taken == 0
    applications.withdraw(application=Application.objects.get(), by=cast.wang.actor, at=NOW)
    assert applications.apply(pool=other, person=cast.wang.person, by=cast.wang.actor, at=NOW).state == GRANTED


def test_person_may_have_as_many_as_the_call_says(cast: Cast) -> None:
    call = a_call(cast.yongchuan, per_person=2)
    made = [a_pool(call, 5, name) for name in ("摄影", "书法", "声乐")]
    for pool in made[:2]:
        applications.apply(pool=pool, person=cast.wang.person, by=cast.wang.actor, at=NOW)
    with pytest.raises(Refused, match="最多报2个"):
        applications.apply(pool=made[2], person=cast.wang.person, by=cast.wang.actor, at=NOW)
    assert sorted(Applicant.objects.values_list("slot", flat=True)) == [1, 2]


def test_apply_to_a_closed_pool_is_refused(cast: Cast, pool: Pool) -> None:
    pools.close_pool(pool=pool, by=HOUSE, at=NOW, why="老师有事")
    with pytest.raises(Refused) as refusal:
        applications.apply(pool=pool, person=cast.wang.person, by=cast.wang.actor, at=NOW)
    assert (refusal.value.code, str(refusal.value)) == ("pool-closed", "“摄影”已不再接受报名，请看看别的。")


def test_what_the_kind_refuses_leaves_nothing_behind(cast: Cast, pool: Pool, heard: Heard) -> None:
    heard.refuse = True
    with pytest.raises(Refused, match="还缺一项"):
        applications.apply(pool=pool, person=cast.wang.person, by=cast.wang.actor, at=NOW)
    assert (Application.objects.count(), Applicant.objects.count(), Pool.objects.get().taken) == (0, 0, 0)
    assert miscounted() == []


def test_who_may_apply_for_whom(cast: Cast, pool: Pool) -> None:
    for actor in (cast.lin.actor, cast.sibling_officer.actor, cast.jinjiang_cadre.actor, cast.visitor):
        with pytest.raises(Refused) as refusal:
            applications.apply(pool=pool, person=cast.li.person, by=actor, at=NOW)
        assert refusal.value.code == "no-power"
    cadre_of_the_worker = cast.cadre.actor  # reaches the worker, not the union of the call
    assert applications.apply(pool=pool, person=cast.li.person, by=cadre_of_the_worker, at=NOW).state == GRANTED


def a_rule(cast: Cast, fact: str, op: str, value: object, words: str) -> object:
    rule = rules.add_rule(union=cast.yongchuan, name=words, by=HOUSE, at=NOW)
    condition = compare(fact, op, value, words=words)  # type: ignore[arg-type]
    return rules.publish(rule=rule, condition=condition, valid_from=SINCE, by=HOUSE, at=NOW)


def test_conditions_decide_with_words(cast: Cast) -> None:
    version = a_rule(cast, "membership_unions", "has", "500118", "会籍在永川区总工会或下级")
    pool = a_pool(a_call(cast.yongchuan, rule_version=version), 5)  # type: ignore[arg-type]
    assert applications.apply(pool=pool, person=cast.wang.person, by=cast.wang.actor, at=NOW).state == GRANTED
    with pytest.raises(Refused) as refusal:
        applications.apply(pool=pool, person=cast.lin.person, by=cast.lin.actor, at=NOW)
    assert refusal.value.code == "not-eligible"
    assert str(refusal.value) == (
        "这里要求：会籍在永川区总工会或下级。按现在的登记，您还不符合。登记有误的话，请找所在工会更正后再报。"
    )


def test_conditions_not_known_are_no_yes(cast: Cast) -> None:
    version = a_rule(cast, "gig_group", "in", frozenset({"courier"}), "是快递员")
    pool = a_pool(a_call(cast.yongchuan, rule_version=version), 5)  # type: ignore[arg-type]
    with pytest.raises(Refused) as refusal:
        applications.apply(pool=pool, person=cast.wang.person, by=cast.wang.actor, at=NOW)
    assert refusal.value.code == "eligibility-unknown"


def test_apply_takes_few_statements_and_as_many_for_the_hundredth(cast: Cast) -> None:
    pool = a_pool(a_call(cast.yongchuan), 200)
    persons = people(cast.factory, 30)
    actors = accounts(persons)
    counts = []
    for person, actor in zip(persons, actors, strict=True):
        with CaptureQueriesContext(connection) as captured:
            applications.apply(pool=pool, person=person, by=actor, at=NOW, key="k")
        counts.append(len(captured))
    assert set(counts) == {5}  # of which two are the savepoint of the test's own transaction; journal and kind included
