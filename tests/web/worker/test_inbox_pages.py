"""A worker's messages: opening one marks it as read and goes where it leads."""

from collections.abc import Callable

import pytest
from django.test import Client
from tests.cast import NOW, Cast, Player
from tests.web.conftest import Clock

from tongxin.notices.actions import messages
from tongxin.notices.models import Message
from tongxin.people.models import Person
from tongxin.records.actions import outbox
from tongxin.records.actions.outbox import Telling

pytestmark = pytest.mark.django_db
As = Callable[[Player], Client]


def told(person: Person, *keys: str, **data: str) -> list[Message]:
    rows = [Telling(key, "place.moved-up", person.pk, person.federation, {"what": "摄影", **data}) for key in keys]
    outbox.put(rows, at=NOW)
    messages.deliver(at=NOW)
    return list(Message.objects.filter(person=person).order_by("pk"))


def unread(person: Person) -> int:
    return Message.objects.filter(person=person, read_at=None).count()


def test_opening_one_marks_it_alone_and_leads_to_the_application(cast: Cast, clock: Clock, as_worker: As) -> None:
    first, _ = told(cast.wang.person, "a", "b", application="x7")
    client = as_worker(cast.wang)
    page = client.get("/inbox/").content.decode()
    assert (page.count('name="open"'), 'href="/applications/x7/"' in page) == (2, False)
    answer = client.post("/inbox/", {"open": first.public_id})
    assert (answer.status_code, answer["Location"]) == (302, "/applications/x7/")
    assert unread(cast.wang.person) == 1
    assert client.get("/inbox/").content.decode().count('href="/applications/x7/"') == 1


def test_message_of_before_leads_to_ones_things(cast: Cast, clock: Clock, as_worker: As) -> None:
    [old] = told(cast.wang.person, "a")
    assert as_worker(cast.wang).post("/inbox/", {"open": old.public_id})["Location"] == "/me/"


def test_another_s_message_is_not_there(cast: Cast, clock: Clock, as_worker: As) -> None:
    [one] = told(cast.wang.person, "a")
    assert as_worker(cast.zhang).post("/inbox/", {"open": one.public_id}).status_code == 404
    assert unread(cast.wang.person) == 1


def test_all_at_once(cast: Cast, clock: Clock, as_worker: As) -> None:
    told(cast.wang.person, "a", "b")
    assert as_worker(cast.wang).post("/inbox/")["Location"] == "/inbox/"
    assert unread(cast.wang.person) == 0
