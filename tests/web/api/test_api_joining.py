"""Joining through the API: the same unions, the same reviewer and clock, the same refusals as on the phone's pages."""

import json

import pytest
from django.test import Client
from tests.cast import HOUSE, NOW, TODAY, Cast
from tests.web.conftest import Clock, sign_in

from tongxin.people.actions import joining, memberships, tokens
from tongxin.people.models import JoinApplication

pytestmark = pytest.mark.django_db
WISH = {"key": "retry-0001", "basis": "industry", "name": "新骑手", "gig_group": "food_delivery_rider"}


@pytest.fixture
def phone(cast: Cast, clock: Clock) -> Client:
    return sign_in(cast.newcomer, factor=False)


def told(answer) -> tuple[int, dict]:
    return answer.status_code, json.loads(answer.content)


def asked(client: Client, cast: Cast, **more: object) -> tuple[int, dict]:
    address = f"/api/unions/{more.pop('union', cast.riders).public_id}/join"
    return told(client.post(address, WISH | more, content_type="application/json"))


def test_unions_are_found_as_on_the_page_and_hold_no_person(cast: Cast, clock: Clock) -> None:
    query = {"basis": "platform", "gig": "food_delivery_rider", "area": cast.yongchuan.public_id}
    status, answer = told(Client().get("/api/unions", query))
    assert status == 200
    assert [union["name"] for union in answer["unions"]] == [cast.riders.name, cast.yongchuan.name]
    assert answer["unions"][0] == {
        "id": cast.riders.public_id, "code": "500118-J2", "name": cast.riders.name, "kind": "sectoral_association",
        "synthetic": True,
    }  # fmt: skip
    assert told(Client().get("/api/unions", {"basis": "platform"})) == (200, {"unions": []})
    assert told(Client().get("/api/unions", {"basis": "platform", "area": "zzzzzzzzzzzz"}))[0] == 404


def test_a_newcomer_joins_once_whatever_the_number_of_tries(cast: Cast, phone: Client) -> None:
    status, first = asked(phone, cast)
    assert (status, first["state"], first["reviewer"], first["due_at"][:10]) == (
        200,
        "waiting",
        "永川区总工会",
        "2024-04-03",
    )
    assert asked(phone, cast) == (200, first)
    assert told(phone.get("/api/joining")) == (200, first)
    assert asked(phone, cast, key="retry-0002")[1]["code"] == "join_one_waiting"
    assert JoinApplication.objects.count() == 1


def test_no_says_why_and_where_else(cast: Cast, phone: Client) -> None:
    asked(phone, cast)
    joining.refuse(application=JoinApplication.objects.get(), why="请先签协议", by=cast.admin.actor, at=NOW)
    _status, answer = told(phone.get("/api/joining"))
    assert (answer["state"], answer["why"], [one["name"] for one in answer["elsewhere"]]) == (
        "refused", "请先签协议", [cast.yongchuan.name],
    )  # fmt: skip


def test_a_window_asks_for_someone_by_its_key(cast: Cast, clock: Clock) -> None:
    wang = cast.wang.person
    _token, key = tokens.issue(
        account=cast.clerk.account, name="窗口一体机", days=30, by=cast.clerk.actor, at=clock.now
    )
    client = Client(headers={"Authorization": f"Bearer {key}"})
    assert asked(client, cast, person=wang.public_id)[1]["code"] == "member-already"
    memberships.end(membership=wang.memberships.get(), on=TODAY, reason="left", by=HOUSE, at=NOW)
    status, answer = asked(client, cast, person=wang.public_id)
    assert (status, answer["state"], JoinApplication.objects.get().person) == (200, "waiting", wang)
    assert asked(client, cast, person=cast.gao.person.public_id, key="retry-0003")[0] == 404


@pytest.mark.parametrize(
    ("more", "code"),
    [({"name": ""}, "name-missing"), ({"document": "1"}, "id-length"), ({"basis": "whim"}, "request-wrong")],
)
def test_refusals_are_codes_with_words(cast: Cast, phone: Client, more: dict[str, str], code: str) -> None:
    status, answer = asked(phone, cast, **more)
    assert (status, answer["code"], bool(answer["words"])) == (422, code, True)


def test_someone_elses_number_tells_nothing(cast: Cast, phone: Client) -> None:
    status, answer = asked(phone, cast, document=cast.wang.person.document_text())
    assert (status, answer["code"], cast.wang.person.name in answer["words"]) == (422, "document-claim", False)
    assert told(Client().get("/api/joining"))[0] == 401
