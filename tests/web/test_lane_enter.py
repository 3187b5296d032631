"""The lane as a browser meets it: who gets a receipt, and what everyone else is told."""

import re
import time
from collections.abc import Iterator
from copy import copy
from datetime import timedelta
from typing import TypeVar

import pytest
from django.db.models.base import ModelState
from django.utils import timezone
from tests.cast import Cast
from tests.factories.calls import heard, people
from tests.factories.lanes import a_lane
from tests.web.lane_caller import Ask, ask, nobody, passes

from tongxin.calls.actions import pools
from tongxin.calls.actions.lanes import let_in
from tongxin.calls.models import Arrival, Call, Intake, Pool
from tongxin.calls.models import Lane as LaneRow
from tongxin.kernel import receipts
from tongxin.kernel.public_ids import new_public_id
from tongxin.people.models.persons import Assurance
from tongxin.people.queries.passports import public_keys
from tongxin.records.models import JournalEntry
from tongxin.store.atomic import writing
from tongxin.web.lane import Lane
from tongxin.web.lane import limits as limits_of

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["heard"]


@pytest.fixture
def pool(cast: Cast) -> Pool:
    """Open for an hour by the real clock, by which the lane goes."""
    return a_lane(cast.factory, 5, opens=timezone.now() - timedelta(hours=1))


@pytest.fixture
def lane() -> Iterator[Lane]:
    made = Lane(nobody)
    yield made
    made.close()


def enter(pool: Pool, cookie: str, **more: object) -> Ask:
    return Ask(f"/lane/{pool.public_id}", cookie, **more)  # type: ignore[arg-type]


def test_everyone_gets_a_receipt_that_equals_the_row(cast: Cast, pool: Pool) -> None:
    crowd = people(cast.factory, 12)
    answers = ask(*(enter(pool, passes(pool, person.pk)) for person in crowd))
    assert {answer.status for answer in answers} == {200}
    rows = {row.person_id: row for row in Arrival.objects.filter(pool=pool)}
    keys = public_keys(timezone.now())
    for person, answer in zip(crowd, answers, strict=True):
        checked, row = receipts.check(answer.told["receipt"], keys), rows[person.pk]
        assert checked.verdict is receipts.Verdict.VALID
        assert checked.said is not None
        assert (checked.said.pool, checked.said.no) == (pool.public_id, row.no)
        assert checked.said.at == round(row.at.timestamp() * 1000) == answer.told["at"]
    assert sorted(row.no for row in rows.values()) == list(range(1, 13))


def test_sent_twice_at_once_and_again_it_is_one_number(cast: Cast, pool: Pool, lane: Lane) -> None:
    person = people(cast.factory, 1)[0]
    cookie = passes(pool, person.pk)
    first = ask(enter(pool, cookie), enter(pool, cookie), lane=lane)
    (again,) = ask(enter(pool, cookie))  # another web process
    said = [receipts.check(one.told["receipt"], public_keys(timezone.now())).said for one in [*first, again]]
    assert said[0] is not None
    assert said == [said[0]] * 3
    assert Arrival.objects.count() == 1


@pytest.mark.parametrize(
    ("cookie", "status", "code"),
    [
        ("", 401, "sign-in"),
        ("tx-lane=AAAA; tx-entry=BBBB", 401, "sign-in"),
        ("tx-lane=%%; tx-entry=%%", 401, "sign-in"),
    ],
    ids=["nothing", "made up", "no text at all"],
)
def test_a_stranger_is_asked_to_sign_in(pool: Pool, cookie: str, status: int, code: str) -> None:
    (answer,) = ask(enter(pool, cookie))
    assert (answer.status, answer.told["code"]) == (status, code)
    assert not Arrival.objects.exists()


def test_a_session_that_ended_is_no_session(cast: Cast, pool: Pool) -> None:
    (answer,) = ask(enter(pool, passes(pool, cast.wang.person.pk, ends=int(time.time()) - 1)))
    assert (answer.status, answer.told["code"]) == (401, "sign-in")


def test_an_entry_of_another_does_not_let_in_and_someone_can_see_it(cast: Cast, pool: Pool, lane: Lane) -> None:
    (answer,) = ask(enter(pool, passes(pool, cast.wang.person.pk, of=cast.li.person.pk)), lane=lane)
    assert (answer.status, answer.told["code"]) == (403, "entry-of-another")
    assert "别人" in answer.told["words"]
    _flushed(lane)
    assert JournalEntry.objects.get(verb="arrivals.noticed").data == {"of-another": 1}


def test_an_entry_with_a_byte_changed_does_not_let_in_and_someone_can_see_it(
    cast: Cast, pool: Pool, lane: Lane
) -> None:
    good = passes(pool, cast.wang.person.pk)
    for place in (-1, -12, -30):
        bad = good[:place] + ("A" if good[place] != "A" else "B") + (good[place + 1 :] if place != -1 else "")
        (answer,) = ask(enter(pool, bad), lane=lane)
        assert (answer.status, answer.told["code"]) == (403, "no-entry")
    _flushed(lane)
    assert JournalEntry.objects.get(verb="arrivals.noticed").data == {"changed": 3}
    assert not Arrival.objects.exists()


def test_an_entry_for_another_release_does_not_let_in(cast: Cast, pool: Pool) -> None:
    other = a_lane(cast.factory, 5, opens=timezone.now() - timedelta(hours=1))
    (answer,) = ask(enter(pool, passes(other, cast.wang.person.pk)))
    assert (answer.status, answer.told["code"]) == (403, "no-entry")


def test_too_weak_an_identification_does_not_let_in(cast: Cast) -> None:
    opens = timezone.now() - timedelta(hours=1)
    pool = a_lane(cast.factory, 5, opens=opens, assurance=Assurance.CONFIRMED)
    (answer,) = ask(enter(pool, passes(pool, cast.wang.person.pk, assurance=Assurance.SEEN)))
    assert (answer.status, answer.told["code"]) == (403, "not-known-well-enough")


def test_before_and_after_its_time_words_say_so(cast: Cast) -> None:
    early = a_lane(cast.factory, 5, opens=timezone.now() + timedelta(minutes=5))
    late = a_lane(cast.factory, 5, opens=timezone.now() - timedelta(hours=3))
    person = cast.wang.person.pk
    before, after = ask(enter(early, passes(early, person)), enter(late, passes(late, person)))
    assert (before.status, before.told["code"]) == (425, "not-open-yet")
    assert 290 < before.told["after"] <= 301
    assert (after.status, after.told["code"]) == (410, "closed-already")


def test_a_pool_closed_meanwhile_takes_nobody(cast: Cast, pool: Pool) -> None:
    from tests.cast import HOUSE

    pools.end_line(pool=pool, by=HOUSE, at=timezone.now(), why="改期")
    (answer,) = ask(enter(pool, passes(pool, cast.wang.person.pk)))
    assert (answer.status, answer.told["code"]) == (410, "closed-already")


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://gonghui.example", 200), ("https://a.cq.example", 200), ("http://gonghui.example", 403),
        ("https://gonghui.example.evil", 403), ("https://evilgonghui.example", 403), ("null", 403),
    ],
)  # fmt: skip
def test_a_name_of_ours_that_is_not_the_host_s_is_taken_as_forms_are(
    cast: Cast, pool: Pool, settings, origin: str, status: int
) -> None:
    """A proxy in front may speak to us by another name; the pages are set up for it (TONGXIN_ORIGINS), and so is this."""
    settings.CSRF_TRUSTED_ORIGINS = ["https://gonghui.example", "https://*.cq.example"]
    (answer,) = ask(enter(pool, passes(pool, cast.wang.person.pk), headers={"origin": origin}))
    assert answer.status == status


def test_a_form_of_another_site_is_not_taken(cast: Cast, pool: Pool) -> None:
    cookie = passes(pool, cast.wang.person.pk)
    (foreign,) = ask(enter(pool, cookie, headers={"origin": "https://example.org"}))
    (own,) = ask(enter(pool, cookie, headers={"origin": "http://testserver"}))
    assert (foreign.status, foreign.told["code"], own.status) == (403, "foreign-page", 200)


def test_a_form_without_script_is_led_to_its_page(cast: Cast, pool: Pool) -> None:
    page = {"accept": "text/html,application/xhtml+xml"}
    (well,) = ask(enter(pool, passes(pool, cast.wang.person.pk), headers=page))
    (away,) = ask(enter(pool, "", headers=page))
    assert (well.status, well.headers["location"]) == (303, f"/releases/{pool.public_id}/")
    assert (away.status, away.headers["location"]) == (303, f"/releases/{pool.public_id}/?said=sign-in")


def test_one_person_who_hammers_waits_and_keeps_the_number(cast: Cast, pool: Pool, lane: Lane) -> None:
    cookie = passes(pool, cast.wang.person.pk)
    answers = ask(*(enter(pool, cookie) for _ in range(limits_of.PERSON_MOST + 1)), lane=lane)
    assert [answer.status for answer in answers] == [200] * limits_of.PERSON_MOST + [429]
    assert answers[-1].headers["retry-after"] == "10"
    assert Arrival.objects.count() == 1


def test_a_dormitory_behind_one_address_is_not_held_up(cast: Cast, pool: Pool, lane: Lane) -> None:
    """More than a network of strangers may send, all from one address: each enters. The strangers among them are slowed down."""
    crowd = people(cast.factory, limits_of.NETWORK_MOST + 50)
    strangers = ask(*(enter(pool, "") for _ in range(limits_of.NETWORK_MOST + 1)), lane=lane)
    answers = ask(*(enter(pool, passes(pool, person.pk)) for person in crowd), lane=lane)
    assert [answer.status for answer in strangers] == [401] * limits_of.NETWORK_MOST + [429]
    assert {answer.status for answer in answers} == {200}
    assert Arrival.objects.count() == len(crowd)


def test_a_full_queue_says_when_to_come_again_and_loses_nothing(
    cast: Cast, pool: Pool, lane: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tongxin.web.lane.gathering.LONGEST", 3)
    crowd = people(cast.factory, 5)
    answers = ask(*(enter(pool, passes(pool, person.pk)) for person in crowd), lane=lane)
    assert [answer.status for answer in answers] == [200, 200, 200, 503, 503]
    assert int(answers[3].headers["retry-after"]) >= 1
    (again,) = ask(enter(pool, passes(pool, crowd[3].pk)), lane=lane)
    assert (again.status, again.told["no"]) == (200, 4)


def test_what_is_left_is_told_honestly(cast: Cast, pool: Pool) -> None:
    crowd = people(cast.factory, 2)
    ask(*(enter(pool, passes(pool, person.pk)) for person in crowd))
    facts, clock, empty, strange = ask(
        Ask(f"/lane/{pool.public_id}", method="GET"), Ask("/lane/time", method="GET"),
        Ask("/lane/empty", method="GET"), Ask("/lane/nothing", method="GET"),
    )  # fmt: skip
    assert {name: facts.told[name] for name in ("units", "arrived", "settled", "left")} == {
        "units": 5, "arrived": 2, "settled": 0, "left": 5,
    }  # fmt: skip
    assert abs(clock.told["now"] - time.time() * 1000) < 60_000
    assert (empty.status, empty.body) == (204, b"")
    assert (strange.status, strange.told["code"]) == (404, "no-such-release")


def test_words_are_english_for_who_reads_english(pool: Pool) -> None:
    (answer,) = ask(enter(pool, "tx-language=en"))
    assert answer.told["words"] == "You have been signed out. Please sign in again: your entry pass is still there."


def test_an_entry_taken_by_the_action_lets_in(cast: Cast, pool: Pool) -> None:
    entry = let_in(pool=pool, person=cast.wang.person, by=cast.wang.actor, at=timezone.now())
    cookie = passes(pool, entry.person_id, assurance=entry.assurance)
    (answer,) = ask(enter(pool, cookie))
    assert answer.status == 200


def _flushed(lane: Lane) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as thread:
        lane.noticed.flush(thread, lane.clock, [])


@pytest.mark.parametrize("path", ["/lane/x\r\nset-cookie: a=b", "/lane//evil.example", "/lane/百"])
def test_path_that_is_no_pool_leads_to_our_own_page(pool: Pool, path: str) -> None:
    """A line end in it would be a header of its own."""
    (answer,) = ask(Ask(path, passes(pool, 1), headers={"accept": "text/html"}))
    assert answer.status == 303
    assert re.fullmatch(r"/releases/[\w%.-]+/\?said=no-such-release", answer.headers["location"], re.ASCII)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH"])
def test_other_methods_are_none_of_the_lanes(pool: Pool, method: str) -> None:
    (answer,) = ask(Ask(f"/lane/{pool.public_id}", method=method))
    assert (answer.status, answer.headers["allow"], answer.body) == (405, "GET, HEAD, POST", b"")


def test_release_is_found_however_many_lanes_were_opened_after_it(cast: Cast, pool: Pool) -> None:
    """Other unions open lanes all year long, and those of last year are still published."""
    with writing():
        calls = [copied(pool.call) for _ in range(101)]
        Call.objects.bulk_create(calls)
        others = [copied(pool, call=call) for call in calls]
        Pool.objects.bulk_create(others)
        Intake.objects.bulk_create(Intake(federation=one.federation, pool=one) for one in others)
        LaneRow.objects.bulk_create(LaneRow(federation=one.federation, pool=one) for one in others)
    (person,) = people(cast.factory, 1)
    (answer,) = ask(enter(pool, passes(pool, person.pk)))
    assert (answer.status, answer.told["no"]) == (200, 1)


M = TypeVar("M", Call, Pool)


def copied(row: M, **other: object) -> M:
    """A new row like it, but for its names."""
    made = copy(row)
    made.pk, made.public_id, made._state = None, new_public_id(), ModelState()
    for name, value in other.items():
        setattr(made, name, value)
    return made
