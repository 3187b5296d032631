"""One's own application: entering a draw from a class, wishes, the answer to an offer, going along, objecting."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from tests.cast import HOUSE, NOW, Cast, Player
from tests.factories.activities import CLOSES, OPENS, School, school
from tests.web.conftest import Clock

from tongxin.activities.actions import terms
from tongxin.calls.actions import allocations, applications, calls, publications
from tongxin.calls.models import Application, Objection, Preference
from tongxin.calls.states import Policy

pytestmark = pytest.mark.django_db
As = Callable[[Player], Client]


@pytest.fixture
def drawn(cast: Cast) -> School:
    """A term whose places are drawn, with two classes of one place; offers are to be answered in a day."""
    made = school(cast)
    manner = calls.Manner(policy=Policy.DRAW, choices=2, party_most=2, result_at=CLOSES, accept_hours=24, notice_days=3)
    terms.set_window(term=made.term, opens=OPENS, closes=CLOSES, per_person=1, manner=manner, by=made.by, at=NOW)
    return made


def entered(drawn: School, client: Client) -> tuple[Application, list[str]]:
    first, second = drawn.cohort(units=1), drawn.cohort(name="早班", weekday=5, units=1)
    answer = client.post(f"/classes/{first.public_id}/sign-up/", {"key": "k"})
    mine = Application.objects.get()
    assert answer.headers["Location"] == f"/applications/{mine.public_id}/"
    return mine, [first.pool.public_id, second.pool.public_id]


def result(mine: Application) -> None:
    pools = Preference.objects.filter(application=mine).values_list("pool_id", flat=True)
    allocations.settle(call=mine.call, orders={pk: [str(mine.ticket)] for pk in pools}, by=HOUSE, at=CLOSES)


def test_entering_a_draw_shows_the_ticket_and_wishes_can_be_changed(cast: Cast, drawn: School, as_worker: As) -> None:
    client = as_worker(cast.wang)
    mine, pools = entered(drawn, client)
    assert str(mine.ticket) in client.get(f"/applications/{mine.public_id}/").content.decode()
    assert "加志愿、排先后" in client.get(f"/applications/{mine.public_id}/").content.decode()
    wishes = f"/applications/{mine.public_id}/wishes/"
    assert client.post(wishes, {"wish0": pools[1], "wish1": pools[1]}).status_code == 422
    assert client.post(wishes, {"wish0": pools[1], "wish1": pools[0]}).status_code == 302
    rows = Preference.objects.filter(application=mine).order_by("rank")
    assert list(rows.values_list("pool__public_id", flat=True)) == pools[::-1]
    things = client.get("/me/").content.decode()
    assert things.count(f"/applications/{mine.public_id}/") == 1  # one row, though it has two wishes
    assert "已报名，4月8日（周一） 18:00公布结果" in things


def test_offer_is_answered_with_one_tap_and_not_after_its_time(
    cast: Cast, drawn: School, as_worker: As, clock: Clock
) -> None:
    client = as_worker(cast.wang)
    mine, _ = entered(drawn, client)
    result(mine)
    assert "我参加" in client.get(f"/applications/{mine.public_id}/").content.decode()
    clock.now = CLOSES + timedelta(hours=24)
    late = as_worker(cast.wang).post(f"/applications/{mine.public_id}/accept/")
    assert (late.status_code, "确认的时间已经过了" in late.content.decode()) == (422, True)
    clock.now = CLOSES + timedelta(hours=23)
    assert as_worker(cast.wang).post(f"/applications/{mine.public_id}/accept/").status_code == 302
    assert Application.objects.get().state == "granted"


def test_whoever_has_the_link_joins_by_their_own_hand_and_sees_no_name(
    cast: Cast, drawn: School, as_worker: As
) -> None:
    mine, _ = entered(drawn, as_worker(cast.wang))
    other = as_worker(cast.zhang)
    page = other.get(f"/applications/{mine.public_id}/join/").content.decode()
    assert cast.wang.person.name not in page
    assert other.get(f"/applications/{mine.public_id}/").status_code == 404
    assert other.post(f"/applications/{mine.public_id}/join/").status_code == 302
    assert other.get(f"/applications/{mine.public_id}/").status_code == 200
    assert other.post(f"/applications/{mine.public_id}/withdraw/").status_code == 422
    assert other.post(f"/applications/{mine.public_id}/leave/").status_code == 302
    assert Application.objects.get().size == 1


def test_outcome_is_for_everybody_and_an_objection_for_the_union(
    cast: Cast, drawn: School, as_worker: As, clock: Clock
) -> None:
    mine, _ = entered(drawn, as_worker(cast.wang))
    result(mine)
    found = publications.publish(call=mine.call, by=HOUSE, at=CLOSES)
    clock.now = CLOSES
    page = Client().get(f"/outcomes/{found.public_id}/").content.decode()
    assert (str(mine.ticket) in page, cast.wang.person.name in page) == (True, False)
    assert Client().get(f"/outcomes/{found.public_id}/list.txt").content.decode() == found.lines
    client = as_worker(cast.zhang)
    address = f"/outcomes/{found.public_id}/object/"
    assert client.post(address, {"words": "少了一人", "ticket": "f" * 32}).status_code == 422
    assert client.post(address, {"words": "少了一人", "ticket": ""}).status_code == 302
    assert "少了一人" not in Client().get(f"/outcomes/{found.public_id}/").content.decode()
    assert Objection.objects.get().person == cast.zhang.person
    clock.now = found.until
    late = as_worker(cast.zhang).get(address).content.decode()
    assert ("少了一人" in late, "结束。还有疑问的" in late, "提交异议" in late) == (True, True, False)


def test_page_says_why_it_was_not_the_first_wish(cast: Cast, drawn: School, as_worker: As, clock: Clock) -> None:
    client = as_worker(cast.wang)
    mine, _ = entered(drawn, client)
    pool = Preference.objects.get(application=mine).pool
    other = applications.apply(pool=pool, person=cast.li.person, by=HOUSE, at=NOW)
    allocations.settle(call=mine.call, orders={pool.pk: [str(other.ticket), str(mine.ticket)]}, by=HOUSE, at=CLOSES)
    clock.now = CLOSES
    page = as_worker(cast.wang).get(f"/applications/{mine.public_id}/").content.decode()
    assert "您排在第2位，名额取到第1位。" in page
    assert "候补第1位" in page
