"""The API gives what pages give: the same scopes, the same words, the same single place."""

import json
from collections.abc import Callable

import pytest
from django.test import Client
from tests.cast import Cast, Player
from tests.factories.activities import School, at, school
from tests.web.conftest import Clock

from tongxin.activities.models import Cohort, Enrolment
from tongxin.people.actions import tokens
from tongxin.people.models import ApiToken
from tongxin.people.roles import RoleName

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours(cast: Cast, clock: Clock) -> School:
    return school(cast)


def key_of(player: Player, clock: Clock) -> str:
    assert player.account is not None
    return tokens.issue(account=player.account, name="对账系统", days=30, by=player.actor, at=clock.now)[1]


@pytest.fixture
def asks(clock: Clock) -> Callable[..., tuple[int, dict[str, object]]]:
    def ask(
        address: str, key: str = "", body: dict[str, str] | None = None, **query: str
    ) -> tuple[int, dict[str, object]]:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        if body is None:
            answer = Client().get(f"/api/{address}", query, headers=headers)
        else:
            answer = Client().post(
                f"/api/{address}", json.dumps(body), content_type="application/json", headers=headers
            )
        return answer.status_code, json.loads(answer.content)

    return ask


def sign_up(cohort: Cohort) -> str:
    return f"classes/{cohort.public_id}/sign-up"


def test_classes_are_open_to_all_and_hold_no_person(ours: School, asks) -> None:
    cohort = ours.cohort()
    status, answer = asks("classes")
    assert status == 200
    (row,) = answer["classes"]
    assert (row["id"], row["state"], row["left"], row["union_code"]) == (cohort.public_id, "open", 30, "500118")
    assert asks(f"classes/{cohort.public_id}") == (200, row)


def test_officer_signs_up_a_worker_once_whatever_the_number_of_tries(ours: School, asks, clock: Clock) -> None:
    cohort, key = ours.cohort(), key_of(ours.officer, clock)
    body = {"key": "retry-0001", "person": ours.cast.li.person.public_id}
    first = asks(sign_up(cohort), key, body)
    assert first[0] == 200
    assert first == asks(sign_up(cohort), key, body)
    assert Enrolment.objects.get().person == ours.cast.li.person


def test_worker_of_another_district_is_not_found(ours: School, asks, clock: Clock) -> None:
    cohort, key = ours.cohort(), key_of(ours.officer, clock)
    for stranger in (ours.cast.gao, ours.cast.lin):
        status, answer = asks(sign_up(cohort), key, {"key": "retry-0002", "person": stranger.person.public_id})
        assert (status, answer["code"]) == (404, "not-found")
    assert Enrolment.objects.count() == 0


def test_full_and_closed_are_told_in_words(ours: School, asks, clock: Clock) -> None:
    cohort, key = ours.cohort(units=1), key_of(ours.officer, clock)
    asks(sign_up(cohort), key, {"key": "retry-0003", "person": ours.cast.li.person.public_id})
    status, answer = asks(sign_up(cohort), key, {"key": "retry-0004", "person": ours.cast.wang.person.public_id})
    assert (status, answer["state"], answer["place"]) == (200, "waiting", 1)
    clock.now = at(4, 8, 18)
    status, answer = asks(sign_up(cohort), key, {"key": "retry-0005", "person": ours.cast.zhang.person.public_id})
    assert (status, answer["code"]) == (422, "closed-already")


@pytest.mark.parametrize("key", ["", "tx_wrong", "nonsense"])
def test_without_a_good_key_nothing_is_told(ours: School, asks, key: str) -> None:
    assert asks("figures", key, programme=ours.programme.public_id)[0] == 401
    assert asks(sign_up(ours.cohort()), key, {"key": "retry-0006"})[0] == 401


def test_key_ends_by_itself_and_when_revoked(ours: School, asks, clock: Clock) -> None:
    key = key_of(ours.cast.reader, clock)
    asked = {"programme": ours.programme.public_id}
    assert asks("figures", key, **asked)[0] == 200
    clock.tick(days=31)
    assert asks("figures", key, **asked)[0] == 401
    fresh = key_of(ours.cast.reader, clock)
    tokens.revoke(token=ApiToken.objects.latest("made_at"), by=ours.cast.reader.actor, at=clock.now)
    assert asks("figures", fresh, **asked)[0] == 401


READERS = {RoleName.FEDERATION_ADMIN, RoleName.PROGRAMME_OFFICER, RoleName.FIGURES_READER, RoleName.AUDITOR}


@pytest.mark.parametrize("role", list(RoleName))
def test_figures_answer_those_who_may_read_them(ours: School, asks, clock: Clock, role: RoleName) -> None:
    status, _ = asks("figures", key_of(ours.cast.staff[role], clock), programme=ours.programme.public_id)
    may = role in READERS
    assert status == (200 if may else 404 if role is RoleName.CADRE else 403)  # a cadre reads figures, of other unions


def test_figures_of_a_sibling_district_are_not_found(ours: School, asks, clock: Clock) -> None:
    key = key_of(ours.cast.sibling_officer, clock)
    assert asks("figures", key, programme=ours.programme.public_id)[0] == 404


def test_key_is_for_staff_and_for_oneself(ours: School, clock: Clock) -> None:
    from tongxin.kernel.refused import Refused

    for account, by in ((ours.cast.wang.account, ours.cast.wang.actor), (ours.cast.admin.account, ours.officer.actor)):
        with pytest.raises(Refused) as refused:
            tokens.issue(account=account, name="x", days=1, by=by, at=clock.now)
        assert refused.value.code == "no-power"


def test_tokens_page_shows_the_key_once(ours: School, as_staff) -> None:
    client = as_staff(ours.officer)
    page = client.post("/staff/tokens/", {"name": "对账系统", "days": "30"}).content.decode()
    assert "tx_" in page
    assert "tx_" not in client.get("/staff/tokens/").content.decode()
    token = ApiToken.objects.get()
    assert client.post(f"/staff/tokens/{token.public_id}/revoke/").status_code == 302
    assert ApiToken.objects.get().revoked_at is not None


def test_keys_end_with_a_password_reset(ours: School, asks, clock: Clock) -> None:
    from tongxin.people.actions import staff_accounts

    key = key_of(ours.cast.reader, clock)
    asked = {"programme": ours.programme.public_id}
    assert asks("figures", key, **asked)[0] == 200
    staff_accounts.reset_password(account=ours.cast.reader.account, by=ours.cast.admin.actor, at=clock.now)
    assert asks("figures", key, **asked)[0] == 401


@pytest.mark.parametrize(
    ("headers", "signed_in", "status", "code"),
    [({}, False, 401, "sign-in"), ({"Authorization": "Bearer tx_x"}, False, 401, "sign-in"), ({}, True, 403, "foreign-page")],
    ids=["nobody", "a key that is none", "a browser led here by another site"],
)  # fmt: skip
def test_writing_without_a_door_says_which(
    ours: School, cast: Cast, headers: dict[str, str], signed_in: bool, status: int, code: str
) -> None:
    """As it is on the wire: the test client alone passes over the check against forged requests."""
    client = Client(enforce_csrf_checks=True)
    if signed_in:
        assert cast.wang.account is not None
        client.force_login(cast.wang.account)
    body = json.dumps({"key": "abcdefgh1"})
    answer = client.post(f"/api/{sign_up(ours.cohort())}", body, content_type="application/json", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert Enrolment.objects.count() == 0
