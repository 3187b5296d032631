"""The waiting page from memory: made once for all, of nobody, and told apart by language alone."""

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone
from tests.cast import Cast
from tests.factories.calls import heard
from tests.factories.lanes import a_lane
from tests.web.lane_caller import Ask, ask

from config.bridge import WsgiBridge
from config.wsgi import application
from tongxin.calls.models import Pool
from tongxin.web.lane import Lane
from tongxin.web.lane.asgi import Receive, Scope, Send

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["heard"]


class Counted:
    """Django behind the bridge, and how often it was asked."""

    def __init__(self) -> None:
        self.bridge, self.asked = WsgiBridge(application, 1), 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked += 1
        await self.bridge(scope, receive, send)


@pytest.fixture
def django() -> Counted:
    return Counted()


@pytest.fixture
def lane(django: Counted) -> Iterator[Lane]:
    made = Lane(django)
    yield made
    made.close()
    django.bridge.pool.shutdown()


@pytest.fixture
def pool(cast: Cast) -> Pool:
    return a_lane(cast.factory, 5, opens=timezone.now() + timedelta(hours=1))


def look(pool: Pool, cookie: str = "") -> Ask:
    return Ask(f"/releases/{pool.public_id}/waiting/", cookie, method="GET")


def test_it_is_made_once_and_given_to_everyone(pool: Pool, lane: Lane, django: Counted) -> None:
    first = ask(look(pool), lane=lane)[0]
    again, other = ask(look(pool, "sessionid=mine"), look(pool, "tx-language=zh-hans; sessionid=another"), lane=lane)
    assert (first.status, first.body) == (200, again.body)
    assert other.body == first.body
    assert "set-cookie" not in first.headers
    assert django.asked == 2  # without a language, and with Chinese by name


def test_thousands_at_once_have_it_made_once(pool: Pool, lane: Lane, django: Counted) -> None:
    """Also where making it takes longer than it is kept."""
    answers = ask(*(look(pool, f"sessionid={n}") for n in range(50)), lane=lane)
    assert {(answer.status, answer.body) for answer in answers} == {(200, answers[0].body)}
    assert django.asked == 1


def test_it_is_kept_from_when_it_was_made(
    pool: Pool, lane: Lane, django: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a machine so busy that making it took longer than that."""
    moment = iter([100.0, 104.0, 106.0, 106.1])  # made; looked at; looked at too late; made anew
    monkeypatch.setattr("tongxin.web.lane.shelf.time", SimpleNamespace(monotonic=lambda: next(moment)))
    assert [ask(look(pool), lane=lane)[0].status for _ in range(3)] == [200, 200, 200]
    assert django.asked == 2


def test_english_is_another_page(pool: Pool, lane: Lane) -> None:
    chinese, english = ask(look(pool), look(pool, "tx-language=en"), lane=lane)
    assert "到时间自动进入" in chinese.body.decode()
    assert "This page enters by itself" in english.body.decode()


def test_what_is_not_there_is_asked_for_again(pool: Pool, lane: Lane, django: Counted) -> None:
    gone = Ask("/releases/000000000000/waiting/", method="GET")
    assert [answer.status for answer in [*ask(gone, lane=lane), *ask(gone, lane=lane)]] == [404, 404]
    assert django.asked == 2
