"""From the outbox to the inbox: once, in the reader's language, and what cannot be told holds nobody up."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils.translation import override
from tests.cast import NOW, Cast

from tongxin.notices.actions import messages
from tongxin.notices.catalogue import CATALOGUE, fill
from tongxin.notices.models import Message
from tongxin.notices.queries import inbox, lines, unread
from tongxin.people.models import Person
from tongxin.records.actions import outbox
from tongxin.records.actions.outbox import MOST_TRIES, Telling
from tongxin.records.models import OutboxRow
from tongxin.store.atomic import writing

DATA = {"what": "摄影基础", "application": "x"}


def put(person: Person | int, *keys: str, kind: str = "place.moved-up", data: dict[str, str] | None = None) -> None:
    pk, federation = (person, 1) if isinstance(person, int) else (person.pk, person.federation)
    outbox.put([Telling(key, kind, pk, federation, DATA if data is None else data) for key in keys], at=NOW)


def states() -> Sequence[str]:
    return list(OutboxRow.objects.order_by("pk").values_list("state", flat=True))


def test_deliver_tells_each_once(cast: Cast) -> None:
    put(cast.wang.person, "a", "b")
    put(cast.wang.person, "a")
    assert messages.deliver(at=NOW) == 2
    assert messages.deliver(at=NOW) == 0
    assert states() == ["told", "told"]
    [first, _] = lines(inbox(cast.wang.person))
    assert (first.told.title, first.told.link) == ("候补轮到您了", "/applications/x/")
    assert first.told.body.startswith("“摄影基础”空出名额，按候补顺序轮到您")
    assert (first.message.federation, first.message.at) == (cast.chongqing.pk, NOW)


def test_message_that_is_there_already_is_not_written_again(cast: Cast) -> None:
    """As after a crash between the message and its mark, were they two transactions."""
    put(cast.wang.person, "a")
    messages.deliver(at=NOW)
    with writing():
        OutboxRow.objects.update(state="waiting")
    assert messages.deliver(at=NOW) == 1
    assert (Message.objects.count(), states()) == (1, ["told"])


def test_limit_takes_the_oldest_first(cast: Cast) -> None:
    put(cast.wang.person, "a", "b", "c")
    assert messages.deliver(2, at=NOW) == 2
    assert states() == ["told", "told", "waiting"]


def test_what_cannot_be_told_waits_longer_each_time_and_holds_up_nobody(cast: Cast) -> None:
    put(999_999, "nobody")
    put(cast.wang.person, "unknown", kind="no.such")
    put(cast.wang.person, "short", kind="place.moved", data={"what": "x"})
    put(cast.wang.person, "good")
    assert messages.deliver(at=NOW) == 4
    assert states() == ["waiting", "waiting", "waiting", "told"]
    row = OutboxRow.objects.get(key="nobody")
    assert (row.tries, row.next_try) == (1, NOW + timedelta(minutes=1))
    assert messages.deliver(at=NOW + timedelta(seconds=59)) == 0
    assert messages.deliver(at=NOW + timedelta(minutes=1)) == 3
    row.refresh_from_db()
    assert (row.tries, row.next_try) == (2, NOW + timedelta(minutes=3))
    for day in range(1, MOST_TRIES):
        messages.deliver(at=NOW + timedelta(days=day))
    assert states() == ["failed", "failed", "failed", "told"]
    assert Message.objects.count() == 1


def test_mark_read_counts_own_messages_once(cast: Cast) -> None:
    put(cast.wang.person, "a", "b", "c")
    put(cast.li.person, "d")
    messages.deliver(at=NOW)
    [mine, *_] = inbox(cast.wang.person)
    ids = [mine.public_id, Message.objects.get(key="d").public_id]
    assert unread(cast.wang.person) == 3
    assert messages.mark_read(person=cast.wang.person, messages=ids, at=NOW) == 1
    assert messages.mark_read(person=cast.wang.person, messages=ids, at=NOW) == 0
    assert (unread(cast.wang.person), unread(cast.li.person)) == (2, 1)
    assert messages.mark_all_read(person=cast.wang.person, at=NOW) == 2
    assert unread(cast.wang.person) == 0


def test_unread_stops_counting(cast: Cast) -> None:
    put(cast.wang.person, *map(str, range(8)))
    messages.deliver(at=NOW)
    assert unread(cast.wang.person, most=5) == 6


@pytest.mark.django_db(transaction=True)
def test_two_tellers_at_once_tell_each_once(cast: Cast) -> None:
    put(cast.wang.person, *map(str, range(200)))

    def run(_: int) -> int:
        try:
            return sum(messages.deliver(10, at=NOW) for _ in range(10))
        finally:
            connections.close_all()

    connection.close()
    with ThreadPoolExecutor(4) as executor:
        assert sum(executor.map(run, range(4))) == 200
    assert Message.objects.count() == 200


@pytest.mark.parametrize("kind", sorted(CATALOGUE))
def test_words_of_every_kind_can_be_filled_in_both_languages(kind: str) -> None:
    data = {name: f"<{name}>" for name in CATALOGUE[kind].names}
    for language in ("zh-hans", "en"):
        with override(language):
            told = fill(kind, data)
        assert told.title
        assert "%(" not in told.title + told.body + told.link
        assert {f"<{name}>" for name in data} == {
            f"<{n}>" for n in data if f"<{n}>" in told.title + told.body + told.link
        }
