"""Going together: a family by heads, others asked by name and number, joining, leaving; nobody learns whom the house knows."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.test import Client
from tests.cast import NOW, Cast, Player
from tests.factories.activities import CLOSES, OPENS, School, school
from tests.factories.calls import told

from tongxin.activities.actions import programmes, terms
from tongxin.activities.models import Cohort
from tongxin.activities.states import ActivityKind
from tongxin.calls.models import Application, Pool
from tongxin.kernel import phones

pytestmark = pytest.mark.django_db
As = Callable[[Player], Client]


@pytest.fixture
def made(cast: Cast) -> School:
    """A term by arrival in which up to three come together."""
    found = school(cast)
    manner = replace(terms.QUICK, party_most=3)
    terms.set_window(term=found.term, opens=OPENS, closes=CLOSES, per_person=1, manner=manner, by=found.by, at=NOW)
    return found


def picnic(made: School, units: int) -> Cohort:
    course = programmes.add_course(
        programme=made.programme, name="亲子采摘", topic="活动", kind=ActivityKind.FAMILY, by=made.by, at=NOW
    )
    return made.cohort(course=course, session_count=1, units=units)


def signed_up(cohort: Cohort, client: Client) -> Application:
    assert client.post(f"/classes/{cohort.public_id}/sign-up/", {"key": "k"}).status_code == 302
    return Application.objects.get()


def phone_of(player: Player) -> str:
    return phones.national(player.person.phone_text())


def test_family_page_says_that_each_takes_a_place_and_counts_so(cast: Cast, made: School, as_worker: As) -> None:
    cohort, client = picnic(made, 5), as_worker(cast.wang)
    address = f"/classes/{cohort.public_id}/"
    assert "几个人占几个名额" in client.get(address).content.decode()
    assert "大人孩子每人占一个名额" in client.get(f"{address}family/").content.decode()
    said = {"under_6": "1", "from_6_to_11": "1", "from_12_to_17": "0", "consents": "on", "key": "k"}
    many = client.post(f"{address}family/", said | {"from_12_to_17": "1"})
    assert (many.status_code, "最多3人一起报" in many.content.decode()) == (422, True)
    assert client.post(f"{address}family/", said).status_code == 302
    mine = Application.objects.get()
    assert (mine.size, Pool.objects.get(pk=cohort.pool_id).taken) == (3, 3)
    page = client.get(f"/applications/{mine.public_id}/").content.decode()
    assert ("带来的2人" in page, "请家人、同事一起参加" in page) == (True, False)  # it is full
    assert f"{address}family/" in client.get(address).content.decode()
    used = client.post(f"{address}family/", said | {"under_6": "0"})
    assert (used.status_code, "请刷新页面再报" in used.content.decode()) == (
        422,
        True,
    )  # the same page, sent again otherwise
    assert client.post(f"{address}family/", said | {"under_6": "0", "key": "another"}).status_code == 302
    assert Pool.objects.get(pk=cohort.pool_id).taken == 2


def test_other_is_asked_by_name_and_number_and_joins_by_their_own_hand(cast: Cast, made: School, as_worker: As) -> None:
    client, other = as_worker(cast.wang), as_worker(cast.zhang)
    mine = signed_up(made.cohort(units=5), client)
    address = f"/applications/{mine.public_id}/invite/"
    assert address in client.get(f"/applications/{mine.public_id}/").content.decode()
    answer = client.post(address, {"name": cast.zhang.person.name, "number": phone_of(cast.zhang)}, follow=True)
    assert told("place.invited") == [cast.zhang.person.name]
    wrong = client.post(address, {"name": "张错", "number": phone_of(cast.zhang)}, follow=True)
    assert ("本人会收到消息" in answer.content.decode(), "本人会收到消息" in wrong.content.decode()) == (True, True)
    assert told("place.invited") == [cast.zhang.person.name]  # and nobody else; who asks sees no difference
    assert Application.objects.get().size == 1
    assert other.get(address).status_code == 404
    assert other.post(f"/applications/{mine.public_id}/join/").status_code == 302
    assert Application.objects.get().size == 2
    assert "party-lead" not in other.get(f"/applications/{mine.public_id}/").content.decode()
    refused = other.post(address, {"name": cast.li.person.name, "number": "19900000000"})
    assert (refused.status_code, "当初报名的那位" in refused.content.decode()) == (422, True)
    assert other.post(f"/applications/{mine.public_id}/leave/").status_code == 302
    assert (Application.objects.get().size, Pool.objects.latest("taken").taken) == (1, 1)


def test_short_number_is_refused_and_what_was_typed_stays(cast: Cast, made: School, as_worker: As) -> None:
    client = as_worker(cast.wang)
    mine = signed_up(made.cohort(units=5), client)
    answer = client.post(f"/applications/{mine.public_id}/invite/", {"name": "张路", "number": "1234"})
    page = answer.content.decode()
    assert (answer.status_code, "请写完整的手机号" in page, 'value="张路"' in page) == (422, True, True)


def test_asking_ends_after_twenty(cast: Cast, made: School, as_worker: As) -> None:
    client = as_worker(cast.wang)
    mine = signed_up(made.cohort(units=5), client)
    address, said = f"/applications/{mine.public_id}/invite/", {"name": "张错", "number": "19900000000"}
    assert {client.post(address, said).status_code for _ in range(20)} == {302}
    assert client.post(address, said).status_code == 422


def test_full_class_takes_nobody_along(cast: Cast, made: School, as_worker: As) -> None:
    mine = signed_up(made.cohort(units=1), as_worker(cast.wang))
    other = as_worker(cast.zhang)
    answer = other.post(f"/applications/{mine.public_id}/join/")
    assert (answer.status_code, "只剩0个名额" in answer.content.decode()) == (422, True)
    assert Application.objects.get().size == 1
