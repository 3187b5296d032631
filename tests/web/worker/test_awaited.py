"""What one waits for, on the home page and under 我的: whatever it is, in one row each, what is to be done first."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import HOUSE, NOW, Cast, Player
from tests.factories.activities import school, sign_up
from tests.factories.calls import a_call, a_pool
from tests.factories.schemes import CLOSES, OPENS, PLAN, a_scheme
from tests.web.conftest import Clock

from tongxin.calls.actions import allocations, applications, entries
from tongxin.calls.actions.calls import Manner
from tongxin.calls.models import Application
from tongxin.calls.states import Policy
from tongxin.web.worker import awaited

pytestmark = pytest.mark.django_db
As = Callable[[Player], Client]
OFFERS = Manner(policy=Policy.DRAW, choices=3, result_at=CLOSES + timedelta(days=1), accept_hours=24)


@pytest.fixture(autouse=True)
def _kinds(settings: Any) -> None:
    """A kind of no substance beside the house's own."""
    settings.CALL_KINDS = settings.CALL_KINDS | {"quiet": "tests.factories.calls.QuietKind"}


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def entered(cast: Cast, count: int = 1) -> Application:
    """Into something that is neither a class nor a benefit, with so many wishes."""
    call = a_call(cast.yongchuan, manner=OFFERS)
    pools = [a_pool(call, 1, name=f"名额{n}") for n in range(count)]
    return entries.enter(call=call, wishes=pools, persons=[cast.wang.person], by=cast.wang.actor, at=NOW)


def offered(mine: Application) -> Application:
    orders = {pool.pk: [str(mine.ticket)] for pool in mine.call.pools.all()}
    allocations.settle(call=mine.call, orders=orders, by=HOUSE, at=mine.call.closes)
    return Application.objects.get(pk=mine.pk)


def test_a_place_to_accept_stands_first_with_its_last_moment(cast: Cast, clock: Clock, as_worker: As) -> None:
    mine = offered(entered(cast, 2))
    clock.now = mine.call.closes + timedelta(hours=1)
    client = as_worker(cast.wang)
    for page in (text(client, "/"), text(client, "/me/")):
        assert page.count(f"/applications/{mine.public_id}/") == 1
        assert "有名额，请在2024年3月30日 10:00前确认" in page
        assert ("名额0" in page, "名额1" in page) == (True, False)  # the wish that it is, no other
    assert "现在没有要您处理的事" not in text(client, "/")
    assert "现在没有要您处理的事" in text(as_worker(cast.lin), "/")


def test_an_entry_of_three_wishes_is_one_row(cast: Cast, clock: Clock, as_worker: As) -> None:
    mine = entered(cast, 3)
    page = text(as_worker(cast.wang), "/me/")
    assert page.count(f"/applications/{mine.public_id}/") == 1
    assert "名额0、名额1、名额2" in page


def test_what_waits_leads_to_its_own_page(cast: Cast, clock: Clock) -> None:
    """A line by arrival to the class or the benefit; anything else to the application."""
    cohort = school(cast).cohort(units=1)
    sign_up(cohort, cast.zhang, cast.wang)
    scheme = a_scheme(cast.yongchuan, PLAN, places=1)
    applications.apply(pool=scheme.pool, person=cast.zhang.person, by=cast.zhang.actor, at=OPENS)
    applications.apply(pool=scheme.pool, person=cast.wang.person, by=cast.wang.actor, at=OPENS)
    mine = entered(cast)
    rows = {row["href"]: row["said"] for row in awaited.rows_of(cast.wang.person.pk)}
    assert rows == {
        f"/classes/{cohort.public_id}/": "候补第1位",
        f"/benefits/{scheme.public_id}/": "候补第1位",
        f"/applications/{mine.public_id}/": "已报名，3月30日（周六） 10:00公布结果",
    }


def test_a_place_of_neither_kind_stays_in_the_list_once_it_is_given(cast: Cast) -> None:
    call = a_call(cast.yongchuan, manner=Manner(policy=Policy.DRAW, result_at=CLOSES + timedelta(days=1)))
    pool = a_pool(call, 1)
    mine = entries.enter(call=call, wishes=[pool], persons=[cast.wang.person], by=cast.wang.actor, at=NOW)
    offered(mine)
    [row] = awaited.rows_of(cast.wang.person.pk)
    assert (row["said"], row["urgent"]) == ("已录取", False)


def test_what_was_given_as_class_or_voucher_is_not_awaited(cast: Cast, clock: Clock) -> None:
    sign_up(school(cast).cohort(units=1), cast.wang)
    scheme = a_scheme(cast.yongchuan)
    applications.apply(pool=scheme.pool, person=cast.wang.person, by=cast.wang.actor, at=OPENS)
    assert awaited.rows_of(cast.wang.person.pk) == []


def test_as_many_questions_for_three_as_for_one(cast: Cast) -> None:
    entered(cast)
    with CaptureQueriesContext(connection) as one:
        awaited.rows_of(cast.wang.person.pk)
    entered(cast, 3)
    entered(cast, 2)
    with CaptureQueriesContext(connection) as three:
        awaited.rows_of(cast.wang.person.pk)
    assert (len(three), len(one)) == (len(one), 6)
    with CaptureQueriesContext(connection) as nothing:
        assert awaited.to_do(cast.wang.person.pk) == []
    assert len(nothing) == 1
