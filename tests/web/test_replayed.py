"""The same request once more: by a nervous thumb, a phone that lost its connection, a page left open since yesterday."""

from collections.abc import Callable
from copy import copy

import pytest
from django.test import Client
from tests.cast import Cast, Player
from tests.factories.activities import School, school
from tests.web.conftest import Clock

from tongxin.activities.models import Cohort, Enrolment
from tongxin.calls.models import Application

pytestmark = pytest.mark.django_db
As = Callable[[Player], Client]


@pytest.fixture
def ours(cast: Cast, clock: Clock) -> School:
    return school(cast)


def form_of(client: Client, cohort: Cohort) -> dict[str, str]:
    """What the page sends: its token and its key, as they stood when it was opened."""
    page = client.get(f"/classes/{cohort.public_id}/")
    return {"csrfmiddlewaretoken": str(page.context["csrf_token"]), "key": page.context["key"]}


def strict(client: Client) -> Client:
    """As a browser: without the form's token nothing is taken."""
    client.handler.enforce_csrf_checks = True
    return client


def test_same_post_twice_gives_one(ours: School, as_worker: As) -> None:
    cohort, client = ours.cohort(), strict(as_worker(ours.cast.wang))
    form = form_of(client, cohort)
    answers = [client.post(f"/classes/{cohort.public_id}/sign-up/", form) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [302, 302, 302]
    assert (Application.objects.count(), Enrolment.objects.count()) == (1, 1)


def test_key_of_a_withdrawn_application_does_not_sign_up_again(ours: School, as_worker: As) -> None:
    """The replay of the first request, after the worker left: it says what it said, and takes no place."""
    cohort, client = ours.cohort(), strict(as_worker(ours.cast.wang))
    form = form_of(client, cohort)
    client.post(f"/classes/{cohort.public_id}/sign-up/", form)
    client.post(f"/classes/{cohort.public_id}/withdraw/", form)
    client.post(f"/classes/{cohort.public_id}/sign-up/", form)
    assert Application.objects.count() == 1
    assert Enrolment.objects.filter(state="enrolled").count() == 0


def test_page_left_open_over_another_sign_in_still_gives_one(ours: School, as_worker: As) -> None:
    """The token in the old page is of an earlier cookie: refused, and nothing is taken for the other worker."""
    cohort, client = ours.cohort(), strict(as_worker(ours.cast.wang))
    old = form_of(client, cohort)
    other = strict(as_worker(ours.cast.zhang))
    form_of(other, cohort)
    assert other.post(f"/classes/{cohort.public_id}/sign-up/", old).status_code == 403
    assert Application.objects.count() == 0


def test_without_token_or_with_a_made_up_one_nothing_is_taken(ours: School, as_worker: As) -> None:
    cohort, client = ours.cohort(), strict(as_worker(ours.cast.wang))
    form = form_of(client, cohort)
    for bent in ({"key": form["key"]}, {**form, "csrfmiddlewaretoken": "x" * 64}):
        assert client.post(f"/classes/{cohort.public_id}/sign-up/", bent).status_code == 403
    assert Application.objects.count() == 0


def test_replay_after_signing_out_leads_to_signing_in(ours: School, as_worker: As) -> None:
    cohort, client = ours.cohort(), strict(as_worker(ours.cast.wang))
    form, cookies = form_of(client, cohort), copy(client.cookies)
    client.post("/sign-out/", form)
    client.cookies = cookies  # the recorded request, session cookie and all
    answer = client.post(f"/classes/{cohort.public_id}/sign-up/", form)
    assert answer["Location"].startswith("/sign-in/")
    assert Application.objects.count() == 0
