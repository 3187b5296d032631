"""Applications by the API: the same powers, words and single place as on pages; one's own, and a call's list for its staff."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import HOUSE, NOW, Cast, Player
from tests.factories.activities import CLOSES, School, school
from tests.factories.calls import people
from tests.web.conftest import Clock, sign_in

from tongxin.activities.actions import terms
from tongxin.activities.models import Cohort
from tongxin.calls.actions import allocations, calls, entries
from tongxin.calls.models import Application, Call
from tongxin.calls.states import Policy
from tongxin.records.models import JournalEntry

pytestmark = pytest.mark.django_db
Ask = Callable[..., tuple[int, dict[str, object]]]
MANNER = calls.Manner(policy=Policy.DRAW, choices=2, party_most=2, result_at=CLOSES, accept_hours=24)


@pytest.fixture
def ours(cast: Cast, clock: Clock) -> School:
    found = school(cast)
    window = {"opens": NOW - timedelta(days=1), "closes": CLOSES, "per_person": 1}
    terms.set_window(term=found.term, **window, manner=MANNER, by=found.by, at=NOW)  # type: ignore[arg-type]
    return found


@pytest.fixture
def ask() -> Ask:
    """In one's own session: only staff have keys."""

    def asks(
        who: Player | None, address: str, body: dict[str, object] | None = None, **query: str
    ) -> tuple[int, dict[str, object]]:
        client = Client() if who is None else sign_in(who.account, factor=who.actor.is_staff)
        if body is None:
            answer = client.get(f"/api/{address}", query)
        else:
            answer = client.post(f"/api/{address}", json.dumps(body), content_type="application/json")
        return answer.status_code, json.loads(answer.content)

    return asks


def into(cohort: Cohort) -> str:
    return f"calls/{Call.objects.get(pools=cohort.pool_id).public_id}/applications"


def wish(*cohorts: Cohort, **more: object) -> dict[str, object]:
    return {"key": "retry-0001", "wishes": [cohort.pool.public_id for cohort in cohorts], **more}


def test_what_takes_applications_is_open_to_all(ours: School, ask: Ask) -> None:
    cohort = ours.cohort(units=7)
    status, answer = ask(None, "calls")
    found = [one for one in answer["calls"] if one["pools"]]  # type: ignore[attr-defined]
    assert (status, [one["policy"] for one in found], found[0]["party_most"]) == (200, ["draw"], 2)
    assert found[0]["pools"] == [
        {"id": cohort.pool.public_id, "name": cohort.pool.name, "units": 7, "left": 7, "waiting": 0}
    ]


def test_worker_enters_once_whatever_the_number_of_tries(ours: School, cast: Cast, ask: Ask) -> None:
    first, second = ours.cohort(), ours.cohort(name="早班", weekday=5)
    status, made = ask(cast.wang, into(first), wish(second, first))
    assert (status, made["state"], made["lead"], made["size"]) == (200, "entered", True, 1)
    assert [(one["rank"], one["pool"]) for one in made["wishes"]] == [  # type: ignore[attr-defined]
        (1, second.pool.public_id), (2, first.pool.public_id),
    ]  # fmt: skip
    assert ask(cast.wang, into(first), wish(second, first)) == (200, made)
    assert ask(cast.wang, "applications") == (200, {"applications": [made], "page": 1, "more": False})
    assert ask(cast.wang, f"applications/{made['id']}") == (200, made)
    assert Application.objects.count() == 1


def test_key_with_another_wish_is_refused_and_noted(ours: School, cast: Cast, ask: Ask) -> None:
    first, second = ours.cohort(), ours.cohort(name="早班", weekday=5)
    ask(cast.wang, into(first), wish(first))
    status, answer = ask(cast.wang, into(first), wish(second))
    assert (status, answer["code"]) == (422, "application_key_once")
    assert JournalEntry.objects.filter(verb="application.suspect").count() == 1


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"wishes": []}, 422, "request-wrong"),
        ({"wishes": ["zzzzzzzzzzzz"]}, 404, "not-found"),
        ({"people": ["zzzzzzzzzzzz"]}, 404, "not-found"),
        ({"key": "short"}, 422, "request-wrong"),
        ({"companions": 3}, 422, "request-wrong"),
    ],
)
def test_what_cannot_be_is_refused(
    ours: School, cast: Cast, ask: Ask, body: dict[str, object], status: int, code: str
) -> None:
    cohort = ours.cohort()
    found, answer = ask(cast.wang, into(cohort), wish(cohort) | body)
    assert (found, answer["code"], Application.objects.count()) == (status, code, 0)


def test_worker_does_not_enter_others_and_staff_enter_a_party(ours: School, cast: Cast, ask: Ask) -> None:
    cohort = ours.cohort()
    both = [cast.wang.person.public_id, cast.li.person.public_id]
    assert ask(cast.wang, into(cohort), wish(cohort, people=both))[0] == 404
    assert ask(cast.sibling_officer, into(cohort), wish(cohort, people=both))[0] == 404
    status, made = ask(ours.officer, into(cohort), wish(cohort, people=both))
    assert (status, made["size"], made["lead"]) == (200, 2, False)
    status, answer = ask(cast.wang, into(cohort), wish(cohort, key="retry-0002"))
    assert status == 200  # the very application: already in it, as who leads it
    assert answer["id"] == made["id"]
    three = [*both, cast.zhang.person.public_id]
    assert ask(ours.officer, into(cohort), wish(cohort, people=three, key="retry-0003"))[1]["code"] == "party"


def test_offer_is_taken_up_by_its_owner_in_time(ours: School, cast: Cast, ask: Ask, clock: Clock) -> None:
    cohort = ours.cohort(units=1)
    _, made = ask(cast.wang, into(cohort), wish(cohort))
    mine = Application.objects.get()
    assert ask(cast.wang, f"applications/{made['id']}/accept", {})[1]["code"] == "wrong-state"
    allocations.settle(call=mine.call, orders={cohort.pool_id: [str(mine.ticket)]}, by=HOUSE, at=CLOSES)
    clock.now = CLOSES + timedelta(hours=23)
    status, offered = ask(cast.wang, f"applications/{made['id']}")
    assert (status, offered["state"], offered["accept_by"]) == (
        200,
        "offered",
        (CLOSES + timedelta(hours=24)).isoformat(),
    )
    assert ask(cast.zhang, f"applications/{made['id']}/accept", {})[0] == 404
    assert ask(None, f"applications/{made['id']}/accept", {})[0] == 401
    assert ask(cast.wang, f"applications/{made['id']}/accept", {})[1]["state"] == "granted"
    assert ask(cast.wang, f"applications/{made['id']}/accept", {})[1]["state"] == "granted"


def test_offer_is_declined_and_goes_on(ours: School, cast: Cast, ask: Ask, clock: Clock) -> None:
    cohort = ours.cohort(units=1)
    _, made = ask(cast.wang, into(cohort), wish(cohort))
    _, other = ask(cast.zhang, into(cohort), wish(cohort))
    order = [Application.objects.get(public_id=one["id"]).ticket for one in (made, other)]
    call = Call.objects.get(pools=cohort.pool_id)
    allocations.settle(call=call, orders={cohort.pool_id: [str(one) for one in order]}, by=HOUSE, at=CLOSES)
    clock.now = CLOSES
    assert ask(cast.zhang, f"applications/{other['id']}")[1]["wishes"][0]["place"] == 1  # type: ignore[index]
    assert ask(cast.wang, f"applications/{made['id']}/decline", {})[1]["state"] == "withdrawn"
    assert ask(cast.zhang, f"applications/{other['id']}")[1]["state"] == "offered"


def test_withdrawing_is_for_the_owner_and_for_staff_who_say_why(ours: School, cast: Cast, ask: Ask) -> None:
    cohort = ours.cohort()
    _, made = ask(cast.wang, into(cohort), wish(cohort))
    address = f"applications/{made['id']}/withdraw"
    assert ask(cast.zhang, address, {})[0] == 404
    assert ask(cast.sibling_officer, address, {"why": "弄错了"})[0] == 404
    assert ask(ours.officer, address, {})[1]["code"] == "why-missing"
    assert ask(ours.officer, address, {"why": "本人来电"})[1]["state"] == "withdrawn"
    assert ask(cast.wang, address, {})[1]["state"] == "withdrawn"  # a second time: as it is


def test_list_of_a_call_is_for_its_staff_and_shows_no_full_name(ours: School, cast: Cast, ask: Ask) -> None:
    cohort = ours.cohort()
    ask(cast.wang, into(cohort), wish(cohort))
    status, answer = ask(ours.officer, into(cohort))
    (row,) = answer["applications"]  # type: ignore[misc]
    assert (status, row["people"], row["state"]) == (200, ["王*华"], "entered")
    assert ask(ours.officer, into(cohort), state="granted")[1]["applications"] == []
    assert ask(cast.sibling_officer, into(cohort))[0] == 404
    assert ask(cast.wang, into(cohort))[0] == 403
    assert ask(None, into(cohort))[0] == 401


def test_lists_take_as_many_queries_for_three_as_for_one(ours: School, cast: Cast, ask: Ask) -> None:
    cohort, counts = ours.cohort(), []
    call = Call.objects.get(pools=cohort.pool_id)
    for person in [cast.wang.person, *people(cast.factory, 2)]:
        entries.enter(call=call, wishes=[cohort.pool], persons=[person], by=HOUSE, at=NOW)
        with CaptureQueriesContext(connection) as captured:
            assert ask(ours.officer, into(cohort))[0] == 200
        counts.append(len(captured))
    assert counts[0] == counts[2]
