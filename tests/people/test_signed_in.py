"""The account behind a session and its posts of the day, in one statement."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import TODAY, Cast

from tongxin.people.authority import actor_of
from tongxin.people.models import Account, Appointment
from tongxin.people.queries.signed_in import account_signed_in

pytestmark = pytest.mark.django_db


def read(cast: Cast, on: date = TODAY) -> Account:
    assert cast.officer.account is not None
    account = account_signed_in(cast.officer.account.pk, on)
    assert account is not None
    return account


def test_the_actor_is_the_same_as_read_by_two_statements(cast: Cast) -> None:
    for player in (cast.officer, cast.teacher, cast.wang):
        assert player.account is not None
        account = account_signed_in(player.account.pk, TODAY)
        assert account is not None
        assert actor_of(account, TODAY) == player.actor


def test_a_worker_costs_one_statement(cast: Cast) -> None:
    assert cast.wang.account is not None
    with CaptureQueriesContext(connection) as queries:
        account = account_signed_in(cast.wang.account.pk, TODAY)
        assert account is not None
        assert actor_of(account, TODAY).person_id == cast.wang.person.pk
    assert len(queries) == 1


def test_posts_are_those_of_the_day_on_both_of_its_ends(cast: Cast) -> None:
    post = Appointment.objects.get(person=cast.officer.person)
    for day, posts in (
        (post.starts - timedelta(days=1), 0),
        (post.starts, 1),
        (post.ends - timedelta(days=1), 1),
        (post.ends, 0),
    ):
        assert len(actor_of(read(cast, day), day).posts) == posts


def test_posts_of_one_day_do_not_serve_another(cast: Cast) -> None:
    ends = Appointment.objects.get(person=cast.officer.person).ends
    assert actor_of(read(cast), ends).posts == ()


def test_nobody_is_none() -> None:
    assert account_signed_in(0, TODAY) is None
