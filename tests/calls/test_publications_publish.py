"""The outcome as it was shown, and what becomes of objections against it."""

from datetime import timedelta
from hashlib import sha256

import pytest
from tests.cast import HOUSE, NOW, Cast
from tests.factories.calls import CLOSES, Heard, a_call, a_pool, apply_all, enter_all, people, states, tickets, told

from tongxin.calls.actions import allocations, awards, calls, publications
from tongxin.calls.models import Application, Award, Call, Publication
from tongxin.calls.queries import miscounted
from tongxin.calls.states import Policy, Why
from tongxin.kernel.refused import Refused
from tongxin.records.models import JournalEntry

NOTICED = calls.Manner(policy=Policy.DRAW, result_at=CLOSES, notice_days=3)


@pytest.fixture
def rows(cast: Cast) -> list[Application]:
    """One of two has the place."""
    call = a_call(cast.yongchuan, manner=NOTICED)
    pool = a_pool(call, 1)
    made = enter_all([pool], people(cast.factory, 2))
    allocations.settle(call=call, orders={pool.pk: tickets(made)}, by=HOUSE, at=CLOSES)
    return made


def published(rows: list[Application], **more: str) -> Publication:
    return publications.publish(call=Call.objects.get(pk=rows[0].call_id), by=HOUSE, at=CLOSES, **more)


def refused(code: str, deed: object) -> None:
    with pytest.raises(Refused) as refusal:
        deed()  # type: ignore[operator]
    assert refusal.value.code == code


def test_publication_keeps_the_text_its_digest_and_its_days(rows: list[Application]) -> None:
    found = published(rows)
    assert found.lines == f"摄影\t{rows[0].ticket}\t甲*\n摄影\t候补\t1\n"
    assert found.digest == sha256(found.lines.encode()).hexdigest()
    assert found.until - found.at < timedelta(days=4)
    assert found.until.isoformat()[11:16] == "00:00"
    refused("published-already", lambda: published(rows))


def test_full_names_need_a_reason_which_is_published_and_journalled(rows: list[Application]) -> None:
    found = published(rows, full_names_why="《评选办法》第8条")
    assert "甲0" in found.lines
    assert JournalEntry.objects.get(verb="call.outcome-published").data["full_names"] == "《评选办法》第8条"


def test_nothing_to_publish_and_nobody_without_the_power(cast: Cast, rows: list[Application]) -> None:
    refused("not-settled", lambda: publications.publish(call=a_call(cast.yongchuan), by=HOUSE, at=NOW))
    call = Call.objects.get(pk=rows[0].call_id)
    refused("no-power", lambda: publications.publish(call=call, by=cast.wang.actor, at=CLOSES))


def test_objection_within_the_days_answered_with_a_reason(cast: Cast, rows: list[Application]) -> None:
    found = published(rows)
    one = publications.object_to(publication=found, words="名单少了一人", by=cast.wang.actor, at=CLOSES)
    refused("objection_one_open", lambda: publications.object_to(
        publication=found, words="再说一次", by=cast.wang.actor, at=CLOSES
    ))  # fmt: skip
    refused("words-missing", lambda: publications.answer(objection=one, upheld=False, words=" ", by=HOUSE, at=CLOSES))
    done = publications.answer(objection=one, upheld=False, words="已核对，名单齐全", by=cast.officer.actor, at=CLOSES)
    assert (done.state, told("objection.answered")) == ("rejected", [cast.wang.person.name])
    assert states(rows) == ["granted", "waiting"]


@pytest.mark.django_db(transaction=True)
def test_objection_too_late_without_words_or_about_nobody_is_refused(cast: Cast, rows: list[Application]) -> None:
    found = published(rows)
    by = cast.wang.actor
    refused("notice-over", lambda: publications.object_to(publication=found, words="x", by=by, at=found.until))
    refused("words-missing", lambda: publications.object_to(publication=found, words=" ", by=by, at=CLOSES))
    for ticket in ("0" * 32, str(rows[0].ticket)[:8], "甲*", "摄影", "候补", "1"):
        refused("ticket-unknown", lambda ticket=ticket: publications.object_to(
            publication=found, words="x", ticket=ticket, by=by, at=CLOSES
        ))  # fmt: skip
    refused("ticket-unknown", lambda: publications.object_to(
        publication=found, words="x", ticket="0" * 32, by=by, at=CLOSES
    ))  # fmt: skip
    refused("no-power", lambda: publications.object_to(publication=found, words="x", by=cast.visitor, at=CLOSES))
    refused("no-power", lambda: publications.object_to(
        publication=found, words="x", came_by="来电", by=by, at=CLOSES
    ))  # fmt: skip


def test_upheld_suspends_the_award_and_it_is_restored(cast: Cast, rows: list[Application], heard: Heard) -> None:
    found = published(rows)
    one = publications.object_to(
        publication=found,
        words="不是会员",
        ticket=str(rows[0].ticket),
        came_by="来信",
        by=cast.officer.actor,
        at=CLOSES,
    )
    assert one.person is None
    done = publications.answer(objection=one, upheld=True, words="正在核对会籍", by=cast.officer.actor, at=CLOSES)
    assert done.award is not None
    assert (done.award.state, heard.released[-1]) == ("suspended", ("甲0", Why.SUSPENDED))
    assert states(rows) == ["granted", "waiting"]  # the place stays taken until it is decided
    awards.restore(award=done.award, why="会籍无误", by=cast.officer.actor, at=CLOSES)
    assert (Award.objects.get().state, heard.granted[-1]) == ("held", "甲0")
    assert told("place.restored") == ["甲0"]
    assert miscounted() == []


def test_revoked_goes_to_the_next_in_line(cast: Cast, rows: list[Application], heard: Heard) -> None:
    award = awards.suspend(award=Award.objects.get(), why="核对", by=cast.officer.actor, at=CLOSES)
    refused("why-missing", lambda: awards.revoke(award=award, why="", by=cast.officer.actor, at=CLOSES))
    awards.revoke(award=award, why="冒用他人会籍", by=cast.officer.actor, at=CLOSES)
    assert states(rows) == ["refused", "granted"]
    assert heard.released == [("甲0", Why.SUSPENDED)]  # told once
    assert told("place.revoked") == ["甲0"]
    assert miscounted() == []


def test_who_objected_does_not_answer(cast: Cast, rows: list[Application]) -> None:
    one = publications.object_to(publication=published(rows), words="x", by=cast.officer.actor, at=CLOSES)
    refused("own-objection", lambda: publications.answer(
        objection=one, upheld=False, words="不成立", by=cast.officer.actor, at=CLOSES
    ))  # fmt: skip
    assert publications.take_back(objection=one, by=cast.officer.actor, at=CLOSES).state == "withdrawn"


def test_what_is_shown_does_not_change_with_what_happens_later(rows: list[Application]) -> None:
    found = published(rows)
    awards.revoke(award=Award.objects.get(), why="x", by=HOUSE, at=CLOSES)
    found.refresh_from_db()
    assert str(rows[0].ticket) in found.lines


def test_order_of_arrival_is_published_too(cast: Cast) -> None:
    pool = a_pool(a_call(cast.yongchuan), 1)
    apply_all(pool, people(cast.factory, 1))
    assert "甲*" in publications.publish(call=pool.call, by=HOUSE, at=NOW).lines
