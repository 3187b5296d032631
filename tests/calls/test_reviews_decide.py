"""Review up the tree: who has it, what they say, silence, and the last yes."""

from datetime import timedelta

import pytest
from tests.cast import HOUSE, NOW, TODAY, Cast
from tests.factories.calls import CLOSES, a_call, a_pool, states, told

from tongxin.calls.actions import calls, entries, reviews
from tongxin.calls.models import Application, Pool, Step
from tongxin.calls.queries import miscounted, place_in_line
from tongxin.calls.queries.reviews import chain, overdue, to_review
from tongxin.calls.states import Policy, Verdict
from tongxin.kernel.refused import Refused
from tongxin.records.models import JournalEntry

REVIEWED = calls.Manner(policy=Policy.REVIEW, review_hours=24, choices=2)


@pytest.fixture
def pool(cast: Cast) -> Pool:
    return a_pool(a_call(cast.yongchuan, manner=REVIEWED), 1)


def asked(cast: Cast, pool: Pool) -> Application:
    return entries.enter(call=pool.call, wishes=[pool], persons=[cast.wang.person], by=cast.wang.actor, at=NOW)


def refused(code: str, deed: object) -> None:
    with pytest.raises(Refused) as refusal:
        deed()  # type: ignore[operator]
    assert refusal.value.code == code


def test_it_goes_to_the_lowest_union_with_someone_who_may_answer(cast: Cast, pool: Pool) -> None:
    mine = asked(cast, pool)
    line = chain(mine, on=TODAY)
    assert line[-1] == cast.yongchuan.pk
    assert mine.reviewer_id in line
    assert mine.due == NOW + timedelta(hours=24)
    assert list(to_review(cast.cadre.actor)) == [mine]
    assert list(to_review(cast.jinjiang_cadre.actor)) == []


def test_agreement_goes_up_and_the_last_one_gives_the_place(cast: Cast, pool: Pool) -> None:
    mine = asked(cast, pool)
    assert mine.reviewer == cast.factory
    mine = reviews.decide(application=mine, verdict=Verdict.AGREE, by=cast.cadre.actor, at=NOW)
    assert mine.reviewer == cast.yongchuan
    refused("no-power", lambda: reviews.decide(application=mine, verdict=Verdict.AGREE, by=cast.cadre.actor, at=NOW))
    reviews.decide(application=mine, verdict=Verdict.AGREE, by=cast.officer.actor, at=NOW)
    assert states([mine]) == ["granted"]
    steps = Step.objects.filter(application=mine).exclude(verdict="").order_by("pk")
    assert list(steps.values_list("union", "verdict")) == [
        (cast.factory.pk, "agree"),
        (cast.yongchuan.pk, "approve"),
    ]
    assert told("place.given") == [cast.wang.person.name]
    assert miscounted() == []


def test_scarcity_is_no_refusal_the_next_one_approved_waits(cast: Cast, pool: Pool) -> None:
    first = asked(cast, pool)
    second = entries.enter(call=pool.call, wishes=[pool], persons=[cast.zhang.person], by=HOUSE, at=NOW)
    for one in (first, second):
        while (row := Application.objects.get(pk=one.pk)).reviewer_id is not None:
            reviews.decide(application=row, verdict=Verdict.AGREE, by=HOUSE, at=NOW)
    assert states([first, second]) == ["granted", "waiting"]
    assert place_in_line(second, pool) == 1
    assert miscounted() == []


def test_returned_with_a_reason_and_mended_goes_on_where_it_stood(cast: Cast, pool: Pool) -> None:
    mine = asked(cast, pool)
    refused("why-missing", lambda: reviews.decide(application=mine, verdict=Verdict.RETURN, by=HOUSE, at=NOW))
    reviews.decide(application=mine, verdict=Verdict.RETURN, why="缺单位证明", by=cast.cadre.actor, at=NOW)
    assert (states([mine]), told("review.returned")) == (["returned"], [cast.wang.person.name])
    assert overdue(NOW + timedelta(days=9), limit=9) == []  # nobody is late while the worker mends
    reviews.mend(application=mine, by=cast.wang.actor, at=CLOSES)
    row = Application.objects.get(pk=mine.pk)
    assert (row.state, row.reviewer, row.due) == ("entered", cast.factory, CLOSES + timedelta(hours=24))


def test_refused_with_a_reason_ends_it_and_frees_the_person(cast: Cast, pool: Pool) -> None:
    mine = asked(cast, pool)
    reviews.decide(application=mine, verdict=Verdict.REFUSE, why="不在范围", by=cast.cadre.actor, at=NOW)
    assert states([mine]) == ["refused"]
    assert JournalEntry.objects.filter(verb="review.refuse").count() == 1
    refused("wrong-state", lambda: reviews.decide(application=mine, verdict=Verdict.AGREE, by=HOUSE, at=NOW))
    other = a_pool(pool.call, 1, "另一个")
    assert entries.enter(call=pool.call, wishes=[other], persons=[cast.wang.person], by=HOUSE, at=NOW).pk != mine.pk


def test_silence_goes_up_and_on_top_it_stays_seen(cast: Cast, pool: Pool) -> None:
    mine = asked(cast, pool)
    late = NOW + timedelta(hours=24)
    reviews.escalate(application=mine, on=TODAY, at=late - timedelta(seconds=1))
    assert Application.objects.get(pk=mine.pk).reviewer == cast.factory
    assert overdue(late, limit=9) == [mine]
    reviews.escalate(application=mine, on=TODAY, at=late)
    assert Application.objects.get(pk=mine.pk).reviewer == cast.yongchuan
    reviews.escalate(application=mine, on=TODAY, at=late + timedelta(days=3))
    assert Application.objects.get(pk=mine.pk).reviewer == cast.yongchuan


def test_nobody_reviews_their_own(cast: Cast, pool: Pool) -> None:
    mine = entries.enter(call=pool.call, wishes=[pool], persons=[cast.officer.person], by=HOUSE, at=NOW)
    mine = reviews.escalate(application=mine, on=TODAY, at=NOW + timedelta(days=9))
    refused(
        "own-application",
        lambda: reviews.decide(application=mine, verdict=Verdict.AGREE, by=cast.officer.actor, at=NOW),
    )
